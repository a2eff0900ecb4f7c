# kind: scenario
# id: value-negotiation
# title: From "the team likes it" to a fair contract
# minutes: 6

VAR hers = false
VAR careful = false
VAR trial = false
VAR gifts = 0
VAR trades = 0

You sell planning software. Priya runs service at a company with forty technicians. She says:
"The team likes it. Before we go on, I have to explain to my director why this pays."
* [Ask how many appointments are missed in a month, and what one costs]
    ~ hers = true
    She knows it: about 60, at some 90 euros for the second drive. Both figures come from her side. # feedback
    -> the_sum
* [Send her the savings that other customers report]
    The figures are good, and they belong to somebody else. Her director will ask about this company. # feedback
    -> director_asks
* [Go through the planning features once more]
    The team already likes the features. The director's question is about money. # feedback
    -> director_asks

=== director_asks
Two days later Priya calls: "He wants to know what it brings us, here. What do I tell him?"
* [Ask what goes wrong most often today, and what one case costs]
    ~ hers = true
    Missed appointments: about 60 a month, some 90 euros each for the second drive. The answer was in her records. # feedback
    -> the_sum
* [Offer one paid month with one measure agreed beforehand]
    ~ trial = true
    A measure agreed beforehand turns a try into evidence. It becomes the first month of the contract. # feedback
    -> purchasing
* [Offer three months free, so that he sees it for himself]
    ~ gifts = gifts + 1
    Three months are given, and nobody has agreed what they should prove. # feedback
    -> purchasing

=== the_sum
Priya does the sum aloud: "60 times 90, that's 5,400 a month. But you won't get that down to zero."
* [Agree, and ask which share she would put her own name to]
    ~ careful = true
    She says a third: 1,800 a month. It is smaller, and it will survive the director's questions. # feedback
    -> purchasing
* [Say that nearly all of it will go away]
    Nobody has tested that claim. Priya writes the figure down with a question mark. # feedback
    -> purchasing
* [Leave the sum there and send the draft contract]
    5,400 is a cost, and not yet a gain. The link to what you sell is still missing. # feedback
    -> purchasing

=== purchasing
Tom from purchasing takes over: "We're nearly there. We need payment after 90 days instead of 30, and the training at no charge."
* [Ask which of the two matters more, and why]
    The 90 days: cash is tight until their year closes in March. The training is on every list he writes. Now a trade can be aimed. # feedback
    -> ninety_days
* [Agree to both, to keep the good mood]
    ~ gifts = gifts + 2
    Tom ticks both and turns the page. Nothing was asked for, so nothing came back. # feedback
    -> next_page
* [Decline both and point to the standard terms]
    Clear, and Tom has nothing to take back to his side. A week goes by before he calls again. # feedback
    -> ninety_days

=== next_page
Tom goes on: "Good. Then ten more licences for the apprentices, included?"
* [Include them, it is nearly done]
    ~ gifts = gifts + 1
    It is nearly done, and the list is not. A free item makes the next one likely. # feedback
    -> gesture
* [Include them for the first year, in return for a two-year term]
    ~ trades = trades + 1
    Both halves stand in one sentence. From here on, movement has a price for both sides. # feedback
    -> gesture
* [Ask for the rest of his list first, and look at the package as a whole]
    ~ trades = trades + 1
    There is one more item. With all of it on one page, the licences go in and the training becomes paid again. # feedback
    -> gesture

=== ninety_days
Tom asks: "So what can you do about the 90 days?"
* [90 days, if it is a two-year term]
    ~ trades = trades + 1
    Tom agrees: he needed the days more than the freedom to leave. Each side gave what cost it less. # feedback
    -> gesture
* [60 days, to meet in the middle]
    ~ gifts = gifts + 1
    Quick, and nothing came back for it. A first request of 150 days would have made the middle 90. # feedback
    -> gesture
* {careful} [Show that each month of waiting costs them 1,800, and give 90 days for a start in two weeks]
    ~ trades = trades + 1
    Priya nods at her own figure. The date is worth money to them, and the start is worth money to you. # feedback
    -> gesture

=== gesture
Tom has the pen in his hand: "My board likes a gesture. Two percent, and I sign today."
* [Two percent, if Priya is available for two reference calls this year]
    ~ trades = trades + 1
    Priya says yes before Tom does. The two percent bought something that helps you for a year. # feedback
    -> debrief
* [Two percent, as a gesture]
    ~ gifts = gifts + 1
    He signs. The renewal talk will start from here, with a gesture expected. # feedback
    -> debrief
* {hers} [Hold the price, and point to the sum that Priya worked out]
    Tom looks at Priya, and she says that the figures are hers. He signs without the two percent. # feedback
    -> debrief
* {not hers} [Hold the price, and say that it reflects the value]
    Tom asks which value, in numbers. There is no sum on the table to point to; he signs on Friday, after another round. # feedback
    -> debrief

=== debrief
{ careful: -> value_careful }
{ hers: -> value_rough }
{ trial: -> value_trial }
-> value_missing

=== value_careful
About value: the sum came from Priya, and she chose the careful share herself. Such a number can be repeated in rooms where you are not present. # debrief
-> about_trades

=== value_rough
About value: the cost came from Priya's own records. The step that would make it firmer is one question: which share would she put her name to? # debrief
-> about_trades

=== value_trial
About value: the month with one agreed measure will bring a figure from their own work. Before it starts, it helps to settle what happens if the measure is reached. # debrief
-> about_trades

=== value_missing
About value: no figure from Priya's own company came onto the table. "How often, and what does one cost?" are the two questions that open it. # debrief
-> about_trades

=== about_trades
{ gifts == 0 and trades > 0: -> trades_only }
{ trades > 0: -> trades_mixed }
-> gifts_only

=== trades_only
About terms: everything that moved had something coming back. "If you …, then we …" kept both sides talking and the offer whole. # debrief
-> END

=== trades_mixed
About terms: some moves were trades and some were gifts. The gifts came where the mood was good or the end was near; a condition at the start of the sentence fits there too. # debrief
-> END

=== gifts_only
About terms: what moved, moved one way. The next time, collect the whole list first, then answer with "If you …, then we …" # debrief
-> END

# kind: scenario
# id: price-objection
# title: "That's well above our budget"
# minutes: 5

VAR asked = false
VAR worth = false
VAR compared = false
VAR given = 0
VAR early = false

Marta runs operations at a logistics company with two warehouses. Your offer is 48,000 euros a year. She writes:
"Thanks for the offer. It's well above what we had planned."
* [Ask what they had planned, and what it was meant to cover]
    ~ asked = true
    A plan has a reason behind it, and now the reason comes onto the table. # feedback
    -> the_plan
* [Offer ten percent off, so that the talk keeps moving]
    ~ given = given + 1
    ~ early = true
    She says thank you within a minute. What the price was measured against is still unknown. # feedback
    -> fifteen
* [Send a page with everything the product does]
    She wrote about the number, and the page answers a different question. # feedback
    -> the_number

=== the_plan
Marta answers: "35,000. We set it in spring, before the second warehouse was part of this. For more I have to go to Jonas, our finance director."
* [Ask what picking errors cost the second warehouse in a month]
    ~ worth = true
    She looks it up: about 3,000 euros in returns and overtime. It is her figure, from her books, so it can stand beside the price. # feedback
    -> jonas
* [Suggest starting with one warehouse, inside the 35,000]
    It fits the plan and leaves the price of each site whole. Jonas will still want a reason for the second one. # feedback
    -> jonas
* [Explain that two warehouses simply cost more than one]
    That is true and Marta knows it. She still has nothing to take to Jonas. # feedback
    -> jonas

=== fifteen
An hour later Marta writes: "Appreciated. Purchasing tells me that suppliers usually go to fifteen."
* [Agree to fifteen if she can confirm today]
    ~ given = given + 1
    She can't confirm: Jonas decides about the money. Two moves in one day also suggest that there is a third. # feedback
    -> jonas
* [Ask what they are comparing the price with]
    ~ asked = true
    This is the question that the discount skipped. The ten percent are gone; from here the talk is about a reason. # feedback
    -> the_plan
* [Hold at ten percent and say that this is the limit]
    The line holds for now. It stands on nothing that Marta could explain to anybody else. # feedback
    -> jonas

=== the_number
Marta replies: "I've seen the demo, and it's good. It's the number I can't get past Jonas, our finance director."
* [Ask what Jonas will compare it with]
    ~ asked = true
    Now there is a person and a yardstick to talk about. # feedback
    -> the_plan
* [Offer ten percent off, for Jonas]
    ~ given = given + 1
    ~ early = true
    Jonas gets a discount and still no reason to approve the other ninety percent. # feedback
    -> jonas
* [Offer to present the product to Jonas yourself]
    You get the meeting. You go into it without knowing what he compares the price with. # feedback
    -> jonas

=== jonas
Jonas joins the next call. He is polite and quick: "I have another offer for 30,000. Why should I pay you more?"
* {worth} [Put Marta's 3,000 a month beside the price, and say which part you can change]
    Jonas turns to Marta, and she says that the figure is hers. His next question is how much of it would go away: a talk about worth. # feedback
    -> terms
* [Ask which sites and services the other offer covers]
    ~ compared = true
    One warehouse, no set-up, no weekend support. For the same scope the two prices are much closer. # feedback
    -> terms
* [Go down to 30,000]
    ~ given = given + 1
    The price falls by a third and nobody knows why. Jonas wonders aloud what the first price was based on. # feedback
    -> after_match
* [Mention that the other supplier has a poor reputation]
    Nobody in the room can check that, and Jonas now defends the offer he brought. The comparison is still open. # feedback
    -> terms

=== terms
Jonas leans back: "Suppose we want this. What can you do on price if we sign this month?"
* [Four percent off the yearly price, for a two-year term and a signature this month]
    Something given for something received: you can plan for two years, they pay less a year. The reason is easy to repeat. # feedback
    -> debrief
* [One warehouse now, the second at an agreed price in six months]
    The first bill gets smaller and the price of each site stays whole. Jonas can say yes to a step. # feedback
    -> debrief
* [Another five percent, to get it over the line]
    ~ given = given + 1
    Jonas takes it and asks about the set-up fee. What was free to get is worth asking for again. # feedback
    -> debrief

=== after_match
Jonas makes a note: "30,000, then. And the set-up fee? I don't see one in the other offer."
* [Drop the fee as well, to be done with it]
    ~ given = given + 1
    The fee is gone, and set-up still has to be paid for by someone. The list of requests has no natural end. # feedback
    -> debrief
* [Drop the fee in return for a two-year term]
    The first exchange of this talk. It shows that movement has a price, on both sides. # feedback
    -> debrief
* [Ask what the 30,000 of the other supplier include]
    ~ compared = true
    One warehouse, and no set-up at all. It comes late, and it is still a good reason not to move further. # feedback
    -> debrief

=== debrief
{ given > 1: -> debrief_gifts }
{ given == 1 and early and (asked or compared): -> debrief_turned }
{ given == 1 and (asked or compared): -> debrief_late_gift }
{ given == 1: -> debrief_one_gift }
{ worth: -> debrief_worth }
{ asked or compared: -> debrief_reason }
-> debrief_open

=== debrief_gifts
On this way the price moved more than once, and nothing came back for it. Each move made the next request more likely. The turning point is early: one question about the comparison before the first number. # debrief
-> take_along

=== debrief_turned
On this way a discount came first and the reason later. Asking still helped: from then on there was something to talk about other than a percentage. Asked first, the same question would have cost nothing. # debrief
-> take_along

=== debrief_late_gift
On this way it did become clear what the price was compared with, and the price still moved once with nothing coming back. With a reason on the table, the next step is an exchange: a term, a date or a scope for every move. # debrief
-> take_along

=== debrief_one_gift
On this way the price moved once, and it never became clear what it was compared with. A budget for one warehouse and an offer for two can't meet at any percentage. # debrief
-> take_along

=== debrief_worth
On this way the gap got a reason, a second warehouse, and the problem got a number: 3,000 a month, said by Marta. A number from the buyer's own books works even in a room where you are not present. # debrief
-> take_along

=== debrief_reason
On this way it became clear what the price was compared with, so scope could change before price did. One thing more would help Marta inside her company: what the problem costs in a month, in her figures. # debrief
-> take_along

=== debrief_open
On this way the price held, and it stayed open what it was compared with. Two questions would have shown it: what was the budget meant to cover, and what does the other offer include? # debrief
-> take_along

=== take_along
For the next one: ask "compared with what", put their number beside the price, and trade terms last. # debrief
-> END

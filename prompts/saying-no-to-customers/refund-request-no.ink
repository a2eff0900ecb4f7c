# kind: scenario
# id: refund-request-no
# title: "Surely you can make an exception"
# minutes: 6

VAR open_door = false
VAR clear_at_once = false
VAR held = false
VAR beyond_mandate = false
VAR fits = false
VAR new_promise = false

You answer mails for a training platform. Refunds are possible for 30 days. You may stop a renewal, pause a plan for two months and move seats to other people. Lena runs a small agency and bought a year five months ago:
"Two of my four people have left, so we hardly use it. Please refund the other seven months. Surely you can make an exception for a team of our size."
* [Say in the first lines that a refund isn't possible, give the reason, ask what comes next for her team]
    ~ clear_at_once = true
    She knows where she stands. She isn't pleased, and the talk can turn to what is possible. # feedback
    -> the_other_customer
* [Write "I'll see what I can do" and leave it for today]
    ~ open_door = true
    It is a friendly evening for both. From now on she counts on the money. # feedback
    -> still_waiting
* [Send the link to the terms with the number of the paragraph]
    It is correct, and her case does not appear in it. The answer is in a text that she has to interpret. # feedback
    -> i_can_read

=== still_waiting
Three days later Lena writes: "Any news? I've already told my accountant that it's coming."
* [Correct it now: a refund isn't possible, and the first answer should have said so]
    Late clarity costs some trust. A week later it would cost more. # feedback
    -> the_other_customer
* [Say that finance is still checking]
    Nobody is checking. The next message comes with the accountant in copy. # feedback
    -> the_accountant

=== the_accountant
The accountant writes: "Please confirm the amount and the date of the refund for our books."
* [Write to both: there will be no refund, and our first answers were not clear. Offer Lena a call today]
    Four lines, and the matter is clear again. Lena takes the call, and her first sentence is not a friendly one. # feedback
    -> the_other_customer
* [Forward the mail to your team lead and wait]
    Your lead calls Lena, who tells the whole story again. The no has now taken eight days and three people. # feedback
    -> the_other_customer

=== i_can_read
Lena replies: "I can read. I asked what YOU can do for us."
* [Say plainly that a refund isn't possible, that you're sorry about the two leaving, and ask what she needs]
    ~ clear_at_once = true
    Now there is a person in the answer, and it is just as clear. # feedback
    -> the_other_customer
* [Explain that the terms are the same for everybody]
    It answers whether it's fair. She asked what is possible. # feedback
    -> the_other_customer

=== the_other_customer
Lena: "A friend of mine got her money back from you after four months. So it IS possible."
* [Leave other customers out: say that for her plan the answer stays no, and turn to what you can do]
    ~ held = true
    Same answer, no new reasons. Nobody else's contract is on the table. # feedback
    -> so_what_then
* [Ask who the friend is, so that you can look it up]
    Now the talk is about somebody else's contract, which you may not discuss. Her own question waits. # feedback
    -> so_what_then
* [Offer half of it, just this once]
    ~ beyond_mandate = true
    It feels like a way out. Half is outside what you may give, and finance will see it tomorrow. # feedback
    -> taken_back

=== taken_back
The next morning finance declines the half. You have to write to Lena again.
* [Call her: say that you offered something you weren't allowed to, and bring two things that are possible]
    She is annoyed, and she hears it from you, with a next step. That is more than a mail would do. # feedback
    -> so_what_then
* [Write that finance has unfortunately refused]
    It puts the blame on a department that she can't talk to. For her it is the second no in two days. # feedback
    -> so_what_then

=== so_what_then
Lena: "All right. What can you do, then?"
* [Ask first: will new people join this year, or does the team stay at two?]
    ~ fits = true
    Two freelancers start in two months. So the plan is paused until then, and the free seats go to them. # feedback
    -> not_happy
* [Offer two things, a pause of two months and moving the seats, and let her choose]
    ~ fits = true
    A short list with a choice. She takes the pause and asks how moving a seat works. # feedback
    -> not_happy
* [List everything there is, from webinars to the newsletter]
    Seven offers, and the two that help are somewhere in the middle. She asks you to stop the renewal and nothing else. # feedback
    -> not_happy

=== not_happy
Lena: "Fine. I'm still not happy about it, to be honest."
* [Thank her for saying so, and confirm in writing what isn't possible, what is agreed and from when]
    Nobody has to like the answer. It is on paper, and both mean the same by it. # feedback
    -> debrief
* [Promise to get the refund terms changed for small teams]
    ~ new_promise = true
    It is meant well, and not yours to promise. In the autumn she will ask how far it has got. # feedback
    -> debrief
* [Tell her that she will surely be glad of it in the end]
    It speaks about what she will feel, and she has just said something else. The agreement itself is not yet in writing. # feedback
    -> debrief

=== debrief
{ open_door: -> no_late }
{ beyond_mandate: -> no_softened }
{ clear_at_once and held: -> no_clear }
-> no_unclear

=== no_late
About the no: it was there from the first day and came later. "I'll see what I can do" is a good sentence when someone is really going to look; otherwise it moves the hard part to a worse day. # debrief
-> about_the_yes

=== no_softened
About the no: half a yes outside your mandate turned one no into two. If an exception seems right, ask the person who may grant it before you mention it. # debrief
-> about_the_yes

=== no_clear
About the no: it came early, with one reason, and it stayed the same when it was tested. That left time for the part that helps. # debrief
-> about_the_yes

=== no_unclear
About the no: it was never in doubt on your side, and it took a while until it was plain for Lena. One sentence in the first lines, and the same one again when she mentions others, is enough. # debrief
-> about_the_yes

=== about_the_yes
{ new_promise: -> yes_promise }
{ fits: -> yes_fits }
-> yes_list

=== yes_promise
About what was possible: it ended with a promise that others would have to keep. "I'll pass on your case, and please don't plan with it" says the same and stays true. # debrief
-> END

=== yes_fits
About what was possible: what you offered met the need, seats without people, and not only the request. Two options that fit do more than a long list. # debrief
-> END

=== yes_list
About what was possible: the pause and the seats would have helped, and got lost among the rest. One question about her plans finds the offer that fits. # debrief
-> END

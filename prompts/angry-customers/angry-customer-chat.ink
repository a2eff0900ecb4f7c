# kind: scenario
# id: angry-customer-chat
# title: The third empty export
# minutes: 6

VAR heat = 2
VAR promise = "none"
VAR lead_asked = false
VAR limit_came_up = false
VAR told_early = false
VAR on_time = false
VAR closed_again = false

You answer the chat for an accounting product. It is 13:10. Dorota writes:
"THIRD time I explain this. Your export is empty AGAIN. The auditor is here at four. Does anybody there read tickets??"
The ticket is open beside you: twice reported, twice closed as "fixed".
* [Say back the case in two lines, say sorry for the repeat, ask if anything is missing]
    ~ heat = heat - 1
    She doesn't have to tell it a fourth time. One word comes back: "Correct." # feedback
    -> what_now
* [Ask for the customer number and a short description of the problem]
    ~ heat = heat + 1
    Both are in the ticket. The question says what she feared: that nobody reads. # feedback
    -> hotter
* [Write that you completely understand her frustration]
    ~ heat = heat + 1
    The sentence would fit any case. Without her facts in it, it reads like a text block. # feedback
    -> hotter

=== hotter
Dorota: "I need no form and no sympathy. I need the FILE. Get me your manager."
* [Say what the ticket shows, and what you will do before four]
    ~ heat = heat - 1
    Now her case is in the answer. She leaves the manager aside and waits for the step. # feedback
    -> what_now
* [Offer both: ask your team lead in, and start on the file meanwhile]
    ~ heat = heat - 1
    ~ lead_asked = true
    She gets what she asked for, and the work does not wait for it. # feedback
    -> what_now
* [Explain that a manager can't do more than you can]
    ~ heat = heat + 1
    It may be true. It also closes the one door that she saw. # feedback
    -> insult

=== insult
Dorota: "You are all useless idiots there. And you're the worst of them."
* [Name the limit once: "I want to get you the file. I can go on if we leave insults out."]
    ~ heat = heat - 1
    ~ limit_came_up = true
    A limit, and in the same breath the way on. She writes: "Fine. The file." # feedback
    -> what_now
* [Let this one pass, and write what you do next]
    The matter stays the matter. If it happens again, the limit needs saying. # feedback
    -> what_now
* [Ask her what gives her the right to talk like that]
    ~ heat = heat + 1
    The chat is now about manners, and ten minutes before four are gone. # feedback
    -> what_now

=== what_now
An engineer tells you: the repair may be done today, nobody can be sure. You can build the file by hand from the raw data; that takes about an hour.
Dorota: "So do I have it by four or not?"
* [Commit to the file by hand by 15:00, and to an update at 14:15 in any case]
    ~ promise = "safe"
    A step that is in your own hands, and a time for the next message. She can tell the auditor something. # feedback
    -> update_safe
* [Promise that the repair will be done before four]
    ~ promise = "repair"
    She relaxes at once. The promise now depends on something that nobody can be sure of. # feedback
    -> update_repair
* [Say that the engineers are on it and that you'll be in touch]
    ~ promise = "vague"
    True, and there is nothing in it to plan with. She looks at the chat every two minutes. # feedback
    -> update_vague

=== update_safe
14:15. The file is more than half done; one account is missing in the raw data.
* [Write now: on track for 15:00, one account missing, how you are getting it]
    ~ told_early = true
    ~ on_time = true
    She has the missing account in a spreadsheet and sends it. The file is complete at 14:50. # feedback
    -> got_it
* [Send nothing yet and finish the file first]
    ~ on_time = true
    At 14:25 she asks why the update has not come. The file arrives at 15:05, one account short, and she adds it herself. # feedback
    -> got_it

=== update_repair
14:30. The engineer shakes his head: not before tomorrow.
* [Tell her at once, and offer the file by hand by 15:35]
    ~ told_early = true
    ~ on_time = true
    It is bad news with eighty minutes left and a way out. She is short with you, and she can use the time. # feedback
    -> got_it
* [Wait a little, it could still work]
    At 15:50 there's no repair and no file. The time in which bad news is still useful has passed. # feedback
    -> too_late

=== update_vague
14:40. Dorota: "ANYTHING?"
* [Say how it stands: repair not certain, file by hand from you by 15:45]
    ~ told_early = true
    ~ on_time = true
    For the first time there is a time on it. She answers: "OK. 15:45." # feedback
    -> got_it
* [Ask her for a little more patience]
    ~ heat = heat + 1
    Patience needs something to wait for. She stops writing and calls the hotline, where the story begins again. # feedback
    -> too_late

=== got_it
16:20. Dorota: "The auditor has what he needs. Still: three times. Why should I believe that it won't be four?"
* [Say what caused it, who owns the repair, and that you'll write tomorrow at ten when it is tested]
    ~ heat = heat - 1
    A cause, an owner and a time. She answers: "Then until ten." # feedback
    -> debrief
* [Thank her, close the ticket and send the survey]
    ~ closed_again = true
    The ticket is closed as "fixed" for the third time, and the cause is still there. # feedback
    -> debrief

=== too_late
16:10. Dorota: "He's gone. Without the file."
* [Say what went wrong on your side, and offer the file and a note to the auditor today]
    ~ heat = heat - 1
    Nothing brings four o'clock back. The note helps her explain it, and she takes it. # feedback
    -> debrief
* [Explain the technical cause in detail]
    ~ heat = heat + 1
    It is correct, and it is about the software. She still has to explain a missing file to her director. # feedback
    -> debrief

=== debrief
{ told_early and promise == "safe": -> debrief_safe }
{ promise == "safe": -> debrief_safe_silent }
{ on_time: -> debrief_corrected }
-> debrief_late

=== debrief_safe
What carried this one: a promise that was in your own hands, with a time for the next message. Sending the update although the file was incomplete brought the missing piece. # debrief
-> about_heat

=== debrief_safe_silent
What carried this one: a promise that was in your own hands. The update at the promised time counts even when nothing is finished; here it would also have brought the missing account. # debrief
-> about_heat

=== debrief_corrected
What turned this one: the plain news while there was still time to use it. The first answer had no firm ground; the second named a step of your own and a time. # debrief
-> about_heat

=== debrief_late
What was missing here was time: bad news helps while something can still be done about it. The file by hand, an hour of work, was possible until three o'clock. # debrief
-> about_heat

=== about_heat
{ closed_again: -> heat_closed }
{ limit_came_up: -> heat_limit }
{ lead_asked: -> heat_lead }
{ heat < 2: -> heat_low }
-> heat_high

=== heat_closed
About the end: after two early closures, what rebuilds trust is a cause, an owner and a time for the proof. The ticket can be closed when she has seen a full export. # debrief
-> END

=== heat_limit
About the insult: said once, calmly, with the way on, a limit keeps the work going. If it had continued, ending the chat, a note and your lead are the next steps. # debrief
-> END

=== heat_lead
About the manager: bringing one in is a service, not a defeat. It works best when you pass on the story and keep working. # debrief
-> END

=== heat_low
About the tone: saying back her facts did more than any sentence about feelings. From there on the talk was about the file. # debrief
-> END

=== heat_high
About the tone: it stays up while somebody has to repeat the story or wait without a time. Her facts first, then one step and one time, bring it down. # debrief
-> END

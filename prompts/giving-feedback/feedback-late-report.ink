# kind: scenario
# id: feedback-late-report
# title: The report that is late again
# minutes: 6

VAR trust = 0
VAR exact = 0
VAR cause = 0
VAR agreed = 0
VAR waited = 0

Thursday, 15:10. The stock report was due at noon, as every week. It is late for the third time in four weeks. In the team channel Edda from planning writes: "Ordering blind again. Does anyone know where the report is?"

Jonas makes the report. He is in your team and has not answered yet.
* [Reply in the channel: "Jonas, this has to be on time. That's the third week."]
    ~ trust = trust - 1
    Edda has a reaction, and eleven people read it. The talk about the cause now starts with an audience. # feedback
    -> after_public
* [Tell Edda you are finding out, and ask Jonas for 15 minutes in private today]
    ~ trust = trust + 1
    Edda knows that somebody is on it, and the pattern gets talked about in private while the details are fresh. # feedback
    -> opening
* [Note it for the half-year talk in three weeks]
    ~ waited = 1
    In three weeks two more reports come late, and the details of this one fade. Late feedback is hard to act on. # feedback
    -> opening

=== after_public
A private message from Jonas: "Was that necessary in front of everyone?"
* ["No. That belonged in private, I'm sorry. Can we talk at four, just the two of us?"]
    ~ trust = trust + 1
    A short repair without excuses. The lateness is still a topic, and now it has a better place. # feedback
    -> opening
* ["The report was late. That's simply a fact."]
    ~ trust = trust - 1
    It is a fact, and the question was about the place. At four, Jonas arrives with a list of counter-arguments. # feedback
    -> opening

=== opening
{ waited == 1: It is the half-year talk. Jonas came to speak about his goals.|You sit down together, door closed.}

How do you begin?
* ["You've become a bit unreliable with the report lately."]
    "Unreliable" is a verdict, and verdicts get disputed. Jonas names two weeks when it was on time. # feedback
    -> pushback
* ["In three of four weeks the noon report came after three. Edda orders without numbers then."]
    ~ exact = 1
    When, what, and what it led to. There is nothing in it to argue about, so the talk can move to the cause. # feedback
    -> pushback
* ["Your charts are great! Just keep an eye on timing. But honestly, great charts."]
    Between two compliments the message got lost. Nothing in it says that something has to change. # feedback
    -> missed

=== missed
Jonas smiles and stands up. "Thanks, glad you like them. Anything else?"
* ["Yes. I wasn't clear. Three of four reports came after three, and Edda ordered without them."]
    ~ exact = 1
    Plain, with facts and effect, and with the unclear start owned. Now it can be heard. # feedback
    -> pushback
* ["No, that was all." You will try again if it is late once more.]
    ~ waited = 1
    It is late once more. A week has passed, Edda has ordered too much, and the same talk is still ahead. # feedback
    -> pushback

=== pushback
{ trust < 0: Jonas has his arms crossed.|Jonas thinks for a moment.} { exact == 0: He is not sure what this is about.|He knows which Thursdays you mean.}

"The sales numbers only reach me at noon on Thursdays. I said so in March, and nothing happened."
* ["Tell me how a Thursday goes, from the start."]
    ~ cause = 1
    ~ trust = trust + 1
    You learn that the sales export waits for a release by somebody who starts at eleven. That was not visible from outside. # feedback
    -> next_step
* ["A deadline is a deadline. Everyone has to cope with that."]
    ~ trust = trust - 1
    The deadline is repeated and the obstacle stays where it is. Jonas stops explaining. # feedback
    -> next_step
* ["Oh. Then forget that I said anything."]
    The reason is worth hearing. The effect has not gone away: next Thursday Edda orders blind again. # feedback
    -> dropped

=== dropped
At the door Jonas turns round. "So noon doesn't count any more?"
* ["It does. Sit down again, let's find out what would make it possible."]
    Both are true now: there is a real obstacle, and a result that people depend on. # feedback
    -> next_step
* ["Let's leave it open for now."]
    An open deadline means something different to each of the three people who work with it. # feedback
    -> mixed_weeks

=== next_step
{ cause == 1: Now you both know about the release at eleven.|What keeps the numbers until noon is still not clear.} Ten minutes are left. How do you close?
* ["What would make noon possible, and what do you need from me?"]
    ~ agreed = 2
    Jonas offers a first version without sales at noon and the full one at two. You take the release to the sales lead. You look at it again in two weeks. # feedback
    -> good_weeks
* ["From now on you send me a status at ten every Thursday."]
    ~ agreed = 1
    It is concrete. It adds a message and moves the sales numbers by not one minute. # feedback
    -> mixed_weeks
* ["Good that we talked. Let's see how it goes."]
    A friendly end without a next step. Nobody could say what will be different on Thursday. # feedback
    -> mixed_weeks

=== good_weeks
Two weeks later. Both first versions were there at noon, and Edda has planned with them. You pass Jonas's desk.
* ["Noon, twice. Edda caught a shortage on Thursday because of it. What made the difference?"]
    ~ trust = trust + 1
    Exact praise says what to keep doing, and the question shows what the new way costs him. # feedback
    -> debrief
* [Say nothing. On time is what was agreed.]
    The change cost effort, and from outside it looks as if nobody saw it. One sentence would help it to last. # feedback
    -> debrief
* ["See? It works if you want it to."]
    ~ trust = trust - 1
    This makes it a matter of will, when the two of you had changed how the work runs. # feedback
    -> debrief

=== mixed_weeks
Two weeks later. One report came at one o'clock, one at half past three. { agreed == 1: The status messages at ten were all there.|Edda has started to keep her own list.}
* ["What we agreed was not enough, and that's also on me. Can we go back to the cause?"]
    ~ agreed = 2
    ~ trust = trust + 1
    Going back soon, with your own part named, restarts the talk without blame. Together you find the late release. # feedback
    -> debrief
* [Make the report yourself until things calm down]
    Edda has her numbers. The obstacle stays, Jonas loses the task without knowing why, and you lose a morning. # feedback
    -> debrief
* [Ask HR for a written warning]
    ~ trust = trust - 1
    A formal step, before the cause is known and before a clear agreement was missed. HR sends it back with questions. # feedback
    -> debrief

=== debrief
{ trust < 0: -> debrief_trust }
{ exact == 1 && cause == 1 && agreed == 2 && waited == 1: -> debrief_clear_late }
{ exact == 1 && cause == 1 && agreed == 2: -> debrief_clear }
{ agreed == 2: -> debrief_partly }
-> debrief_open

=== debrief_clear
On this way the facts came first, the cause came from Jonas, and the next step had a date. That order is the method: situation, behaviour, effect, then a question, then an agreement. # debrief
-> END

=== debrief_clear_late
On this way the facts, the cause and a next step with a date all came together. One thing would make it easier still: talk within a day or two, while everybody remembers the details. # debrief
-> END

=== debrief_trust
On this way the talk got tight: criticism with an audience, pressure before the cause, or a remark about will. Where people defend themselves, causes stay hidden. A private place and "tell me how it goes" cost nothing. # debrief
-> END

=== debrief_partly
On this way a workable next step was found in the end. { exact == 0: It gets there sooner when the first sentence holds when, what, and what it led to.|It gets there sooner when you ask how the work runs before you talk about solutions.} # debrief
-> END

=== debrief_open
On this way the talk took place and the work stayed as it was. What was missing is one concrete agreement: who does what, by when, and when you look at it again. # debrief
-> END

# kind: scenario
# id: safe-data-complaint-export
# title: Sixty complaints before half past three
# minutes: 6

VAR cut = 0
VAR approved = 0
VAR leak = 0
VAR honest = 0
VAR secured = 0
VAR routine = 0

14:10. Your director writes: "Can you bring the main themes of the complaints to the 15:30? Three bullets are enough." The export has 60 mails. By hand that takes two hours.

In your browser an AI chat is open, with your private account. The company's approved assistant needs one more login.
* [Drop the whole export into the chat that is already open]
    ~ leak = 2
    Three bullets in ten seconds. Sixty people's names and mails now lie with a provider that we have no contract with. # feedback
    -> found
* [Open the export first and see what is in it]
    Two minutes, and you know what you are about to send. # feedback
    -> columns
* [Log in to the approved assistant and drop the export in there]
    ~ approved = 1
    The right place: contract, work account, deletion rules. The upload stops at a notice: "This file contains personal data. Is it needed?" # feedback
    -> columns

=== columns
The file has five columns: name, mail, phone, order number, and the text of the complaint. What does the task need?
* [Keep only the text column, and replace names in it with "Customer A", "Customer B"]
    ~ cut = 2
    Themes come from the text. Four columns gone, and the three bullets will be just as good. # feedback
    -> which_tool
* [Delete the name column and leave the rest]
    ~ cut = 1
    A mail address like eva.lang@nordbau.example is a name as well, and a phone number finds one person. # feedback
    -> which_tool
* [Leave it as it is. It is only for a summary.]
    The summary is small, the input is not. What is sent gets stored, whatever comes out of it. # feedback
    -> which_tool

=== which_tool
{ approved == 1: The assistant waits for your go. You could also switch to the chat in the other tab, which feels faster.|Now the file needs a place to go.}
* [Use the approved assistant, with the work account]
    ~ approved = 1
    One login more. In return somebody has settled by contract what happens to the text. # feedback
    -> reread
* [Use the private account, with "do not train on my data" switched on]
    ~ leak = 1
    The switch is about training. The text is still sent and stored, outside everything the company can control. # feedback
    -> found

=== reread
Before you press the button you scroll through the text once. Mail 37 says: "I can't get into the portal, my password is Birke77, please look." Mail 52 tells of a customer's illness.
* [Replace both with a neutral word, and pass on that customer 37 needs a new password]
    ~ secured = 1
    ~ cut = cut + 1
    The theme "cannot log in" survives without the password. The customer gets a new one, since it was sent around by mail. # feedback
    -> share
* [Leave them in. It is the approved tool.]
    ~ leak = leak + 1
    Approved for internal text. A working password and somebody's illness are more than that, and three bullets need neither. # feedback
    -> second_thought
* [Drop both mails, 58 are enough for three bullets]
    ~ cut = cut + 1
    Safe for the summary. That a customer's password sits in a shared mailbox would still be worth a word. # feedback
    -> share

=== share
15:05. The bullets are good. A colleague asks: "Cool, send me the chat link? I want to dig deeper."
* [Send the three bullets, and the cleaned file by the team folder]
    She can work on, in her own account, and only people with access to the folder see the text. # feedback
    -> tell_director
* [Switch on "anyone with the link" and send it]
    ~ leak = leak + 1
    The link works for everybody who gets it, also outside, also next year. The care from before ends here. # feedback
    -> link_out
* [Tell her it's not possible for data protection reasons]
    Nothing leaks. She exports the raw file herself, since nobody said which way is open. # feedback
    -> tell_director

=== tell_director
15:28. The director likes the bullets. "Great. Can everybody do this every week?"
* ["Yes, if the export leaves out names and contacts. I'll ask for such an export."]
    ~ routine = 1
    The safe way becomes the easy way. The next person will not have to think about five columns. # feedback
    -> debrief
* ["Sure, it takes five minutes."]
    True, for somebody who knows which tool and which columns. Others will take the tab that is open. # feedback
    -> debrief

=== found
15:10. The bullets are done. While reading you see in mail 37: "I can't get into the portal, my password is Birke77." It went along with everything else.

What first?
* [Have the customer's password reset, then call Security]
    ~ secured = 1
    ~ honest = 1
    The password is worthless within minutes, wherever the text lies. Now the rest can be sorted out in order. # feedback
    -> report
* [Delete the chat quickly]
    The chat is gone from your screen. The password still works, and Security can no longer see what was in it. # feedback
    -> after_delete
* [First the meeting at 15:30, then think about it]
    An hour later the password still works, and nobody who could change it has heard of it. # feedback
    -> after_delete

=== second_thought
15:10. The bullets are done. Below the answer the assistant shows the house rule: "No passwords, no health data. Entered by mistake? Secure it, then call Security."
* [Have the customer's password reset, then call Security]
    ~ secured = 1
    ~ honest = 1
    The password is worthless within minutes. In an approved tool the rest is quickly settled, once somebody knows. # feedback
    -> report
* [Delete the chat. It was the company's own tool.]
    The circle of people who could see it is smaller here. The password still works, and nobody knows about it. # feedback
    -> after_delete

=== link_out
15:20. She writes: "Super useful! I've forwarded the link to the agency as well."
* [Switch the link off, then tell Security what was open, for how long and for whom]
    ~ secured = 1
    ~ honest = 1
    The door is closed first. Security can see who came through, and decides what the agency has to be told. # feedback
    -> link_lesson
* [Switch the link off and leave it at that]
    ~ secured = 1
    The door is closed. Whether the agency has saved a copy stays unknown, and that is a question for Security. # feedback
    -> link_lesson
* [Ask the agency to please not open it]
    A polite request, and the link goes on working for everybody who has it. # feedback
    -> link_lesson

=== link_lesson
The next morning she asks: "How should I share such things, then?"
* ["Send the result. The source stays in the team folder, where access is by name."]
    A rule that fits in one sentence, with a way that works. # feedback
    -> debrief
* ["Better not at all."]
    The need to share does not go away. Without a way that works, the next link is a matter of time. # feedback
    -> debrief

=== after_delete
Later that afternoon it still bothers you. You have the number of the Security team on the screen.
* [Call now and tell it in order, with the delay]
    ~ honest = 1
    ~ secured = 1
    "Good that you call. We reset the portal password now." The delay took one question, nothing more. # feedback
    -> report
* [Wait and see whether anything happens]
    Nothing happens that you could notice. A reused password would show up somewhere else, weeks later. # feedback
    -> debrief

=== report
Security asks for a short written note. What do you send?
* ["14:20, 60 complaint mails, one with a password. Tool and account are below. What next?"]
    What, how much, where, when. Privacy can judge from it whether people or an authority must be told. # feedback
    -> lesson
* ["Might have used an AI tool with some data, probably not a big deal."]
    ~ honest = 0
    Security needs three calls to learn what "some data" means. The estimate of how bad it is can be left to them. # feedback
    -> lesson
* [Attach the export, so that they can see for themselves]
    Meant to help, and now there is one more copy of the personal data in two mailboxes. A count and the columns are enough. # feedback
    -> lesson

=== lesson
The next day Security asks: "What would have made the other way easier for you?"
* ["An export without contact columns, and the approved assistant one click away."]
    Two things that can be changed, and that help the next sixty people under time pressure. # feedback
    -> debrief
* ["Nothing, I should just have been more careful."]
    Care runs out at 14:10 on a full day. A better export works every day, so it is worth naming. # feedback
    -> debrief

=== debrief
{ leak == 0 && cut >= 3 && routine == 1: -> debrief_clean }
{ leak == 0 && cut >= 3: -> debrief_clean_once }
{ leak == 0: -> debrief_almost }
{ honest == 1 && secured == 1: -> debrief_repaired }
{ secured == 1: -> debrief_vague }
-> debrief_open

=== debrief_clean
Three bullets on time, and nothing left the company that the task did not need. On this way it was: look into the file, cut to the text, replace what points to a person, use the approved tool, read it once more. # debrief
-> END

=== debrief_clean_once
Three bullets on time, and nothing left the company that the task did not need. What makes it last: ask for an export without contact columns, so that the next person under time pressure starts from a safe file. # debrief
-> END

=== debrief_almost
The bullets were on time and in the right tool. More data went in than three bullets needed. The next step: ask "what does the task need?" before the upload, and keep the text column only. # debrief
-> END

=== debrief_repaired
Something went where it should not, and it was handled well: first stop what can do harm, then Security with facts. That keeps small things small. What saves the detour next time: open the file and the approved tool first, and share results instead of chats. # debrief
-> END

=== debrief_vague
What could do harm was stopped, and that was the urgent part. With what, how much, where and when in one message, Security and Privacy can do the rest in minutes. A guess at how bad it is does not have to be in it. # debrief
-> END

=== debrief_open
On this way what went out is still open, and nobody who could act knows about it. In real life it is not too late at this point: close the link or change the secret, then tell Security what, how much, where and when. They will be glad that you called. # debrief
-> END

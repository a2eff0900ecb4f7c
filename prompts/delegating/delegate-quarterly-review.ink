# kind: scenario
# id: delegate-quarterly-review
# title: Handing over the quarterly review
# minutes: 6

VAR owner = 0
VAR clear = 0
VAR early = 0

Every quarter you build the review for the leadership team: twelve slides, three days of work. From now on somebody else should do it. Leila knows the numbers and has told you that she would like more responsibility. The meeting is in four weeks.

How do you hand it over?
* [Send her the last deck: "Same again with new numbers, please. I'll go over every slide."]
    ~ owner = owner - 1
    She can start at once. What she got is the filling in, while all decisions stay with you. # feedback
    -> freedom
* ["After the meeting, leadership should know where to invest. How you show it is yours. What's open?"]
    ~ owner = owner + 1
    ~ clear = 1
    A result and a free hand. Leila asks who is in the room and what they decided last time. Good questions come from owning it. # feedback
    -> freedom
* ["You've got this, I trust you completely. Just surprise me!"]
    ~ owner = owner + 1
    Trust is there, and a picture of the result is not. Leila goes away happy and slightly lost. # feedback
    -> freedom

=== freedom
"How much may I change?" asks Leila. "And can I talk to finance directly?"
* ["Structure and charts: you decide. Finance: go ahead. New targets: bring them to me first."]
    ~ clear = clear + 1
    ~ owner = owner + 1
    Three kinds of decision, three levels of authority. She knows when to run and when to ask. # feedback
    -> check_points
* ["Change what you like, we'll see what I think of it."]
    The limits exist, in your head. She will find them by walking into them. # feedback
    -> check_points
* ["Better run everything by me. It's leadership, after all."]
    ~ owner = owner - 1
    The risk is covered, and every small decision will now wait for a gap in your calendar. # feedback
    -> check_points

=== check_points
You both open your calendars. When do you look at it together?
* [A rough outline after one week, a draft a week before the meeting]
    ~ early = 1
    The first look comes while changes are cheap. Between the two, the days are hers. # feedback
    -> outline
* [Ten minutes every morning, to be on the safe side]
    ~ owner = owner - 1
    ~ early = 1
    You will see everything. By the third morning Leila asks before she tries. # feedback
    -> outline
* [Two days before the meeting, when it is finished]
    It feels like trust, and it leaves no time to change the direction. # feedback
    -> late_draft

=== outline
At the first look Leila shows six slides in place of twelve, and they start with the decision, not with the numbers. You would never have done it like that.
* ["Take me through your thinking. Does it answer where to invest?"]
    ~ owner = owner + 1
    It does, apart from one region, and she notices that while she explains. Her way, your measure. # feedback
    -> finance
* ["Interesting. Let me show you how I normally build it."]
    ~ owner = owner - 1
    She takes notes. The next version will look like yours, and the idea with the decision first is gone. # feedback
    -> finance
* ["Looks fine!" You have doubts about one region and keep them for later.]
    The doubt is now yours alone. It gets more expensive with each week that passes. # feedback
    -> finance

=== finance
Ten days to go. Leila writes: "Finance won't give me the regional figures before the close. What should I do?"
* ["What have you tried, and what would you do if I were on holiday?"]
    ~ owner = owner + 1
    She would ask for provisional figures and mark them. She writes to finance herself, and gets them. # feedback
    -> meeting
* [Call the head of finance yourself and forward the figures to her]
    ~ owner = owner - 1
    Solved in five minutes. Next time finance will wait for your call, and so will Leila. # feedback
    -> meeting
* ["I'll introduce you to the head of finance. You ask for what you need."]
    ~ owner = owner + 1
    You open a door that only you can open, and she walks through it. The task stays with her. # feedback
    -> meeting

=== late_draft
Two days before the meeting the deck arrives: {clear > 0: the right question, and one region is missing.|twelve careful slides, and none of them says where to invest.} Both of you are free for two hours this afternoon.
* [Rewrite it tonight. There is no time for explanations.]
    ~ owner = owner - 2
    The deck is good in the morning, and it is yours again. Leila hears about it when she opens the file. # feedback
    -> meeting
* [Sit down together: name the gap, let her change the slides, you comment]
    ~ owner = owner + 1
    Two tight hours, and the hand on the mouse is hers. You also both write down an earlier look for next time. # feedback
    -> meeting
* [Send 31 comments by mail]
    All of it is correct. Which three points decide the meeting has to be guessed, by tomorrow. # feedback
    -> meeting

=== meeting
The meeting. The deck is on the screen, and the first question comes from the head of sales. He looks at you.
* ["Leila built this, she'll take that one." Then stay quiet, even when it is hard.]
    ~ owner = owner + 1
    She thinks for two seconds and answers. From then on the questions go to her. # feedback
    -> debrief
* [Answer it quickly yourself, to protect her]
    ~ owner = owner - 1
    Kindly meant. The room has learned who owns the topic, and it is the same person as before. # feedback
    -> debrief

=== debrief
{ owner >= 3 && clear > 0 && early == 1: -> debrief_owned }
{ owner >= 2 && early == 0: -> debrief_late }
{ owner >= 2 && clear == 0: -> debrief_unclear }
{ owner >= 2: -> debrief_mostly }
-> debrief_taken_back

=== debrief_owned
Next quarter Leila sends you the date for the first look. On this way she got a result, a clear level of authority and an early check point, and the work stayed hers when it got difficult. # debrief
-> END

=== debrief_late
Leila owns the review now. On this way the first look came so late that the last days were tighter than needed. A rough outline after a fifth of the time costs half an hour and leaves room to turn. # debrief
-> END

=== debrief_unclear
Leila carried a good part of it. What would make the next round easier is said in two minutes at the start: what leadership should be able to decide afterwards, and which decisions are hers, shared or yours. # debrief
-> END

=== debrief_mostly
Leila carried most of it, because the result and her room to decide were clear. On this way one piece still came back to you. Naming it to her, and leaving it there next time, is the next step up. # debrief
-> END

=== debrief_taken_back
The meeting went fine, and next quarter the review is likely to land on your desk again. On this way decisions came back in small pieces: a rewritten slide, a call, an answer in the room. Pick one of them to leave with her next time. # debrief
-> END

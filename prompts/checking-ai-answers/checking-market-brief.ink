# kind: scenario
# id: checking-market-brief
# title: The brief that is due at four
# minutes: 6

VAR study = 0
VAR figure = 0
VAR rule = 0
VAR open_about_ai = 0
VAR leaned = 0

13:30. At four the management decides whether to offer repairs in Denmark. You are to deliver one page. The approved AI assistant has written it in a minute, and it reads well:

"According to Keller and Roth (2021), 62 % of buyers choose the brand that repairs. Our repair requests from Denmark grew by 38 % last year. From 2026 a guarantee of three years is required by law there."

How do you go on?
* [Mark everything that can be true or false, then decide what to check first]
    Three claims: a study, a number of ours, a law. The rest is style. Now the two hours can be planned. # feedback
    -> which_first
* [Ask the assistant: "Are you sure about all of this?"]
    It answers: "Yes, I have checked it carefully." It has opened nothing. The same words would come for a wrong text. # feedback
    -> which_first
* [Send it. It sounds right, and they are waiting.]
    At 13:45 the page is with eight people. The finance lead writes back: "38 %? I have 12 in my table." # feedback
    -> caught

=== which_first
13:50. What do you check first?
* [The law. If it's wrong, the decision is wrong.]
    ~ rule = 1
    A good order: first what would do the most harm. The official site has no such text. Legal says: "There is a proposal, nothing is decided." # feedback
    -> the_study
* [The 38 %. The data is ours and takes five minutes.]
    ~ figure = 1
    The table says 12 %. The assistant had compared December with January. Five minutes, and the biggest number on the page has changed. # feedback
    -> the_study
* [Spelling and layout, so that it looks clean]
    It looks clean now. What is wrong in it has become harder to see. # feedback
    -> the_study

=== the_study
14:30. The study by Keller and Roth. You search for the title and find nothing. There is a journal of that name, and an author called Roth.
* [Search in the journal's own index, then take the sentence out if it is not there]
    ~ study = 1
    No such article. Invented sources are often built from real parts. The page loses a nice sentence and nothing that carries the decision. # feedback
    -> the_rest
* [Keep the 62 %, without naming the study: "Surveys show that …"]
    The number is still without a source, and now nobody else can notice it either. # feedback
    -> the_rest
* [Ask the assistant for a better source for 62 %]
    It offers three, of which one opens and speaks about cars. A source is looked for before the claim, not after it. # feedback
    -> the_rest

=== the_rest
15:15. Forty-five minutes left. { figure == 0: The 38 % is unchecked.|The 12 % stands on your own table.} { rule == 0: The law is unchecked.|On the law you have the answer from Legal.} What now?
* [Check what is still open, the one that would hurt most first, and cut the rest]
    ~ figure = 1
    ~ rule = 1
    Twelve percent in the table, a proposal in place of a law. The page gets shorter, and each line on it can be defended. # feedback
    -> how_made
* [Leave it and write "figures without guarantee" below]
    A footnote does not tell the reader which figure to doubt. Open points help when they are named. # feedback
    -> how_made
* [Write "not checked" beside each open claim]
    ~ open_about_ai = open_about_ai + 1
    Honest and useful. The reader sees what carries weight and what does not, and can ask for it. # feedback
    -> how_made

=== caught
You open the table: 12 %. The assistant had compared December with January. Eight people have the page with 38 %.
* [Write to all eight at once: "38 % is wrong, it is 12 %. I'm checking the rest, new version by 15:30."]
    ~ figure = 1
    ~ open_about_ai = open_about_ai + 1
    Soon, plain, with the right number and a time. The error stays small because nobody has used it yet. # feedback
    -> the_study
* [Swap the file in the folder quietly]
    ~ figure = 1
    Those who open it now see 12. Those who have printed it argue with 38, and at four there are two versions in the room. # feedback
    -> the_study
* [Reply to the finance lead: "The AI must have got that wrong."]
    It is true, and the page came from your desk. Seven others still have the wrong number. # feedback
    -> the_study

=== how_made
15:50. The director reads your page. "Clear. Did you write this yourself?"
* ["An assistant drafted it. What I checked is marked, what is open as well."]
    ~ open_about_ai = open_about_ai + 2
    What the tool did, what a person checked, what is open. She knows how far she can lean on each line. # feedback
    -> the_room
* ["More or less, yes."]
    She now trusts every line in the same way. If one turns out to be wrong, the question will be about all the others. # feedback
    -> the_room
* ["That's from the AI, so please be a bit careful with it."]
    ~ open_about_ai = open_about_ai + 1
    Open about the tool. Where to be careful is left to her, ten minutes before the meeting. # feedback
    -> the_room

=== the_room
{ rule == 1: -> room_known }
-> room_unknown

=== room_known
In the meeting somebody asks: "And this three-year guarantee, is that certain?"
* ["No. It is a proposal, I asked Legal. I would not decide on it yet."]
    ~ open_about_ai = open_about_ai + 1
    One sentence with the state of knowledge and where it comes from. The decision rests on what is known. # feedback
    -> debrief
* ["It will probably come, so let's plan with it."]
    ~ leaned = 1
    You know that it is a proposal, and the room now hears a date. What was checked has to be said to be of use. # feedback
    -> debrief

=== room_unknown
In the meeting somebody asks: "And this three-year guarantee, is that certain?"
* ["I have not checked that. I'll ask Legal today, please don't decide on it before."]
    ~ open_about_ai = open_about_ai + 1
    Late, and in time. The decision waits a day for one call. # feedback
    -> debrief
* ["As far as I know, yes."]
    ~ leaned = 1
    It sounds like knowledge, and behind it stands a text that nobody has found. The plan now has a date that may not exist. # feedback
    -> debrief

=== debrief
{ leaned == 1: -> debrief_leaned }
{ study == 1 && figure == 1 && rule == 1 && open_about_ai >= 2: -> debrief_solid }
{ study == 1 && figure == 1 && rule == 1: -> debrief_silent }
{ open_about_ai >= 2: -> debrief_honest }
-> debrief_open

=== debrief_solid
All three claims met something outside the tool: the journal's index, your own table, Legal. And the readers knew how the page was made. That is the whole craft, and on this way it fitted into an afternoon. # debrief
-> END

=== debrief_silent
All three claims were checked, and the page held. One thing would add to it: a line on how it was made. "Drafted with AI, figures from our table, law checked with Legal" lets readers lean on it with good reason. # debrief
-> END

=== debrief_honest
People knew that AI had helped and that some points were open, so nobody leaned on the wrong line. { study == 0: The study was the weak spot. If a source cannot be found, its number goes too.|What remains is the order: first check the claim that carries the decision.} # debrief
-> END

=== debrief_leaned
A law that is only a proposal now carries part of a decision. { rule == 1: The check had been made, and it did not reach the room.|One call to Legal would have settled it.} A check is complete when the people who decide know what came out of it, and what is still open. # debrief
-> END

=== debrief_open
{ figure == 0: A number that was three times too high was in the room.|The number was put right in time.} { rule == 0: The law came up only because somebody asked.|The law was settled with Legal.} Next time: mark the claims, check outside the tool what would hurt most, and name what is open. # debrief
-> END

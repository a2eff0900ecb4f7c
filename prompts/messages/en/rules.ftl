# What each rule is called, and what it found: beside messages in the playground, in replays, and behind “Details”.

rule-author = Author
rule-channel = Channel
rule-match = Match
rule-language = Language
rule-chosen = Chosen
rule-which = Which topic
rule-numbers = Numbers
rule-addressed = Asked directly
rule-topic = Topic
rule-feedback = Feedback
rule-condition = Condition
rule-role = Role
rule-settings = Personal settings
rule-workload = Workload
rule-control-group = Control group
rule-answered = Answered by people
rule-cooldown = Not too often
rule-repeat = Not a repeat
rule-grace = People first
rule-hours = Working hours
rule-limit = Daily limit
rule-summary = Weekly summary

match-found = “{ $topic }” { $score } % (needs { $threshold } %)
match-closest = no match (closest: { $topic }, { $score } %; needs { $threshold } %)
match-nothing = nothing I have a card for
match-edited = the message was changed
chosen-best = best of { $count } matches
which-close = { $count } topics are too close to tell apart
language-by-words = not English ({ $language }): matched by its words only
feedback-more = { $said }; it now takes a closer match
feedback-less = { $said }; a looser match is enough now
feedback-same = { $said }; nothing changes
feedback-share = { $liked } of { $people } people found it right
feedback-few = a few people have said what they think
alert-named = alert “{ $name }”

topic-off = off
topic-paused = paused
topic-removed = this topic was removed
mode-live = on
mode-shadow = watch only (shadow): recorded, nothing is posted
condition-failed = { $condition }: { $why }
condition-no-answer = gives neither yes nor no
condition-broken = could not be evaluated
role-only = only for: { $roles }
role-asking = only for: { $roles }; asking what their role is
settings-out = suggestions are turned off
settings-snoozed = quiet for a week
settings-stopped = this topic is turned off
workload-ready = ready for more (their own answer)
workload-unsure = unsure (their own answer)
workload-overloaded = overloaded (their own answer): only what they ask for
control-group-share = { $percent } % of people get no card, for comparison
cooldown-quiet = quiet here for the last { $hours ->
    [one] hour
   *[other] { $hours } hours
 }
cooldown-recent = already answered here in the last { $hours ->
    [one] hour
   *[other] { $hours } hours
 }
repeat-new = you haven’t seen this card in { $days ->
    [one] a day
   *[other] { $days } days
 }
repeat-skipped = skipped { $skipped ->
    [one] 1 card
   *[other] { $skipped } cards
 } you have already seen
repeat-all = you have seen everything I have on this
repeat-again = you have seen everything I have on this; you asked, so here it is again
addressed-now = you asked me directly, so no waiting
addressed-opened = you opened it from another card
grace-waiting = waiting { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
 } for people to answer first
grace-late = this reached me late: reading what people wrote since then first
grace-over = nobody answered within { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
 }
hours-asking = asking which time zone they are in
hours-open = { $hours }, { $zone }
hours-disturb = { $hours }, { $zone }; “do not disturb” is on
hours-day-off = { $hours }, { $zone }; a day off
limit-used = { $day } of { $per_day } cards used today, { $week } of { $per_week } this week
limit-burst = another card came within the last hour
limits-demo = not counted here (demo limits)
limit-reached-then = you had already had your cards when this came up
summary-saved = saved for { $day }’s summary
summary-off = the weekly summary is turned off
summary-empty = nothing is left for the summary
summary-told = in the summary of { $date }
summary-full = the summary was full
summary-repeat = the summary already has this card
summary-missed = no summary came in time
summary-opened = it was in your weekly summary, and you opened it
answered-here = this message answers a question here
over-before-told = back to normal before the card was sent
no-longer = no longer true

# Why a question is left alone.
resolved-answered = someone answered first
resolved-claimed = someone took it on
resolved-withdrawn = they found it themselves
resolved-deleted = the question was deleted
match-again = part of the question you asked a moment ago

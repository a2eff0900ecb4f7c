# Cards that employees read. They read “topic” and “card”; each state says what happens next.

# The card of a topic, its buttons, and what it says once one was tapped.
card-seconds-read = { $seconds }-second read
card-seconds-watch = Takes { $seconds } seconds to watch
card-seconds-listen = Takes { $seconds } seconds to listen to
card-seconds = Takes { $seconds } seconds
card-minutes-read = { $minutes }-minute read
card-minutes-watch = Takes { $minutes } minutes to watch
card-minutes-listen = Takes { $minutes } minutes to listen to
card-minutes = Takes { $minutes } minutes
card-because = { $takes } · You asked about: { $skill }
card-because-number = { $takes } · Because a number changed: { $measure }
card-because-alert = { $takes } · Because of the alert “{ $alert }”
card-useful = Useful
card-not-for-me = Not for me
card-known = I know this
card-practise = Practise this
card-why = Why this?
card-also = Also: { $title }
card-all = Show all
card-undo = Undo
card-snooze = Quiet for a week
card-stop = Don’t show me this topic
rated-useful = ✓ Thanks, good to know.
rated-not-for-me = ✓ Thanks. I’ll suggest this less.
rated-known = ✓ Got it: you won’t see this card again for a while.
rated-snoozed = ✓ Quiet for a week. You can still ask me any time.
rated-stopped = ✓ You won’t get cards about “{ $topic }” any more.
undone-title = Undone
undone-text = Your tap doesn’t count any more.
rated-by-another-title = Thanks
rated-by-another = Others only see how many people said so, never who.
only-you = Only you see this.
you-chose = You chose:{" "}
what-holds = Better:{" "}

# A number that moved.
number-band = By luck alone, { $low } to { $high } is normal.
number-own = { $measure } (yours): usually { $usual } → now { $now }
number-team = { $measure } (the team’s): usually { $usual } → now { $now }
recovered-title = Back to normal
recovered-footer = Only you see this. Nothing to do.
alert-over = The alert is over.

# Answers where there is no card.
nothing-title = I don’t have a card for that yet
nothing-words = Try other words, or ask a colleague.
nothing-skills = I can help with:
nothing-maybe = Maybe: { $topic }
one-question-title = That sounded like the same question
one-question-text = The card above is what I have on it. New question? Say it in one message.
waiting-title = There is a private answer here
waiting-text = Your direct messages are closed to me, so the answer waits behind this button. Only the person who asked can open it.
waiting-open = Open (only you)
not-for-you-title = This one isn’t for you
not-for-you-text = Only the person who asked can open it.
gone-title = This card has expired
gone-text = I no longer store what it was about. Ask again in your own words to get a fresh one.
reflected = You wrote it down, and that is what it is for. I don’t store it.

# Several topics are close, or the one that was meant may not answer.
which-title = Which of these?
which-text = I may have something for you, and I don’t want to guess.
which-none = None of these
which-none-noted = None of these. Thanks, that helps. Tell me in other words what you need, any time.
refused-title = I can’t help with that one here
refused-text = That sounds like “{ $topic }”, but { $why }.
refused-off = this topic is switched off at the moment. Its owner ({ $owner }) can tell you more
refused-role = I have no card on it that is written for your role
silent-title = Why I said nothing
silent-text = Your last message sounded like “{ $topic }”. I said nothing ({ $why }). Ask me directly and you get an answer right away.

# What Kairos says about itself.
skills-title = Ask me in your own words
skills-how = Write what you are stuck with, as you would to a colleague. You get one card that takes a minute or two, and you can practise it where nobody else sees it. Or pick a topic:
skills-footer = What you write is not stored.
who-title = I’m Kairos
who-text = A bot, not a person. I read along where I was invited, wait for people to help each other, and offer one short card when nobody does. The cards are written by people here, not made up by an AI.
privacy-title = Who can see this
privacy-written = What you write to me
privacy-written-text = I read it to find a card, then drop it. I don’t store your text.
privacy-channel = In a channel
privacy-channel-text = Everybody in the channel sees my answer there. In private, only you do.
privacy-stored = What I store
privacy-stored-text = Topic, time, which card, and what you tap.
privacy-manager = Your manager
privacy-manager-text = Sees totals of five people or more. Never your taps, answers or practice.
privacy-page = Your page
privacy-page-text = `/kairos me` shows everything I know about you, and deletes it if you want.
still-here-title = I’m here
still-here-text = It works. Ask me something, or pick a topic:
thanks-title = Any time 🙂
ways-out-title = Less from me
ways-out-ask = Sorry if that was too much. How long should I keep quiet? You can still ask me any time.
ways-out-quiet = You get no suggestions from me this week. You can still ask me any time.
ways-out-off = You get no suggestions from me. You can still ask me any time.

# Why this?
why-title = Why you see this
why-example = Your message sounds like “{ $example }”. Match: { $score } % (needs { $threshold } %).
why-colleague = Your message sounds like “{ $example }”, which a colleague added. Match: { $score } % (needs { $threshold } %).
why-keyword = Your message contains “{ $phrase }”.
why-alert = A monitoring system raised the alert “{ $name }”.
why-asked = You asked for it by name.
why-topic = Topic: { $topic } (owner: { $owner }).
why-stored = I store the topic, the card and what you tap, not your message.
why-stored-numbers = Only you see these numbers. Managers see totals of five people or more.
why-details = Details
why-nothing-title = No card has reached you yet
why-nothing-text = So there is nothing to explain. Ask me something first.
details-title = How I decided
details-topic = This card comes from the topic “{ $topic }” (owner: { $owner }), for when: { $need }.
details-words = Words that matched: { $words }.
details-checked = I checked:
details-promise = How sure the check is: { $promise }.
details-stored = What I store: topic, time, which card, what you tap, and the matching words (three at most). Your message is not stored. Managers see totals of five people or more.
details-stored-numbers = What I store: the reported numbers (for as long as your company keeps them), which card, and what you tap. Managers see totals of five people or more.
details-change = To change it: “Quiet for a week” or “Don’t show me this topic” on the card. Everything else: `/kairos me`.

# Somebody’s own words.
own-words-label = Say it in your own words
own-words-title = How would you have asked?
own-words-invitation = If you like, tell me how you would have asked, so I recognise it next time. It goes to the topic’s owner without your name. They can add it as an example that colleagues can read; otherwise it is deleted after { $days } days at the latest. Please leave out names.
own-words-refused-title = I can’t use that
own-words-refused = Nothing was stored. Please write { $right }.
own-words-thanks-title = Thank you
own-words-thanks = Your words go to the topic’s owner, without your name. Nothing changes until they add them as an example; otherwise they are deleted after { $days } days at the latest.
own-words-known-title = I already know these words
own-words-known = They are an example of this topic. Nothing more was stored.
own-words-enough-title = Enough is waiting for review
own-words-enough = Nothing was stored: earlier suggestions have to be reviewed first. Thank you all the same.
own-words-length = a sentence of { $shortest } to { $longest } characters (this has { $length })
own-words-plain = plain words, without mentions, links, e-mail addresses or code
own-words-letters = words

# Practice.
typed-nearest = That is closest to { $option }. Take it?
typed-take = Take { $option }
typed-footer = Or choose another one above. Only you see this.
practice-open-title = Your practice is ready
practice-open-text = It is in your private conversation with me. Nobody else sees what you choose.
practice-step = Step { $step } of about { $steps } · private · leave and come back any time
practice-done = Done. Only you can see this.
practice-takeaway = What to take away
practice-again = Try again, differently
practice-question = One quick question
practice-rewritten = This practice was rewritten since you started. You can’t continue from here, but you can start again.
practice-restart = Start again

# Why this? asked by somebody else than the person the card is for.
why-others-title = Why this card is here
why-others-topic = This card comes from the topic “{ $topic }” (owner: { $owner }), for when: { $need }.
why-others-rest = Why it came just now is shown to the person it is for.

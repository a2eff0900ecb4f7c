# A person’s own page, the forms behind it, the weekly check-in and the weekly summary.

# The weekly check-in.
pulse-title = How busy is your week?
pulse-text = One tap; nobody else sees it. If you are overloaded, you only get what you ask for until the next check-in.
pulse-footer = You asked for a weekly check-in.
pulse-ready = Ready for more
pulse-unsure = Unsure
pulse-overloaded = Overloaded
pulse-stop = Don’t ask me again
pulse-noted-ready = Ready: nothing changes. Suggestions come in your working hours, within your daily limit.
pulse-noted-unsure = Unsure: nothing changes. If it gets too much, `/kairos snooze` gives you a quiet week.
pulse-noted-overloaded = Overloaded: you only get what you ask for until the next check-in. `/kairos me` changes that any time.

# The weekly summary.
digest-title = This week’s summary
digest-intro = These cards might have helped, but you had already had your cards. Open what you like; none of it will come again on its own.
digest-line = . { $topic }
digest-line-asked = . You asked on { $day } in { $channel }: { $topic }
digest-open = Open: { $title }
digest-off = Turn off this summary
digest-footer = Only you see this. At most once a week, in your working hours.

# Words that many cards share.
done = Done
not-changed = Not changed
snooze-week = Quiet for a week

# Suggestions: on, off, quiet.
suggestions-snoozed = Quiet for a week. You can still ask me any time. `/kairos resume` ends it.
suggestions-off = You won’t get suggestions any more. You can still ask me any time. `/kairos resume` turns them back on.
suggestions-on = Suggestions are back on.

# Somebody’s own page.
me-title = You and Kairos
me-footer = Only you see this. Managers see totals of five people or more, never what you tap or practise.
me-known = What I know about you, and why
me-skills = Skills and practice
me-settings = Settings
me-zone = Time zone
me-zone-told = { $zone }, as you told me (so nothing comes at night)
me-zone-platform = { $zone } (so nothing comes at night)
me-zone-unknown = I don’t know your time zone, so I use the company’s.
me-role = Role
me-role-why = { $roles } (to pick fitting cards)
me-cards = Cards in the last 30 days
me-cards-count = { $asked } you asked for, { $suggested } suggested (we count to stay within your limit)
me-marked = Marked as known (won’t come again)
me-nothing-stored = What you write is not stored.
me-practising = In progress
me-had-card = You had a card on
me-no-skills = Nothing yet. Ask me something, and practise it if you like.
me-suggestions = Suggestions
me-suggestions-off = off; you can ask any time
me-suggestions-quiet = quiet until { $until }
me-suggestions-on = on, in your working hours and within your limit
me-hours = Working hours
me-own = { $value } (your own)
me-default = { $value } (company default)
me-days-off = Days off
me-limit = Daily and weekly limit
me-beyond = Anything beyond the limit
me-beyond-skipped = skipped
me-beyond-summary = in a weekly summary
me-pulse = Weekly check-in
me-pulse-next = next on { $next }; { $answer }
me-pulse-none = not answered yet
me-pulse-ready = you said: ready for more
me-pulse-unsure = you said: unsure
me-pulse-overloaded = you said: overloaded, so you only get what you ask for
me-stopped = Topics you turned off
me-show-again = Show again: { $topic }
me-continue = Continue: { $title }
me-resume = Turn suggestions back on
me-available = I’m free for suggestions again
me-change-zone = Time zone
me-summary-on = Send me a weekly summary
me-summary-off = No weekly summary
me-pulse-off = Don’t ask how busy I am
me-pulse-on = Ask me each week how busy I am
me-out = Turn off suggestions
me-export = Show everything stored about me
me-erase = Forget me

# Everything that is stored, and erasing it.
export-title = Everything stored about you
export-suggested = { $title } (suggested)
export-older = and { $count } older
export-cards = Cards you got
export-taps = What you tapped
export-nothing = Nothing.
export-own-words = Your words waiting for review
erase-title = Forget you?
erase-text = I’ll delete your settings, the cards you got, what you tapped and practised, and your words waiting for review, for good. I won’t recognise you afterwards, so topics you turned off may come again.
erase-yes = Yes, forget me
erased-title = Forgotten
erased-text = Nothing is stored about you any more. You can ask me any time.

# The time zone.
zone-title = What time zone are you in?
zone-text = So that nothing comes at night. I can’t see it here, so until you tell me I use { $zone }. I only ask once.
zone-tell = Set my time zone
zone-right = { $zone } is right

# Forms.
form-hours = Your working hours
form-limit = Daily and weekly limit
form-days-off = Your days off
form-zone = Your time zone
form-hours-label = Days and hours
form-limit-label = Cards I may suggest
form-days-off-label = One date or “first to last day” a line
form-zone-label = Your city, or a name like Europe/Lisbon
form-hours-set = Your working hours: { $hours }.
form-limit-set = At most { $limit }, for cards you didn’t ask for.
form-days-off-none = You have no days off ahead.
form-days-off-set = No suggestions on these days: { $days }.
form-zone-set = Your time zone: { $zone }.
form-late-title = That took too long
form-late = The form didn’t open. Please tap again.
form-hours-wrong = I didn’t understand that. Try: Mon-Fri 09:00-17:30
form-limit-wrong = Use two numbers up to { $most }, e.g. “1 a day, 3 a week” (the week can’t be less than the day)
form-day-wrong = “{ $written }” isn’t a date I understand. Try: 2026-12-24, or 2026-12-24 to 2027-01-02, one a line
form-stretch-wrong = “{ $written }” isn’t a stretch I understand: up to a year, first day first
form-days-many = That’s too many lines: { $most } at most
form-zone-wrong = I don’t know that place. Try a large city in your time zone, such as Lisbon or New York, or a name like Europe/Lisbon

# What can be typed.
help-ask = or just your question: you get an answer, or a reason why not
help-why = why you saw the last card
help-snooze = pauses suggestions for a week (`resume` ends it)
help-stop = turns off suggestions
help-me = what I know about you, and how to change it
help-here = for channel admins: answer in this channel (`shadow`: watch only, `off`: stay away)

# A person’s own page, the forms behind it, and the weekly check-in.

pulse-title = How busy is your week?
pulse-text = One tap; nobody else sees it. If you are overloaded, you only get what you ask for until the next check-in.
pulse-footer = You asked for a weekly check-in.
pulse-ready = Ready for more
pulse-unsure = Unsure
pulse-overloaded = Overloaded
pulse-stop = Don’t ask me again
pulse-noted-title = Done
pulse-noted-ready = Ready: nothing changes. Suggestions come in your working hours, within your daily limit.
pulse-noted-unsure = Unsure: nothing changes. If it gets too much, `/kairos snooze` gives you a quiet week.
pulse-noted-overloaded = Overloaded: you only get what you ask for until the next check-in. `/kairos me` changes that any time.

digest-title = This week’s summary
digest-intro = These cards might have helped, but you had already had your cards. Open what you like; none of it will come again on its own.
digest-line = . { $topic }
digest-line-asked = . You asked on { $day } in { $channel }: { $topic }
digest-open = Open: { $title }
digest-off = Turn off this summary
digest-footer = Only you see this. At most once a week, in your working hours.
snooze-week = Quiet for a week

# The headline beside each message of the playground.

shown-resolved = Stays silent: { $why }
shown-shadow = Would answer, but only watches here (shadow)
shown-answered = Nobody answered in time, so Kairos did
shown-asked = Asked directly: answered right away
shown-hours = Waiting for working hours
shown-summary = Saved for the weekly summary: { $who } already had today’s card
shown-grace = Waiting for people to answer first
shown-nothing = Silent: nobody seemed to need help
shown-limit = Silent: { $who } has had the cards for today. Mention @Kairos to ask anyway
shown-cooldown = Silent: just answered this here. Mention @Kairos to ask anyway
shown-repeat = Silent: { $who } has seen everything I have on this
shown-quiet = Silent: { $who } asked for quiet
shown-off = Silent: switched off here
shown-control = Silent: { $who } is in the control group
shown-by-people = Silent: people answered
shown-condition = Silent: the topic’s condition doesn’t hold here
shown-role = Silent: not for { $who }’s role
shown-workload = Silent: { $who } is overloaded this week
shown-author = Silent: written by a program
shown-rule = Silent: { $rule }

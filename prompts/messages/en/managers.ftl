# What managers read: triggers in totals, and what can be done about them.

managers-only = Only workspace admins and the managers named in the configuration can do that.
by-a-manager = by a manager
by-itself = by itself: { $why }
triggers-title = Triggers
me-triggers = Triggers
triggers-intro = Paused topics make no suggestions. Direct questions still get an answer.
triggers-footer = Numbers appear once { $fewest } people are involved.
triggers-more = and { $count } more that don’t fit on this card
trigger-off = off
trigger-on = on
trigger-shadow = watch only (shadow)
trigger-paused = paused, { $why }
trigger-line = : { $mode }. Last 30 days: { $cards } cards, { $useful } useful, { $against } not for me or turned off.
trigger-line-few = : { $mode }. Not enough people yet (fewer than { $fewest }).
trigger-tuned = Feedback: { $what }.
trigger-doubted = To review: several people didn’t want what “{ $example }” brought.
trigger-disabled = Disabled example: “{ $example }”.
trigger-suggested = Suggested by someone it helped: “{ $example }”.
trigger-suggested-more = More suggestions, once these are decided: { $count }.
trigger-added = Added from a colleague: “{ $example }”.
trigger-added-more = Added earlier: { $count }.
example-approve = Approve: { $example }
example-decline = Decline: { $example }
example-disable = Disable: { $example }
example-enable = Enable: { $example }
example-remove = Remove: { $example }
trigger-pause = Pause: { $title }
trigger-resume = Resume: { $title }
paused-title = “{ $title }” paused itself
paused-why = { $why }. It makes no suggestions any more; people who ask for it still get its card.
paused-check = Before you resume it: do its examples still say what people need, and does its first card answer it?
paused-because = { $against } of { $people } people who answered said “Not for me” or turned it off
paused-resume = Resume
paused-footer = Earlier taps are reset when you resume it.
timing-good = Good timing
timing-bad = Bad timing
timing-noted = It counts as one vote, beside those of the people it reaches. `/kairos me`, Triggers shows the result.
approve-own = These are your own words. Another manager has to approve or decline them.
approve-full = This trigger already has { $most } added examples. Remove one first.

# What a rule promises about false alarms.
promise-person-one = at most about one false alarm per person and year
promise-person-many = at most about { $many } false alarms per person and year
promise-person-years = at most about one false alarm per person in { $years } years
promise-team-one = at most about one false alarm per team and year
promise-team-many = at most about { $many } false alarms per team and year
promise-team-years = at most about one false alarm per team in { $years } years
promise-chart = about one false alarm in 180 numbers, as run rules have it
promise-threshold = no promise about false alarms: a threshold knows nothing of chance
promise-source = whatever the source promises

# Where somebody may not, and what holds in several workspaces.
other-workspace = That belongs to another workspace, or to all of them: its managers decide.
paused-everywhere = for every workspace, { $reason }
paused-in = in { $workspace }, { $reason }

# What a number’s check found, in sentences that need no statistics to read.

number-recovered = { $title }: { $now }; { $usual }. Back to normal.
number-too-few = { $title }: { $now }. Too few to tell; it takes { $least }.
number-too-early = { $title }: { $now }. Checked once every { $days } days, so that luck gets no extra tries.
number-found = { $title }: { $now }; { $usual }. { $because }
number-usual = usually { $usual }
number-before = before: { $past }
number-usual-unknown = what’s usual isn’t known yet
number-luck-moved-low = By pure luck you’d see a number this low about 1 time in { $times }, so something probably changed.
number-luck-moved-high = By pure luck you’d see a number this high about 1 time in { $times }, so something probably changed.
number-luck-steady-low = By pure luck you’d see a number this low about 1 time in { $times }, so it may be just that.
number-luck-steady-high = By pure luck you’d see a number this high about 1 time in { $times }, so it may be just that.
number-luck-usual = A number like this is nothing unusual.
number-chart-moved = The control chart shows { $pattern }, so something probably changed.
number-chart-steady = The control chart shows nothing unusual.
number-sum-moved = Added up, it is { $sum } away from usual (limit: { $limit }): it changed, and it lasts.
number-sum-steady = Added up, it is { $sum } away from usual (limit: { $limit }): no lasting change.
number-threshold-moved = It passed the limit that was set.
number-threshold-steady = It is within the limit that was set.
number-unsaid = Nothing can be said: { $why }.
number-cases = { $events } of { $of } { $unit } ({ $share })
number-count = { $events } { $unit }
number-rate = { $events } in { $of } { $unit } ({ $share })
number-percent = { $percent } %
unsaid-usual = what’s usual isn’t known yet
unsaid-kind = an exact test needs a proportion, a count or a rate
unsaid-short = the series is too short (it takes twelve earlier numbers)
unsaid-no-limit = no limit is set
unsaid-source = the source decides
pattern-three-sigma = one point beyond three sigma
pattern-two-sigma = two of three points beyond two sigma
pattern-one-sigma = four of five points beyond one sigma
pattern-eight = eight points in a row on the worse side

# Somebody is asked whether an e-mail address is theirs, before any number about them comes.
is-this-you-title = Is this you?
is-this-you-text = Numbers and alerts about { $address } would reach you here, in private.
is-this-you-yes = Yes, that’s me
is-this-you-no = Not me
is-this-you-footer = Nothing comes before you say yes.
is-this-you-thanks = Thanks
is-this-you-confirmed = When a number about { $address } moves, you hear of it here. Nobody else does.
is-this-you-denied = Nothing about { $address } will reach you.

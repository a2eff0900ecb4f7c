# “Everything that is kept about you”: the headings of what `kairos export` tells too, and its lines.

held-decisions = What I decided
held-practices = Practice
held-numbers = Numbers and alerts about your work
held-moved = Numbers that moved
held-checks = Numbers I checked
held-shifts = Your on-call shifts
held-names = What other systems call you
held-accounts = Your accounts
held-older = and { $count } older
held-no-topic = No topic
held-spoke = answered
held-waited = waited for people to answer
held-silent = said nothing
held-open = in progress
held-finished = finished
held-evidence = Of a message I keep at most three words, and only words that it shares with an example.

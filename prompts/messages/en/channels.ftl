# What Kairos does in a channel, and who may change it.

here-title = This channel
here-told = { $mode } { $sensitivity } Workspace admins and the channel’s creator can change this: `/kairos here live`, `shadow` or `off`, followed by `careful`, `balanced` or `eager` if you like.
here-mode-off = I’m off here: I don’t read along. You can still mention me.
here-mode-shadow = I watch silently here and record what I would have answered (shadow).
here-mode-live = I answer questions in their thread when nobody else does.
here-careful = About 1 in 2,000 messages may get a card it didn’t need (careful).
here-balanced = About 1 in 1,000 messages may get a card it didn’t need (balanced).
here-eager = About 5 in 1,000 messages may get a card it didn’t need (eager).
here-unknown-mode = Use live, shadow (watch only) or off. Try: /kairos here live
here-unknown-sensitivity = How readily I answer can be careful, balanced or eager. Try: /kairos here live eager
here-private = This is a private conversation. Type it in the channel you mean.
here-refused = Only workspace admins and the channel’s creator can change what I do here.
here-invite-first = I’m not a member of this channel, so I can’t see what is written here. Invite me first (`/invite`), then try again.
here-unanswered = I couldn’t check whether you may change this. Please try again in a minute.
here-announce-title = What I do in this channel
here-announce-off = From now on I’m off here: I don’t read along. You can still mention me.
here-announce-shadow = From now on I’ll watch silently here and record what I would have answered (shadow).
here-announce-live = From now on I answer questions here in their thread when nobody else does.
here-announce-more = You can mention me any time. `/kairos here` shows and changes this.
here-done = Set for { $channel }, and announced there: “{ $announced }”

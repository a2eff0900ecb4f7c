# What `kairos` says at the command line.

start-version = Kairos { $version } · data in { $data }
start-version-memory = Kairos { $version } · everything in memory, gone when you stop it
start-local = Nothing leaves this machine.
start-open = Open the playground: { $url }
start-try = Ask something in #deals as Ana. Ctrl-C stops.
hear-topic = Would offer help with: { $topic }
hear-nothing = Nobody seems to need help here.
hear-because-words = Because of the words “{ $words }”.
hear-because-example = Because it sounds like “{ $example }”.
hear-card = First card: { $card }
hear-condition = Only where { $condition } (you said #{ $channel }).
chat-unknown = { $word } isn’t a command. `/help` lists them.
chat-greeting = Write a message and press Enter. `/help` lists the commands, `/quit` leaves.
chat-try = Try: how do I answer when they say we’re too expensive?
chat-then = then: /wait 10m
chat-wait = { $span } isn’t a time I understand. Try: /wait 10m, 2h or 1d
chat-rooms = Try: deals, support, team-leads, ai-help, general or private
chat-undecided = Nothing was decided about it.
chat-card-now = Kairos ({ $room }), the card now says:
chat-about = About: { $message }

// What a careful hand writes with discord.js: the same intents, the same keywords, the same answer in a thread.

import { Client, GatewayIntentBits, Options } from "discord.js";

const keywords = process.env.KEYWORDS.split("|").map((word) => word.toLowerCase());
const { Guilds, GuildMessages, GuildMessageReactions, DirectMessages, MessageContent } = GatewayIntentBits;
const client = new Client({
  intents: [Guilds, GuildMessages, GuildMessageReactions, DirectMessages, MessageContent],
  makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0 }),
  rest: { api: process.env.API, globalRequestsPerSecond: 10000 },
  allowedMentions: { parse: [] },
});

client.on("messageCreate", async (message) => {
  if (message.author.bot) return;
  const text = message.content.toLowerCase();
  const keyword = keywords.find((word) => text.includes(word));
  if (!keyword) return;
  const thread = await message.startThread({ name: keyword, autoArchiveDuration: 1440 });
  await thread.send({ content: `**${keyword}**\nAsk first what they compare it with.`, nonce: message.id, enforceNonce: true });
});

await client.login(process.env.TOKEN);

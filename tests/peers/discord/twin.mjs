// A second simulated Discord on loopback: npm `discord-digital-twin`, with the control of serve.py as far as it can do it.
//
// usage: node twin.mjs       prints one line of JSON with addresses, token and ids, then serves until its stdin closes
// control, same port:        POST /__ctl/NAME with a JSON body; see `control`
//
// What it lacks and no command can do without is added here: private conversations (POST /users/@me/channels).

import { createServer } from "node:http";
import { DigitalDiscord } from "discord-digital-twin";

const twin = new DigitalDiscord({
  guild: { name: "Twin Guild" },
  channels: ["deals", "general"].map((name) => ({ name, type: 0 })),
  users: ["ana", "ben"].map((username) => ({ username })),
});
await twin.start();

const named = (rows, name) => Object.fromEntries(rows.map((row) => [row[name], row.id]));
const users = named(await twin.prisma.user.findMany({ where: { bot: false } }), "username");
const channels = named(await twin.prisma.channel.findMany(), "name");
const KINDS = { 4: "message", 5: "deferred", 6: "deferred_update", 8: "autocomplete", 9: "modal" };

const control = {
  async say({ channel, user, text }) {
    const message = await twin.simulateUserMessage({ channelId: channel, userId: users[user], content: text });
    return { id: message.id };
  },

  async exists({ channel }) {
    return { exists: (await twin.prisma.channel.count({ where: { id: channel } })) > 0 };
  },

  async messages({ channel }) {
    return await twin.channel(channel).getMessages();
  },

  // The thread that began with a message; here it has an id of its own.
  async thread({ message }) {
    const thread = await twin.prisma.channel.findFirst({ where: { starterMessageId: message } });
    return { id: thread?.id ?? null };
  },

  async interact({ kind, channel, user, data, message }) {
    const asked = { type: kind, channelId: channel, userId: users[user], data, messageId: message };
    const { id } = await twin.simulateInteraction(asked);
    return { id };
  },

  async answers({ interaction }) {
    const row = await twin.prisma.interactionResponse.findUnique({ where: { interactionId: interaction } });
    const data = row.data ? JSON.parse(row.data) : null;
    const messages = row.messageId ? await twin.channel(row.channelId).getMessages() : [];
    // What was deferred and then edited is a message like any other.
    const kind = row.type === 5 && row.messageId ? "message" : (KINDS[row.type] ?? null);
    return {
      kind: row.acknowledged ? kind : null,
      modal: row.type === 9 ? data : null,
      suggestions: row.type === 8 ? data.choices : null,
      messages: messages.filter((message) => message.id === row.messageId),
    };
  },

  async state() {
    return { identified: twin.server.gateway.clients.filter((client) => client.identified).length };
  },
};

/** The private conversation with somebody: a channel of no guild. */
async function privately({ recipient_id: user }) {
  const id = `9${user.slice(1)}`;
  const known = await twin.prisma.channel.findUnique({ where: { id } });
  if (!known) await twin.prisma.channel.create({ data: { id, type: 1 } });
  return { id, type: 1, recipients: [{ id: user }] };
}

/** Hands a request of the API on to the twin. */
async function forward(request, body) {
  const { authorization, "content-type": kind } = request.headers;
  const headers = { ...(authorization && { authorization }), ...(kind && { "content-type": kind }) };
  // serenity asks for the application by its older address.
  const asked = request.url.replace("/oauth2/applications/@me", "/applications/@me");
  const path = asked.replace("/api/v10", `http://127.0.0.1:${twin.port}/api/v10`);
  const answer = await fetch(path, { method: request.method, headers, body: body.length ? body : undefined });
  return [answer.status, Buffer.from(await answer.arrayBuffer())];
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const answer = (status, told) => {
    const bytes = Buffer.isBuffer(told) ? told : Buffer.from(JSON.stringify(told));
    const bare = status === 204;
    response.writeHead(status, bare ? {} : { "content-type": "application/json", "content-length": bytes.length });
    response.end(bare ? undefined : bytes);
  };
  try {
    const asked = () => JSON.parse(body.toString() || "{}");
    if (request.url.startsWith("/__ctl/")) answer(200, await control[request.url.replace("/__ctl/", "")](asked()));
    else if (request.url === "/api/v10/users/@me/channels") answer(200, await privately(asked()));
    else answer(...(await forward(request, body)));
  } catch (error) {
    answer(500, { error: String(error) });
  }
});
server.listen(0, "127.0.0.1", () => {
  const info = {
    base: `http://127.0.0.1:${server.address().port}`,
    token: twin.botToken,
    bot: twin.botUserId,
    guild: twin.guildId,
    users,
    channels,
  };
  console.log(JSON.stringify(info));
});
// Whoever started us holds our stdin: when they are gone, so are we.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

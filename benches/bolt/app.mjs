// The usual bot: one listener, a loop over the triggers, an answer in the thread. Nothing is kept.
//   node app.mjs PORT API_URL TRIGGERS
import bolt from "@slack/bolt";

const [port, slackApiUrl, count] = process.argv.slice(2);
const triggers = Array.from({ length: Number(count) }, (_, n) => `topic ${String(n).padStart(5, "0")}`);
const app = new bolt.App({
  token: "xoxb-bench",
  signingSecret: "bench",
  clientOptions: { slackApiUrl: `${slackApiUrl}/`, retryConfig: { retries: 0 } },
  logLevel: bolt.LogLevel.ERROR,
});
app.message(async ({ message, say }) => {
  for (const trigger of triggers) {
    if (message.text.includes(trigger)) {
      await say({ text: `A card about ${trigger}`, thread_ts: message.ts });
      return;
    }
  }
});
await app.start({ port: Number(port), host: "127.0.0.1" });

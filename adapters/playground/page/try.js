// The right column's other side: what Kairos would hear, a number that moves, the day in a minute, an export of one's own.
import { send, upload } from "./api.js";
import { did } from "./guide.js";
import { canPlay, play } from "./play.js";
import { $, complain, day, el } from "./dom.js";
import { follow, store, zone } from "./store.js";

const percent = (share) => `${Math.round(share * 100)} %`;
const PAUSE_MS = 120;

let acts, hearing = "", heardText = "", timer = null, numbers = null, events = 9, wasSent = false;

export function setUpTry(given) {
  acts = given;
  $("try").append(
    el("section.tool", { "aria-labelledby": "hear-title" },
      el("h2", { id: "hear-title" }, "What would Kairos hear?"),
      el("p", {}, "Type a message, here or in the chat. A bar that passes its mark gets a card when nobody answers."),
      el("label.hidden", { for: "hear-text" }, "A message to try"),
      el("textarea", { id: "hear-text", rows: 2, maxlength: 8000, placeholder: "they want 20 % off or they leave …" }),
      el("p.result", { id: "hear-result", role: "status" }),
      el("ol.bars", { id: "bars", "aria-label": "Topics, the likeliest first" })),
    el("section.tool", { id: "number", "aria-labelledby": "number-title", hidden: true },
      el("h2", { id: "number-title" }, "Send a number"),
      el("p", { id: "number-about" }),
      el("div.band", { id: "band", "aria-hidden": "true" }),
      el("label.hidden", { for: "number-slider" }, "Ben’s closed negotiations"),
      el("input", { id: "number-slider", type: "range", min: 0, max: 60, value: events, "aria-describedby": "number-result" }),
      el("div.legend", { id: "band-legend", "aria-hidden": "true" }, el("span.moved", {}, "beyond luck: a card"), el("span.chance", {}, "may be luck"), el("span.usual", {}, "as usual")),
      el("p.result", { id: "number-result", role: "status" }),
      el("div.row", { id: "number-row" },
        el("button.button.strong", { type: "button", id: "number-send", on: { click: sendNumber } }, "Send it, as a CRM would"),
        el("button.button", { type: "button", id: "number-ben", hidden: true, on: { click: () => acts.lookAt("ben") } }, "Look as Ben"),
        el("button.button", { type: "button", id: "number-next", hidden: true, on: { click: nextNumber } }))),
    el("section.tool", { id: "day", "aria-labelledby": "day-title", hidden: true },
      el("h2", { id: "day-title" }, "Play the day"),
      el("p", {}, "The morning before you came, in sixty seconds: who asked, who answered, and what Kairos decided."),
      el("div.row", {}, el("button.button.strong", { type: "button", on: { click: () => play(acts.show) } }, "Play the day"))),
    el("section.tool", { "aria-labelledby": "export-title" },
      el("h2", { id: "export-title" }, "Your own Slack export"),
      el("p", {}, "Drop the zip anywhere on this page, or choose it. It is read on this machine and thrown away; nothing is sent to anybody."),
      el("label.button.file", { for: "export-file" }, "Choose an export"),
      el("input.hidden", { id: "export-file", type: "file", accept: ".zip,.json,application/zip" }),
      el("p.result", { id: "export-result", role: "status" }),
      el("div", { id: "export-topics" })));
  $("hear-text").addEventListener("input", () => hear($("hear-text").value));
  $("composer-text").addEventListener("input", () => { $("hear-text").value = $("composer-text").value; hear($("composer-text").value); });
  $("number-slider").addEventListener("input", () => { events = Number($("number-slider").value); wasSent = false; drawNumber(); });
  $("export-file").addEventListener("change", () => { const [file] = $("export-file").files; if (file) readExport(file); });
  setUpDrop();
}

/** True while somebody looks at this side. */
const isShown = () => $("app").dataset.side === "try";

/** Brings the tools up to date when they come into view. */
export function openTry() {
  $("day").hidden = !canPlay();
  if (hearing !== heardText || !$("bars").children.length) hear(hearing, 0);
  return refreshNumbers();
}

// What would Kairos hear?

function hear(text, pause = PAUSE_MS) {
  hearing = text;
  clearTimeout(timer);
  if (isShown()) timer = setTimeout(ask, pause);
}

async function ask() {
  const text = hearing;
  let topics;
  try { ({ topics } = await send("hear", { text })); } catch (error) { $("hear-result").textContent = error.message; return; }
  if (text !== hearing) return;
  heardText = text;
  const heard = topics.filter((topic) => topic.heard);
  $("hear-result").textContent = !text.trim() ? "" : heard.length
    ? `Match: ${heard[0].title}, ${percent(heard[0].score)} (needs ${percent(heard[0].threshold)})`
    : `No match (closest: ${topics[0].title}, ${percent(topics[0].score)}; needs ${percent(topics[0].threshold)})`;
  $("bars").replaceChildren(...topics.map(bar));
}

function bar(topic) {
  const fill = el("span.fill"), mark = el("span.mark");
  fill.style.width = `${topic.score * 100}%`;
  mark.style.left = `${topic.threshold * 100}%`;
  return el("li", { class: topic.heard ? "heard" : "", data: { topic: topic.topic } },
    el("span.name", {}, topic.title), el("span.score", {}, percent(topic.score), el("span.hidden", {}, ` (needs ${percent(topic.threshold)}${topic.heard ? ", match" : ""})`)),
    el("span.track", { "aria-hidden": "true" }, fill, mark));
}

// Send a number

async function refreshNumbers() {
  try { ({ numbers } = await send("numbers", {})); } catch { numbers = null; }
  $("number").hidden = !numbers;
  drawNumber();
}

/** One time in how many, in words. */
const luck = (chance) => chance < 0.001 ? "less than 1 time in 1,000" : `about 1 time in ${Math.round(1 / chance)}`;

function drawNumber() {
  if (!numbers) return;
  const { of, usual, unit, verdicts, helped, next } = numbers;
  const verdict = verdicts[events] ?? {};
  $("number-slider").max = String(of);
  $("number-slider").value = String(events);
  $("number-slider").setAttribute("aria-valuetext", `${events} of ${of} ${unit}, ${percent(events / of)}`);
  $("number-about").textContent = `Ben’s ${unit} this month: how many of ${of} closed? Usually ${percent(usual)} do.`;
  const spans = verdicts.map(({ outcome }, at) => el("span", { class: `${outcome} ${at === events ? "here" : ""}` }));
  $("band").replaceChildren(...spans);
  $("band-legend").hidden = verdict.outcome === "waits";
  const told = `${events} of ${of} (${percent(events / of)}, usually ${percent(usual)}). `;
  $("number-result").textContent = told + ({
    moved: verdict.chance === null ? "" : `By pure luck a month this low comes ${luck(verdict.chance)}, so something probably changed: ${helped ? "Ben has his card for this already." : "Ben gets a card, in private."}`,
    chance: `A month this low comes by pure luck ${luck(verdict.chance ?? 1)}. That may be chance, so Kairos says nothing.`,
    usual: helped ? "Back to normal: the next fall may bring a card again." : "As good as usual or better: Kairos says nothing.",
    waits: next ? `Kairos looks at this number once a month: again from ${day(next, zone())}.` : "Too few cases to tell.",
  }[verdict.outcome] ?? "");
  if (wasSent) $("number-result").textContent = wasSent;
  $("number-send").disabled = verdict.outcome === "waits";
  $("number-ben").hidden = !helped;
  $("number-next").hidden = !next;
  if (next) $("number-next").textContent = `Skip to ${day(next, zone())}`;
}

async function sendNumber() {
  follow();
  const { outcome } = numbers.verdicts[events];
  const hadHelp = numbers.helped;
  try { await send("number", { events }); complain(""); } catch (error) { complain(error.message); return; }
  await refreshNumbers();
  wasSent = outcome === "moved" && !hadHelp ? `Sent: ${percent(events / numbers.of)}. The card is in Ben’s private conversation, and nobody else sees it.` : `Sent: ${percent(events / numbers.of)}. Nobody gets a card.`;
  drawNumber();
  did("number");
}

async function nextNumber() {
  wasSent = false;
  await acts.skip({ until: numbers.next });
  await refreshNumbers();
}

// An export

function setUpDrop() {
  const drop = $("drop");
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); drop.hidden = false; } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.hidden = true; });
  document.addEventListener("drop", (event) => {
    drop.hidden = true;
    if (!carries(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) readExport(file);
  });
}

async function readExport(file) {
  acts.show("try");
  $("export-topics").replaceChildren();
  $("export-result").textContent = "Reading it here …";
  $("export-result").scrollIntoView({ block: "center" });
  try { drawExport(await upload("export", file)); } catch (error) { $("export-result").textContent = error.message; }
}

function drawExport(found) {
  const spoken = found.topics.reduce((sum, topic) => sum + topic.spoken, 0);
  const days = found.from === found.to ? found.from : `${found.from} to ${found.to}`;
  $("export-result").textContent = `${found.messages.toLocaleString("en")} messages in ${found.channels} channels, ${days}: Kairos would have answered ${spoken === 1 ? "once" : `${spoken} times`}.`
    + (found.cut ? " That is the beginning only; “kairos replay” reads all of it." : "") + (found.broken ? ` ${found.broken} entries could not be read.` : "");
  $("export-topics").replaceChildren(...found.topics.map((topic) => el("section.topic", {},
    el("h3", {}, topic.title),
    el("p", {}, `${topic.spoken} answered by Kairos, for ${topic.people} ${topic.people === 1 ? "person" : "people"}; ${topic.answered} answered by people first; ${topic.silent} left alone`),
    el("ul", {}, topic.examples.map((example) => el("li", {}, el("small", {}, `#${example.channel}, ${example.said_at}: ${example.ending}`), el("span", {}, `“${example.text}”`)))))));
}

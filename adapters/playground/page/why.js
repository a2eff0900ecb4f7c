// The right column: what Kairos decided about each message, and by which rules.
import { $, el, hour, reconcile, when } from "./dom.js";
import { conversation, latestNote, notesOf, now, store, zone } from "./store.js";

/** The outcome in words, for the chip. */
export function verdict(note) {
  if (note.outcome === "speaks") return "Answered";
  if (note.outcome === "waits") return note.until ? `Waiting until ${when(note.until, now(), zone())}` : "Waiting";
  if (note.outcome === "cancelled") return answered(note) ? "Stayed silent: someone answered first" : "Stayed silent";
  return "Silent";
}

function answered({ message }) {
  const asked = store.messages.get(message);
  return [...store.messages.values()].some((reply) => reply.thread === message && !reply.by.bot && reply.by.id !== asked?.by.id);
}

export const chip = (note) => el("span.chip", { class: note.outcome }, verdict(note));

/** The message whose decision stands open: the chosen one, or the latest that says most. */
export function inFocus() {
  const judged = judgedHere();
  if (judged.some(({ id }) => id === store.chosen)) return store.chosen;
  const weight = { waits: 3, speaks: 2, cancelled: 1, silent: 0 };
  let best = null;
  for (const message of judged) {
    const note = latestNote(message.id);
    if (!best || weight[note.outcome] >= weight[best.note.outcome]) best = { id: message.id, note };
  }
  return best?.id ?? null;
}

function judgedHere() {
  return conversation().flatMap(({ message, replies }) => [message, ...replies]).filter(({ id }) => latestNote(id));
}

export function drawWhy({ choose, skip }) {
  const focus = inFocus();
  const judged = judgedHere().sort((a, b) => b.at - a.at || (b.id > a.id ? 1 : -1));
  const items = judged.map((message) => {
    const notes = notesOf(message.id), open = message.id === focus;
    return {
      key: message.id,
      sign: JSON.stringify([open, notes, message.text, verdict(notes.at(-1)), zone()]),
      build: () => decision(message, notes, open, choose, skip),
    };
  });
  if (!items.length) {
    items.push({ key: "nothing", sign: store.channel, build: () => el("li.nothing", {}, nothing()) });
  }
  reconcile($("decisions"), items);
}

function nothing() {
  return store.channel.startsWith("private-")
    ? "In a private conversation Kairos answers whatever you ask. Decisions about what is asked here appear in this place."
    : "Nothing to decide here yet. Write a message in this channel, and the decision about it appears here with its reasons.";
}

function decision(message, notes, open, choose, skip) {
  const note = notes.at(-1);
  const about = message.text || message.card?.title || "Message";
  return el("li.decision", { class: open ? "open" : "" },
    el("button.pick", { type: "button", "aria-expanded": String(open), data: { focus: `why ${message.id}` }, on: { click: () => choose(message.id) } },
      el("span.about", {}, `${message.by.name}: “${about}”`), chip(note)),
    open && detail(note, notes, skip));
}

function detail(note, notes, skip) {
  return el("div.detail", {},
    el("p.headline", {}, note.headline),
    note.trigger && el("p.trigger", {}, "Sounds like: ", el("b", {}, note.trigger)),
    note.outcome === "waits" && store.playing === null && el("button.button.strong.skip-ahead", { type: "button", data: { focus: "skip-ahead" }, on: { click: () => skip(note) } }, skipWords(note)),
    note.reasons.length > 0 && el("ul.reasons", { "aria-label": "Reasons" }, note.reasons.map((line) => reason(line, note.outcome === "waits"))),
    notes.length > 1 && past(notes));
}

/** Names the moment that a skip goes to. */
export function skipWords(note) {
  return note.until ? `Skip to ${when(note.until, now(), zone())}, when Kairos would answer` : "Skip ahead 10 minutes";
}

/** A rule in words. While Kairos waits, a rule that does not hold yet is no refusal. */
function reason(line, waits) {
  const [kind, mark, word] = line.passed ? ["yes", "✓", "yes"] : waits ? ["later", "…", "not yet"] : ["no", "✗", "no"];
  return el("li", { class: kind },
    el("span.mark", { "aria-hidden": "true" }, mark),
    el("p", {}, el("b", {}, line.rule), el("span.hidden", {}, ` (${word}): `), " ", el("span", {}, line.text)));
}

function past(notes) {
  return el("ol.past", { "aria-label": "Decided earlier" },
    notes.slice(-6, -1).reverse().map((note) => el("li", {}, `${hour(note.at, zone())} ${note.headline}`)));
}

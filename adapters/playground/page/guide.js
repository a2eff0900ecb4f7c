// The way of the first minutes: one step after another, each a tap, and gone after the last.
import { post } from "./composer.js";
import { $, el } from "./dom.js";
import { latestNote, now, remember, remembered, store, update } from "./store.js";
import { skipWords } from "./why.js";

const STEPS = ["ask", "skip", "practise", "ben", "number", "manager", "done"];
const EXAMPLES = [
  { as: "ana", in: "deals", who: "Ana", text: "how do I answer when they say we're too expensive?" },
  { as: "ben", in: "support", who: "Ben", text: "a customer keeps shouting at me on the phone, how do I calm them down?" },
  { as: "chloe", in: "ai-help", who: "Chloe", text: "@Kairos can I paste customer emails into ChatGPT?" },
];

const step = () => remembered("guide", "ask");

/** Goes on to what comes after `done`, unless that was passed already. */
function passed(done) {
  if (STEPS.indexOf(step()) > STEPS.indexOf(done)) return;
  remember("guide", STEPS[STEPS.indexOf(done) + 1]);
  update({});
}

/** Hears of what was done on the page. */
export function did(what, detail = "") {
  if (what === "tap" && detail.includes("practise")) passed("practise");
  if (what === "number" || what === "manager") passed(what);
}

/** What was asked since this visitor came, with the decision about it. */
function asked() {
  const since = Number(remembered("guide-since", "0")) || now();
  remember("guide-since", String(since));
  return [...store.messages.values()].filter((message) => !message.by.bot && message.at >= since)
    .map((message) => ({ message, note: latestNote(message.id) })).filter(({ note }) => note);
}

function follow() {
  const found = asked();
  if (found.some(({ note }) => note.outcome === "waits")) passed("ask");
  if (found.some(({ note }) => note.outcome === "speaks")) passed("skip");
  if (step() === "ben" && found.some(({ note }) => note.outcome === "cancelled")) passed("ben");
}

export function setUpGuide(acts) {
  const ask = async (example) => {
    await acts.speakAs(example.as);
    acts.enter(example.in);
    await post(example.text);
    $("composer-text").focus();
  };
  $("hint").append(
    el("h2", {}, "Ask something, then skip ahead ten minutes"),
    el("p", {}, "If nobody answers by then, Kairos does, in the thread. “Why” shows what it decided."),
    el("div.examples", {}, EXAMPLES.map((example) =>
      el("button", { type: "button", on: { click: () => ask(example) } }, el("small", {}, `As ${example.who} in #${example.in}`), example.text))),
    el("button.dismiss", { type: "button", on: { click: end } }, "Got it"));
}

function end() {
  remember("guide", "done");
  update({});
  $("composer-text").focus();
}

export function drawGuide(acts) {
  follow();
  const here = step();
  $("hint").hidden = here !== "ask" || store.channel.startsWith("private-") || store.playing !== null;
  const next = store.playing === null && here !== "ask" && here !== "done" && told(here, acts);
  const guide = $("guide");
  guide.hidden = !next;
  if (!next) { guide.sign = ""; return; }
  const sign = JSON.stringify([here, next.says, next.button]);
  if (guide.sign === sign) return;
  guide.sign = sign;
  guide.replaceChildren(
    el("p", {}, el("small", {}, `${STEPS.indexOf(here) + 1} of ${STEPS.length - 1} `), next.says),
    el("div.row", {},
      el("button.button.strong", { type: "button", on: { click: next.act } }, next.button),
      el("button.link", { type: "button", on: { click: () => passed(here) } }, "Next"),
      el("button.link", { type: "button", on: { click: end } }, "End the tour")));
}

function told(here, acts) {
  if (here === "skip") {
    const waiting = asked().find(({ note }) => note.outcome === "waits");
    if (!waiting) return null;
    return { says: `Nobody has answered ${waiting.message.by.name} yet.`, button: skipWords(waiting.note), act: () => acts.skip(waiting.note) };
  }
  return {
    practise: { says: "Kairos answered in the thread. The same can be practised, in private.", button: "Practise it", act: acts.practise },
    ben: { says: "When a colleague is faster, Kairos stays silent.", button: "Let Ben answer first", act: acts.letBenAnswer },
    number: { says: "Help can also come when a number moves.", button: "Send Ben’s number", act: acts.openNumber },
    manager: { says: "A manager sees totals, never what one person taps or practises.", button: "Look as Dev, who manages", act: acts.lookAsManager },
  }[here];
}

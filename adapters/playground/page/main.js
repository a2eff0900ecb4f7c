// Joins the parts: loads, listens, draws, and takes what stands at the top and in the hint.
import { listen, load, send } from "./api.js";
import { drawChat } from "./chat.js";
import { drawComposer, post, setUpComposer } from "./composer.js";
import { $, announce, complain, day, el, hour, parts } from "./dom.js";
import { city, drawRail } from "./rail.js";
import { apply, channel, follow, markRead, now, remember, remembered, replace, store, subscribe, update, zone } from "./store.js";
import { drawWhy, verdict } from "./why.js";

const EXAMPLES = [
  { as: "ana", in: "deals", who: "Ana", text: "how do I answer when they say we're too expensive?" },
  { as: "ben", in: "support", who: "Ben", text: "a customer keeps shouting at me on the phone, how do I calm them down?" },
  { as: "chloe", in: "ai-help", who: "Chloe", text: "@Kairos can I paste customer emails into ChatGPT?" },
];

let stop = null, composer;

async function connect() {
  stop?.();
  const who = store.person;
  let state;
  try {
    state = await load(who);
  } catch {
    update({ connected: false });
    setTimeout(connect, 1500);
    return;
  }
  if (who !== store.person) return;
  replace(state);
  update({ connected: true });
  stop = listen(who, state.cursor, { change: heard, reload: connect, status: (connected) => update({ connected }) });
}

function heard(change) {
  const fresh = apply(change);
  if (fresh?.by.bot && fresh.channel.startsWith("private-") && fresh.channel !== store.channel && store.follow > Date.now()) update({ nudged: true });
  if (fresh && fresh.by.id !== store.person) {
    announce(`${fresh.by.name} in ${place(fresh)}: ${fresh.card ? fresh.card.plain : fresh.text}`);
  }
  if (change.type === "note" && change.note.channel === store.channel) {
    $("tab-why").hidden = $("app").dataset.panel === "why" || !matchMedia("(max-width: 940px)").matches;
    if (!fresh) announce(`Kairos: ${verdict(change.note)}`);
  }
}

function place(message) {
  const here = channel(message.channel);
  return `${here?.private ? "private" : `#${message.channel}`}${message.thread ? ", thread" : ""}`;
}

const acts = {
  speakAs(id) {
    if (id === store.person) return;
    composer.keep(`${store.person}/${store.channel}`, `${id}/${store.channel}`);
    const here = store.channel.startsWith("private-") ? `private-${id}` : store.channel;
    remember("person", id);
    remember("channel", here);
    update({ person: id, channel: here, chosen: null, replying: null, editing: null, form: null, nudged: false });
    return connect();
  },
  enter(id) {
    composer.keep(`${store.person}/${store.channel}`, `${store.person}/${id}`);
    remember("channel", id);
    update((s) => { Object.assign(s, { channel: id, chosen: null, replying: null, editing: null }); markRead(s); });
    show("chat");
  },
  choose(id, open = false) {
    update({ chosen: id });
    if (open) show("why", true);
  },
  reply(id) {
    update((s) => { s.replying = id; s.folded.delete(id); });
    $("composer-text").focus();
  },
  async wind(minutes) {
    follow();
    try { await send("wind", { minutes }); complain(""); } catch (error) { complain(error.message); }
  },
};

/** On a narrow screen one panel shows at a time; on a wide one this does nothing that can be seen. */
function show(panel, focus = false) {
  $("app").dataset.panel = panel;
  for (const tab of $("tabs").children) tab.setAttribute("aria-pressed", String(tab.dataset.panel === panel));
  if (panel === "why") $("tab-why").hidden = true;
  if (focus && panel === "why") document.querySelector(".decision.open .pick")?.focus();
}

/** Minutes until nine on the next working morning in this person's zone. */
function untilMorning() {
  const { weekday, hour: at, minute } = parts(now(), zone());
  let days = at < 9 ? 0 : 1;
  while ([0, 6].includes((weekday + days) % 7)) days += 1;
  return Math.max(1, days * 1440 + 9 * 60 - (at * 60 + minute));
}

function setUpTop() {
  const winds = [["+1 min", () => 1, "One minute later"], ["+10 min", () => 10, "Ten minutes later"], ["+1 h", () => 60, "One hour later"], ["Next morning", untilMorning, "Nine o'clock on the next working morning"]];
  $("winds").append(...winds.map(([label, minutes, title]) =>
    el("button", { type: "button", title, "aria-label": `Wind the clock: ${label}`, on: { click: () => acts.wind(minutes()) } }, label)));
  for (const input of $("look").querySelectorAll("input")) {
    input.checked = input.value === store.look;
    input.addEventListener("change", () => { remember("look", input.value); update({ look: input.value }); });
  }
  const theme = $("theme");
  theme.value = remembered("theme", "");
  const paint = () => { if (theme.value) document.documentElement.dataset.theme = theme.value; else delete document.documentElement.dataset.theme; };
  theme.addEventListener("change", () => { remember("theme", theme.value); paint(); });
  paint();
  for (const tab of $("tabs").children) tab.addEventListener("click", () => show(tab.dataset.panel));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && $("app").dataset.panel !== "chat") { show("chat"); $("composer-text").focus(); }
  });
  // A picture that arrives late pushes the end away from whoever was reading there.
  $("log").addEventListener("load", (event) => {
    if ($("messages").lastElementChild?.contains(event.target)) event.target.scrollIntoView({ block: "nearest" });
  }, true);
  $("nudge-open").addEventListener("click", () => { acts.enter(`private-${store.person}`); $("composer-text").focus(); });
  document.addEventListener("visibilitychange", () => update((s) => markRead(s)));
}

function setUpHint() {
  const hint = $("hint");
  const ask = async (example) => {
    await acts.speakAs(example.as);
    acts.enter(example.in);
    await post(example.text);
    $("composer-text").focus();
  };
  hint.append(
    el("h2", {}, "Ask something, then skip ahead ten minutes"),
    el("p", {}, "If nobody answers by then, Kairos does, in the thread. The right side shows what it decided and why."),
    el("div.examples", {}, EXAMPLES.map((example) =>
      el("button", { type: "button", on: { click: () => ask(example) } }, el("small", {}, `As ${example.who} in #${example.in}`), example.text))),
    el("button.dismiss", { type: "button", on: { click: () => { remember("hint", "seen"); update({}); $("composer-text").focus(); } } }, "Got it"));
}

function drawTop() {
  const text = `${day(now(), zone())}, ${hour(now(), zone())}`;
  const clock = $("clock");
  if (clock.textContent !== text) { clock.textContent = text; clock.dateTime = new Date(now()).toISOString(); }
  $("clock-city").textContent = `in ${city(zone())}`;
  $("status").hidden = store.connected;
  $("status").textContent = store.connected ? "" : "Reconnecting to the playground…";
}

function draw() {
  drawTop();
  if (!store.ready) return;
  if (store.channel.startsWith("private-")) store.nudged = false;
  $("nudge").hidden = !store.nudged;
  $("hint").hidden = store.channel.startsWith("private-") || remembered("hint", "") === "seen";
  drawRail(acts);
  drawChat(acts);
  drawWhy(acts);
  drawComposer();
}

composer = setUpComposer();
setUpTop();
setUpHint();
subscribe(draw);
setInterval(() => { if (store.ready) drawTop(); }, 1000);
connect();

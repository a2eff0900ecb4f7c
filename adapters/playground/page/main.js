// Joins the parts: loads, listens, draws, and takes what stands at the top and in the hint.
import { listen, load, send } from "./api.js";
import { drawChat } from "./chat.js";
import { act, drawComposer, post, setUpComposer } from "./composer.js";
import { $, announce, complain, day, el, hour, parts } from "./dom.js";
import { did, drawGuide, setUpGuide } from "./guide.js";
import { firstChoice } from "./keys.js";
import { drawPlay, setUpPlay, stop as stopPlaying } from "./play.js";
import { city, drawRail } from "./rail.js";
import { apply, channel, follow, markRead, now, remember, remembered, replace, store, subscribe, update, zone } from "./store.js";
import { openTry, setUpTry } from "./try.js";
import { drawWhy, verdict } from "./why.js";

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
  if (fresh?.by.bot && store.follow > Date.now()) {
    const isElsewhere = fresh.channel.startsWith("private-") && fresh.channel !== store.channel && !store.placed.has(fresh.id);
    if (isElsewhere) update({ nudged: true });
    const goesOn = store.tapped && (fresh.card?.choices.length || fresh.card?.input);
    if (goesOn && (isElsewhere || fresh.channel === store.channel)) goOnTo(isElsewhere ? () => $("nudge-open") : () => choiceOf(fresh.id));
  }
  for (const await_ of [...awaited]) await_(change, fresh);
  if (fresh && fresh.by.id !== store.person) {
    announce(`${fresh.by.name} in ${place(fresh)}: ${fresh.card ? fresh.card.title || fresh.card.plain : fresh.text}`);
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

const choiceOf = (id) => firstChoice(document.querySelector(`#messages [data-id="${CSS.escape(id)}"]`));

/** After a choice the next ones have the focus, unless somebody has gone on to write. */
function goOnTo(find) {
  store.tapped = null;
  // Drawn by then: drawing waits for the current task only.
  queueMicrotask(() => queueMicrotask(() => {
    const active = document.activeElement;
    if (active === document.body || active.closest("#messages, #guide")) find()?.focus();
  }));
}

/** What waits for a change that is still to come. */
const awaited = new Set();

/** The first message of Kairos that fits, among those that come within a few seconds; null where none does. */
function answer(fits) {
  return new Promise((done) => {
    const end = (found) => { awaited.delete(look); clearTimeout(timer); done(found); };
    const look = (change, fresh) => { if (fresh?.by.bot && fits(fresh)) end(fresh); };
    const timer = setTimeout(() => end(null), 8000);
    awaited.add(look);
  });
}

const acts = {
  show: (panel) => show(panel),
  async skip(note) {
    follow();
    try { await send("wind", note.until ? { until: note.until } : { minutes: 10 }); complain(""); } catch (error) { complain(error.message); }
  },
  /** Taps "Practise this" on the newest card that has it, and goes where the practice is. */
  async practise() {
    const card = [...store.messages.values()].reverse().find(({ card }) => card?.choices.some(({ id }) => id.includes("practise")));
    if (!card) return;
    const { id } = card.card.choices.find(({ id }) => id.includes("practise"));
    did("tap", id);
    const begun = answer(({ channel }) => channel === `private-${store.person}`);
    await act("tap", { message: card.id, choice: id });
    const first = await begun;
    acts.enter(`private-${store.person}`);
    if (first) goOnTo(() => choiceOf(first.id));
  },
  /** Ana asks, and Ben is faster than Kairos. */
  async letBenAnswer() {
    await acts.speakAs("ana");
    acts.enter("deals");
    follow();
    try {
      const { message } = await send("post", { as: "ana", channel: "deals", text: "They're asking for 30 % off or they walk. What do people usually do here?" });
      await send("wind", { minutes: 2 });
      await send("post", { as: "ben", channel: "deals", thread: message, text: "Ask what they would give for it: a longer term, or payment up front. Never just the price." });
      update({ chosen: message });
    } catch (error) { complain(error.message); }
  },
  async openNumber() {
    await show("try");
    $("number").scrollIntoView({ block: "nearest" });
    $("number-slider").focus();
  },
  async lookAt(id) {
    await acts.speakAs(id);
    acts.enter(`private-${id}`);
  },
  /** Dev's page of topics, in totals: what "/kairos me" and its button show. */
  async lookAsManager() {
    did("manager");
    await acts.lookAt("dev");
    const page = answer(({ card }) => card?.choices.some(({ id }) => /triggers/.test(id)));
    if (!(await post("/kairos me"))) return;
    const found = await page;
    const choice = found?.card.choices.find(({ id }) => /triggers/.test(id));
    if (choice) { store.tapped = found.id; await act("tap", { message: found.id, choice: choice.id }); }
  },

  speakAs(id) {
    stopPlaying();
    if (id === store.person) return;
    composer.keep(`${store.person}/${store.channel}`, `${id}/${store.channel}`);
    const here = store.channel.startsWith("private-") ? `private-${id}` : store.channel;
    remember("person", id);
    remember("channel", here);
    update({ person: id, channel: here, chosen: null, replying: null, editing: null, form: null, nudged: false });
    return connect();
  },
  enter(id) {
    stopPlaying();
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
  if (panel === "why" || panel === "try") $("app").dataset.side = panel;
  for (const tab of $("sides").children) tab.setAttribute("aria-pressed", String(tab.dataset.panel === $("app").dataset.side));
  for (const tab of $("tabs").children) tab.setAttribute("aria-pressed", String(tab.dataset.panel === panel));
  if (panel === "why") $("tab-why").hidden = true;
  if (focus && panel === "why") document.querySelector(".decision.open .pick")?.focus();
  return panel === "try" ? openTry() : Promise.resolve();
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
  for (const input of $("limits").querySelectorAll("input")) {
    input.addEventListener("change", async () => {
      try { await send("limits", { loose: input.value === "demo" }); complain(""); } catch (error) { complain(error.message); update({}); }
    });
  }
  $("as-manager").addEventListener("click", acts.lookAsManager);
  const theme = $("theme");
  theme.value = remembered("theme", "");
  const paint = () => { if (theme.value) document.documentElement.dataset.theme = theme.value; else delete document.documentElement.dataset.theme; };
  theme.addEventListener("change", () => { remember("theme", theme.value); paint(); });
  paint();
  for (const tab of [...$("tabs").children, ...$("sides").children]) tab.addEventListener("click", () => show(tab.dataset.panel));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && $("app").dataset.panel !== "chat") { show("chat"); $("composer-text").focus(); }
  });
  // A picture that arrives late pushes the end away from whoever was reading there.
  $("log").addEventListener("load", (event) => {
    if ($("messages").lastElementChild?.contains(event.target)) event.target.scrollIntoView({ block: "nearest" });
  }, true);
  $("nudge-open").addEventListener("click", () => {
    acts.enter(`private-${store.person}`);
    queueMicrotask(() => queueMicrotask(() => {
      const cards = document.querySelectorAll("#messages .card");
      (firstChoice(cards[cards.length - 1]?.closest(".message")) ?? $("composer-text")).focus();
    }));
  });
  document.addEventListener("visibilitychange", () => update((s) => markRead(s)));
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
  $("intro").hidden = store.channel.startsWith("private-");
  $("limits").hidden = store.limits === null;
  for (const input of $("limits").querySelectorAll("input")) input.checked = input.value === store.limits;
  document.documentElement.dataset.look = store.look;
  drawPlay();
  drawGuide(acts);
  drawRail(acts);
  drawChat(acts);
  drawWhy(acts);
  drawComposer();
}

composer = setUpComposer();
setUpTop();
setUpGuide(acts);
setUpPlay();
setUpTry(acts);
subscribe(draw);
setInterval(() => { if (store.ready) drawTop(); }, 1000);
connect();

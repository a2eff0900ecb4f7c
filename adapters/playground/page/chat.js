// The middle column: messages, threads, reactions, cards.
import { drawCard } from "./cards.js";
import { act, editor, fillCard } from "./composer.js";
import { $, avatar, day, el, hour, reconcile } from "./dom.js";
import { did } from "./guide.js";
import { rove } from "./keys.js";
import { inline } from "./markdown.js";
import { channel, conversation, latestNote, now, person, store, update, zone } from "./store.js";
import { chip, inFocus, verdict } from "./why.js";

const QUICK = ["👍", "🙏", "🎉"];

export function drawChat({ choose, reply }) {
  const here = channel();
  $("channel-name").textContent = here.private ? "Private: Kairos" : `#${here.name}`;
  $("channel-purpose").textContent = here.purpose;
  document.title = "Kairos playground";
  const log = $("log"), list = $("messages");
  const switched = list.dataset.channel !== `${store.person}/${store.channel}`;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  list.dataset.channel = `${store.person}/${store.channel}`;

  const wanted = items({ choose, reply });
  const fresh = reconcile(list, wanted);
  for (const { fill } of wanted) if (fill) fresh.push(...fill(list));
  if (!switched) for (const node of fresh) node.classList.add("arrives");
  if (switched && !$("hint").hidden && store.playing === null) log.scrollTop = 0;
  else if (store.follow > Date.now() && fresh.length) fresh.at(-1).scrollIntoView({ block: "nearest" });
  else if (atEnd && (fresh.length || switched)) log.scrollTop = log.scrollHeight;
}

function items(acts) {
  const found = [];
  let before = null;
  for (const { message, replies } of conversation()) {
    const today = day(message.at, zone());
    if (today !== before) {
      before = today;
      found.push({ key: `day ${today}`, sign: today, build: () => el("li.day", {}, today === day(now(), zone()) ? `Today, ${today}` : today) });
    }
    found.push(item(message, acts));
    if (replies.length) found.push(thread(message, replies, acts));
  }
  if (!found.length) {
    const words = channel().private
      ? "Only you and Kairos read here. Ask it something, or try /kairos help."
      : "Nobody has written here yet.";
    found.push({ key: "empty", sign: words, build: () => el("li.empty", {}, words) });
  }
  return found;
}

function item(message, acts) {
  const note = latestNote(message.id);
  const chosen = message.id === inFocus() && Boolean(note);
  const sign = JSON.stringify([message, note && verdict(note), chosen, store.look, store.person, store.editing === message.id]);
  return { key: message.id, sign, build: () => draw(message, note, chosen, acts) };
}

/** The frame of a thread, built once; `fill` brings its words and its replies up to date. */
function thread(message, replies, acts) {
  const key = `thread ${message.id}`;
  const toggle = () => update((s) => { if (!s.folded.delete(message.id)) s.folded.add(message.id); });
  return {
    key, sign: "frame",
    build: () => el("li", {},
      el("button.thread-toggle", { type: "button", data: { focus: key }, on: { click: toggle } }),
      el("ol.thread", { "aria-label": `Thread of ${message.by.name}` })),
    fill(list) {
      const frame = [...list.children].find((node) => node.dataset.key === key);
      const [button, inner] = frame.children;
      const folded = store.folded.has(message.id);
      const sign = JSON.stringify([store.look, folded, replies.length, replies.at(-1).at, zone()]);
      if (button.sign !== sign) { button.sign = sign; button.replaceChildren(...threadWords(message, replies, folded)); }
      button.setAttribute("aria-expanded", String(!folded));
      inner.hidden = folded;
      return reconcile(inner, replies.map((reply) => item(reply, acts)));
    },
  };
}

/** A thread's line as Slack and as Discord show it. */
function threadWords(message, replies, folded) {
  const many = (one, more) => replies.length === 1 ? `1 ${one}` : `${replies.length} ${more}`;
  const last = `${hour(replies.at(-1).at, zone())}`;
  const faces = [...new Map(replies.map(({ by }) => [by.id, by])).values()].slice(0, 3).map((by) => avatar(by, true));
  if (store.look === "discord") {
    return [
      el("span.thread-name", {}, message.text || message.card?.title || "Thread"), el("b", {}, many("Message", "Messages"), " ›"),
      el("span.thread-last", {}, ...faces, `${replies.at(-1).by.name}, ${last}`, el("span.hidden", {}, folded ? ". Show the thread" : ". Hide the thread")),
    ];
  }
  return [...faces, el("b", {}, many("reply", "replies")), el("span.thread-last", {}, folded ? `Last reply at ${last} · View thread` : `Last reply at ${last} · Hide thread`)];
}

/** Who sees a message, as the platform words it. */
function onlyYou(message) {
  if (store.look === "slack") return el("p.note", {}, eye(), "Only visible to you");
  return el("p.note", {}, eye(), "Only you can see this · ",
    el("button.link", { type: "button", data: { focus: "dismiss" }, on: { click: () => update((s) => s.dismissed.add(message.id)) } }, "Dismiss message"));
}

const eye = () => el("img.eye", { src: "/playground/page/eye.svg", alt: "", width: 16, height: 16 });

function draw(message, note, chosen, acts) {
  const node = el("li.message", { data: { id: message.id }, class: `${chosen ? "chosen" : ""} ${message.only ? "only" : ""}` });
  const body = el("div.body", {},
    message.only && store.look === "slack" && onlyYou(message),
    el("p.head", {}, el("strong", {}, message.by.name), message.by.bot && el("span.app-mark", {}, "APP"),
      el("time", { datetime: new Date(message.at).toISOString() }, store.look === "discord" ? `Today at ${hour(message.at, zone())}` : hour(message.at, zone())),
      message.edited && el("span.meta", {}, "(edited)")));
  if (store.editing === message.id) body.append(editor(message));
  else if (message.card) {
    body.append(drawCard(message.card, store.look, {
      tap: (choice) => { store.tapped = message.id; did("tap", choice); return act("tap", { message: message.id, choice }); },
      write: () => fillCard(body, message),
    }));
  } else body.append(el("div.text", {}, inline(message.text, "person")));
  if (message.only && store.look === "discord") body.append(onlyYou(message));
  if (message.reactions.length) body.append(reactions(message));
  if (note) {
    body.append(el("button.verdict", { type: "button", "aria-label": `Kairos: ${verdict(note)}. Show why`, data: { focus: `verdict ${message.id}` }, on: { click: () => acts.choose(message.id, true) } }, chip(note)));
  }
  node.append(avatar(message.by), body, tools(message, acts));
  if (note) body.addEventListener("click", (event) => { if (!event.target.closest("button, a, textarea")) acts.choose(message.id); });
  return rove(node);
}

function reactions(message) {
  return el("div.reactions", {}, message.reactions.map(({ emoji, people }) => {
    const mine = people.includes(store.person);
    const names = people.map((id) => person(id)?.name ?? id).join(", ");
    return el("button", {
      type: "button", "aria-pressed": String(mine), title: names, "aria-label": `${emoji}, ${people.length}: ${names}`, data: { focus: `reaction ${emoji}` },
      on: { click: () => act("react", { message: message.id, emoji, added: !mine }) },
    }, el("span", { "aria-hidden": "true" }, emoji), String(people.length));
  }));
}

function tools(message, { reply }) {
  const mine = message.by.id === store.person;
  const button = (label, click, text = label, extra = "") =>
    el("button", { type: "button", class: extra, "aria-label": label, title: label, data: { focus: `tool ${label}` }, on: { click } }, text);
  return el("div.tools", { role: "group", "aria-label": "About this message" },
    QUICK.map((emoji) => button(`React with ${emoji}`, () => {
      const had = message.reactions.find((one) => one.emoji === emoji)?.people.includes(store.person);
      act("react", { message: message.id, emoji, added: !had });
    }, emoji, "extra")),
    !channel().private && message.channel === store.channel && button("Reply in thread", () => reply(message.thread ?? message.id), "Reply"),
    mine && button("Edit the message", () => update({ editing: message.id }), "Edit", "extra"),
    mine && removal(message));
}

/** Asks once more by changing its own words: no dialog for a small thing. */
function removal(message) {
  const button = el("button", { type: "button", class: "extra", "aria-label": "Delete the message" }, "Delete");
  button.addEventListener("click", () => {
    if (button.dataset.sure) return act("delete", { message: message.id });
    button.dataset.sure = "yes";
    button.textContent = "Really delete?";
    button.setAttribute("aria-label", "Really delete the message?");
  });
  button.addEventListener("blur", () => {
    delete button.dataset.sure;
    button.textContent = "Delete";
    button.setAttribute("aria-label", "Delete the message");
  });
  return button;
}

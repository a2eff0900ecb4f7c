// What the page knows. One object, changed here only; whoever draws subscribes.

const listeners = new Set();

export const store = {
  ready: false, connected: true,
  person: remembered("person", "ana"), channel: remembered("channel", ""), look: remembered("look", "slack"),
  people: [], channels: [], messages: new Map(), notes: new Map(), form: null,
  /** Server's clock minus this machine's, in milliseconds. */
  offset: 0,
  /** The message whose decision is focused; null follows the latest. */
  chosen: null,
  /** The thread that the composer answers in. */
  replying: null,
  editing: null,
  /** Until when what arrives is brought into view: set by what one does oneself, in milliseconds of this machine. */
  follow: 0,
  /** Kairos wrote in private, in answer to what was done elsewhere just now. */
  nudged: false,
  folded: new Set(),
  /** "demo" or "real"; null where the server has no such switch. */
  limits: null,
  /** When the story that a new playground tells began and ended; null where it is gone. */
  story: null,
  /** While the day is played: the instant it has come to. */
  playing: null,
  /** Answers to commands, which arrive in private, shown where the command was given: message to { channel, thread }. */
  placed: new Map(JSON.parse(remembered("placed", "[]"))),
  /** Where the command was given whose answer is awaited. */
  commanded: null,
  /** "Only visible to you" messages that were dismissed here. */
  dismissed: new Set(),
  /** The card on which a choice was just made: focus goes on to the next choices. */
  tapped: null,
  /** Per person and channel: the instant up to which it was read. */
  read: JSON.parse(remembered("read", "{}")),
};

export function remembered(key, otherwise) {
  try { return localStorage.getItem(`kairos.${key}`) ?? otherwise; } catch { return otherwise; }
}

export function remember(key, value) {
  try { localStorage.setItem(`kairos.${key}`, value); } catch { /* A page without storage works as well. */ }
}

export function subscribe(listener) { listeners.add(listener); }

let drawing = false;

/** Changes the store and draws once, after the current task. */
export function update(change) {
  if (typeof change === "function") change(store); else Object.assign(store, change);
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => { drawing = false; for (const listener of listeners) listener(store); });
}

const FOLLOW_MS = 4000;

/** What arrives in the next seconds is the answer to what was done just now. */
export function follow() { store.follow = Date.now() + FOLLOW_MS; }

export const now = () => store.playing ?? Date.now() + store.offset;
export const person = (id = store.person) => store.people.find((one) => one.id === id);
export const channel = (id = store.channel) => store.channels.find((one) => one.id === id);
export const zone = () => person()?.zone ?? "UTC";

/** Takes a whole state in. */
export function replace(state) {
  update((s) => {
    s.people = state.people;
    s.channels = state.channels;
    s.messages = new Map(state.messages.map((message) => [message.id, message]));
    s.notes = new Map();
    for (const note of state.notes) addNote(s, note);
    s.form = state.form;
    s.limits = state.limits;
    s.story = state.story;
    s.offset = state.now - Date.now();
    s.ready = true;
    if (!s.channels.some(({ id }) => id === s.channel)) s.channel = "deals";
    markRead(s);
  });
}

/** Takes one change in; returns the message that is new, if any. */
export function apply(change) {
  let fresh = null;
  update((s) => {
    s.offset = change.now - Date.now();
    if (change.type === "message") {
      if (!s.messages.has(change.message.id)) fresh = change.message;
      s.messages.set(change.message.id, change.message);
      if (fresh) place(s, fresh);
    } else if (change.type === "gone") {
      s.messages.delete(change.message);
      if (s.chosen === change.message) s.chosen = null;
    } else if (change.type === "note") {
      addNote(s, change.note);
    } else if (change.type === "form") {
      s.form = change.form;
    } else if (change.type === "limits") {
      s.limits = change.limits;
    }
    markRead(s);
  });
  return fresh;
}

/** The answers to commands that are remembered. */
const MOST_PLACED = 50;

/** Shows the answer to a command where it was given. */
function place(s, message) {
  if (!s.commanded || !message.by.bot || message.channel !== `private-${s.person}` || s.follow < Date.now()) return;
  s.placed.set(message.id, s.commanded);
  s.commanded = null;
  remember("placed", JSON.stringify([...s.placed].slice(-MOST_PLACED)));
}

/** True for what stands in a channel: its own messages, and answers to commands that were given there. */
const standsIn = (message, id) => message.channel === id || (store.placed.get(message.id)?.channel === id && message.channel === `private-${store.person}`);

/** True for what has happened: all of it, or as far as the day has been played. */
export const hasHappened = (at) => store.playing === null || at <= store.playing;

function addNote(s, note) {
  s.notes.set(note.message, [...(s.notes.get(note.message) ?? []), note]);
}

/** What stands in the open channel counts as read. */
export function markRead(s = store) {
  if (document.hidden || s.playing !== null) return;
  const latest = [...s.messages.values()].filter((message) => message.channel === s.channel).at(-1);
  if (!latest) return;
  s.read[`${s.person}/${s.channel}`] = latest.at;
  remember("read", JSON.stringify(s.read));
}

export function unread(id) {
  const since = store.read[`${store.person}/${id}`] ?? 0;
  return [...store.messages.values()]
    .filter((message) => message.channel === id && message.at > since && message.by.id !== store.person).length;
}

/** The messages of a channel in order, each opening message with its replies. */
export function conversation(id = store.channel) {
  const here = [...store.messages.values()].filter((message) => standsIn(message, id) && hasHappened(message.at) && !store.dismissed.has(message.id))
    .map((message) => message.channel === id ? message : { ...message, thread: store.placed.get(message.id).thread, only: true });
  const replies = Map.groupBy
    ? Map.groupBy(here, (message) => message.thread)
    : here.reduce((groups, message) => groups.set(message.thread, [...(groups.get(message.thread) ?? []), message]), new Map());
  const openings = here.filter((message) => !message.thread);
  const known = new Set(openings.map((message) => message.id));
  const orphans = here.filter((message) => message.thread && !known.has(message.thread));
  return [...openings, ...orphans].map((message) => ({ message, replies: replies.get(message.id) ?? [] }));
}

/** The decisions about a message as far as they were made. */
export const notesOf = (id) => (store.notes.get(id) ?? []).filter((note) => hasHappened(note.at));
export const latestNote = (id) => notesOf(id).at(-1);

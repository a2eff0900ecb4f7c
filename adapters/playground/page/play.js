// Plays the day that a new playground tells: a minute for the whole story, each message and each decision at its place.
import { $, el, hour } from "./dom.js";
import { store, update, zone } from "./store.js";

const MINUTE_MS = 60_000;
let timer = null, left = [], pace = 0;

/** What happens in the story, in order. */
function happenings() {
  if (!store.story) return [];
  const [from, until] = store.story;
  const within = ({ at, channel }) => at >= from && at <= until && !channel.startsWith("private-");
  const said = [...store.messages.values()].filter(within).map(({ at, channel, id }) => ({ at, channel, id }));
  const decided = [...store.notes.values()].flat().filter(within).map(({ at, channel, message }) => ({ at, channel, id: message }));
  return [...said, ...decided].sort((a, b) => a.at - b.at);
}

export const canPlay = () => happenings().length > 0;

export function play(show) {
  left = happenings();
  if (!left.length) return;
  pace = MINUTE_MS / left.length;
  update({ playing: left[0].at - 1, replying: null, editing: null });
  // The decisions stand beside the chat where there is room.
  show("why");
  show("chat");
  step();
}

function step() {
  const next = left.shift();
  if (!next) return stop();
  update((s) => { s.playing = Math.max(s.playing, next.at); s.channel = next.channel; s.chosen = next.id; s.follow = Date.now() + pace; });
  timer = setTimeout(step, pace);
}

function pause() {
  if (timer) { clearTimeout(timer); timer = null; } else step();
  update({});
}

export function stop() {
  clearTimeout(timer);
  timer = null;
  left = [];
  if (store.playing !== null) update({ playing: null, channel: "deals", chosen: null });
}

export function setUpPlay() {
  $("playing-pause").addEventListener("click", pause);
  $("playing-stop").addEventListener("click", stop);
}

export function drawPlay() {
  $("playing").hidden = store.playing === null;
  if (store.playing === null) return;
  const words = `Playing the day: ${hour(store.playing, zone())}`;
  if ($("playing-at").textContent !== words) $("playing-at").textContent = words;
  $("playing-pause").textContent = timer ? "Pause" : "Go on";
}

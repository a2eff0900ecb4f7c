// The keyboard: one stop for all that can be done with a message, and arrows inside.

const STOPS = "button, a.builder";
const reachable = (node) => [...node.querySelectorAll(STOPS)].filter((stop) => !stop.closest(".fill, .editor, .entries") && !stop.disabled);

/** Makes the buttons of a message one stop: the first is reached by Tab, the others by arrows, Home and End. */
export function rove(node) {
  const stops = reachable(node);
  stops.forEach((stop, at) => { stop.tabIndex = at === 0 ? 0 : -1; });
  node.addEventListener("focusin", (event) => {
    const stops = reachable(node);
    if (stops.includes(event.target)) for (const stop of stops) stop.tabIndex = stop === event.target ? 0 : -1;
  });
  node.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = reachable(node), at = stops.indexOf(event.target);
    if (at < 0) return;
    const to = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    stops[(to + stops.length) % stops.length].focus();
  });
  return node;
}

/** The first choice of a message's card. */
export const firstChoice = (node) => node?.querySelector(".card .actions button, .card button");

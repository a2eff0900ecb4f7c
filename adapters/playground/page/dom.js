// Builds nodes. Data becomes text nodes only, so nothing that people write can become markup.

/** `el("p.note", { hidden: true, on: { click } }, "text", node, …)`; false and null children are left out. */
export function el(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key === "class") node.classList.add(...value.split(" ").filter(Boolean));
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const $ = (id) => document.getElementById(id);

/**
 * Brings `list` to show `items` and touches only what changed, so that focus and reading place stay.
 * `item`: { key, sign, build() }; a node is rebuilt only when `sign` differs.
 */
export function reconcile(list, items) {
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let at = list.firstElementChild;
  const fresh = [];
  for (const { key, sign, build } of items) {
    let node = old.get(key);
    old.delete(key);
    if (!node || node.sign !== sign) {
      const next = build();
      next.dataset.key = key;
      next.sign = sign;
      if (node) {
        const focus = focused(node);
        if (at === node) at = next;
        node.replaceWith(next);
        refocus(next, focus);
      } else {
        fresh.push(next);
      }
      node = next;
    }
    if (node === at) at = at.nextElementSibling;
    else list.insertBefore(node, at);
  }
  for (const gone of old.values()) gone.remove();
  return fresh;
}

function focused(node) {
  const active = document.activeElement;
  return node.contains(active) ? (active.dataset.focus ?? active.textContent) : null;
}

function refocus(node, focus) {
  if (focus === null) return;
  const again = [...node.querySelectorAll("button, textarea, a, [tabindex]")]
    .find((candidate) => (candidate.dataset.focus ?? candidate.textContent) === focus);
  const target = again ?? node.querySelector("button, a") ?? node;
  target.focus({ preventScroll: true });
}

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(key);
}

export const hour = (ms, zone) => format(zone, { hour: "2-digit", minute: "2-digit" }).format(ms);
export const day = (ms, zone) => format(zone, { weekday: "short", day: "numeric", month: "short" }).format(ms).replace(",", "");

/** Parts of an instant in a zone, as numbers, with `weekday` 0 for Sunday. */
export function parts(ms, zone) {
  const found = Object.fromEntries(
    format(zone, { weekday: "short", hour: "numeric", minute: "numeric", hourCycle: "h23" })
      .formatToParts(ms).map(({ type, value }) => [type, value]),
  );
  const weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(found.weekday);
  return { weekday, hour: Number(found.hour), minute: Number(found.minute) };
}

/** An instant beside another: "10:22" on the same day, "Thu 26 Nov, 09:00" otherwise. */
export function when(ms, now, zone) {
  return day(ms, zone) === day(now, zone) ? hour(ms, zone) : `${day(ms, zone)}, ${hour(ms, zone)}`;
}

export function avatar(person, small = false) {
  const node = el("span.avatar", { class: `${person.id}${small ? " small" : ""}`, "aria-hidden": "true" });
  if (person.id === "kairos") node.append(el("img", { src: "/playground/page/icon.svg", alt: "", width: 36, height: 36 }));
  else node.append(person.name.slice(0, 1));
  return node;
}

/** Shows a line at the composer; an empty one hides it. */
export function complain(text) {
  $("error").textContent = text ?? "";
  $("error").hidden = !text;
}

export function announce(text) {
  $("announcer").textContent = text;
}

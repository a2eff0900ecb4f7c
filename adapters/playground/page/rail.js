// The left column: whom one speaks as, and where.
import { $, avatar, el, reconcile } from "./dom.js";
import { store, unread } from "./store.js";

/** The city of a time zone. */
export const city = (zone) => zone.split("/").at(-1).replaceAll("_", " ");

export function drawRail({ speakAs, enter }) {
  drawPeople(speakAs);
  const items = store.channels.map((channel) => {
    const count = unread(channel.id), current = channel.id === store.channel;
    return {
      key: channel.id, sign: `${count}/${current}`,
      build: () => el("li", { class: channel.private ? "private" : "" },
        el("button", {
          type: "button", class: count ? "has-unread" : "", "aria-current": current && "page",
          data: { focus: channel.id }, on: { click: () => enter(channel.id) },
        },
        el("span.sign", { "aria-hidden": "true" }, channel.private ? el("img", { src: "/playground/page/icon.svg", alt: "", width: 16, height: 16 }) : "#"),
        el("span", {}, channel.private ? `Private: ${channel.name}` : channel.name),
        count > 0 && el("span.unread", {}, String(count), el("span.hidden", {}, " unread")))),
    };
  });
  reconcile($("channels"), items);
  $("tab-unread").hidden = !store.channels.some(({ id }) => id !== store.channel && unread(id) > 0);
}

function drawPeople(speakAs) {
  const box = $("people");
  if (box.querySelectorAll("label").length !== store.people.length) {
    box.querySelectorAll("label").forEach((label) => label.remove());
    for (const person of store.people) {
      const input = el("input", { type: "radio", name: "person", value: person.id, on: { change: () => speakAs(person.id) } });
      const about = `${person.role.replace("-", " ")}, ${city(person.zone)}`;
      box.append(el("label", {}, input, avatar(person, true), el("span", {}, person.name, el("small", {}, about))));
    }
  }
  const input = box.querySelector(`input[value="${store.person}"]`);
  if (input) input.checked = true;
}

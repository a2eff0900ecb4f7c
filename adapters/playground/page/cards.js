// Draws a card from the very message that Slack or Discord would get. A part it does not know is named, never dropped.
import { el } from "./dom.js";
import { discordBlocks, inline, link, unescape } from "./markdown.js";

/** `acts`: { tap(choiceId), write() } for what is pressed on the card. */
export function drawCard(card, look, acts) {
  const press = (value, label) => {
    if (card.input && (value === card.input.form || (value?.includes(card.input.form) && label === card.input.label))) return acts.write();
    const choice = card.choices.find(({ id }) => id === value)
      ?? card.choices.find(({ label: known }) => known === label)
      ?? card.choices.find(({ id }) => value?.includes(id));
    return choice ? acts.tap(choice.id) : acts.write();
  };
  const node = look === "discord" ? discord(card.discord, press) : slack(card.slack, press);
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", card.title || "Card");
  if (look === "slack") node.append(el("p.context", {}, builder(card.slack)));
  return node;
}

// Slack: Block Kit.

function slack(message, press) {
  return el("div.card.slack", {}, (message.blocks ?? []).map((block) => slackBlock(block, press)));
}

/** Slack's own drawing board, with this card in the link: what stands behind # stays in the browser until Slack's page reads it. */
function builder(message) {
  const blocks = (message.blocks ?? []).map(abroad).filter(Boolean);
  const href = `https://app.slack.com/block-kit-builder/#${encodeURIComponent(JSON.stringify({ blocks }))}`;
  return el("a.builder", { href, target: "_blank", rel: "noopener noreferrer" }, "Open in Block Kit Builder");
}

/** Pictures of this machine can't be shown elsewhere: their words stand for them. */
function abroad(block) {
  const isOurs = (part) => part?.image_url?.startsWith("/");
  if (block.type === "image" && isOurs(block)) return { type: "context", elements: [{ type: "plain_text", text: `Picture: ${block.alt_text}`.slice(0, 2000) }] };
  if (isOurs(block.accessory)) { const { accessory, ...rest } = block; return rest; }
  if (block.type === "context") { const elements = block.elements.filter((part) => !isOurs(part)); return elements.length ? { ...block, elements } : null; }
  return block;
}

function slackBlock(block, press) {
  switch (block.type) {
    case "header": return el("p.header", { role: "heading", "aria-level": "3" }, slackText(block.text));
    case "section": return el("div", {},
      block.text && el("p.pre", {}, slackText(block.text)),
      (block.fields ?? []).map((field) => el("p.pre", {}, slackText(field))),
      block.accessory && slackElement(block.accessory, press));
    case "rich_text": return el("div.rich", {}, block.elements.map(richBlock));
    case "markdown": return el("div.rich", {}, discordBlocks(block.text));
    case "context": return el("p.context", {}, block.elements.map((element) =>
      element.type === "image" ? el("img", { src: element.image_url, alt: element.alt_text, width: 18, height: 18 }) : el("span", {}, slackText(element))));
    case "image": return el("figure", {},
      block.title && el("figcaption", {}, slackText(block.title)),
      el("img", { src: block.image_url, alt: block.alt_text, loading: "lazy" }));
    case "divider": return el("hr");
    case "actions": return el("div.actions", { role: "group", "aria-label": "Answers" }, block.elements.map((element) => slackElement(element, press)));
    default: return el("p.context", {}, `(${block.type})`);
  }
}

function slackText(text) {
  if (typeof text === "string") return text;
  return text.type === "mrkdwn" ? inline(text.text, "slack") : unescape(text.text);
}

function slackElement(element, press) {
  if (element.type === "button") {
    const label = unescape(element.text.text);
    if (element.url) return link(element.url, label);
    const look = element.style ?? "";
    return el("button", { type: "button", class: look, data: { focus: label }, on: { click: () => press(element.value, label) } }, label);
  }
  if (element.type === "overflow" || element.type === "static_select") {
    const label = element.placeholder ? unescape(element.placeholder.text) : "More";
    return menu(label, element.type === "overflow" ? "…" : label, element.options.map((option) =>
      ({ label: unescape(option.text.text), choose: () => press(option.value, unescape(option.text.text)) })), element.type !== "overflow");
  }
  if (element.type === "image") return el("img", { src: element.image_url, alt: element.alt_text, width: 72 });
  return el("span", {}, `(${element.type})`);
}

function richBlock(part) {
  switch (part.type) {
    case "rich_text_list": {
      const ordered = part.style === "ordered";
      const start = ordered && part.offset ? part.offset + 1 : undefined;
      return el(ordered ? "ol" : "ul", { start }, part.elements.map((item) => el("li", {}, item.elements.map(richPiece))));
    }
    case "rich_text_quote": return el("blockquote.pre", {}, part.elements.map(richPiece));
    case "rich_text_preformatted": return el("pre", {}, el("code", {}, part.elements.map(richPiece)));
    default: return richSection(part);
  }
}

/** A section whose line breaks become paragraphs. */
function richSection(part) {
  const section = el("div.rich");
  let paragraph = el("p.pre");
  for (const piece of part.elements) {
    if (piece.type === "text" && piece.text === "\n") {
      if (paragraph.hasChildNodes()) section.append(paragraph);
      paragraph = el("p.pre");
    } else paragraph.append(richPiece(piece));
  }
  if (paragraph.hasChildNodes()) section.append(paragraph);
  return section;
}

function richPiece(piece) {
  const style = piece.style ?? {};
  let node;
  if (piece.type === "link") node = link(piece.url, piece.text ?? piece.url);
  else if (piece.type === "emoji") node = piece.unicode ? String.fromCodePoint(...piece.unicode.split("-").map((hex) => parseInt(hex, 16))) : `:${piece.name}:`;
  else node = piece.text ?? "";
  if (style.code) node = el("code", {}, node);
  if (style.italic) node = el("em", {}, node);
  if (style.bold) node = el("strong", {}, node);
  if (style.strike) node = el("s", {}, node);
  return node;
}

// Discord: Components V2.

const BUTTONS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "secondary" };

function discord(message, press) {
  const card = el("div.card.discord");
  if (message.content) card.append(...discordBlocks(message.content));
  card.append(...(message.components ?? []).map((component) => discordPart(component, press)));
  return card;
}

function discordPart(part, press) {
  const inside = () => (part.components ?? []).map((child) => discordPart(child, press));
  switch (part.type) {
    case 1: return el("div.actions", { role: "group", "aria-label": "Answers" }, inside());
    case 2: {
      const label = part.label ?? part.emoji?.name ?? "";
      if (part.style === 5 || part.url) return link(part.url, label);
      return el("button", { type: "button", class: BUTTONS[part.style] ?? "secondary", disabled: part.disabled, data: { focus: label }, on: { click: () => press(part.custom_id, label) } }, label);
    }
    case 3: return menu(part.placeholder ?? "More", part.placeholder ?? "More", part.options.map((option) =>
      ({ label: option.label, choose: () => press(option.value, option.label) })), true);
    case 9: return el("div.with-accessory", {}, el("div", {}, inside()), part.accessory && discordPart(part.accessory, press));
    case 10: return el("div.md", {}, discordBlocks(part.content));
    case 11: return el("img", { src: part.media.url, alt: part.description ?? "", width: 84 });
    case 12: return el("div", {}, part.items.map((item) => el("figure", {}, el("img", { src: item.media.url, alt: item.description ?? "", loading: "lazy" }))));
    case 14: return part.divider === false ? el("div") : el("hr");
    case 17: return el("div.container", {}, inside());
    default: return el("p.sub", {}, `(component ${part.type})`);
  }
}

/** A menu behind a button: opens upwards, closes by Escape, by leaving, and by choosing. A select is as wide as it may be. */
function menu(label, shown, entries, isSelect = false) {
  const list = el("div.entries", { role: "group", "aria-label": label, hidden: true });
  const button = el("button", { type: "button", "aria-expanded": "false", "aria-label": label, data: { focus: `menu ${label}` } }, shown);
  const open = (wanted) => {
    list.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    if (!wanted) return;
    const room = box.closest(".log")?.getBoundingClientRect();
    const here = box.getBoundingClientRect(), size = list.getBoundingClientRect();
    list.classList.toggle("leftwards", Boolean(room) && here.left + size.width > room.right);
    list.classList.toggle("downwards", Boolean(room) && here.top - size.height < room.top);
    list.querySelector("button").focus();
  };
  button.addEventListener("click", () => open(list.hidden));
  list.append(...entries.map(({ label: text, choose }) =>
    el("button", { type: "button", on: { click: () => { open(false); button.focus(); choose(); } } }, text)));
  const box = el("span.menu", { class: isSelect ? "select" : "" }, button, list);
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape") { open(false); button.focus(); event.stopPropagation(); }
    else if (event.key === "ArrowDown") { items[(at + 1) % items.length].focus(); event.preventDefault(); }
    else if (event.key === "ArrowUp") { items[(at - 1 + items.length) % items.length].focus(); event.preventDefault(); }
  });
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) open(false); });
  return box;
}

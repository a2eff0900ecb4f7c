// Text with manners, as nodes. Three dialects: what people write here, Slack's mrkdwn, Discord's markdown.
// Nothing here ever sets markup from a string.
import { el } from "./dom.js";

const safe = (url) => /^https?:\/\//i.test(url);

/** A link to another site; what is not https or http stays text. */
export function link(url, label) {
  if (!safe(url)) return document.createTextNode(label === url ? url : `${label} (${url})`);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** Slack's plain_text: three characters come escaped. */
export const unescape = (text) => text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);

const RULES = {
  person: [
    [/`([^`\n]+)`/y, (m) => el("code", {}, m[1])],
    [/https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"]/y, (m) => link(m[0], m[0])],
    [/@kairos\b/iy, (m) => el("span.mention", {}, m[0])],
    [/\*\*([^*\n]+)\*\*/y, (m) => el("strong", {}, inline(m[1], "person"))],
  ],
  slack: [
    [/`([^`\n]+)`/y, (m) => el("code", {}, unescape(m[1]))],
    [/<(https?:[^|>]+)\|([^>]+)>/y, (m) => link(unescape(m[1]), unescape(m[2]))],
    [/<(https?:[^>]+)>/y, (m) => link(unescape(m[1]), unescape(m[1]))],
    [/\*([^*\n]+)\*/y, (m) => el("strong", {}, inline(m[1], "slack"))],
    [/_([^_\n]+)_/y, (m) => el("em", {}, inline(m[1], "slack"))],
    [/~([^~\n]+)~/y, (m) => el("s", {}, inline(m[1], "slack"))],
    [/&(amp|lt|gt);/y, (m) => unescape(m[0])],
  ],
  discord: [
    [/\\([^\w\s])/y, (m) => m[1]],
    [/``(.+?)``|`([^`\n]+)`/y, (m) => el("code", {}, m[1] ?? m[2])],
    [/\[((?:\\.|[^\]\\])+)\]\(<?(https?:[^\s>)]+)>?\)/y, (m) => link(m[2], inline(m[1], "discord"))],
    [/<(https?:[^>\s]+)>/y, (m) => link(m[1], m[1])],
    [/https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"\\]/y, (m) => link(m[0], m[0])],
    [/\*\*((?:\\.|[^*\\])+)\*\*/y, (m) => el("strong", {}, inline(m[1], "discord"))],
    [/__((?:\\.|[^_\\])+)__/y, (m) => el("u", {}, inline(m[1], "discord"))],
    [/\*((?:\\.|[^*\\])+)\*/y, (m) => el("em", {}, inline(m[1], "discord"))],
    [/_((?:\\.|[^_\\])+)_(?!\w)/y, (m) => el("em", {}, inline(m[1], "discord"))],
  ],
};

/** One run of text as nodes and strings. Linear: each rule is tried once at each place. */
export function inline(text, dialect) {
  const rules = RULES[dialect];
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    let matched = null;
    for (const [pattern, build] of rules) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match && allowed(dialect, pattern, text, at)) { matched = [match, build]; break; }
    }
    if (!matched) { plain += text[at++]; continue; }
    if (plain) nodes.push(plain);
    plain = "";
    nodes.push(matched[1](matched[0]));
    at += matched[0][0].length;
  }
  if (plain) nodes.push(plain);
  return nodes;
}

/** A single sign within a word (snake_case, 3*4) is no markup. */
function allowed(dialect, pattern, text, at) {
  if (dialect === "person" || at === 0) return true;
  const sign = text[at];
  return !(/[_*~]/.test(sign) && /\w/.test(text[at - 1]));
}

/** Discord's markdown with its blocks: headings, small print, lists, quotations. */
export function discordBlocks(text) {
  const nodes = [];
  let list = null, quote = null, paragraph = null;
  const close = () => { list = quote = paragraph = null; };
  for (const line of text.split("\n")) {
    const heading = /^(#{1,3}) +(.*)$/.exec(line);
    const small = /^-# +(.*)$/.exec(line);
    const point = /^ {0,3}(?:([-*])|(\d+)\.) +(.*)$/.exec(line);
    const quoted = /^> ?(.*)$/.exec(line);
    if (heading) {
      close();
      nodes.push(el("h3", { class: `h${heading[1].length}` }, inline(heading[2], "discord")));
    } else if (small) {
      close();
      nodes.push(el("p.sub", {}, inline(small[1], "discord")));
    } else if (point) {
      const ordered = point[2] !== undefined;
      if (!list || list.nodeName !== (ordered ? "OL" : "UL")) {
        close();
        list = el(ordered ? "ol" : "ul", ordered && point[2] !== "1" ? { start: point[2] } : {});
        nodes.push(list);
      }
      list.append(el("li", {}, inline(point[3], "discord")));
    } else if (quoted) {
      if (!quote) { close(); quote = el("blockquote.pre"); nodes.push(quote); } else quote.append("\n");
      quote.append(...inline(quoted[1], "discord"));
    } else if (line.trim() === "") {
      close();
    } else {
      if (!paragraph) { close(); paragraph = el("p.pre"); nodes.push(paragraph); } else paragraph.append("\n");
      paragraph.append(...inline(line, "discord"));
    }
  }
  return nodes;
}

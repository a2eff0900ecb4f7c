// Writing: the composer, editing a message, the text field of a card, and forms that Kairos asks to fill in.
import { send } from "./api.js";
import { $, complain, el } from "./dom.js";
import { channel, follow, store, update } from "./store.js";

/** Posts; true where it worked. What is refused stays in the field, with the reason below it. */
export async function post(text) {
  complain("");
  follow();
  try {
    const isCommand = /^\/kairos(\s|$)/.test(text.trimStart()) && !store.channel.startsWith("private-");
    store.commanded = isCommand ? { channel: store.channel, thread: store.replying } : null;
    await send("post", { as: store.person, channel: store.channel, thread: store.replying, text });
    return true;
  } catch (error) {
    complain(error.message);
    return false;
  }
}

/** Does something upon a message, and says so where it failed. */
export async function act(path, body) {
  complain("");
  follow();
  try {
    await send(path, { as: store.person, ...body });
    return true;
  } catch (error) {
    complain(error.message);
    return false;
  }
}

const drafts = new Map();

export function setUpComposer() {
  const form = $("composer"), field = $("composer-text");
  const grow = () => { field.style.height = "auto"; field.style.height = `${Math.min(field.scrollHeight, 180)}px`; };
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Escape" && store.replying) { event.stopPropagation(); update({ replying: null }); }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim()) return;
    field.value = "";
    grow();
    if (!(await post(text)) && !field.value) { field.value = text; grow(); }
    field.focus();
  });
  $("replying-stop").addEventListener("click", () => { update({ replying: null }); field.focus(); });
  const write = (text) => { field.value = text; grow(); field.focus(); };
  $("help-command").addEventListener("click", () => write("/kairos help"));
  $("mention").addEventListener("click", () => write(`@Kairos ${field.value.replace(/^@Kairos\s*/, "")}`));
  return { write, keep(from, to) { drafts.set(from, field.value); field.value = drafts.get(to) ?? ""; grow(); } };
}

export function drawComposer() {
  const here = channel();
  if (!here) return;
  const opening = store.replying && store.messages.get(store.replying);
  const where = here.private ? "Kairos" : `#${here.name}`;
  const label = opening ? `Reply in the thread of ${opening.by.name}` : `Message ${where}`;
  $("composer-label").textContent = label;
  $("composer-text").placeholder = label;
  $("replying").hidden = !opening;
  if (opening) $("replying-to").textContent = `Replying to ${opening.by.name}: ${opening.text || opening.card?.title || ""}`;
  drawForm();
}

/** The editor of one's own message. */
export function editor(message) {
  const field = el("textarea", { rows: 2, maxlength: 8000, "aria-label": "Edit the message", data: { focus: "editor" } });
  field.value = message.text;
  const stop = () => update({ editing: null });
  const save = async () => { if (await act("edit", { message: message.id, text: field.value })) stop(); };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); stop(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
  });
  queueMicrotask(() => field.focus());
  return el("div.editor", {}, field, el("div.row", {},
    el("button.button.strong", { type: "button", on: { click: save } }, "Save"),
    el("button.button", { type: "button", on: { click: stop } }, "Cancel")));
}

/** Opens the text field of a card below it. */
export function fillCard(node, message) {
  if (node.querySelector(".fill")) return node.querySelector("textarea").focus();
  const field = el("textarea", { maxlength: 8000, "aria-label": message.card.input?.label ?? "Your answer" });
  const submit = async () => { if (await act("submit", { message: message.id, text: field.value })) box.remove(); };
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); box.remove(); } });
  const box = el("div.fill", {}, field, el("div.row", {},
    el("button.button.strong", { type: "button", on: { click: submit } }, "Send"),
    el("button.button", { type: "button", on: { click: () => box.remove() } }, "Cancel")));
  node.append(box);
  field.focus();
}

let shownForm = null;

/** The form that Kairos asks this person to fill in: a dialog, as a modal would be. */
function drawForm() {
  const dialog = $("form"), form = store.form;
  if (!form) { shownForm = null; if (dialog.open) dialog.close(); return; }
  if (shownForm === form) return;
  shownForm = form;
  const fields = form.fields.map((field) => {
    const input = el(field.long ? "textarea" : "input", { rows: field.long ? 4 : undefined, maxlength: 3000 });
    input.value = field.value ?? "";
    return { id: field.id, input, node: el("label", {}, field.label, input) };
  });
  const submit = async (event) => {
    event.preventDefault();
    const values = fields.map(({ id, input }) => [id, input.value]);
    if (await act("submit", { channel: store.channel, form: form.id, fields: values })) update({ form: null });
  };
  // Told to the server too, so that it stays cancelled.
  const cancel = () => { update({ form: null }); act("dismiss", {}); };
  dialog.replaceChildren(el("form", { on: { submit } },
    el("h2", { id: "form-title" }, form.title), fields.map(({ node }) => node),
    el("div.row", {}, el("button.button", { type: "button", on: { click: cancel } }, "Cancel"),
      el("button.button.strong", { type: "submit" }, "Send"))));
  dialog.oncancel = cancel;
  if (!dialog.open) dialog.showModal();
}

// The playground in a real browser, as a person uses it: what the README promises a newcomer, in the order they meet it.
//
// Starts nothing itself (support.mjs says what it needs). The tests share that server and follow each other, as people in one day do.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { NARROW, WIDE, asked, decision, messages, say, setLimits, skip, thread, url, violations, visit } from "./support.mjs";

const QUESTION = "the buyer says our quote is way over their budget, what now?";

test("a first look says what this is, that nothing leaves this machine, and what to do", async (t) => {
  const page = await visit(t);
  await asked(page, "Northwind").waitFor();
  assert.match(await page.locator("#channel-name").innerText(), /deals/);
  assert.match(await page.locator("#intro").innerText(), /chat bot[\s\S]*nothing leaves this machine/);
  assert.match(await page.locator("#hint").innerText(), /skip ahead ten minutes/i);
  assert.equal(await page.locator("#hint .examples button").count(), 3);
  assert.ok(await page.locator("#limits input[value=demo]").isChecked(), "the limits are loose, and shown");
});

test("the story shows a question, the answer to it and the reasons", async (t) => {
  const page = await visit(t, { channel: "team-leads" });
  await page.locator("#messages .card").first().waitFor();
  assert.match(await decision(page).innerText(), /Answered/);
  assert.ok(await decision(page).locator(".reasons li").count() >= 3, "the rules that were asked are listed");
});

test("the story costs nobody a card and leaves no cooldown, even with real limits", async (t) => {
  const page = await visit(t, { channel: "team-leads", person: "dev" });
  await setLimits(page, "real");
  const text = "How do I tell somebody on my team that their work is not good enough?";
  await say(page, text);
  await asked(page, text).locator(".chip.waits").waitFor();
  assert.match(await decision(page).locator("[data-focus=skip-ahead]").innerText(), /^Skip to \d\d:\d\d, when Kairos would answer$/);
  await skip(page);
  await asked(page, text).locator(".chip.speaks").waitFor();
  const again = "And how do I say it when they get defensive about my feedback?";
  await say(page, again);
  await page.locator("#winds button", { hasText: "+10 min" }).click();
  await page.locator("#winds button", { hasText: "+10 min" }).click();
  // Silent at once, or held until the weekly summary: with real limits there is no second card a moment later.
  await asked(page, again).locator(".chip").getByText(/^Silent|\w{3} \d+ \w{3}, \d\d:\d\d$/).waitFor();
  await setLimits(page, "demo");
  assert.equal(await asked(page, again).locator("xpath=following-sibling::li[1]").locator(".card").count(), 0);
});

test("where a person answered first, Kairos stayed silent and says so", async (t) => {
  const page = await visit(t, { channel: "support" });
  await page.locator("#messages .chip.cancelled").waitFor();
  assert.match(await page.locator("#messages .chip.cancelled").innerText(), /someone answered first/);
  assert.equal(await page.locator("#messages .card").count(), 0);
});

test("a question waits for people, then its card arrives in the thread by itself", async (t) => {
  const page = await visit(t, { channel: "deals" });
  await page.evaluate(() => { window.notReloaded = true; });
  await say(page, QUESTION);
  await asked(page, QUESTION).locator(".chip.waits").waitFor();
  assert.match(await decision(page).innerText(), /Waiting until \d\d:\d\d/);
  assert.match(await decision(page).innerText(), /Sounds like: A buyer says it is too expensive/);

  await skip(page);
  await asked(page, QUESTION).locator(".chip.speaks").waitFor();
  const card = thread(page, QUESTION).locator(".card");
  await card.waitFor();
  for (const label of ["Useful", "Not for me", "I know this", "Why this?"]) {
    assert.ok(await card.getByRole("button", { name: label }).isVisible(), label);
  }
  assert.ok(await page.evaluate(() => window.notReloaded), "without a reload");
});

test("the card looks as on Slack and as on Discord, with every button", async (t) => {
  const page = await visit(t, { channel: "deals" });
  const card = thread(page, QUESTION).locator(".card").first();
  await card.waitFor();
  const title = (await card.locator(".header").innerText()).trim();
  await page.locator("#look label", { hasText: "Discord" }).click();
  await card.locator(".container").waitFor();
  assert.equal((await card.locator("h3").first().innerText()).trim(), title);
  assert.match(await thread(page, QUESTION).locator("xpath=.").innerText(), /1 Message/);
  assert.ok(await card.getByRole("button", { name: "Why this?" }).isVisible());
});

test("why this? is answered to the one who asks, and to nobody else", async (t) => {
  const page = await visit(t, { channel: "deals" });
  await thread(page, QUESTION).getByRole("button", { name: "Why this?" }).click();
  const why = page.locator(".message.only").last();
  await why.waitFor();
  assert.match(await why.innerText(), /Only visible to you/);
  const other = await visit(t, { channel: "deals", person: "ben" });
  await asked(other, QUESTION).waitFor();
  assert.equal(await other.locator(".message.only").count(), 0);
});

test("practice is private, and every choice gets feedback", async (t) => {
  const page = await visit(t, { channel: "deals" });
  await thread(page, QUESTION).getByRole("button", { name: "Practise this" }).click();
  await page.getByRole("button", { name: "Read it" }).click();
  const turn = page.locator("#messages .card").last();
  await turn.locator(".actions button").first().waitFor();
  const choice = await turn.locator(".actions button").first().innerText();
  const before = await messages(page).count();
  await turn.locator(".actions button").first().click();
  await messages(page).nth(before).waitFor();
  assert.match(await page.locator("#messages").innerText(), new RegExp(`You chose: ${choice.replace(/[^\w ]/g, ".")}`));
  assert.ok(await page.locator("#messages .card").last().locator("blockquote").count() > 0, "feedback on the choice");
  const other = await visit(t, { person: "ben", channel: "private-ben" });
  assert.equal(await other.locator("#messages .card").count(), 0, "nobody else sees it");
});

test("one tap on useful, and the card says so in place", async (t) => {
  const page = await visit(t, { channel: "deals" });
  const card = thread(page, QUESTION).locator(".card").first();
  const cards = await page.locator("#messages .card").count();
  await card.getByRole("button", { name: "Useful" }).click();
  await card.getByText(/useful/i).waitFor();
  await card.getByRole("button", { name: "Useful", exact: true }).waitFor({ state: "detached" });
  assert.equal(await page.locator("#messages .card").count(), cards, "no second message");
});

test("an answer by a colleague cancels what was waiting", async (t) => {
  const page = await visit(t, { channel: "support", person: "ben" });
  const text = "a customer keeps shouting at me on the phone, how do I calm them down?";
  await say(page, text);
  await asked(page, text).locator(".chip.waits").waitFor();
  await page.locator("#people label", { hasText: "Dev" }).click();
  await asked(page, text).hover();
  await asked(page, text).getByRole("button", { name: "Reply in thread" }).click();
  await page.locator("#composer-text").fill("Slow down and let them finish, then say what you will do.");
  await page.keyboard.press("Enter");
  await asked(page, text).locator(".chip.cancelled").waitFor();
  assert.match(await decision(page).innerText(), /someone answered first/);
});

test("the keyboard is enough", async (t) => {
  const page = await visit(t, { channel: "general" });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "composer-text");
  await page.keyboard.type("Typed without a mouse");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("on two lines");
  await page.keyboard.press("Enter");
  await asked(page, "Typed without a mouse").waitFor();
  assert.match(await asked(page, "Typed without a mouse").locator(".text").innerText(), /mouse\non two/);
  const seen = new Set();
  await page.reload();
  await page.locator("#channels button").first().waitFor();
  for (let step = 0; step < 120; step += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const node = document.activeElement, shown = node.closest("label")?.matches(":has(:focus-visible)") ? node.closest("label") : node;
      const ring = getComputedStyle(shown).outlineStyle !== "none" || getComputedStyle(node.nextElementSibling ?? node).outlineStyle !== "none"
        || node.id === "composer-text";
      return { area: node.closest("#rail, #log, #composer, #side")?.id ?? "", ring, name: node.outerHTML.slice(0, 80) };
    });
    if (focus.name.startsWith("<body")) break;
    seen.add(focus.area);
    assert.ok(focus.ring, `focus can be seen on ${focus.name}`);
  }
  for (const area of ["rail", "log", "composer", "side"]) assert.ok(seen.has(area), `${area} is reached: ${[...seen]}`);
});

test("one's own message can be changed and taken back", async (t) => {
  const page = await visit(t, { channel: "general" });
  await say(page, "A message with a tpyo");
  const mine = asked(page, "A message with a");
  await mine.hover();
  await mine.getByRole("button", { name: "Edit the message" }).click();
  await page.locator(".editor textarea").fill("A message with a correction");
  await page.keyboard.press("Enter");
  await asked(page, "A message with a correction").getByText("(edited)").waitFor();
  await mine.hover();
  await mine.getByRole("button", { name: "React with 👍" }).click();
  await mine.locator(".reactions [aria-pressed=true]").waitFor();
  await mine.hover();
  await mine.getByRole("button", { name: "Delete the message" }).click();
  await mine.getByRole("button", { name: "Really delete the message?" }).click();
  await mine.waitFor({ state: "detached" });
});

test("what people write is text and nothing else", async (t) => {
  const page = await visit(t, { channel: "general" });
  await say(page, "<img src=x onerror=\"window.hit=1\"><b>bold</b> [x](javascript:alert(1)) @everyone");
  const text = asked(page, "<b>bold</b>").locator(".text");
  assert.equal(await text.locator("img, b, a").count(), 0);
  assert.equal(await page.evaluate(() => window.hit), undefined);
});

test("what is refused stays in the field, with the reason", async (t) => {
  const page = await visit(t, { channel: "general" });
  await page.locator("#composer-text").evaluate((field) => { field.removeAttribute("maxlength"); field.value = "x".repeat(8001); });
  // The browser itself reports a refused request in the console; that is no error of the page.
  await page.evaluate(() => { const ask = window.fetch; window.fetch = (path, init) => path === "/playground/post" ? Promise.resolve(new Response('{"error":"the text has 8001 characters, 8000 at most"}', { status: 413 })) : ask(path, init); });
  await page.locator("#composer-text").press("Enter");
  await page.locator("#error").getByText("8000 at most").waitFor();
  assert.equal((await page.locator("#composer-text").inputValue()).length, 8001);
});

test("a lost connection is said, and found again", async (t) => {
  const page = await visit(t, { go: false, channel: "general" });
  await page.addInitScript(() => {
    const Real = window.EventSource;
    window.broken = true;
    window.EventSource = class extends EventTarget {
      constructor(address) { super(); if (!window.broken) return new Real(address); setTimeout(() => this.dispatchEvent(new Event("error"))); }
      close() {}
    };
  });
  await page.goto(url);
  await page.getByText("Reconnecting").waitFor();
  await page.evaluate(() => { window.broken = false; });
  await page.locator("#status").waitFor({ state: "hidden" });
  await say(page, "Back again");
});

test("a narrow screen shows one panel at a time and never scrolls sideways", async (t) => {
  const page = await visit(t, { viewport: NARROW, channel: "deals" });
  await asked(page, QUESTION).waitFor();
  for (const panel of ["Channels", "Why", "Try", "Chat"]) {
    await page.locator("#tabs").getByRole("button", { name: new RegExp(`^${panel}`) }).click();
    const [wide, high] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
    assert.ok(wide <= NARROW.width && high <= NARROW.height, `${panel}: ${wide} × ${high}`);
  }
  await asked(page, QUESTION).locator(".verdict").click();
  await decision(page).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#composer-text").waitFor();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW], ["zoomed to 400 %", { width: 360, height: 225 }]]) {
    test(`axe finds nothing: ${colorScheme}, ${size}`, async (t) => {
      const page = await visit(t, { viewport, colorScheme, channel: "deals", bypassCSP: true, reducedMotion: "reduce" });
      await asked(page, QUESTION).waitFor();
      for (const look of ["slack", "discord"]) {
        await page.locator(`#look input[value=${look}]`).check({ force: true });
        await page.locator(`.card.${look}`).first().waitFor();
        for (const panel of size === "wide" ? ["try", "why", "chat"] : ["rail", "why", "try", "chat"]) {
          if (size !== "wide" || panel !== "chat") await page.locator(`${size === "wide" ? "#sides" : "#tabs"} [data-panel=${panel}]`).click();
          assert.deepEqual(await violations(page), [], `${look}, ${panel}`);
        }
      }
    });
  }
}

test("another host's name is not answered", async () => {
  const { port } = new URL(url);
  const status = await new Promise((done, failed) => {
    http.get({ host: "127.0.0.1", port, path: "/playground/state?as=ana", headers: { host: "evil.example" } }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    }).on("error", failed);
  });
  assert.equal(status, 403);
});

// What a newcomer may try out, each tool as the page promises it, and the keyboard. Shares the running kairos with the
// other files: they follow each other, one file at a time.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { asked, decision, messages, say, skip, thread, tryOut, violations, visit } from "./support.mjs";

const guide = (page) => page.locator("#guide");
const next = (page) => guide(page).locator(".strong");
const text = (page, selector) => page.locator(selector).innerText();

test("the hint leads from a question to practice, a colleague, a number and a manager's view, and then leaves", async (t) => {
  const page = await visit(t);
  await page.locator("#hint .examples button").first().click();
  await guide(page).getByText("Nobody has answered Ana yet.").waitFor();
  assert.match(await next(page).innerText(), /^Skip to .*\d\d:\d\d, when Kairos would answer$/);
  assert.ok(await page.locator("#hint").isHidden());
  await next(page).click();
  await guide(page).getByText("practised").waitFor();
  await next(page).click();
  await guide(page).getByText("colleague is faster").waitFor();
  await page.getByText("Only you and Kairos").first().waitFor();
  await next(page).click();
  await guide(page).getByText("a number moves").waitFor();
  await page.locator("#messages .chip.cancelled").last().waitFor();
  assert.match(await text(page, "#channel-name"), /deals/);
  await next(page).click();
  await page.locator("#number-slider").waitFor();
  await page.waitForFunction(() => document.activeElement.id === "number-slider");
  await page.locator("#number-send").click();
  await guide(page).getByText("A manager sees totals").waitFor();
  await next(page).click();
  await guide(page).waitFor({ state: "hidden" });
  assert.ok(await page.locator("#people input[value=dev]").isChecked());
  await page.reload();
  await page.locator("#channels button").first().waitFor();
  assert.ok(await page.locator("#hint").isHidden() && await guide(page).isHidden(), "it is gone for good");
});

test("Dev, who manages, is one tap away", async (t) => {
  const page = await visit(t);
  await page.getByRole("button", { name: "Look as Dev, who manages" }).first().click();
  await page.locator("#channel-name", { hasText: "Private" }).waitFor();
  await page.locator("#messages .card", { hasText: "A buyer says it is too expensive" }).last().waitFor();
});

test("a bar for every topic moves while one types, against its mark", async (t) => {
  const page = await visit(t);
  await tryOut(page);
  await page.locator("#bars li").first().waitFor();
  const topics = await page.locator("#bars li").count();
  assert.ok(topics >= 8, `${topics} topics`);
  await page.locator("#hear-text").pressSequentially("the customer says we are too expensive, what do I say?");
  await page.locator("#bars li.heard[data-topic=too-expensive]").waitFor();
  assert.match(await text(page, "#hear-result"), /^Match: .+, \d+ % \(needs \d+ %\)$/);
  const [fill, mark] = await page.locator("#bars li.heard").first().evaluate((bar) => [".fill", ".mark"].map((part) => bar.querySelector(part).getBoundingClientRect().right));
  assert.ok(fill > mark, "the bar has passed its mark");
  await page.locator("#composer-text").fill("who brings cake on Friday?");
  await page.locator("#hear-result").getByText(/^No match \(closest: /).waitFor();
  assert.equal(await page.locator("#bars li.heard").count(), 0);
  assert.equal(await page.locator("#bars li").count(), topics);
});

test("a number within the band of luck brings nothing, one beyond it a card for Ben alone, once a month", async (t) => {
  const page = await visit(t);
  await tryOut(page);
  // Other tests may have sent one: the next look is a month away then.
  await page.locator("#band span").first().waitFor();
  if (await page.locator("#number-next").isVisible()) await page.locator("#number-next").click();
  await page.locator("#band .moved").first().waitFor();
  const slide = (value) => page.locator("#number-slider").fill(String(value));
  await slide(15);
  assert.match(await text(page, "#number-result"), /^15 of 60 \(25 %, usually 25 %\)\. /);
  assert.equal(await page.locator("#band .here.usual").count(), 1);
  await slide(13);
  assert.match(await text(page, "#number-result"), /chance, so Kairos says nothing/);
  assert.equal(await page.locator("#band .here.chance").count(), 1);
  // Back to normal closes what is open, so that the next fall may bring a card.
  await slide(15);
  await page.locator("#number-send").click();
  await page.locator("#number-result").getByText("Nobody gets a card").waitFor();
  if (await page.locator("#number-next").isVisible()) {
    await page.locator("#number-next").click();
    await page.locator("#band .moved").first().waitFor();
  }
  await slide(6);
  assert.equal(await page.locator("#band .here.moved").count(), 1);
  assert.match(await text(page, "#number-result"), /Ben gets a card, in private/);
  const before = await messages(page).count();
  await page.locator("#number-send").click();
  await page.locator("#number-result").getByText("The card is in Ben’s private conversation").waitFor();
  assert.ok(await page.locator("#number-send").isDisabled(), "it is looked at once a month");
  assert.equal(await messages(page).count(), before, "nothing in the channel");
  await page.locator("#number-ben").click();
  await page.locator("#messages .card").last().waitFor();
  assert.ok(await page.locator("#people input[value=ben]").isChecked());
});

test("the day plays in sixty seconds with its decisions, and ends where one was", async (t) => {
  const page = await visit(t, { go: false });
  await page.clock.install();
  await page.goto(process.env.KAIROS_TEST_URL ?? process.env.KAIROS_URL);
  await page.locator("#channels button").first().waitFor();
  await tryOut(page);
  await page.locator("#day button").click();
  await page.locator("#playing").getByText("Playing the day: 09:58").waitFor();
  assert.ok(await page.locator("#messages .chip.cancelled, #messages .chip.speaks").count() === 0, "nothing is decided yet");
  const seen = new Set();
  for (let second = 0; second < 61 && await page.locator("#playing").isVisible(); second += 1) {
    seen.add(await text(page, "#channel-name"));
    for (const chip of await page.locator("#messages .chip").allInnerTexts()) seen.add(chip.replace(/ until .*/, ""));
    await page.clock.runFor(1000);
  }
  assert.ok(await page.locator("#playing").isHidden(), "a minute is enough");
  for (const wanted of ["#general", "#deals", "#support", "#team-leads", "Waiting", "Answered", "Stayed silent: someone answered first", "Silent"]) {
    assert.ok(seen.has(wanted), `${wanted} was seen: ${[...seen].join(", ")}`);
  }
});

test("an export that is dropped on the page tells what would have been said, here", async (t) => {
  const page = await visit(t);
  const folder = mkdtempSync(join(tmpdir(), "kairos-export-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const zip = join(folder, "export.zip");
  execFileSync("zip", ["-qr", zip, "."], { cwd: new URL("../fixtures/slack-export", import.meta.url).pathname });
  const elsewhere = [];
  page.on("request", (request) => { if (!request.url().startsWith(new URL(page.url()).origin)) elsewhere.push(request.url()); });
  const dropped = await page.evaluateHandle((bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], "export.zip"));
    return data;
  }, readFileSync(zip).toString("base64"));
  await page.dispatchEvent("#log", "dragover", { dataTransfer: dropped });
  await page.locator("#drop").getByText("read on this machine").waitFor();
  await page.dispatchEvent("#log", "drop", { dataTransfer: dropped });
  await page.locator("#export-result").getByText(/messages in 3 channels.*Kairos would have answered/).waitFor({ timeout: 60_000 });
  assert.ok(await page.locator("#export-topics .topic").count() >= 1);
  assert.match(await text(page, "#export-topics"), /too expensive/);
  assert.deepEqual(elsewhere, [], "nothing leaves this machine");
});

test("what is no export is refused with what would be right", async (t) => {
  const page = await visit(t);
  await tryOut(page);
  // The browser itself reports a refused request in the console; that is no error of the page.
  await page.route("**/playground/export", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, status: 200, body: JSON.stringify({ error: (await answer.json()).error, topics: [], messages: answer.status() }) });
  });
  const [answer] = await Promise.all([
    page.waitForResponse("**/playground/export"),
    page.locator("#export-file").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("just notes") }),
  ]);
  const { error, messages: status } = await answer.json();
  assert.equal(status, 422);
  assert.match(error, /no Slack export.*would be right/);
});

test("a form that is cancelled stays cancelled", async (t) => {
  const page = await visit(t, { person: "ben", channel: "private-ben" });
  await say(page, "/kairos me", false);
  const card = page.locator("#messages .card").last();
  await card.getByRole("button", { name: "Working hours" }).click();
  const form = page.locator("dialog#form");
  await form.waitFor();
  await form.getByRole("button", { name: "Cancel" }).click();
  await form.waitFor({ state: "hidden" });
  await page.waitForFunction(async () => (await (await fetch("/playground/state?as=ben")).json()).form === null);
  await page.reload();
  await page.locator("#messages .card").last().waitFor();
  assert.ok(await form.isHidden());
});

test("a slash command leaves its answer in place, for its asker alone, and it stays", async (t) => {
  const page = await visit(t, { channel: "general", person: "chloe" });
  await say(page, "/kairos help", false);
  const answer = page.locator("#messages .message.only").last();
  await answer.locator(".card").waitFor();
  assert.match(await answer.innerText(), /^Only visible to you/);
  assert.match(await text(page, "#channel-name"), /general/);
  assert.ok(await page.locator("#nudge").isHidden());
  await page.reload();
  await page.locator("#messages .message.only .card").last().waitFor();
  const other = await visit(t, { channel: "general", person: "ben" });
  await messages(other).first().waitFor();
  assert.equal(await other.locator("#messages .message.only").count(), 0);
});

test("the Slack card opens in Block Kit Builder, with its own blocks and nothing of this machine's", async (t) => {
  const page = await visit(t, { channel: "team-leads" });
  const link = page.locator("#messages .card a.builder").first();
  const href = await link.getAttribute("href");
  assert.ok(href.startsWith("https://app.slack.com/block-kit-builder/#"));
  const { blocks } = JSON.parse(decodeURIComponent(href.split("#")[1]));
  assert.ok(blocks.some(({ type }) => type === "actions") && blocks.every(({ type }) => typeof type === "string"));
  assert.doesNotMatch(JSON.stringify(blocks), /"image_url":"\//);
  assert.match(await text(page, "#look"), /^Show as/);
  await page.locator("#look label", { hasText: "Discord" }).click();
  await page.locator("#messages .card.discord").first().waitFor();
  assert.equal(await page.locator("a.builder").count(), 0);
});

test("a select is as wide as it may be, and a message for one alone is worded as the platform words it", async (t) => {
  const page = await visit(t, { channel: "general", person: "dev" });
  await say(page, "/kairos me", false);
  const card = page.locator("#messages .message.only .card").last();
  await card.waitFor();
  for (const [look, words] of [["Slack", /^Only visible to you/], ["Discord", /Only you can see this · Dismiss message/]]) {
    await page.locator("#look label", { hasText: look }).click();
    await page.locator(`.card.${look.toLowerCase()}`).last().waitFor();
    assert.match((await page.locator("#messages .message.only").last().innerText()).replaceAll("\n", " "), words);
    const [select, row] = await page.locator(".select").last().evaluate((node) => [node, node.parentElement].map((box) => box.getBoundingClientRect().width));
    assert.ok(select >= Math.min(row, 350) * 0.95, `${look}: ${select} of ${row}`);
  }
  await page.getByRole("button", { name: "Dismiss message" }).last().click();
  await page.locator("#messages .message.only").last().waitFor({ state: "detached" }).catch(() => {});
});

test("all that can be done with a message is one stop; arrows go on inside", async (t) => {
  const page = await visit(t, { channel: "team-leads" });
  const message = page.locator("#messages .thread .message").first();
  await message.locator(".card").waitFor();
  assert.equal(await message.locator('button[tabindex="0"], a[tabindex="0"]').count(), 1);
  await message.locator('[tabindex="0"]').focus();
  const label = () => page.evaluate(() => document.activeElement.textContent);
  const first = await label();
  await page.keyboard.press("ArrowRight");
  const second = await label();
  assert.notEqual(second, first);
  assert.equal(await message.locator('button[tabindex="0"]').innerText(), second);
  await page.keyboard.press("Home");
  assert.equal(await label(), first);
  await page.keyboard.press("Tab");
  assert.ok(await message.evaluate((node) => !node.contains(document.activeElement)), "Tab leaves the message");
  assert.equal(await message.locator(".card").getAttribute("aria-label"), await message.locator(".header").innerText(), "the card has its title for a name");
});

test("after a choice the next choices have the focus", async (t) => {
  const page = await visit(t, { channel: "deals" });
  const question = "the client compares us with somebody cheaper and says we cost too much, what do I say?";
  await say(page, question);
  await asked(page, question).locator(".chip.waits").waitFor();
  await skip(page);
  const practise = thread(page, question).getByRole("button", { name: /^Practi[sc]e/ });
  await practise.waitFor();
  await practise.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "nudge-open");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.closest("#messages .card"));
  const turn = await page.evaluate(() => document.activeElement.closest(".message").dataset.id);
  await page.keyboard.press("Enter");
  await page.waitForFunction((turn) => document.activeElement.closest("#messages .card")?.closest(".message").dataset.id !== turn, turn);
});

test("text grows with the browser's own font size, and at 400 % everything is in reach", async (t) => {
  const page = await visit(t, { viewport: { width: 320, height: 256 }, channel: "team-leads" });
  await page.locator("#messages .card").first().waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, "nothing scrolls sideways");
  await page.locator("#composer-text").scrollIntoViewIfNeeded();
  await page.locator("#composer-text").fill("Written at 400 %");
  await page.locator("#composer .send").click();
  await asked(page, "Written at 400 %").waitFor();
  for (const panel of ["Channels", "Why", "Try", "Chat"]) {
    await page.locator("#tabs").getByRole("button", { name: new RegExp(`^${panel}`) }).click();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, panel);
  }
  const size = () => page.locator(".text").first().evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
  const before = await size();
  // What a person sets in the browser is what 100 % means to the page.
  await page.evaluate(() => { document.documentElement.style.fontSize = "187.5%"; });
  assert.ok(Math.abs(await size() - 2 * before) < 1, "text is twice as large");
});

test("axe finds nothing in the tools once they are in use", async (t) => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await visit(t, { colorScheme, bypassCSP: true, reducedMotion: "reduce" });
    await tryOut(page);
    await page.locator("#hear-text").fill("the customer says we are too expensive, what do I say?");
    await page.locator("#bars li.heard").first().waitFor();
    assert.deepEqual(await violations(page), [], colorScheme);
    await page.locator("#day button").click();
    await page.locator("#playing").waitFor();
    assert.deepEqual(await violations(page), [], `${colorScheme}, playing`);
    await page.locator("#playing-stop").click();
  }
});

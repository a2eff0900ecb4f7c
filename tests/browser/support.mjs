// A real Chromium on the page of a running kairos, with the words in which the tests speak.
//
// KAIROS_TEST_URL is a running kairos with a fresh store; KAIROS_TEST_CHROMIUM the browser, where it is not at
// /usr/bin/chromium.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const url = process.env.KAIROS_TEST_URL ?? process.env.KAIROS_URL;
assert.ok(url, "KAIROS_TEST_URL is needed: the address of a running kairos with a fresh store");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const WIDE = { width: 1440, height: 900 }, NARROW = { width: 390, height: 844 };

let browser;
before(async () => {
  const executablePath = process.env.KAIROS_TEST_CHROMIUM || "/usr/bin/chromium";
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
after(() => browser?.close());

/** Opens the page as a person would, and fails the test on any error in its console. */
export async function visit(t, options = {}) {
  const { go = true, person = "ana", channel, ...rest } = options;
  const context = await browser.newContext({ viewport: WIDE, colorScheme: "light", ...rest });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors = [];
  page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.addInitScript(([person, channel]) => {
    localStorage.setItem("kairos.person", person);
    if (channel) localStorage.setItem("kairos.channel", channel);
  }, [person, channel]);
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, [], "nothing goes wrong in the console");
  });
  if (go) {
    await page.goto(url);
    await page.locator("#channels button").first().waitFor({ state: "attached" });
  }
  return page;
}

export const messages = (page) => page.locator("#messages .message");
export const asked = (page, text) => messages(page).filter({ has: page.locator(".text", { hasText: text }) }).last();
export const thread = (page, text) => asked(page, text).locator("xpath=following-sibling::li[1]");
export const decision = (page) => page.locator(".decision.open");

/** Goes to the moment that the open decision names. */
export const skip = (page) => page.locator(".decision.open [data-focus=skip-ahead]").click();

export async function setLimits(page, which) {
  await page.locator("#limits label", { hasText: which }).click();
  await page.waitForFunction(async (which) => (await (await fetch("/playground/state?as=ana")).json()).limits === which, which);
}

export async function tryOut(page) {
  await page.locator("#sides button", { hasText: "Try it out" }).click();
}

/** Writes as a person would; a command leaves no message to wait for. */
export async function say(page, text, leavesMessage = true) {
  await page.locator("#composer-text").fill(text);
  await page.locator("#composer-text").press("Enter");
  if (leavesMessage) await asked(page, text).waitFor();
}

export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run());
  return found.violations.flatMap(({ id, impact, nodes }) => nodes.map((node) => `${impact} ${id}: ${node.html.slice(0, 140)}`));
}

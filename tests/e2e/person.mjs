// What people do with the interface, whoever they are and whatever they hold in their hands.
import { expect } from "@playwright/test";

export const PASSWORD = "a sentence that nobody guesses";

/** Begins a rehearsal of this name on the page that is shown. */
export async function rehearse(page, name) {
  await page.getByRole("button", { name: /^Start/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Who answers").click();
  await page.getByRole("option", { name }).click();
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
}

/** Collects what the content policy refuses on every page of a browser, in words. */
export async function watchPolicy(context) {
  const refused = [];
  await context.exposeBinding("policyRefused", (_, said) => refused.push(said));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, documentURI }) => {
      window.policyRefused(`${violatedDirective} refuses ${blockedURI} of ${sourceFile} on ${documentURI}`);
    });
  });
  return refused;
}

/** Signs in on the page that is shown. */
export async function signIn(page, { name = "mira", password = PASSWORD } = {}) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Follows the setup link of a fresh server and makes the first account. */
export async function setUp(page, server, { name = "mira", password = PASSWORD } = {}) {
  await page.goto(await server.setupLink());
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(heading(page, "Setup")).toBeVisible();
}

/** Makes the demonstration project, and gives its number. */
export async function makeDemo(page, server) {
  await page.goto(server.origin);
  await page.getByRole("button", { name: /Try the demo/ }).click();
  await page.waitForURL(/\/p\/\d+\/board/);
  return Number(/\/p\/(\d+)\//.exec(page.url())[1]);
}

/** Adds a card on the board that is shown. */
export async function addCard(page, title) {
  await page.getByRole("button", { name: /^Add/ }).first().click();
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  await page.getByRole("button", { name: "Add the card" }).click();
}

export function heading(page, name) {
  return page.getByRole("heading", { level: 1, name, exact: true });
}

/** The card with this title, wherever it stands. */
export function card(page, title) {
  return page.getByRole("group", { name: new RegExp(title) });
}

/** Whether the page is wider than the screen. */
export function isTooWide(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}

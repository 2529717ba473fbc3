import { run } from "axe-core";

/** What keeps people with disabilities from using `page`, one line each; empty is as it should be. */
export async function violationsOf(page: Element): Promise<string[]> {
  const found = await run(page, {
    // Colours are not computed without a layout; they are checked in a real browser.
    rules: { "color-contrast": { enabled: false } },
    resultTypes: ["violations"],
  });
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`));
}

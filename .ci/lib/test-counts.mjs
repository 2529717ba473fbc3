// Adds up what test runners say of themselves, so that the last line tells how much was tested.
import { stripVTControlCharacters } from "node:util";

/** Counts of tests, fed with the runners' output line by line. */
export class TestCounts {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** Reads a line of `cargo test` ("test result: …"), of vitest ("Tests  3 passed"), of Playwright ("3 passed (2.1m)") or of Node's runner ("# pass 3"). */
  read(line) {
    const cargo = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
    if (cargo) {
      this.passed += Number(cargo[1]);
      this.failed += Number(cargo[2]);
      this.skipped += Number(cargo[3]);
      return;
    }
    const pages = /^\s*Tests\s+(?:(\d+) failed \| )?(\d+) passed(?: \| (\d+) skipped)?/.exec(stripVTControlCharacters(line));
    if (pages) {
      this.failed += Number(pages[1] ?? 0);
      this.passed += Number(pages[2]);
      this.skipped += Number(pages[3] ?? 0);
      return;
    }
    const browser = /^\s*(\d+) (passed|failed|skipped|did not run)(?: \(|$)/.exec(stripVTControlCharacters(line));
    if (browser) {
      this[{ passed: "passed", failed: "failed" }[browser[2]] ?? "skipped"] += Number(browser[1]);
      return;
    }
    const node = /^(?:#|ℹ) (pass|fail|skipped) (\d+)/.exec(line);
    if (node) this[{ pass: "passed", fail: "failed", skipped: "skipped" }[node[1]]] += Number(node[2]);
  }

  toString() {
    return `tests: ${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}

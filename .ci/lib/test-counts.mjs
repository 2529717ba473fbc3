// Adds up what test runners say of themselves, so that the last line tells how much was tested.

/** Counts of tests, fed with the runners' output line by line. */
export class TestCounts {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** Reads a line of `cargo test` ("test result: …") or of Node's runner ("# pass 3"); other lines are ignored. */
  read(line) {
    const cargo = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
    if (cargo) {
      this.passed += Number(cargo[1]);
      this.failed += Number(cargo[2]);
      this.skipped += Number(cargo[3]);
      return;
    }
    const node = /^(?:#|ℹ) (pass|fail|skipped) (\d+)/.exec(line);
    if (node) this[{ pass: "passed", fail: "failed", skipped: "skipped" }[node[1]]] += Number(node[2]);
  }

  toString() {
    return `tests: ${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}

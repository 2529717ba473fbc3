//! How many tests a test runner says it ran.

use super::output::readable;
use regex::{Captures, Regex, RegexSet};
use std::sync::LazyLock;

/// Longer lines are data that a test printed, not a runner's closing words.
const LINE_LIMIT: usize = 1000;

/// Closing lines that stand for themselves, without the space around them.
///
/// Tests run are the groups `ran` and `more` without `less` and `fewer`; in `words`, the numbers in front
/// of "passed" and "failed"; in `named`, less what is skipped or incomplete. Lines of several packages or binaries add up.
const CLOSING_LINES: [&str; 23] = [
    // cargo test, once per binary
    r"^test result: \w+\. (?<ran>\d+) passed; (?<more>\d+) failed;",
    // cargo nextest
    r"^Summary \[[^\]]*\]\s+(?<ran>\d+)(?:/\d+)? tests? run:",
    // jest
    r"^Tests:\s+(?<words>(?:\d+ [a-z]+, )+)\d+ total$",
    // vitest
    r"^Tests\s+(?<words>\d+ [a-z]+(?: \| \d+ [a-z]+)*) \(\d+\)$",
    r"^Tests\s+(?<words>no tests)$",
    // mocha
    r"^(?<ran>\d+) passing \([\d.]+m?s\)$",
    r"^(?<ran>\d+) failing$",
    // ava
    r"^(?<ran>\d+) tests? (?:passed|failed)$",
    // jasmine
    r"^(?<ran>\d+) specs?, \d+ failures?(?:, (?<less>\d+) pending specs?)?$",
    // Playwright
    r"^(?<ran>\d+) passed \([\d.]+m?s\)$",
    r"^(?<ran>\d+) (?:failed|flaky)$",
    // node-tap
    r"^# \{ total: \d+(?:, pass: (?<ran>\d+))?(?:, fail: (?<more>\d+))?",
    // deno
    r"^(?:ok|FAILED) \| (?<ran>\d+) passed(?: \(\d+ steps?\))? \| (?<more>\d+) failed",
    // pytest, quiet and not
    r"^(?:=+ )?(?<words>no tests ran|\d+ (?:passed|failed|skipped|deselected|xfailed|xpassed|errors?|warnings?)(?:, \d+ [a-z]+)*) in [\d.]+s",
    // Maven Surefire's sum; the lines of single classes go on with the time
    r"^(?:\[[A-Z]+\] )?Tests run: (?<ran>\d+), +Failures: \d+(?:, Errors: \d+, Skipped: (?<less>\d+))?$",
    // JUnit's console
    r"^\[ *(?<ran>\d+) tests (?:successful|failed) *\]$",
    // Gradle speaks only when a test fails
    r"^(?<ran>\d+) tests? completed(?:, \d+ failed)?(?:, (?<less>\d+) skipped)?$",
    // RSpec
    r"^(?<ran>\d+) examples?, \d+ failures?(?:, (?<less>\d+) pending)?",
    // minitest and test-unit
    r"^(?<ran>\d+) (?:runs|tests), \d+ assertions, \d+ failures, \d+ errors, (?<less>\d+) (?:skips|pendings)(?:, (?<fewer>\d+) omissions)?",
    // PHPUnit and JUnit 4 when all passed
    r"^OK \((?<ran>\d+) tests?(?:, \d+ assertions?)?\)$",
    // PHPUnit otherwise
    r"^Tests: (?<ran>\d+), Assertions: \d+(?<named>(?:, [A-Z][A-Za-z ]+: \d+)*)\.$",
    // Pest
    r"^Tests:\s+(?<words>\d+ [a-z]+(?:, \d+ [a-z]+)*) \(\d+ assertions?\)$",
    // dotnet test, once per assembly
    r"^(?:Passed|Failed|Skipped)! +- Failed: +(?<ran>\d+), Passed: +(?<more>\d+),",
];

/// Words in front of numbers that mean a test was run and its outcome counted.
const COUNTED_WORDS: [&str; 2] = ["passed", "failed"];

static PATTERNS: LazyLock<(RegexSet, Vec<Regex>)> = LazyLock::new(|| {
    let each = CLOSING_LINES.iter().map(|line| Regex::new(line).expect("the pattern is valid")).collect();
    (RegexSet::new(CLOSING_LINES).expect("the patterns are valid"), each)
});

/// Tests that really ran, by the closing lines of a test runner's output.
///
/// Knows node:test, jest, vitest, mocha, ava, jasmine, Playwright, tap, bun, deno, pytest, unittest, cargo test,
/// nextest, `go test -v`, JUnit with Maven and Gradle, RSpec, minitest, PHPUnit, Pest and dotnet. Skipped tests
/// are not counted, and neither are those whose outcome does not matter (to do, expected to fail). `None` when
/// no known runner speaks in it. The number is what the output claims: a test can print such a line itself.
pub fn tests_run(output: &str) -> Option<u32> {
    let text = readable(output);
    let mut count = Count::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && line.len() <= LINE_LIMIT) {
        count.read(line);
    }
    count.total()
}

/// What was read so far; the fields are for runners that need more than one line.
#[derive(Default)]
struct Count {
    sum: Option<u32>,
    /// Node's list of numbers is being read, which starts with the number of tests.
    is_in_node_summary: bool,
    /// What unittest ran; the skipped ones follow on its last line.
    unittest: Option<u32>,
    /// Bun names passes and failures before the line that says it was Bun.
    bun: u32,
    /// `go test` lists what passed only when it announces every test.
    go_announces: bool,
    go: u32,
}

impl Count {
    fn add(&mut self, ran: u32) {
        self.sum = Some(self.sum.unwrap_or(0).saturating_add(ran));
    }

    fn read(&mut self, line: &str) {
        self.go_announces |= line.starts_with("=== RUN");
        if line.starts_with("--- PASS: ") || line.starts_with("--- FAIL: ") {
            self.go = self.go.saturating_add(1);
        }
        self.read_node(line);
        self.read_unittest(line);
        self.read_bun(line);
        let (set, patterns) = &*PATTERNS;
        // The first pattern wins: a line is one runner's.
        let first = set.matches(line).into_iter().next();
        if let Some(found) = first.and_then(|index| patterns[index].captures(line)) {
            self.add(number_in(&found));
        }
    }

    /// TAP writes `# pass 3`, the readable form `ℹ pass 3`. A test's own output looks the same in TAP, so only
    /// the list that starts with the number of tests counts.
    fn read_node(&mut self, line: &str) {
        let entry = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")).and_then(|entry| {
            let (name, number) = entry.split_once(char::is_whitespace)?;
            Some((name, number.trim().parse::<u32>().ok()?))
        });
        match entry {
            Some(("tests", _)) => {
                self.is_in_node_summary = true;
                self.add(0);
            }
            Some(("pass" | "fail", ran)) if self.is_in_node_summary => self.add(ran),
            Some(_) => {}
            None => self.is_in_node_summary = false,
        }
    }

    fn read_unittest(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("Ran ")
            && let Some((number, rest)) = rest.split_once(' ')
            && let Ok(number) = number.parse()
            && (rest.starts_with("test in ") || rest.starts_with("tests in "))
        {
            self.unittest = Some(number);
        } else if let Some(ran) = self.unittest
            && ["OK", "FAILED", "NO TESTS RAN"].iter().any(|word| line.starts_with(word))
        {
            let uncounted: u32 = line
                .split(['(', ',', ')'])
                .filter_map(|part| part.trim().split_once('='))
                .filter(|(word, _)| matches!(*word, "skipped" | "expected failures" | "unexpected successes"))
                .filter_map(|(_, number)| number.parse::<u32>().ok())
                .fold(0, u32::saturating_add);
            self.unittest = None;
            self.add(ran.saturating_sub(uncounted));
        }
    }

    fn read_bun(&mut self, line: &str) {
        match line.split_once(' ') {
            Some((number, "pass" | "fail")) => {
                self.bun = self.bun.saturating_add(number.parse().unwrap_or(0));
            }
            Some(("Ran", rest)) if rest.contains(" across ") => {
                let ran = std::mem::take(&mut self.bun);
                self.add(ran);
            }
            _ => {}
        }
    }

    fn total(mut self) -> Option<u32> {
        // Cut off before its last line, by the time limit or a crash: the number was said all the same.
        if let Some(ran) = self.unittest.take() {
            self.add(ran);
        }
        if self.go_announces {
            self.add(self.go);
        }
        self.sum
    }
}

fn number_in(found: &Captures<'_>) -> u32 {
    let number = |name: &str| found.name(name).and_then(|text| text.as_str().parse::<u32>().ok()).unwrap_or(0);
    let words = found.name("words").map_or("", |words| words.as_str());
    let in_words = words
        .split([',', '|'])
        .filter_map(|part| part.trim().split_once(' '))
        .filter(|(_, word)| COUNTED_WORDS.contains(word))
        .filter_map(|(number, _)| number.parse::<u32>().ok())
        .fold(0, u32::saturating_add);
    let named = found.name("named").map_or("", |named| named.as_str());
    let less_named = named
        .split(',')
        .filter_map(|part| part.trim().split_once(": "))
        .filter(|(name, _)| matches!(*name, "Skipped" | "Incomplete"))
        .filter_map(|(_, number)| number.parse::<u32>().ok())
        .fold(0, u32::saturating_add);
    let ran = number("ran").saturating_add(number("more")).saturating_add(in_words);
    ran.saturating_sub(number("less")).saturating_sub(number("fewer")).saturating_sub(less_named)
}

#[cfg(test)]
mod tests;

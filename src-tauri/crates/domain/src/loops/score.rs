//! What a test runner or a compiler counted: enough to tell whether it became better.

/// Numbers from an output's closing lines, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// What is counted as good: passing tests.
    pub passed: u32,
    /// What is counted as bad: failing tests, errors, problems.
    pub failed: u32,
}

/// Longer lines are data, not the closing words of a program; in bytes.
const LINE_BYTES: usize = 200;
/// Words beside a number of good things, in lower case.
const GOOD: [&str; 3] = ["passed", "passing", "pass"];
/// Words beside a number of bad things, in lower case.
const BAD: [&str; 8] = ["failed", "failing", "fail", "failures", "errors", "error", "problems", "failure"];

impl Score {
    /// The numbers beside words such as "passed" and "errors"; none when there are no such words.
    pub(super) fn read(head: &str, tail: &str) -> Option<Self> {
        let mut score = Self { passed: 0, failed: 0 };
        let mut is_found = false;
        let is_closing = |line: &&str| line.len() <= LINE_BYTES && line.bytes().any(|byte| byte.is_ascii_digit());
        for line in head.lines().chain(tail.lines()).filter(is_closing) {
            let words = || line.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
            // "# fail 2": the word stands first, and there is nothing else.
            let mut both = words();
            if let (Some(word), Some(number), None) = (both.next(), both.next(), both.next())
                && let (Some(is_good), Ok(number)) = (is_good(word), number.parse())
            {
                score.add(is_good, number);
                is_found = true;
                continue;
            }
            let mut before: Option<u32> = None;
            for word in words() {
                match (word.parse::<u32>(), is_good(word)) {
                    (Ok(number), _) => before = Some(number),
                    (_, Some(is_good)) => {
                        if let Some(number) = before.take() {
                            score.add(is_good, number);
                            is_found = true;
                        }
                    }
                    // "3 tests failed", but not "3 files, failed".
                    _ if !matches!(word, "tests" | "test" | "specs") => before = None,
                    _ => {}
                }
            }
        }
        is_found.then_some(score)
    }

    fn add(&mut self, is_good: bool, number: u32) {
        let sum = if is_good { &mut self.passed } else { &mut self.failed };
        *sum = sum.saturating_add(number);
    }

    /// Whether this is a better result than `other`: fewer bad things, or as many and more good ones.
    pub fn is_better_than(self, other: Self) -> bool {
        self.failed < other.failed || self.failed == other.failed && self.passed > other.passed
    }
}

fn is_good(word: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(&GOOD) { Some(true) } else { is(&BAD).then_some(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_usual_programs_are_read() {
        let cases = [
            ("ℹ tests 5\nℹ pass 3\nℹ fail 2", 3, 2),
            ("test result: FAILED. 7 passed; 1 failed; 0 ignored", 7, 1),
            ("==== 2 failed, 9 passed in 0.12s ====", 9, 2),
            ("Found 12 errors in 3 files.", 0, 12),
            ("Tests:       1 failed, 4 passed, 5 total", 4, 1),
            ("✖ 3 problems (2 errors, 1 warning)", 0, 5),
        ];
        for (output, passed, failed) in cases {
            assert_eq!(Score::read(output, ""), Some(Score { passed, failed }), "{output:?}");
        }
        assert_eq!(Score::read("hello 3 times", ""), None);
    }

    #[test]
    fn fewer_failures_are_better_and_so_are_more_passes() {
        let score = |passed, failed| Score { passed, failed };
        assert!(score(3, 1).is_better_than(score(9, 2)));
        assert!(score(4, 1).is_better_than(score(3, 1)));
        assert!(!score(3, 1).is_better_than(score(3, 1)));
    }
}

//! A call that ended: how, and with which words.

use super::{
    call::{Call, Effect, first_bytes, first_chars, hash},
    normal::{self, Strip},
    score::Score,
};

/// How many telling lines of an output name an error.
const TELLING_LINES: usize = 6;
/// How much of a line is looked at, in bytes: what tells of an error stands early, or in a short line.
const LINE_BYTES: usize = 240;
/// How much of an error is kept for people, in characters.
const ERROR_CHARS: usize = 160;

/// How a call ended, as the CLI tells it in its structured fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The tool did what it was told.
    Ok,
    /// It failed, or was refused.
    Failed,
}

/// A call that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// What was asked for.
    pub call: Call,
    /// How it ended.
    pub ending: Ending,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// Tells its result from other ones; times, durations and temporary names do not count.
    pub result: u64,
    /// The error, when it is one.
    pub error: Option<Fault>,
    /// What a test runner or compiler counted in the output.
    pub score: Option<Score>,
}

/// An error in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Equal for the same error in another place, at another time, another number of times.
    pub kind: u64,
    /// Its first line, shortened.
    pub line: String,
}

impl Action {
    /// A call that ended at `at_ms` with these words. Whether it failed is the CLI's word; the output is asked only when
    /// a command succeeded, since `npm test | tail` does so whatever the tests say.
    pub fn new(call: Call, ending: Ending, output: &str, at_ms: i64) -> Self {
        let (head, tail) = normal::ends(output);
        let mut words = String::with_capacity(head.len() + tail.len() + 32);
        normal::strip(head, Strip::Volatile, &mut words);
        normal::strip(tail, Strip::Volatile, &mut words);
        let lines = if tail.is_empty() { 0 } else { output.bytes().filter(|byte| *byte == b'\n').count() };
        let result = hash((&words, lines, ending));
        let runs = matches!(call.effect, Effect::Runs);
        let error = match ending {
            Ending::Failed => Some(fault(head, tail)),
            Ending::Ok if runs && has_error(head, tail) => Some(fault(head, tail)),
            Ending::Ok => None,
        };
        let score = if runs { Score::read(head, tail) } else { None };
        Self { call, ending, at_ms, result, error, score }
    }
}

/// Names an error by the lines that tell of it, or else by the beginning of the output.
fn fault(head: &str, tail: &str) -> Fault {
    let mut telling = lines(head, tail).filter(|line| tells_error(line)).take(TELLING_LINES).peekable();
    let mut words = String::new();
    let line = match telling.peek() {
        Some(first) => (*first).to_owned(),
        None => head
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with("Exit code "))
            .unwrap_or_default()
            .to_owned(),
    };
    if telling.peek().is_none() {
        normal::strip(first_chars(&line, 200), Strip::Places, &mut words);
    }
    for line in telling {
        normal::strip(line, Strip::Places, &mut words);
    }
    Fault { kind: hash(&words), line: first_chars(line.trim(), ERROR_CHARS).to_owned() }
}

/// The lines of an output, the long ones shortened.
fn lines<'t>(head: &'t str, tail: &'t str) -> impl Iterator<Item = &'t str> {
    head.lines().chain(tail.lines()).map(|line| first_bytes(line, LINE_BYTES))
}

/// Whether the output of a command that succeeded tells of a failure all the same.
fn has_error(head: &str, tail: &str) -> bool {
    lines(head, tail).any(|line| {
        let line = line.trim_start();
        let is_of_a_passing_test =
            line.starts_with(['✓', '✔', '√']) || line.starts_with("ok ") || line.ends_with(" ok");
        !is_of_a_passing_test && tells_failure(line)
    })
}

/// Words that name an error and begin with this letter, all in lower case.
fn error_words(letter: u8) -> &'static [&'static str] {
    match letter | 0x20 {
        b'e' => &["error", "exception"],
        b'f' => &["fail", "fatal"],
        b'n' => &["not ok"],
        b'p' => &["panicked"],
        b'r' => &["refused"],
        b't' => &["traceback"],
        _ => &[],
    }
}

/// Whether a line of a failed call's output names an error; "0 failed" and "no errors" do not.
fn tells_error(line: &str) -> bool {
    occurrences(line).any(|(start, end)| !is_denied(line, start, end))
}

/// Whether a line by itself is the word of a failure: `error: …`, `FAILED`, `3 failed`, `Traceback`. Prose about errors
/// is not.
fn tells_failure(line: &str) -> bool {
    occurrences(line).any(|(start, end)| {
        if is_denied(line, start, end) {
            return false;
        }
        let word = &line[start..end];
        let before = line[..start].trim_end();
        let starts_line = before.is_empty() || !before.ends_with(|last: char| last.is_alphanumeric());
        let counts = |number: Option<u32>| number.is_some_and(|count| count > 0);
        let has_count = counts(number_before(before)) || counts(line[end..].trim().parse().ok());
        let is_shouted = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ');
        let is_named = line[end..].starts_with([':', '[']) || line[end..].starts_with("s:");
        has_count
            || starts_line && (is_named || is_shouted || word == "not ok" || word == "Traceback")
            || is_named && word == "Error"
    })
}

/// Where error words stand in a line, with the letters that belong to them: `failed`, `Errors`.
fn occurrences(line: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bytes = line.as_bytes();
    (0..bytes.len()).filter_map(move |at| {
        let rest = &bytes[at..];
        let is_here =
            |word: &&&str| rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word.as_bytes());
        let word = error_words(rest[0]).iter().find(is_here)?;
        let ending =
            ["ures", "ure", "ed", "ing"].iter().find(|ending| rest[word.len()..].starts_with(ending.as_bytes()));
        let is_fail = *word == "fail";
        Some((at, at + word.len() + ending.filter(|_| is_fail).map_or(0, |ending| ending.len())))
    })
}

/// "0 failed", "no errors", "without error", "errors: 0", "fail 0".
fn is_denied(line: &str, start: usize, end: usize) -> bool {
    let before = line[..start].trim_end();
    let last = before.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    if last == "0" || ["no", "without", "zero", "non", "any"].iter().any(|word| last.eq_ignore_ascii_case(word)) {
        return true;
    }
    let after = line[end..].trim_start_matches(['s', ':', '=', ' ', '\t']);
    let number: &str = after.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
    number == "0"
}

/// The number at the end of a text, one word between allowed: "3 tests failed".
fn number_before(before: &str) -> Option<u32> {
    let mut words = before.rsplit(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let last = words.next()?;
    last.parse().ok().or_else(|| {
        let is_noun = ["tests", "test", "specs", "checks", "suites", "files"].contains(&last);
        if is_noun { words.next()?.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ran(output: &str, ending: Ending) -> Action {
        Action::new(Call::read("Bash", &json!({ "command": "npm test" })), ending, output, 0)
    }

    #[test]
    fn a_success_that_speaks_of_errors_is_none() {
        let successes = [
            "12 passed; 0 failed; 0 ignored",
            "Found 0 errors. Watching for file changes.",
            "no errors",
            "✔ shows an error: message (1.2ms)",
            "ok 3 - error: is told",
            "test errors::are_told ... ok",
            "# fail 0",
            "ℹ fail 0",
            "Tests: 12 passed, 12 total",
            "compiled without errors",
            "errors: 0, warnings: 2",
            "added error handling to the parser",
            "",
        ];
        for output in successes {
            assert_eq!(ran(output, Ending::Ok).error, None, "{output:?} is a success");
        }
    }

    #[test]
    fn a_failure_behind_a_pipe_that_succeeded_is_one() {
        let failures = [
            "error: could not compile `x`",
            "src/a.ts(1,2): error TS1: no\nerror: 1",
            "error[E0308]: mismatched types",
            "TypeError: x is not a function",
            "3 failed, 9 passed",
            "ℹ fail 2",
            "not ok 3 - adds",
            "FAIL src/a.test.js",
            "Traceback (most recent call last):",
            "fatal: not a git repository",
            "2 tests failed",
        ];
        for output in failures {
            assert!(ran(output, Ending::Ok).error.is_some(), "{output:?} tells of a failure");
        }
    }

    #[test]
    fn what_the_cli_calls_failed_is_a_failure_whatever_it_says() {
        let fault = ran("Exit code 1\n\nnothing to see", Ending::Failed).error.expect("it failed");
        assert_eq!(fault.line, "nothing to see", "the exit code is not what it says");
    }

    #[test]
    fn reading_a_file_full_of_errors_is_no_error() {
        let read = Call::read("Read", &json!({ "file_path": "/p/error.log" }));
        assert_eq!(Action::new(read, Ending::Ok, "Error: disk full", 0).error, None);
        let cat = Call::read("Bash", &json!({ "command": "cat error.log" }));
        assert_eq!(Action::new(cat, Ending::Ok, "Error: disk full", 0).error, None);
    }
}

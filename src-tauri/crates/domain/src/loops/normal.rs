//! Outputs without what differs from one run to the next although nothing has changed.

use super::call::first_bytes;

/// Outputs longer than twice this are judged by their two ends and their number of lines, in bytes.
const END_BYTES: usize = 1_000;
/// Words before a number that make it a measurement rather than a count.
const MEASURED: [&str; 7] = ["duration", "time", "elapsed", "took", "pid", "port", "in"];
/// Words after a number that make it a time.
const UNITS: [&str; 14] =
    ["ms", "s", "us", "µs", "ns", "sec", "secs", "second", "seconds", "m", "min", "minutes", "milliseconds", "h"];
/// Directories with names that are made up anew each time.
const TEMPORARY: [&str; 3] = ["/tmp/", "/var/folders/", "\\Temp\\"];

/// What is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strip {
    /// Times, durations, addresses, long ids, temporary names. Counts stay: "3 failed" is not "2 failed".
    Volatile,
    /// All numbers and paths besides: what is left says which error it is, not where.
    Places,
}

/// The part of an output that is looked at.
pub(super) fn ends(output: &str) -> (&str, &str) {
    if output.len() <= 2 * END_BYTES {
        return (output, "");
    }
    let mut tail = output.len() - END_BYTES;
    while !output.is_char_boundary(tail) {
        tail += 1;
    }
    (first_bytes(output, END_BYTES), &output[tail..])
}

/// Appends `text` to `out`, stripped; words are set apart by single spaces.
pub(super) fn strip(text: &str, what: Strip, out: &mut String) {
    let (mut at, mut before) = (0, "");
    while let Some((word, is_plain, end)) = next_word(text, at) {
        if is_plain {
            out.push_str(word);
        } else {
            let after = next_word(text, end).map_or("", |(word, ..)| word);
            strip_word(word, before, after, what, out);
        }
        out.push(' ');
        (at, before) = (end, word);
    }
}

/// The first word from `at` on, whether there is nothing in it that may have to go, and where it ends.
fn next_word(text: &str, at: usize) -> Option<(&str, bool, usize)> {
    let bytes = text.as_bytes();
    let start = at + bytes.get(at..)?.iter().position(|byte| !is_delimiter(*byte))?;
    let mut is_plain = true;
    let mut end = start;
    while let Some(byte) = bytes.get(end).filter(|byte| !is_delimiter(**byte)) {
        is_plain &= !(byte.is_ascii_digit() || *byte == b'/' || *byte == b'\\');
        end += 1;
    }
    // Delimiters are single bytes, so that a word begins and ends with whole characters.
    Some((text.get(start..end)?, is_plain, end))
}

fn is_delimiter(byte: u8) -> bool {
    byte <= b' '
        || matches!(byte, 0x7F | b'(' | b')' | b'[' | b']' | b'"' | b'\'' | b'`' | b',' | b';' | b'=' | b'<' | b'>')
}

fn strip_word(word: &str, before: &str, after: &str, what: Strip, out: &mut String) {
    if let Some((start, _)) = TEMPORARY.iter().find_map(|dir| Some((word.find(dir)?, dir))) {
        out.push_str(&word[..start]);
        out.push_str("/tmp/#");
        return;
    }
    if what == Strip::Places && word.len() > 1 && word.contains(['/', '\\']) {
        out.push('/');
        return;
    }
    let bare = word.trim_matches([':', '.', '|']);
    if is_time_of_day(bare) {
        out.push('#');
        return;
    }
    let is_number = bare.bytes().all(|byte| byte.is_ascii_digit());
    let is_measured = || {
        let unit = after.trim_end_matches([':', '.']);
        let key = before.trim_end_matches([':', '.']);
        UNITS.contains(&unit) || MEASURED.iter().any(|word| key == *word || word.len() > 2 && contains_word(key, word))
    };
    if is_number && is_measured() {
        out.push('#');
        return;
    }
    strip_numbers(word, what, out);
}

/// `duration_ms` is a duration, `timeout` is not a time.
fn contains_word(key: &str, word: &str) -> bool {
    key.split(['_', '-', '.']).any(|part| part.eq_ignore_ascii_case(word))
}

/// `12:30`, `12:30:01.5`, `2026-01-31T12:30:01Z`, `2026/01/31`: as a word of its own.
fn is_time_of_day(word: &str) -> bool {
    let has_only_times = word.bytes().all(|byte| byte.is_ascii_digit() || b":.-/+TZ".contains(&byte));
    let separators = word.bytes().filter(|byte| b":-/".contains(byte)).count();
    has_only_times
        && word.len() >= 5
        && separators >= 1
        && word.as_bytes()[0].is_ascii_digit()
        && (word.contains(':') || separators >= 2)
}

fn strip_numbers(word: &str, what: Strip, out: &mut String) {
    let bytes = word.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let long = run(bytes, at, |byte| byte.is_ascii_hexdigit() || byte == b'-');
        let starts_word = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if long >= 7 && starts_word && bytes[at..at + long].iter().any(u8::is_ascii_digit) {
            out.push('#');
            at += long;
            continue;
        }
        if bytes[at] == b'0' && bytes.get(at + 1) == Some(&b'x') {
            at += 2 + run(bytes, at + 2, |byte| byte.is_ascii_hexdigit());
            out.push('#');
            continue;
        }
        let digits = run(bytes, at, |byte| byte.is_ascii_digit());
        if digits == 0 {
            let other = run(bytes, at, |byte| !byte.is_ascii_digit()).max(1);
            // Up to the next digit, which begins a character of its own.
            out.push_str(word.get(at..at + other).unwrap_or("?"));
            at += other;
            continue;
        }
        let mut end = at + digits;
        let decimals =
            if bytes.get(end) == Some(&b'.') { run(bytes, end + 1, |byte| byte.is_ascii_digit()) } else { 0 };
        end += if decimals > 0 { decimals + 1 } else { 0 };
        let unit = run(bytes, end, |byte| byte.is_ascii_alphabetic() || byte >= 0x80);
        let is_time = word.get(end..end + unit).is_some_and(|unit| UNITS.contains(&unit));
        if is_time {
            end += unit;
        }
        let is_stripped = what == Strip::Places || decimals > 0 || is_time;
        out.push_str(if is_stripped { "#" } else { word.get(at..end).unwrap_or("#") });
        at = end;
    }
}

fn run(bytes: &[u8], from: usize, is_in: impl Fn(u8) -> bool) -> usize {
    bytes.get(from..).unwrap_or_default().iter().take_while(|byte| is_in(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str, what: Strip) -> String {
        let mut out = String::new();
        strip(text, what, &mut out);
        out
    }

    #[test]
    fn two_runs_that_differ_in_times_ids_and_temporary_names_have_the_same_result() {
        let same = [
            ("✔ adds (1.234ms)", "✔ adds (0.9ms)"),
            ("# duration_ms 45.33", "# duration_ms 120"),
            ("3 passed in 0.12s", "3 passed in 4.5s"),
            ("Finished in 12 seconds", "Finished in 8 seconds"),
            ("2026-01-31T12:30:01Z started", "2026-02-01T00:00:00Z started"),
            ("[12:30:01] compiled", "[12:31:59] compiled"),
            ("at 0x7ffd1234abcd", "at 0x7ffd00000000"),
            ("commit 3fa94b1c2d", "commit 9bc01aa77e"),
            ("id 550e8400-e29b-41d4-a716-446655440000", "id 123e4567-e89b-12d3-a456-426614174000"),
            ("wrote /tmp/build-x81/a.js", "wrote /tmp/build-q07/a.js"),
        ];
        for (one, other) in same {
            assert_eq!(stripped(one, Strip::Volatile), stripped(other, Strip::Volatile), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn counts_lines_and_names_make_two_results_different() {
        let different = [
            ("3 failed", "2 failed"),
            ("Found 12 errors", "Found 9 errors"),
            ("src/a.js:10:5", "src/a.js:11:5"),
            ("src/a.js", "src/b.js"),
            ("downloaded 40%", "downloaded 60%"),
            ("attempt 3", "attempt 4"),
            ("HTTP 503", "HTTP 200"),
        ];
        for (one, other) in different {
            assert_ne!(stripped(one, Strip::Volatile), stripped(other, Strip::Volatile), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn an_error_is_the_same_wherever_it_happens() {
        let same = [
            ("src/a.js:10:5 - error TS2304: no name 'x'", "lib/b.js:99:1 - error TS2304: no name 'x'"),
            ("Error: timeout after 30 s on port 8080", "Error: timeout after 31 s on port 9090"),
        ];
        for (one, other) in same {
            assert_eq!(stripped(one, Strip::Places), stripped(other, Strip::Places), "{one:?} and {other:?}");
        }
        assert_ne!(
            stripped("error: no name 'x'", Strip::Places),
            stripped("error: no name 'y'", Strip::Places),
            "another name is another error"
        );
    }

    #[test]
    fn a_long_output_is_judged_by_whole_characters_at_its_two_ends() {
        let long = "日".repeat(2_000);
        let (head, tail) = ends(&long);
        assert!(head.len() <= 1_000 && tail.len() <= 1_000 && head.len() > 990, "{} and {}", head.len(), tail.len());
        assert_eq!(ends("short"), ("short", ""));
    }
}

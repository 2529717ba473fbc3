//! Words to the terminal. The one place that writes to standard output and standard error.

use harness_engine::redact;
use serde::Serialize;
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// A line on standard output, without credentials. A reader that went away (`| head`) is no error.
pub fn say(line: &str) {
    say_bytes(format!("{}\n", harmless(&redact::text(line))).as_bytes());
}

/// Words without the control characters that agents and repositories could steer a terminal with: rewrite what it
/// shows, change its title, fill its clipboard.
pub fn harmless(words: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if words.contains(steers) { Cow::Owned(words.replace(steers, "\u{fffd}")) } else { Cow::Borrowed(words) }
}

/// Bytes on standard output, as they are.
pub fn say_bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        // Nobody listens any more; what the command does is done all the same.
    }
}

/// A line on standard error, without credentials.
pub fn complain(line: &str) {
    let mut err = io::stderr().lock();
    if writeln!(err, "harness: {}", harmless(&redact::text(line))).is_err() {
        // There is nowhere left to say it.
    }
}

/// A value as readable JSON.
pub fn say_json(value: &impl Serialize) -> anyhow::Result<()> {
    say(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Rows under headings, columns as wide as their widest cell.
pub fn say_table(headings: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(headings.get(column).map(|heading| heading.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    say(&line(&headings.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>()));
    for row in rows {
        say(&line(row));
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn words_of_an_agent_cannot_steer_the_terminal() {
        let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2Jpassing\r\u{9b}31m";
        let shown = harmless(hostile);
        assert!(!shown.chars().any(char::is_control), "nothing is left that a terminal obeys: {shown:?}");
        assert!(shown.contains("passing"), "the words are still there: {shown:?}");
        assert_eq!(harmless("a\tb\nc é 日本"), "a\tb\nc é 日本", "ordinary text is as it was");
    }
}

//! The end of a command's output, in memory that does not grow with the output.

use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

/// The last bytes of a stream.
#[derive(Debug)]
pub(super) struct Tail {
    kept: Vec<u8>,
    limit: usize,
    total: u64,
}

impl Tail {
    /// Keeps `limit` bytes; takes up to twice that in memory, so that keeping them costs no copying per write.
    pub(super) fn keeping(limit: usize) -> Self {
        Self { kept: Vec::new(), limit, total: 0 }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        self.kept.extend_from_slice(&bytes[bytes.len().saturating_sub(self.limit)..]);
        if self.kept.len() > self.limit * 2 {
            self.kept.drain(..self.kept.len() - self.limit);
        }
    }

    /// What is kept as text for people, and how many bytes came before it.
    pub(super) fn text(&self) -> (String, u64) {
        let kept = &self.kept[self.kept.len().saturating_sub(self.limit)..];
        let left_out = self.total - kept.len() as u64;
        // A cut inside a character leaves up to three bytes of it, which would show as broken characters.
        let broken =
            if left_out == 0 { 0 } else { kept.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count() };
        (readable(&String::from_utf8_lossy(&kept[broken..])), left_out + broken as u64)
    }
}

/// The end of `text` in at most `limit` bytes, from the start of a line where there is one.
///
/// Starts with a note when anything is missing; `left_out` bytes were missing already.
pub(super) fn shortened(text: &str, left_out: u64, limit: usize) -> String {
    if left_out == 0 && text.len() <= limit {
        return text.to_owned();
    }
    // Room for the longest note.
    let start = start_of_end(text, limit.saturating_sub(64));
    // The first line may be half of one although nothing of `text` is cut.
    let start = if start == 0 { next_line(text, 0) } else { start };
    format!("[… {} of earlier output left out]\n{}", size(left_out + start as u64), &text[start..])
}

/// Where the end of `text` begins that fits in `limit` bytes: at a line where there is one, never inside a
/// character.
pub(super) fn start_of_end(text: &str, limit: usize) -> usize {
    let mut start = text.len().saturating_sub(limit);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    if start == 0 || text[..start].ends_with('\n') { start } else { next_line(text, start) }
}

/// The start of the line after the one at `start`; `start` itself on the last line, since a single endless
/// line has no better place to be cut.
fn next_line(text: &str, start: usize) -> usize {
    let next = text[start..].find('\n').map_or(text.len(), |end| start + end + 1);
    if next < text.len() { next } else { start }
}

fn size(bytes: u64) -> String {
    let bytes_f = bytes as f64;
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{:.1} KiB", bytes_f / 1024.0),
        _ => format!("{:.1} MiB", bytes_f / 1_048_576.0),
    }
}

/// `text` as a person sees it: without colours and other terminal commands, progress lines as they ended.
pub(super) fn readable(text: &str) -> String {
    static TERMINAL_COMMAND: LazyLock<Regex> = LazyLock::new(|| {
        // CSI, OSC with either end, and the two-character ones.
        Regex::new(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^_a-z])")
            .expect("the pattern is valid")
    });
    let plain = if text.contains('\x1b') { TERMINAL_COMMAND.replace_all(text, "") } else { Cow::Borrowed(text) };
    let mut seen = String::with_capacity(plain.len());
    for line in plain.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let line = line.trim_end_matches('\r');
        let last = line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or("");
        seen.extend(last.chars().filter(|c| *c == '\t' || !c.is_control()));
        seen.push_str(end);
    }
    seen
}

/// Turns pieces of a stream into text without breaking a character that two pieces share.
#[derive(Debug, Default)]
pub(super) struct Characters {
    started: Vec<u8>,
}

impl Characters {
    /// The characters that are complete; what cannot be one becomes U+FFFD.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.started.extend_from_slice(bytes);
        let mut rest = self.started.as_slice();
        let mut text = String::with_capacity(rest.len());
        while !rest.is_empty() {
            let Err(error) = std::str::from_utf8(rest) else {
                text.push_str(&String::from_utf8_lossy(rest));
                rest = &[];
                break;
            };
            let (whole, broken) = rest.split_at(error.valid_up_to());
            text.push_str(&String::from_utf8_lossy(whole));
            rest = broken;
            let Some(length) = error.error_len() else { break };
            text.push(char::REPLACEMENT_CHARACTER);
            rest = &rest[length..];
        }
        self.started = rest.to_vec();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_stays_bounded_however_much_is_written() {
        let mut tail = Tail::keeping(1000);
        for number in 0..100_000 {
            tail.push(format!("line {number}\n").as_bytes());
            assert!(tail.kept.len() <= 2000, "at most twice the limit is held");
        }
        let (text, left_out) = tail.text();
        assert!(text.ends_with("line 99999\n"), "the end is what is kept");
        assert_eq!(text.len() as u64 + left_out, tail.total, "kept and left out are the whole");
    }

    #[test]
    fn one_piece_larger_than_the_limit_leaves_its_end() {
        let mut tail = Tail::keeping(10);
        tail.push(&[b'a'; 500]);
        tail.push(b"0123456789abc");
        assert_eq!(tail.text(), ("3456789abc".into(), 503), "the last ten bytes of five hundred and thirteen");
    }

    #[test]
    fn a_cut_inside_a_character_shows_no_broken_character() {
        for limit in 4..20 {
            let mut tail = Tail::keeping(limit);
            tail.push("ä€😀ä€😀ä€😀".as_bytes());
            let (text, left_out) = tail.text();
            assert!(!text.contains('\u{FFFD}'), "cut at {limit}: {text}");
            assert_eq!(text.len() as u64 + left_out, 27, "every byte is kept or counted");
        }
    }

    #[test]
    fn a_shortened_text_starts_with_a_whole_line_and_says_what_is_missing() {
        let text = (0..1000).map(|number| format!("line {number}\n")).collect::<String>();
        let short = shortened(&text, 5_000_000, 500);
        assert!(short.len() <= 500, "the note counts too: {}", short.len());
        let mut lines = short.lines();
        assert_eq!(lines.next(), Some("[… 4.8 MiB of earlier output left out]"), "the reader is told");
        assert!(lines.next().is_some_and(|line| line.starts_with("line ")), "no half line: {short}");
        assert!(short.ends_with("line 999\n"), "the end is kept");
    }

    #[test]
    fn an_endless_line_is_cut_between_characters() {
        let short = shortened(&"€".repeat(10_000), 0, 1000);
        assert!(short.len() <= 1000 && short.ends_with('€') && short.starts_with("[… 28."), "cut and told: {short}");
    }

    #[test]
    fn a_text_that_fits_is_left_alone() {
        assert_eq!(shortened("all\nof it", 0, 9), "all\nof it", "nothing is missing, so nothing is said");
    }

    #[test]
    fn colours_titles_and_progress_are_not_part_of_what_is_read() {
        for (raw, seen) in [
            ("\u{1b}[31mred\u{1b}[0m plain", "red plain"),
            ("\u{1b}]0;title\u{7}text\u{1b}]8;;http://x\u{1b}\\link", "textlink"),
            ("10%\r50%\r100%\ndone\r\n", "100%\ndone\n"),
            ("\u{1b}[2K\u{1b}[1G\u{1b}(Bok\u{0}\u{8}\ttab", "ok\ttab"),
            ("a\u{1b}", "a"),
        ] {
            assert_eq!(readable(raw), seen, "{raw:?}");
        }
    }

    #[test]
    fn a_character_cut_at_every_place_arrives_whole() {
        let text = "aä€😀z".repeat(3);
        for piece in 1..text.len() {
            let mut characters = Characters::default();
            let seen: String = text.as_bytes().chunks(piece).map(|bytes| characters.push(bytes)).collect();
            assert_eq!(seen, text, "in pieces of {piece} bytes");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_marked_and_lose_nothing_around_them() {
        let mut characters = Characters::default();
        assert_eq!(characters.push(b"a\xff\xfeb\xc3"), "a\u{FFFD}\u{FFFD}b", "the last byte may begin a character");
        assert_eq!(characters.push(b"\xa4c"), "äc", "and did");
    }
}

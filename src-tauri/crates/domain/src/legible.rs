//! What an agent wrote, as a person can judge it: nothing hidden, nothing that a terminal obeys, nothing out of place.

use std::{borrow::Cow, fmt::Write as _};

/// Blanks in a row that are shown as they are; more could push what follows out of sight.
const BLANKS_SHOWN: usize = 8;
/// Empty lines in a row that are shown as they are.
const EMPTY_LINES_SHOWN: usize = 2;

/// `text` in full, with every character that is not plainly visible spelled out as `⟨U+202E⟩`.
///
/// That covers control characters (escape sequences, carriage returns), marks that reorder or join text, characters
/// without a width, and blanks other than the space. Long rows of spaces, tabs or empty lines become `⟨2000 spaces⟩`,
/// so that nothing can be pushed out of sight; the sign `⟨` itself is spelled out, so none of this can be feigned.
/// Line breaks stay. The text is for people: it cannot be run.
pub fn legible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (most, name) = match first {
            ' ' => (BLANKS_SHOWN, "spaces"),
            '\t' => (BLANKS_SHOWN, "tabs"),
            '\n' => (EMPTY_LINES_SHOWN + 1, "line breaks"),
            _ => (1, ""),
        };
        let taken = if most == 1 { 1 } else { rest.chars().take_while(|c| *c == first).count() };
        if taken > most {
            let _ = write!(shown, "⟨{taken} {name}⟩");
            if first == '\n' {
                shown.push('\n');
            }
        } else if is_plain(first) {
            shown.extend(std::iter::repeat_n(first, taken));
        } else {
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(first));
        }
        rest = rest.get(taken * first.len_utf8()..).unwrap_or_default();
    }
    shown
}

/// Characters outside ASCII, each once, in order: look-alikes of plain letters are among the ways to mislead.
/// At most twelve.
pub fn unusual(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if found.len() < 12 && !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

/// `text` without the characters that nobody sees and a model reads all the same: tags, marks that reorder text, control
/// characters, characters without a width. Joiners and variation selectors stay, since letters and emoji need them.
///
/// For text that a person approves and another agent obeys: what is left is what was seen.
pub fn without_hidden(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace(is_hidden, ""))
}

fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' => false,
        c if c.is_control() => true,
        // Of the private and unassigned planes at the end, tags and the other variation selectors carry text unseen.
        c => {
            !is_plain(c)
                && !c.is_whitespace()
                && !matches!(c, '⟨' | '⟩' | '\u{2800}' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}')
        }
    }
}

fn is_plain(c: char) -> bool {
    match c {
        '\n' | '\t' | ' ' => true,
        '⟨' | '⟩' => false,
        c if c.is_control() || c.is_whitespace() => false,
        // Soft hyphen, Arabic letter mark, Khmer and Mongolian vowel signs without width, joiners and direction marks,
        // embeddings and isolates, word joiner and invisible operators, fillers, variation selectors, the byte order
        // mark, interlinear marks, tags; and what is private or not a character at all.
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFD}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E000}'..='\u{F8FF}'
        | '\u{E0000}'..='\u{10FFFF}' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_commands_are_shown_as_they_are() {
        for text in ["npm test 2>&1 | tail -5", "git commit -m 'Größe: 日本'", "cat <<EOF\n\tx\n\nEOF", "a        b"]
        {
            assert_eq!(legible(text), text);
        }
    }

    #[test]
    fn nothing_that_a_terminal_obeys_or_that_cannot_be_seen_is_left() {
        let cases = [
            ("ls\u{1b}[2K\u{1b}[1Gecho hi", "ls⟨U+001B⟩[2K⟨U+001B⟩[1Gecho hi"),
            ("rm -rf x\rls -la", "rm -rf x⟨U+000D⟩ls -la"),
            ("echo \u{202e}txt.exe", "echo ⟨U+202E⟩txt.exe"),
            ("a\u{2066}b\u{2069}", "a⟨U+2066⟩b⟨U+2069⟩"),
            ("cu\u{200b}rl", "cu⟨U+200B⟩rl"),
            ("rm\u{a0}x", "rm⟨U+00A0⟩x"),
            ("\u{8}\u{7f}\u{9b}31m\u{0}", "⟨U+0008⟩⟨U+007F⟩⟨U+009B⟩31m⟨U+0000⟩"),
            ("x\u{e0041}\u{feff}\u{3164}", "x⟨U+E0041⟩⟨U+FEFF⟩⟨U+3164⟩"),
            ("⟨9 spaces⟩", "⟨U+27E8⟩9 spaces⟨U+27E9⟩"),
        ];
        for (hostile, expected) in cases {
            assert_eq!(legible(hostile), expected, "{hostile:?}");
        }
    }

    #[test]
    fn what_a_model_reads_and_a_person_does_not_see_is_left_out() {
        let tags: String = "rm".chars().map(|c| char::from_u32(0xE0000 + u32::from(c)).expect("a tag")).collect();
        let cases = [
            (format!("Build a list.{tags}"), "Build a list."),
            ("a\u{200b}b\u{2060}c\u{feff}".into(), "abc"),
            ("pay \u{202e}nimda\u{2069}".into(), "pay nimda"),
            ("x\u{e0100}\u{e01ef}".into(), "x"),
            ("one\r\ntwo\u{1b}[2K\u{8}".into(), "one\ntwo[2K"),
        ];
        for (hostile, expected) in cases {
            assert_eq!(without_hidden(&hostile), expected, "{hostile:?}");
        }
        for plain in ["Größe: 日本 \u{a0}⟨x⟩", "👩\u{200d}💻 ❤\u{fe0f}", "می\u{200c}خواهم", "\tone\n\ntwo"]
        {
            assert_eq!(without_hidden(plain), plain, "letters, emoji and blanks stay as they are");
        }
    }

    #[test]
    fn what_follows_many_blanks_stays_in_sight() {
        let hostile = format!("ls{}; rm -rf src", " ".repeat(5_000));
        assert_eq!(legible(&hostile), "ls⟨5000 spaces⟩; rm -rf src");
        let hostile = format!("ls{}rm -rf src", "\n".repeat(500));
        assert_eq!(legible(&hostile), "ls⟨500 line breaks⟩\nrm -rf src");
        assert_eq!(legible(&format!("a{}b", "\t".repeat(9))), "a⟨9 tabs⟩b");
    }

    #[test]
    fn letters_that_only_look_plain_are_named() {
        assert_eq!(unusual("cаt раsswd а"), ['а', 'р'], "the Cyrillic ones, each once");
        assert!(unusual("cat passwd").is_empty());
        assert_eq!(unusual(&('а'..='я').collect::<String>()).len(), 12, "a list that can be read");
    }
}

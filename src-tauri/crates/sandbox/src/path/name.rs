//! When two names are the same file to some file system, though their bytes differ.

use std::borrow::Cow;

/// `name` as the most careless file system reads it: without case, without the characters that HFS+ ignores, without the
/// dots and spaces that Windows drops at the end, and without the stream that NTFS reads after a colon.
///
/// Used to compare with protected names on every system: a disk of another one may be mounted, and the repository may be
/// checked out there tomorrow.
pub(crate) fn folded(name: &str) -> Cow<'_, str> {
    let without_stream = name.split(':').next().unwrap_or(name);
    let plain = without_stream.trim_end_matches(['.', ' ']);
    // `.` and `..` alone are no names, and a name of nothing but a stream is not one either.
    let plain = if plain.is_empty() { name } else { plain };
    if plain.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(plain);
    }
    // Upper case first: `ſ` and `K` have no upper or lower form of their own, and become s and k this way.
    let folded = plain.chars().filter(|&letter| !is_ignored(letter)).flat_map(char::to_uppercase);
    Cow::Owned(folded.flat_map(char::to_lowercase).collect())
}

/// Whether `name` is the short form that Windows gives to the long name `of`, or could be: `GIT~1` for `.git`.
pub(crate) fn is_short_form(name: &str, of: &str) -> bool {
    let Some((stem, number)) = name.split_once('~') else { return false };
    let number = number.split('.').next().unwrap_or_default();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let named = of.trim_start_matches('.');
    let plain: Vec<u8> =
        named.rsplit_once('.').map_or(named, |(before, _)| before).bytes().filter(u8::is_ascii_alphanumeric).collect();
    let begins = |length: usize| {
        let known = &plain[..plain.len().min(length)];
        stem.len() >= known.len() && stem.as_bytes()[..known.len()].eq_ignore_ascii_case(known)
    };
    // After the first four of one beginning Windows keeps two letters and adds four of a checksum.
    let is_checksummed = stem.len() == 6 && stem.bytes().skip(2).all(|byte| byte.is_ascii_hexdigit()) && begins(2);
    is_checksummed || (begins(6) && stem.len() == plain.len().min(6))
}

/// Characters that HFS+ leaves out when it compares names.
fn is_ignored(letter: char) -> bool {
    matches!(letter, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_protected_name_is_that_name() {
        let spellings = [
            ".git",
            ".GIT",
            ".Git",
            ".git.",
            ".git...",
            ".git ",
            ".git . .",
            ".git::$INDEX_ALLOCATION",
            ".git:hooks",
            ".g\u{200c}it",
            ".gi\u{feff}t",
        ];
        for spelling in spellings {
            assert_eq!(folded(spelling), ".git", "{spelling:?} is .git to some file system");
        }
        assert_eq!(folded(".v\u{17f}code"), ".vscode", "the long s is an s without case");
        assert_eq!(folded(".hus\u{212a}y"), ".husky", "the sign for kelvin is a k without case");
    }

    #[test]
    fn other_names_stay_others() {
        for name in [".gitignore", ".github", "git", ".gita", "..git", ".", "..", "日本", ".gitattributes"] {
            assert_ne!(folded(name), ".git", "{name:?} is a name of its own");
        }
    }

    #[test]
    fn the_short_names_of_windows_are_known() {
        for (short, long) in [
            ("GIT~1", ".git"),
            ("git~2", ".git"),
            ("GI7EBA~1", ".git"),
            ("CLAUDE~1", ".claude"),
            ("MCP~1.JSO", ".mcp.json"),
            ("HARNES~1", ".harness"),
            ("VSCODE~1", ".vscode"),
        ] {
            assert!(is_short_form(short, long), "{short} may be {long}");
        }
        for (name, long) in
            [("file~", ".git"), ("git~", ".git"), ("git~x", ".git"), ("digit~1", ".git"), ("~1", ".git")]
        {
            assert!(!is_short_form(name, long), "{name} is not {long}");
        }
    }
}

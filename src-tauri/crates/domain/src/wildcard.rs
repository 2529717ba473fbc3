//! Patterns in which a star stands for any characters.

/// How far a star reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Star {
    /// Over every character.
    Anything,
    /// Within one directory: over every character but a slash.
    WithinDirectory,
}

/// Whether `text` is what `pattern` says, where a `*` stands for any characters, also for none. Takes no more than
/// `pattern` × `text` steps.
pub fn matches(pattern: &[u8], text: &[u8], star: Star) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where the last star is, and where what it stands for ends.
    let mut last: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            last = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = last.filter(|(_, from)| star == Star::Anything || text[*from] != b'/') {
            // The last star takes one character more.
            last = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_stays_in_its_directory_when_told_to() {
        for (pattern, text, anywhere, within) in [
            ("tf", "tf", true, true),
            ("tf", "tfx", false, false),
            ("tf*", "tf", true, true),
            ("*-lint", "go-lint", true, true),
            ("*-lint", "go-lint-x", false, false),
            ("a*b*c", "aXbYbZc", true, true),
            ("a*b*c", "aXbYbZ", false, false),
            ("scripts/*.sh", "scripts/a.sh", true, true),
            ("scripts/*.sh", "scripts/deep/a.sh", true, false),
            ("s*/x", "scripts/x", true, true),
            ("*é*", "caféine", true, true),
            ("", "", true, true),
            ("*", "", true, true),
        ] {
            let is = |star| matches(pattern.as_bytes(), text.as_bytes(), star);
            assert_eq!(is(Star::Anything), anywhere, "{pattern} and {text}, over everything");
            assert_eq!(is(Star::WithinDirectory), within, "{pattern} and {text}, within a directory");
        }
        let (pattern, text) = ("a*".repeat(100) + "c", "a".repeat(20_000) + "b");
        let is_match = matches(pattern.as_bytes(), text.as_bytes(), Star::Anything);
        assert!(!is_match, "a hostile text costs no more than the product of the lengths");
    }
}

//! How Windows reads paths, as pure functions: they are the same on every system, and applied on Windows.

use crate::Verdict;

/// Names that mean a device in every directory, whatever follows a dot.
const DEVICES: [&str; 11] =
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$", "com", "lpt", "pipe", "mailslot"];

/// What is to be said of a path that leads past the file system, or that different programs read differently.
///
/// Looks at the text only: it says nothing of where the path leads.
pub fn refusal(text: &str) -> Option<Verdict> {
    let is_slash = |letter: char| letter == '\\' || letter == '/';
    let mut letters = text.chars();
    if letters.next().is_some_and(is_slash) && letters.next().is_some_and(is_slash) {
        let why = "names another machine, a device or a path past all rules (UNC); use a plain path of the project";
        return Some(Verdict::deny("path.unc", format!("{text} {why}")));
    }
    if text.starts_with(r"\??\") || text.starts_with("/??/") {
        return Some(Verdict::deny(
            "path.unc",
            format!("{text} is a path of the kernel; use a plain path of the project"),
        ));
    }
    let (drive, rest) = match text.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => (true, &text[2..]),
        _ => (false, text),
    };
    if drive && !rest.starts_with(is_slash) {
        let why = "is relative to another directory of its drive; give the whole path";
        return Some(Verdict::deny("path.drive-relative", format!("{text} {why}")));
    }
    if !drive && rest.starts_with(is_slash) {
        let why = "begins at the top of some drive; give the whole path";
        return Some(Verdict::deny("path.drive-relative", format!("{text} {why}")));
    }
    rest.split(is_slash).find_map(|name| component(text, name))
}

fn component(text: &str, name: &str) -> Option<Verdict> {
    let refused = |rule: &str, why: &str| Some(Verdict::deny(rule, format!("{name:?} in {text} {why}")));
    if matches!(name, "" | "." | "..") {
        return None;
    }
    if name.contains(':') {
        return refused("path.stream", "names a stream inside a file; use the file's plain name");
    }
    if name.chars().any(|letter| letter < ' ' || matches!(letter, '<' | '>' | '"' | '|' | '?' | '*')) {
        return refused("path.bad-name", "has a character that Windows allows in no name");
    }
    if name.ends_with(['.', ' ']) {
        return refused("path.bad-name", "ends in a dot or space, which Windows drops; leave it out");
    }
    if is_device(name) {
        return refused("path.device", "is a device and no file; use another name");
    }
    if is_short(name) {
        return refused("path.short-name", "is a short name (8.3) of something else; give the long one");
    }
    None
}

fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or(name).trim_end_matches(' ').to_lowercase();
    let numbered = |device: &str| {
        let number = stem.strip_prefix(device)?;
        let mut digits = number.chars();
        let digit = digits.next()?;
        (digits.next().is_none() && matches!(digit, '0'..='9' | '¹' | '²' | '³')).then_some(())
    };
    match DEVICES.iter().find(|device| stem == **device) {
        // COM and LPT are devices with a number only, and `pipe` after a device's prefix only.
        Some(&("com" | "lpt" | "pipe" | "mailslot")) | None => numbered("com").or_else(|| numbered("lpt")).is_some(),
        Some(_) => true,
    }
}

fn is_short(name: &str) -> bool {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let Some((letters, number)) = stem.split_once('~') else { return false };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    stem.chars().count() <= 8 && !letters.is_empty() && is_number && extension.chars().count() <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_are_plain() {
        for path in [
            r"src\main.rs",
            "src/main.rs",
            r"C:\Users\ada\app\x",
            r"..\x",
            r".\x",
            "a b.txt",
            ".git",
            "日本",
            r"C:\",
            "consult.txt",
            "com.txt",
            "com10",
            "lpt",
            "null",
            "a~b",
            "~",
            "~1",
            "file~backup.txt",
            "long-name~1.txt",
        ] {
            assert_eq!(refusal(path).map(|verdict| verdict.rule), None, "{path} means one thing everywhere");
        }
    }

    #[test]
    fn what_leads_past_the_file_system_or_is_read_differently_is_refused() {
        for (path, rule) in [
            (r"\\server\share\x", "path.unc"),
            ("//server/share/x", "path.unc"),
            (r"\/server\share", "path.unc"),
            (r"\\?\C:\x", "path.unc"),
            (r"\\.\PhysicalDrive0", "path.unc"),
            (r"\\?\UNC\server\share", "path.unc"),
            (r"\??\C:\x", "path.unc"),
            (r"C:x", "path.drive-relative"),
            (r"C:..\x", "path.drive-relative"),
            (r"\Windows\x", "path.drive-relative"),
            ("/etc/passwd", "path.drive-relative"),
            ("file.txt:stream", "path.stream"),
            (".git::$INDEX_ALLOCATION", "path.stream"),
            (r"C:\x:$DATA", "path.stream"),
            ("src/nul", "path.device"),
            ("NUL.txt", "path.device"),
            (r"a\CON", "path.device"),
            ("Aux .log", "path.device"),
            ("com1", "path.device"),
            ("LPT9.x.y", "path.device"),
            ("com¹", "path.device"),
            ("CONIN$", "path.device"),
            (".git.", "path.bad-name"),
            (".git ", "path.bad-name"),
            ("a./b", "path.bad-name"),
            ("a*b", "path.bad-name"),
            ("a|b", "path.bad-name"),
            ("a\u{1}b", "path.bad-name"),
            ("GIT~1", "path.short-name"),
            (r"PROGRA~1\x", "path.short-name"),
            ("SETTIN~2.JSO", "path.short-name"),
            ("a~1.b", "path.short-name"),
        ] {
            assert_eq!(refusal(path).map(|verdict| verdict.rule).as_deref(), Some(rule), "{path}");
        }
    }
}

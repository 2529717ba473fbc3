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

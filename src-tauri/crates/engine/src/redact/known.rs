//! The very values that this process must keep to itself, in whatever usual encoding they come.

use super::Found;
use aho_corasick::{AhoCorasick, MatchKind};
use std::{
    collections::HashSet,
    fmt::Write as _,
    fs::File,
    io::Read,
    path::Path,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

/// A value shorter than this could be part of any text.
const SHORTEST_VALUE: usize = 12;
/// So much of a value in a row gives it away; it is looked for at every eighth character.
const WINDOW: usize = 16;
const STRIDE: usize = 8;
/// How much of a project's environment files is read.
const LONGEST_FILE: u64 = 64 * 1024;

#[derive(Default)]
struct Known {
    values: Vec<(&'static str, String)>,
    /// Every value in every encoding.
    spellings: Vec<(&'static str, Vec<u8>)>,
    /// Which spelling, and from which of its bytes, each pattern of `search` is.
    windows: Vec<(usize, usize)>,
    search: Option<AhoCorasick>,
}

static KNOWN: LazyLock<RwLock<Arc<Known>>> = LazyLock::new(RwLock::default);

/// From now on `value` is redacted as `kind` wherever this process writes something: as it is, in parts of 24 characters
/// or more, in base64, hexadecimal and percent encoding, also when broken over lines.
///
/// Values of fewer than 12 characters are not looked for: they could stand in any text.
pub fn keep_to_ourselves(kind: &'static str, value: &str) {
    keep(vec![(kind, value.trim().to_owned())]);
}

/// The same for each variable of this process whose name says that it is a secret, such as `GITHUB_TOKEN`.
pub fn keep_environment_to_ourselves() {
    let of_environment = std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        is_secret(&name, &value).then_some(("environment variable", value))
    });
    keep(of_environment.collect());
}

/// The same for what the environment files (`.env` and the like) in `dir` call a secret.
///
/// Only values that look like a token count: an agent that can write such a file must not be able to blot out words of
/// its choice from the records.
pub fn keep_files_to_ourselves(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let is_meant = |name: &str| {
        let is_sample = ["example", "sample", "template", "dist"].iter().any(|part| name.ends_with(part));
        (name == ".env" || name.starts_with(".env.")) && !is_sample
    };
    let mut values = Vec::new();
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !entry.file_name().to_str().is_some_and(is_meant) {
            continue;
        }
        let mut text = Vec::new();
        let read = File::open(entry.path()).and_then(|file| file.take(LONGEST_FILE).read_to_end(&mut text));
        if read.is_err() {
            continue;
        }
        for line in String::from_utf8_lossy(&text).lines() {
            let Some((name, value)) = line.trim().trim_start_matches("export ").split_once('=') else { continue };
            let value = value.trim().trim_matches(['"', '\'']);
            if is_secret(name, value) {
                values.push(("value from an environment file", value.to_owned()));
            }
        }
    }
    keep(values);
}

/// Where any of the values stands in `content`, in order.
pub(super) fn find(content: &[u8]) -> Vec<Found> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(search) = &known.search else { return Vec::new() };
    let mut found: Vec<Found> = Vec::new();
    for hit in search.find_iter(content) {
        // Inside what was found already.
        if found.last().is_some_and(|last| hit.start() < last.end) {
            continue;
        }
        let (spelling, from) = known.windows[hit.pattern().as_usize()];
        let (kind, spelling) = &known.spellings[spelling];
        let end = grown(content, hit.end(), &spelling[from + hit.len()..]);
        let start = grown_back(content, hit.start(), &spelling[..from]);
        let start = start.max(found.last().map_or(0, |last| last.end));
        found.push(Found { start, end, kind, is_certain: true });
    }
    found
}

/// How far `content` goes on from `at` as `rest` does, over line breaks in between.
fn grown(content: &[u8], mut at: usize, rest: &[u8]) -> usize {
    for byte in rest {
        let next = at + line_break(&content[at..]);
        if content.get(next) != Some(byte) {
            break;
        }
        at = next + 1;
    }
    at
}

/// How far back `content` is as `before` is, up to `at`.
fn grown_back(content: &[u8], mut at: usize, before: &[u8]) -> usize {
    for byte in before.iter().rev() {
        let mut previous = at;
        for ending in [b"\r\n".as_slice(), b"\n", b"\\n"] {
            if content[..at].ends_with(ending) {
                previous = at - ending.len();
                break;
            }
        }
        if previous == 0 || content[previous - 1] != *byte {
            break;
        }
        at = previous - 1;
    }
    at
}

fn line_break(content: &[u8]) -> usize {
    [b"\r\n".as_slice(), b"\n", b"\\r\\n", b"\\n"]
        .iter()
        .find(|ending| content.starts_with(ending))
        .map_or(0, |ending| ending.len())
}

fn keep(values: Vec<(&'static str, String)>) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let mut all = known.values.clone();
    let seen: HashSet<&str> = known.values.iter().map(|(_, value)| value.as_str()).collect();
    let is_fresh = |value: &str| value.len() >= SHORTEST_VALUE && !seen.contains(value);
    let fresh: Vec<_> = values.into_iter().filter(|(_, value)| is_fresh(value)).collect();
    if fresh.is_empty() {
        return;
    }
    all.extend(fresh);
    *known = Arc::new(Known::of(all));
}

impl Known {
    fn of(values: Vec<(&'static str, String)>) -> Self {
        let mut spellings: Vec<(&'static str, Vec<u8>)> = Vec::new();
        for (kind, value) in &values {
            spellings.extend(spelled(value.as_bytes()).into_iter().map(|spelling| (*kind, spelling)));
        }
        let mut windows = Vec::new();
        for (number, (_, spelling)) in spellings.iter().enumerate() {
            let last = spelling.len().saturating_sub(WINDOW);
            windows.extend((0..=last).step_by(STRIDE).map(|from| (number, from)));
        }
        let patterns = windows.iter().map(|(number, from)| {
            let spelling = &spellings[*number].1;
            &spelling[*from..spelling.len().min(from + WINDOW)]
        });
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok();
        Self { values, spellings, windows, search }
    }
}

/// `value` in every encoding that tools of every day produce.
fn spelled(value: &[u8]) -> Vec<Vec<u8>> {
    let hex = value.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let percent = value.iter().fold(String::new(), |mut text, byte| {
        let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        let _ = if is_plain { write!(text, "{}", char::from(*byte)) } else { write!(text, "%{byte:02X}") };
        text
    });
    let json = serde_json::to_string(&String::from_utf8_lossy(value)).unwrap_or_default();
    let json = json.trim_matches('"').to_owned();
    let mut all = vec![
        value.to_vec(),
        hex.to_ascii_uppercase().into_bytes(),
        hex.into_bytes(),
        percent.into_bytes(),
        json.into(),
    ];
    // What stands before the value shifts its base64 by nothing, one byte or two.
    for shift in 0..3 {
        let standard = to_base64(shift, value);
        all.push(
            standard
                .iter()
                .map(|byte| match byte {
                    b'+' => b'-',
                    b'/' => b'_',
                    other => *other,
                })
                .collect(),
        );
        all.push(standard);
    }
    all.retain(|spelling| spelling.len() >= SHORTEST_VALUE);
    all.sort();
    all.dedup();
    all
}

/// The base64 of `value` behind `shift` other bytes, without the characters that depend on its neighbours.
fn to_base64(shift: usize, value: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = std::iter::repeat_n(0, shift).chain(value.iter().copied()).collect();
    let mut text = Vec::with_capacity(bytes.len() * 4 / 3 + 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in bytes {
        bits = (bits << 8 | u32::from(byte)) & 0xffff;
        count += 8;
        while count >= 6 {
            count -= 6;
            text.push(LETTERS[(bits >> count & 63) as usize]);
        }
    }
    // Each byte before the value has its part in one more character.
    text.drain(..if shift == 0 { 0 } else { shift + 1 });
    text
}

/// Whether a setting of this name and value is a secret worth looking for: called one, and looking like a token.
fn is_secret(name: &str, value: &str) -> bool {
    const WORDS: [&str; 8] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "PRIVATE"];
    let name = name.trim().to_ascii_uppercase();
    // Ways to a secret, and what is public about one.
    let is_harmless = ["_PATH", "_FILE", "_DIR", "_URL", "_ID", "PUBLIC", "KEYBOARD", "KEYMAP"]
        .iter()
        .any(|word| name.contains(word));
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    let variety = value.bytes().collect::<HashSet<_>>().len();
    WORDS.iter().any(|word| name.contains(word))
        && !is_harmless
        && value.len() >= SHORTEST_VALUE
        && value.len() <= 4096
        && variety >= 8
        && value.is_ascii()
        && !has(u8::is_ascii_whitespace)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !value.starts_with(['/', '~', '.', '$'])
        && !value.contains("://")
}

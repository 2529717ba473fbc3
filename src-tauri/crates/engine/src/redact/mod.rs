//! Takes credentials out of everything the product keeps, shows or passes on.
//!
//! Two things are looked for: what has the form of a credential, by one table that commits use too, and the very values
//! this process was told to keep to itself ([`keep_to_ourselves`]), in any usual encoding. What is found is replaced by
//! words such as `[redacted: GitHub token]`; everything around it stays as it was.
//!
//! What this does not do: it cannot know a password that looks like any other word, a credential whose parts are told
//! one by one, or one in an encoding of somebody's own. A wall around the secret is the protection; this keeps accidents
//! out of records.

mod forms;
mod known;
mod pieces;
mod shape;
#[cfg(test)]
mod tests;

pub use forms::Found;
pub use known::{keep_environment_to_ourselves, keep_files_to_ourselves, keep_to_ourselves};
pub use pieces::Pieces;

use crate::EngineError;
use aho_corasick::{AhoCorasick, Input, MatchKind};
use forms::{FORMS, Form, Shape};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{borrow::Cow, sync::LazyLock};

/// No fixed beginning is longer.
const LONGEST_BEGINNING: usize = 32;

/// Finds where a credential may begin.
struct Beginnings {
    search: Option<AhoCorasick>,
    /// The form of each beginning.
    forms: Vec<&'static Form>,
}

static BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(|| {
    let all = || FORMS.iter().flat_map(|form| form.beginnings.iter().map(move |beginning| (form, *beginning)));
    // The beginnings are constants; the tests of this module notice one that does not compile.
    let search =
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(all().map(|(_, beginning)| beginning));
    Beginnings { search: search.ok(), forms: all().map(|(form, _)| form).collect() }
});

/// Every credential in `content` that is known by its form, in order, none inside another.
///
/// Takes time proportional to the length of `content`, whatever is in it. Does not look for the exact values that are
/// kept to ourselves.
pub fn find(content: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let Some(search) = &BEGINNINGS.search else { return found };
    let mut from = 0;
    while let Some(hit) = search.find(Input::new(content).range(from..)) {
        let form = BEGINNINGS.forms[hit.pattern().as_usize()];
        from = hit.end();
        // What follows the word `Bearer` may be a kind that has a better name.
        if matches!(form.shape, Shape::Authorization)
            && let Some(next) =
                search.find(Input::new(content).range(from..content.len().min(from + LONGEST_BEGINNING)))
            && next.start() == from
            && !forms::read(BEGINNINGS.forms[next.pattern().as_usize()], content, next.start(), next.end()).is_empty()
        {
            continue;
        }
        for credential in forms::read(form, content, hit.start(), hit.end()) {
            // The rest of a private key reaches back, but not into what was found before it.
            let after = found.last().map_or(0, |last: &Found| last.end);
            if credential.start >= after {
                from = credential.end.max(from);
                found.push(credential);
            }
        }
    }
    found
}

/// `text` without credentials. Borrowed when there is none, which is nearly always.
pub fn text(text: &str) -> Cow<'_, str> {
    let mut spans = find(text.as_bytes());
    spans.extend(known::find(text.as_bytes()));
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    spans.sort_by_key(|found| found.start);
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    for found in spans {
        // Spans are whole characters; a slip must cost a few more characters, never a panic.
        let (start, end) = (floor_boundary(text, found.start), ceil_boundary(text, found.end));
        if start >= at {
            clean.push_str(&text[at..start]);
            clean.push_str("[redacted: ");
            clean.push_str(found.kind);
            clean.push(']');
        }
        // One inside another, or beginning in it, is gone with it.
        at = at.max(end);
    }
    clean.push_str(&text[at..]);
    Cow::Owned(clean)
}

/// Whether [`text()`] would change `text`.
pub fn is_clean(text: &str) -> bool {
    matches!(self::text(text), Cow::Borrowed(_))
}

/// What sort of credential is in `text`, if any.
pub fn kind_in(text: &str) -> Option<&'static str> {
    find(text.as_bytes()).into_iter().chain(known::find(text.as_bytes())).map(|found| found.kind).next()
}

/// For the words of a person, which are not changed behind their back.
///
/// Fails with `Refused` when a credential is in them; `what` is for the message, such as `the answer`.
pub fn refuse_secret(what: &str, words: &str) -> Result<(), EngineError> {
    let Some(kind) = kind_in(words) else { return Ok(()) };
    Err(EngineError::Refused(format!(
        "{what} holds a secret ({kind}), and what is said here is stored and shown to agents: put it where the program \
         reads it from, such as an environment file that is not committed, and say where that is"
    )))
}

/// [`text()`] for a text that is owned already.
pub fn owned(text: String) -> String {
    match self::text(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(clean) => clean,
    }
}

/// Cleans every string in `value`, the names of its fields too. Returns whether anything was found.
pub fn value(value: &mut Value) -> bool {
    match value {
        Value::String(words) => match text(words) {
            Cow::Borrowed(_) => false,
            Cow::Owned(clean) => {
                *words = clean;
                true
            }
        },
        Value::Array(values) => {
            let mut found = false;
            for inner in values {
                found |= self::value(inner);
            }
            found
        }
        Value::Object(fields) => {
            let mut found = false;
            for inner in fields.values_mut() {
                found |= self::value(inner);
            }
            if fields.keys().all(|name| is_clean(name)) {
                return found;
            }
            *fields = std::mem::take(fields).into_iter().map(|(name, inner)| (owned(name), inner)).collect();
            true
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// One line of JSON without credentials, still the same JSON; `None` when there is none in it. A line that is no JSON is
/// cleaned as text.
pub fn line(line: &str) -> Option<String> {
    // A credential in a string of JSON is found in the line as it stands, so a clean line is never parsed. Only the
    // replacing needs to know where strings end.
    if is_clean(line) {
        return None;
    }
    match serde_json::from_str::<Value>(line) {
        Ok(mut parsed) => {
            value(&mut parsed);
            Some(parsed.to_string())
        }
        Err(_) => Some(text(line).into_owned()),
    }
}

/// The same fact with every text in it cleaned; what cannot be written as JSON and read back is returned as it is.
///
/// For small values only: it takes a trip through JSON when anything is found, and writing it when nothing is.
pub fn through<T: Serialize + DeserializeOwned>(fact: T) -> T {
    let Ok(written) = serde_json::to_string(&fact) else { return fact };
    match line(&written).map(|clean| serde_json::from_str(&clean)) {
        Some(Ok(clean)) => clean,
        _ => fact,
    }
}

/// The rest of a text whose beginning was cut off, without the word that may have been cut: half a credential has no form
/// to be known by.
pub fn after_cut(text: &str) -> &str {
    const LONGEST_REST: usize = 512;
    let is_of_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'/' | b'=');
    let length = text.bytes().take(LONGEST_REST).take_while(|byte| is_of_word(byte)).count();
    // A short word, or one in the middle of which anything else stands, is worth keeping.
    if length < 12 { text } else { &text[length..] }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

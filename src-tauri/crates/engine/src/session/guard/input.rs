//! What the arguments of a call name.

use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// How deep arguments may be nested, text that holds JSON included.
const MOST_LEVELS: u32 = 16;
/// Arguments that name a file or directory, whatever the tool.
const PATHS: [&str; 16] = [
    "path",
    "paths",
    "file",
    "files",
    "file_path",
    "filepath",
    "filename",
    "notebook_path",
    "dir",
    "directory",
    "cwd",
    "root",
    "folder",
    "source_path",
    "target_path",
    "output_path",
];
/// Arguments that hold addresses.
const URLS: [&str; 3] = ["url", "urls", "uri"];
/// Arguments that hold commands, which the host or the agent will run.
const COMMANDS: [&str; 4] = ["checks", "command", "commands", "script"];

/// Arguments that hold prose, whatever the tool: nobody reads a list or an object out of them, and JSON is ordinary there.
const PROSE: [&str; 15] = [
    "category",
    "comment",
    "content",
    "description",
    "name",
    "new_source",
    "new_string",
    "old_string",
    "pattern",
    "placeholder",
    "prompt",
    "question",
    "reason",
    "source_spec",
    "steps",
];

/// The arguments of a call.
pub(super) struct Input<'a>(&'a Map<String, Value>);

/// Something that an argument names.
pub(super) enum Named<'a> {
    Path(&'a str),
    Url(&'a str),
    Command(&'a str),
    /// Nobody looked further.
    TooDeep,
}

impl<'a> Input<'a> {
    pub fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }
}

/// Tells of every path, address and command in `value` by the names of its arguments.
///
/// `reads_text` says that the tool forgives lists and objects that are sent as text, so that what such a text holds counts
/// as well. Where it does not, a text is what it is: the content of a file may be any JSON.
pub(super) fn each_named(value: &Value, reads_text: bool, tell: &mut dyn FnMut(Named<'_>)) {
    walk(value, None, reads_text, 0, tell);
}

fn walk(value: &Value, name: Option<&str>, reads_text: bool, level: u32, tell: &mut dyn FnMut(Named<'_>)) {
    if level > MOST_LEVELS {
        return tell(Named::TooDeep);
    }
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| walk(value, Some(name), reads_text, level + 1, tell));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| walk(entry, name, reads_text, level + 1, tell)),
        Value::String(text) => of_text(text, name, reads_text, level, tell),
        _ => {}
    }
}

fn of_text(text: &str, name: Option<&str>, reads_text: bool, level: u32, tell: &mut dyn FnMut(Named<'_>)) {
    let name = name.map(str::to_ascii_lowercase);
    let is_prose = name.as_deref().is_some_and(|name| PROSE.contains(&name));
    if reads_text
        && !is_prose
        && text.trim_start().starts_with(['[', '{', '"'])
        && let Ok(inner) = serde_json::from_str::<Value>(text)
        && inner.as_str() != Some(text)
    {
        return walk(&inner, name.as_deref(), reads_text, level + 1, tell);
    }
    let Some(name) = name else { return };
    if PATHS.contains(&name.as_str()) {
        tell(Named::Path(text));
    } else if URLS.contains(&name.as_str()) {
        tell(Named::Url(text));
    } else if COMMANDS.contains(&name.as_str()) {
        tell(Named::Command(text));
    }
}

/// `text` without what the CLI takes off at both ends: blanks as JavaScript knows them.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}')
}

/// `path` with its characters composed (NFC), as the CLI opens it; none when that is the same.
pub(super) fn composed(path: &Path) -> Option<PathBuf> {
    let text = path.to_str().filter(|text| !text.is_ascii())?;
    let composed: String = text.nfc().collect();
    (composed != text).then(|| composed.into())
}

/// Whether a path is the kernel's by its first name.
pub(super) fn is_device(path: &Path) -> bool {
    cfg!(unix) && path.starts_with("/dev") && path != Path::new("/dev/null") && !path.starts_with("/dev/shm")
}

/// Whether some alternative of a pattern goes up.
pub(super) fn climbs(pattern: &str) -> bool {
    // A backslash takes the meaning from what follows it, a bracket gives one of several: `\.\.` and `[.].` are `..` too.
    let plain: String = pattern.chars().filter(|letter| !matches!(letter, '\\' | '[' | ']')).collect();
    plain.split(['/', '{', '}', ',', '(', ')', '|']).any(|part| part == "..")
        || pattern.split(['/', '\\', '{', '}', ',']).any(|part| part == "..")
}

/// The directories that a pattern begins with, up to the first that is none but a pattern.
pub(super) fn fixed_part(pattern: &str) -> &str {
    let Some(first) = pattern.find(['*', '?', '[', '{', '(', '!', '\\']) else { return pattern };
    match pattern[..first].rfind('/') {
        Some(0) => "/",
        Some(slash) => &pattern[..slash],
        None => "",
    }
}

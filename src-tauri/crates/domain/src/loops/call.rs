//! What an agent asked a tool to do, reduced to what repetition is judged by.

use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How much of a call's content is kept for comparison, in characters.
pub const CONTENT_CHARS: usize = 500;
/// How much of a command stands for what it is about, in characters.
const COMMAND_TARGET_CHARS: usize = 50;
/// How much of a call is shown as evidence, in characters.
const LABEL_CHARS: usize = 120;

/// Fields that name what a call is about, the first found wins.
const TARGETS: [&str; 6] = ["file_path", "notebook_path", "path", "url", "bash_id", "feature_id"];
/// Fields with words about the call that change nothing of what it does.
const REMARKS: [&str; 2] = ["description", "timeout"];

/// Commands that only look.
const READERS: [&str; 33] = [
    "[", "basename", "cat", "cut", "date", "df", "diff", "dirname", "du", "echo", "file", "find", "grep", "head", "id",
    "jq", "ls", "nl", "printf", "pwd", "rg", "sort", "stat", "tail", "test", "tree", "true", "type", "uname", "uniq",
    "wc", "which", "whoami",
];
/// What git only looks with.
const GIT_READERS: [&str; 8] = ["blame", "branch", "diff", "log", "rev-parse", "show", "status", "ls-files"];
/// Commands by which an agent waits for something: they pause, or ask whether something is there yet.
const WAITERS: [&str; 16] = [
    "curl",
    "http",
    "jobs",
    "lsof",
    "nc",
    "netstat",
    "pg_isready",
    "pgrep",
    "ping",
    "ps",
    "sleep",
    "ss",
    "wait",
    "wait-on",
    "watch",
    "wget",
];

/// What a call does to the world, as far as it can be known without asking the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Only looks.
    Reads,
    /// Brings a file, or a passage of it, from one content to another.
    Changes {
        /// The content before, when the call names it.
        before: Option<u64>,
        /// The content after.
        after: u64,
    },
    /// Runs something that may change the tree.
    Runs,
    /// Waits for something outside, such as a server that starts.
    Waits,
    /// Writes a note for the agent itself.
    Notes,
}

/// One call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The tool's name.
    pub tool: String,
    /// What it is about: a path, an address, the beginning of a command, or else the tool itself.
    pub target: String,
    /// The first 500 characters of everything else it was told.
    pub content: String,
    /// Tells this call from every other one, over its whole input; what a tool does not act on is left out.
    pub identity: u64,
    /// What it does.
    pub effect: Effect,
}

impl Call {
    /// Reads a call as the Claude CLI makes it. Any input will do: what is not known is compared as it stands.
    pub fn read(tool: &str, input: &Value) -> Self {
        match (tool, text(input, "command")) {
            ("Bash", Some(command)) => Self::of_command(tool, command),
            _ => Self::of_fields(tool, input),
        }
    }

    fn of_command(tool: &str, command: &str) -> Self {
        let acts = without_cd(command.trim());
        let target = first_chars(acts, COMMAND_TARGET_CHARS).to_owned();
        let content = first_chars(acts, CONTENT_CHARS).to_owned();
        Self { identity: hash((tool, acts)), effect: effect_of_command(acts), tool: tool.to_owned(), target, content }
    }

    fn of_fields(tool: &str, input: &Value) -> Self {
        let named = TARGETS.iter().find_map(|key| Some((*key, input.get(key)?)));
        let target = match named {
            Some((_, Value::String(text))) => text.clone(),
            Some((key, other)) => format!("{tool} {key} {other}"),
            None => tool.to_owned(),
        };
        let mut hasher = DefaultHasher::new();
        tool.hash(&mut hasher);
        let mut content = String::new();
        for (key, value) in input.as_object().into_iter().flatten().filter(|(key, _)| !REMARKS.contains(&key.as_str()))
        {
            key.hash(&mut hasher);
            hash_value(value, &mut hasher);
            if named.is_none_or(|(name, _)| name != key) {
                append(&mut content, value);
            }
        }
        Self {
            identity: hasher.finish(),
            effect: effect_of_tool(tool, input),
            tool: tool.to_owned(),
            target: first_chars(&target, CONTENT_CHARS).to_owned(),
            content,
        }
    }

    /// The call in a few words.
    pub fn label(&self) -> String {
        let tool = self.tool.trim_start_matches("mcp__features__");
        let about = if self.tool == "Bash" { &self.content } else { &self.target };
        let words = if about == &self.tool { tool.to_owned() } else { format!("{tool} {about}") };
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(LABEL_CHARS) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

fn effect_of_tool(tool: &str, input: &Value) -> Effect {
    match tool {
        "Read" | "Grep" | "Glob" | "LS" | "NotebookRead" | "WebFetch" | "WebSearch" | "ToolSearch" => Effect::Reads,
        "TodoWrite" => Effect::Notes,
        "BashOutput" | "TaskOutput" => Effect::Waits,
        "Write" => Effect::Changes { before: None, after: hash(text(input, "content").unwrap_or_default()) },
        "Edit" => Effect::Changes {
            before: text(input, "old_string").map(hash),
            after: hash(text(input, "new_string").unwrap_or_default()),
        },
        "MultiEdit" => {
            Effect::Changes { before: Some(hash_edits(input, "old_string")), after: hash_edits(input, "new_string") }
        }
        "NotebookEdit" => {
            let cell = text(input, "cell_id").unwrap_or_default();
            Effect::Changes { before: None, after: hash((cell, text(input, "new_source").unwrap_or_default())) }
        }
        _ => Effect::Runs,
    }
}

/// Looks at words only: a wrong guess costs patience, never a refusal.
fn effect_of_command(command: &str) -> Effect {
    let mut may_change = false;
    let command = command.replace("2>&1", "");
    for part in command.split(['|', ';', '&', '\n', '(', ')']) {
        let mut words = part.split_whitespace().skip_while(|word| is_prefix(word));
        let Some(first) = words.next() else { continue };
        let program = first.rsplit('/').next().unwrap_or(first);
        if WAITERS.contains(&program) {
            return Effect::Waits;
        }
        let only_reads = match program {
            "git" => words.next().is_some_and(|word| GIT_READERS.contains(&word)),
            "find" => !part.contains("-delete") && !part.contains("-exec"),
            program => READERS.contains(&program),
        };
        may_change |= !only_reads || part.contains('>') && !part.contains("/dev/null");
    }
    if may_change { Effect::Runs } else { Effect::Reads }
}

/// Words that stand before a command: those of loops and conditions, assignments.
fn is_prefix(word: &str) -> bool {
    matches!(
        word,
        "do" | "then" | "else" | "until" | "while" | "if" | "!" | "{" | "time" | "timeout" | "nohup" | "sudo"
    ) || word.contains('=') && !word.starts_with('=')
        || word.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

/// A command without the way to the directory it runs in, which most commands of an agent begin with.
fn without_cd(command: &str) -> &str {
    let rest = command.strip_prefix("cd ").and_then(|rest| rest.split_once("&&"));
    match rest {
        Some((dir, rest)) if !dir.contains([';', '|', '\n']) && !rest.trim().is_empty() => rest.trim_start(),
        _ => command,
    }
}

fn hash_edits(input: &Value, key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for edit in input.get("edits").and_then(Value::as_array).into_iter().flatten() {
        text(edit, key).unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish()
}

fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Null => 0_u8.hash(hasher),
        Value::Bool(is) => is.hash(hasher),
        Value::Number(number) => number.hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Array(values) => {
            values.len().hash(hasher);
            values.iter().for_each(|value| hash_value(value, hasher));
        }
        Value::Object(fields) => {
            fields.len().hash(hasher);
            for (key, value) in fields {
                key.hash(hasher);
                hash_value(value, hasher);
            }
        }
    }
}

/// Adds the words of a value, up to the limit.
fn append(content: &mut String, value: &Value) {
    if content.len() >= CONTENT_CHARS * 4 {
        return;
    }
    match value {
        Value::String(text) => {
            let left = CONTENT_CHARS.saturating_sub(content.chars().count());
            if left > 0 {
                content.push_str(first_chars(text, left));
                content.push(' ');
            }
        }
        Value::Array(values) => values.iter().for_each(|value| append(content, value)),
        Value::Object(fields) => fields.values().for_each(|value| append(content, value)),
        Value::Number(number) => append(content, &Value::String(number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// The first characters of a text.
pub(super) fn first_chars(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// As many whole characters of a text as fit into so many bytes.
pub(super) fn first_bytes(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(super) fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

//! What a script may ask about: the results so far, the prompt, and which session this is.

use crate::conversation::{Conversation, Exchange, ToolResult};
use serde_json::Value;
use std::{borrow::Cow, collections::HashMap, fmt};

/// Names that are not tools.
const ROOTS: [&str; 7] = ["session", "session_id", "role", "cwd", "prompt", "last", "heard"];

/// A place in what is known: `feature_get_next.feature.id`, `last`, `session`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// A tool's short name, or one of the fixed words.
    pub root: String,
    /// Keys and list indexes inside its JSON.
    path: Vec<String>,
}

/// A reference that named nothing when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown(String);

/// What is known at one moment of a conversation.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    role: &'a str,
    session: &'a str,
    session_number: u32,
    conversation: &'a Conversation,
    results: HashMap<&'a str, &'a ToolResult>,
    last: Option<&'a ToolResult>,
    heard: &'a str,
}

impl Reference {
    /// Reads `name.key.0.key`. Fails with what is wrong when it is not one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.trim().split('.').map(str::to_owned);
        let root = parts.next().unwrap_or_default();
        let path: Vec<String> = parts.collect();
        let is_name = |part: &String| !part.is_empty() && !part.contains(char::is_whitespace);
        if !is_name(&root) || !path.iter().all(is_name) {
            return Err(format!("`{text}` is not a reference; write `tool_name.key.key`, or `last`, or `session`"));
        }
        Ok(Self { root, path })
    }

    /// The tool whose result this asks about; none for the fixed words.
    pub fn tool(&self) -> Option<&str> {
        (!ROOTS.contains(&self.root.as_str())).then_some(self.root.as_str())
    }

    /// Whether it means a result as a whole: only then can one ask whether it failed.
    pub fn is_whole_result(&self) -> bool {
        self.path.is_empty() && (self.tool().is_some() || self.root == "last")
    }
}

impl<'a> Facts<'a> {
    /// What is known before the first assistant turn.
    pub fn new(role: &'a str, session: &'a str, session_number: u32, conversation: &'a Conversation) -> Self {
        Self { role, session, session_number, conversation, results: HashMap::new(), last: None, heard: "" }
    }

    /// Takes in what the tools of one turn answered.
    pub fn learn(&mut self, exchange: &'a Exchange) {
        self.heard = &exchange.heard;
        for (name, result) in &exchange.results {
            self.results.insert(name, result);
            self.last = Some(result);
        }
    }

    /// Where the CLI runs, when the request says so.
    pub fn working_directory(&self) -> Option<&'a str> {
        self.conversation.working_directory.as_deref()
    }

    /// Why no case of a choice fits, as far as it can be told.
    pub fn no_case(&self) -> String {
        match self.last {
            Some(result) => format!("none of the cases fits; the last tool result was {}", excerpt(&result.text)),
            None => "none of the cases fits, and no tool has answered yet".into(),
        }
    }

    /// The result a whole reference means.
    pub fn result(&self, reference: &Reference) -> Option<&'a ToolResult> {
        if reference.root == "last" { self.last } else { self.results.get(reference.root.as_str()).copied() }
    }

    /// The value at a place: JSON where a result is JSON, its text otherwise.
    pub fn value(&self, reference: &Reference) -> Result<Cow<'a, Value>, Unknown> {
        let unknown = |why: &str| Unknown(format!("`{reference}` names nothing: {why}"));
        let fixed = match reference.root.as_str() {
            "session" => Some(Value::from(self.session_number)),
            "session_id" => Some(Value::from(self.session)),
            "role" => Some(Value::from(self.role)),
            "heard" => Some(Value::from(self.heard)),
            "prompt" => Some(Value::from(self.conversation.prompt.as_str())),
            "cwd" => {
                let directory = self.working_directory();
                Some(Value::from(directory.ok_or_else(|| unknown("the request does not say where the CLI runs"))?))
            }
            _ => None,
        };
        let mut value = match fixed {
            Some(value) => Cow::Owned(value),
            None => {
                let result = self.result(reference).ok_or_else(|| unknown("that tool has not answered yet"))?;
                match &result.json {
                    Some(json) => Cow::Borrowed(json),
                    None => Cow::Owned(Value::from(result.text.as_str())),
                }
            }
        };
        for key in &reference.path {
            let inside = match &value {
                Cow::Borrowed(value) => step(value, key).map(Cow::Borrowed),
                Cow::Owned(value) => step(value, key).map(|found| Cow::Owned(found.clone())),
            };
            value =
                inside.ok_or_else(|| unknown(&format!("there is no `{key}` in {}", excerpt(&value.to_string()))))?;
        }
        Ok(value)
    }
}

/// A value as it stands inside a text.
pub(crate) fn as_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

fn step<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        Value::Object(map) => map.get(key),
        _ => None,
    }
}

fn excerpt(text: &str) -> String {
    let start: String = text.chars().take(200).collect();
    if start.len() < text.len() { start + "…" } else { start }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        self.path.iter().try_for_each(|key| write!(f, ".{key}"))
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

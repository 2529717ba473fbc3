//! The scenario file as written. SCENARIOS.md is its documentation; `compile` gives it its meaning.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScenarioFile {
    pub name: Spanned<String>,
    pub title: String,
    pub spec: Option<String>,
    pub spec_from: Option<Spanned<String>>,
    #[serde(default)]
    pub person: Vec<PersonEntry>,
    pub roles: BTreeMap<String, Spanned<Vec<Spanned<StepEntry>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonEntry {
    pub after_passing: String,
    pub report_bug: BugEntry,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BugEntry {
    pub name: String,
    pub description: String,
    #[serde(default)]
    pub steps: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepEntry {
    pub when: Option<Map<String, Value>>,
    pub repeat: Option<RepeatEntry>,
    pub turns: Option<Vec<Spanned<StepEntry>>>,
    pub choose: Option<Vec<Spanned<StepEntry>>>,
    pub say: Option<String>,
    pub calls: Option<Vec<Spanned<CallEntry>>>,
    pub fill: Option<FillEntry>,
    pub delay_ms: Option<DelayEntry>,
    pub error: Option<ErrorEntry>,
    pub hang: Option<OftenEntry>,
    pub cut: Option<OftenEntry>,
    pub usage: Option<UsageEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`repeat` is a number or the word `forever`")]
pub(crate) enum RepeatEntry {
    Times(u32),
    Word(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a call is a tool's name, or `Name: {input…}`")]
pub(crate) enum CallEntry {
    Name(String),
    WithInput(Map<String, Value>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`fill` is a number of bytes, or a size such as `10MB`")]
pub(crate) enum FillEntry {
    Bytes(usize),
    Size(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`delay_ms` is a number of milliseconds, or `{first: N, chunk: N}`")]
pub(crate) enum DelayEntry {
    First(u64),
    Parts(DelayParts),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DelayParts {
    #[serde(default)]
    pub first: u64,
    #[serde(default)]
    pub chunk: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorEntry {
    pub status: u16,
    pub message: Option<String>,
    pub retry_after: Option<u32>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub times: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`hang` and `cut` are `true`, or `{times: N}`")]
pub(crate) enum OftenEntry {
    Always(bool),
    Often(Often),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Often {
    pub times: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsageEntry {
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub cache_creation_input_tokens: Option<u64>,
    pub cache_read_input_tokens: Option<u64>,
}

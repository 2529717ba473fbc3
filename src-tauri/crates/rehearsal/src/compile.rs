//! From the file as written to a script that cannot surprise: every reference, file and combination is checked here.

use crate::{
    ScenarioError,
    condition::Condition,
    conversation::FEATURE_TOOLS,
    facts::Reference,
    files::Files,
    format::{
        CallEntry, DelayEntry, ErrorEntry, FillEntry, OftenEntry, RepeatEntry, ScenarioFile, StepEntry, UsageEntry,
    },
    script::{ApiError, Call, Delay, Fault, FaultKind, Repeat, Step, StepKind, Turn, Usage},
    template::{Template, Text},
};
use axum::http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The words of a role in the URL, and so the keys under `roles:`.
const ROLES: [&str; 5] = ["initializer", "coding", "analyst", "tester", "interviewer"];

/// What one answer may be filled up with.
const MOST_FILL: usize = 64 * 1024 * 1024;

/// What becomes of a scenario file besides its name and title.
pub(crate) struct Compiled {
    pub spec: Option<String>,
    pub roles: BTreeMap<String, Vec<Step>>,
}

/// Checks the whole file. Fails with the first fault and its line.
pub(crate) fn compile(file: &ScenarioFile, scenario: &str, files: &Files) -> Result<Compiled, ScenarioError> {
    let mut compiler = Compiler { scenario, files, turns: 0, called: BTreeSet::new(), asked: Vec::new() };
    let name = &file.name;
    if name.value.is_empty() || !name.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(compiler.invalid(line(name), "`name` is one word of letters, digits and hyphens"));
    }
    let spec = match (&file.spec, &file.spec_from) {
        (Some(_), Some(from)) => return Err(compiler.invalid(line(from), "give `spec` or `spec_from`, not both")),
        (Some(spec), None) => Some(spec.clone()),
        (None, Some(from)) => Some(compiler.file(line(from), &from.value)?.to_string()),
        (None, None) => None,
    };
    let mut roles = BTreeMap::new();
    for (role, steps) in &file.roles {
        if !ROLES.contains(&role.as_str()) {
            let problem = format!("there is no role `{role}`; there are {}", ROLES.join(", "));
            return Err(compiler.invalid(line(steps), problem));
        }
        let script = compiler.steps(&steps.value)?;
        compiler.check_references(role)?;
        roles.insert(role.clone(), script);
    }
    Ok(Compiled { spec, roles })
}

struct Compiler<'a> {
    scenario: &'a str,
    files: &'a Files,
    turns: usize,
    /// Short names of the tools the role calls.
    called: BTreeSet<String>,
    /// Tools whose results the role asks about, and where.
    asked: Vec<(u64, String)>,
}

impl Compiler<'_> {
    fn invalid(&self, line: u64, problem: impl Into<String>) -> ScenarioError {
        ScenarioError::Invalid { scenario: self.scenario.into(), line, problem: problem.into() }
    }

    fn file(&self, line: u64, name: &str) -> Result<std::sync::Arc<str>, ScenarioError> {
        let fault = |problem| ScenarioError::File { scenario: self.scenario.into(), line, file: name.into(), problem };
        self.files.read(name).map_err(fault)
    }

    fn steps(&mut self, entries: &[Spanned<StepEntry>]) -> Result<Vec<Step>, ScenarioError> {
        entries.iter().map(|entry| self.step(line(entry), &entry.value)).collect()
    }

    fn step(&mut self, line: u64, entry: &StepEntry) -> Result<Step, ScenarioError> {
        let when = match &entry.when {
            Some(when) => Condition::parse(when).map_err(|problem| self.invalid(line, format!("`when`: {problem}")))?,
            None => Condition::default(),
        };
        self.ask(line, when.references());
        let repeat = match &entry.repeat {
            None => Repeat::Times(1),
            Some(RepeatEntry::Times(times)) => Repeat::Times(*times),
            Some(RepeatEntry::Word(word)) if word == "forever" => Repeat::Forever,
            Some(RepeatEntry::Word(word)) => {
                return Err(self.invalid(line, format!("`repeat` is a number or the word `forever`, not `{word}`")));
            }
        };
        let is_turn = entry.say.is_some()
            || entry.calls.is_some()
            || entry.fill.is_some()
            || entry.error.is_some()
            || entry.hang.is_some()
            || entry.cut.is_some();
        let kind = match (&entry.turns, &entry.choose, is_turn) {
            (Some(turns), None, false) => StepKind::Group(self.steps(turns)?),
            (None, Some(cases), false) => StepKind::Choose(self.steps(cases)?),
            (None, None, true) => StepKind::Turn(Box::new(self.turn(line, entry)?)),
            (None, None, false) => {
                let problem = "this step does nothing; give it `say`, `calls`, `fill`, `error`, `hang`, `cut`, `turns` or `choose`";
                return Err(self.invalid(line, problem));
            }
            _ => return Err(self.invalid(line, "a step is a turn, or `turns`, or `choose`: one of them only")),
        };
        if !matches!(kind, StepKind::Turn(_)) && (entry.delay_ms.is_some() || entry.usage.is_some()) {
            return Err(self.invalid(line, "`delay_ms` and `usage` belong to a single turn"));
        }
        Ok(Step { when, repeat, kind })
    }

    fn turn(&mut self, line: u64, entry: &StepEntry) -> Result<Turn, ScenarioError> {
        let say = entry.say.as_deref().map(Text::parse).transpose();
        let say = say.map_err(|problem| self.invalid(line, format!("`say`: {problem}")))?;
        if let Some(say) = &say {
            self.ask(line, say.references());
        }
        let calls = entry.calls.iter().flatten().map(|call| self.call(call)).collect::<Result<_, _>>()?;
        let fill = match &entry.fill {
            None => 0,
            Some(FillEntry::Bytes(bytes)) => *bytes,
            Some(FillEntry::Size(size)) => bytes(size)
                .ok_or_else(|| self.invalid(line, format!("`{size}` is not a size such as `500KB` or `10MB`")))?,
        };
        if fill > MOST_FILL {
            return Err(self.invalid(line, "`fill` may be 64MB at most"));
        }
        let fault = self.fault(line, entry)?;
        let delay = match &entry.delay_ms {
            None => Delay::default(),
            Some(DelayEntry::First(first)) => Delay { first: Duration::from_millis(*first), chunk: Duration::ZERO },
            Some(DelayEntry::Parts(parts)) => {
                Delay { first: Duration::from_millis(parts.first), chunk: Duration::from_millis(parts.chunk) }
            }
        };
        self.turns += 1;
        let usage = entry.usage.as_ref().map_or_else(Usage::default, UsageEntry::figures);
        Ok(Turn { id: self.turns, say, calls, fill, delay, fault, usage })
    }

    fn fault(&self, line: u64, entry: &StepEntry) -> Result<Option<Fault>, ScenarioError> {
        let mut faults = Vec::new();
        if let Some(error) = &entry.error {
            if !(400..=599).contains(&error.status) {
                return Err(self.invalid(line, format!("`error.status` is from 400 to 599, not {}", error.status)));
            }
            let headers = self.headers(line, error)?;
            let kind = FaultKind::Status(ApiError { status: error.status, message: error.message.clone(), headers });
            faults.push(Fault { kind, times: error.times });
        }
        for (kind, often) in [(FaultKind::Hang, &entry.hang), (FaultKind::Cut, &entry.cut)] {
            match often {
                Some(OftenEntry::Always(true)) => faults.push(Fault { kind, times: None }),
                Some(OftenEntry::Often(often)) => faults.push(Fault { kind, times: Some(often.times) }),
                Some(OftenEntry::Always(false)) | None => {}
            }
        }
        if faults.len() > 1 {
            return Err(self.invalid(line, "a turn fails in one way only: `error`, `hang` or `cut`"));
        }
        Ok(faults.pop())
    }

    fn headers(&self, line: u64, error: &ErrorEntry) -> Result<Vec<(HeaderName, HeaderValue)>, ScenarioError> {
        let retry_after = error.retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
        let written = error.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
        let header = |(name, value): (String, String)| match (name.parse(), value.parse()) {
            (Ok(name), Ok(value)) => Ok((name, value)),
            _ => Err(self.invalid(line, format!("`{name}: {value}` is not an HTTP header"))),
        };
        retry_after.into_iter().chain(written).map(header).collect()
    }

    fn call(&mut self, call: &Spanned<CallEntry>) -> Result<Call, ScenarioError> {
        let line = line(call);
        let empty = Value::Object(Map::new());
        let (name, input) = match &call.value {
            CallEntry::Name(name) => (name, &empty),
            CallEntry::WithInput(entry) => match entry.iter().next() {
                Some((name, input)) if entry.len() == 1 => (name, if input.is_null() { &empty } else { input }),
                _ => return Err(self.invalid(line, "a call is one tool: a name, or `Name: {input…}`")),
            },
        };
        if !input.is_object() {
            return Err(self.invalid(line, format!("the input of `{name}` is a mapping of its parameters")));
        }
        let input = self.template(line, input)?;
        let mut references = Vec::new();
        input.collect_references(&mut references);
        self.ask(line, references.into_iter());
        let short = name.strip_prefix(FEATURE_TOOLS).unwrap_or(name);
        self.called.insert(short.to_owned());
        // The CLI's own tools begin with a capital letter; a full MCP name says its server itself.
        let is_full = short.starts_with("mcp__") || short.starts_with(|first: char| first.is_ascii_uppercase());
        Ok(Call { tool: if is_full { short.to_owned() } else { format!("{FEATURE_TOOLS}{short}") }, input })
    }

    fn template(&self, line: u64, value: &Value) -> Result<Template, ScenarioError> {
        Ok(match value {
            Value::String(text) => Template::Text(Text::parse(text).map_err(|problem| self.invalid(line, problem))?),
            Value::Array(list) => {
                Template::List(list.iter().map(|item| self.template(line, item)).collect::<Result<_, _>>()?)
            }
            Value::Object(map) => {
                Template::Map(map.iter().map(|(key, value)| self.entry(line, key, value)).collect::<Result<_, _>>()?)
            }
            fixed => Template::Fixed(fixed.clone()),
        })
    }

    /// `content_from: files/a.js` is `content` with the text of that file, and so for every key.
    fn entry(&self, line: u64, key: &str, value: &Value) -> Result<(String, Template), ScenarioError> {
        match key.strip_suffix("_from") {
            Some(key) => {
                let name = value.as_str().ok_or_else(|| self.invalid(line, format!("`{key}_from` names a file")))?;
                Ok((key.to_owned(), Template::Verbatim(self.file(line, name)?)))
            }
            None => Ok((key.to_owned(), self.template(line, value)?)),
        }
    }

    fn ask<'r>(&mut self, line: u64, references: impl Iterator<Item = &'r Reference>) {
        self.asked.extend(references.filter_map(|reference| Some((line, reference.tool()?.to_owned()))));
    }

    /// A result can only be asked for when the role calls that tool somewhere. Begins anew for the next role.
    fn check_references(&mut self, role: &str) -> Result<(), ScenarioError> {
        let called = std::mem::take(&mut self.called);
        for (line, tool) in std::mem::take(&mut self.asked) {
            if !called.contains(&tool) {
                let problem = format!("asks for the result of `{tool}`, which the role `{role}` never calls");
                return Err(self.invalid(line, problem));
            }
        }
        Ok(())
    }
}

impl UsageEntry {
    fn figures(&self) -> Usage {
        Usage {
            input: self.input_tokens,
            output: self.output_tokens,
            cache_write: self.cache_creation_input_tokens,
            cache_read: self.cache_read_input_tokens,
        }
    }
}

fn line<T>(spanned: &Spanned<T>) -> u64 {
    spanned.referenced.line()
}

fn bytes(size: &str) -> Option<usize> {
    let (number, unit) = size.split_at(size.find(|c: char| !c.is_ascii_digit())?);
    let factor = match unit.trim() {
        "B" => 1,
        "KB" => 1024,
        "MB" => 1024 * 1024,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(factor)
}

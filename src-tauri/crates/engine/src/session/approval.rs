//! A person's word in the middle of a session: on calls that a rule leaves to them, and on what an agent asks.
//!
//! Where somebody watches, the call waits for the word until a deadline. Where nobody does, it is refused at once; the
//! request is kept either way, the card of a session that could not do without is parked, and the word that comes later
//! counts for the next try.

mod waiting;

use super::blocking;
use crate::{EngineError, OpenProject, project_file, redact, requests, specs::hex, toolbox::Toolbox};
use harness_agent::{PermissionAnswer, PermissionAsk, ToolCall};
use harness_domain::{
    event::Event,
    id::{RequestId, RunId},
    request::{AskedCall, Decision, Request, Word},
};
use harness_sandbox::Verdict;
use harness_store::{Asked, Asker};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use waiting::{Heard, Waiting};

/// The CLI's own tool for questions.
pub(super) const QUESTION_TOOL: &str = "AskUserQuestion";

/// More than this nobody reads to the end, so nobody is asked about it.
const MOST_SUBJECT_CHARS: usize = 8_000;

/// Bigger programs are not compared with what they were.
const MOST_SCRIPT_BYTES: u64 = 64 * 1024 * 1024;

/// What a person, or their absence, says to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The call may be made.
    Approved,
    /// It may not.
    Denied {
        /// Written for the model: why, and what to do instead.
        message: String,
    },
}

/// Asks for a person's word on behalf of one session. Cheap to clone.
#[derive(Clone)]
pub(super) struct Approvals {
    project: OpenProject,
    run: RunId,
    toolbox: Toolbox,
    /// How long a call waits for the word; none where nobody watches.
    patience: Option<Duration>,
    waiting: Arc<Mutex<Waiting>>,
}

impl Approvals {
    pub fn new(project: OpenProject, run: RunId, toolbox: Toolbox, patience: Option<Duration>) -> Self {
        Self { project, run, toolbox, patience, waiting: Arc::default() }
    }

    /// A person's word on a call that `verdict` leaves to them. Whatever goes wrong is a refusal.
    ///
    /// The word covers the files that the call `runs` as they are now. Waits only where somebody watches, and never longer
    /// than the run's patience. `cancelled` withdraws the request.
    pub async fn ask(
        &self,
        call: &ToolCall,
        verdict: &Verdict,
        runs: &BTreeSet<PathBuf>,
        cancelled: &CancellationToken,
    ) -> Answer {
        let asked = asked_call(call, verdict, self.project.dir());
        let denied = |message: String| Answer::Denied { message };
        if self.toolbox.is_done() {
            return denied("This session has done its card: end it now with a short summary.".into());
        }
        if !redact::is_clean(&asked.input_json) {
            // It could neither be stored nor shown as it is, and a person must see all of what they agree to.
            return denied(format!(
                "{verdict} A person would have to agree, but the call holds a key or a password, which is shown to nobody: \
                 keep it in a file or a variable, and name that in the call."
            ));
        }
        if asked.subject.chars().count() > MOST_SUBJECT_CHARS {
            return denied(format!(
                "{verdict} A person would have to agree, but cannot judge more than {MOST_SUBJECT_CHARS} characters: \
                 write the long part to a file of the project with the Write tool, and call that."
            ));
        }
        match self.decide(&asked, runs, cancelled).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(session = %self.toolbox.scope().session, %error, "no person could be asked");
                denied(format!(
                    "{verdict} A person would have to agree, but the question could not be stored ({error})."
                ))
            }
        }
    }

    async fn decide(
        &self,
        call: &AskedCall,
        runs: &BTreeSet<PathBuf>,
        cancelled: &CancellationToken,
    ) -> Result<Answer, EngineError> {
        let asker = self.asker().await?;
        loop {
            // Looked at anew when the word is there: what a person agreed to is what they could see when they were asked.
            let call = &match bound(call, runs, self.project.dir()).await {
                Ok(bound) => bound,
                Err(message) => return Ok(Answer::Denied { message }),
            };
            let (asked, unheard) = self.put_call(asker.clone(), call.clone()).await?;
            let (request, is_new) = match asked {
                Asked::Decided(word) => return Ok(spoken(&word)),
                Asked::TooMany(open) => return Ok(Answer::Denied { message: too_many(open) }),
                Asked::Opened(request) => (request, true),
                Asked::Waits(request) => (request, false),
            };
            if is_new || self.patience.is_some() {
                self.project.publish(opened(&request));
            }
            let Some(unheard) = unheard else {
                return Ok(Answer::Denied {
                    message: format!(
                        "{reason} [{rule}] A person has to agree to this, and nobody is watching: it is kept as request \
                         {id}. Do not try to reach the same in another way. Go on with what does not need it; if \
                         nothing is left, say what you need and end. The next session on this card gets the answer.",
                        reason = call.reason,
                        rule = call.rule,
                        id = request.id
                    ),
                });
            };
            match self.wait(unheard, asker.feature, cancelled).await? {
                // Back to the store, which uses the word up: two calls alike must not share one that was for once.
                Heard::Answered(_) => {}
                Heard::Withdrawn => {
                    return Ok(Answer::Denied { message: "The call was called off before a person decided.".into() });
                }
                Heard::Expired => return Ok(Answer::Denied { message: nobody_came(request.id) }),
            }
        }
    }

    /// The person's answer to a question of the CLI's own tool.
    pub async fn question(&self, ask: &PermissionAsk, cancelled: &CancellationToken) -> PermissionAnswer {
        match self.put(ask, cancelled).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(session = %self.toolbox.scope().session, %error, "no person could be asked");
                refused(format!("The question could not be stored ({error}). Go on without the answer, or end."))
            }
        }
    }

    async fn put(&self, ask: &PermissionAsk, cancelled: &CancellationToken) -> Result<PermissionAnswer, EngineError> {
        if self.toolbox.is_done() {
            return Ok(refused("This session has done its card: end it now with a short summary.".into()));
        }
        let mut fields = match requests::question_of_tool(&ask.input) {
            Ok(fields) => fields,
            Err(why) => return Ok(refused(why)),
        };
        let asker = self.asker().await?;
        let feature = asker.feature;
        redact::value(&mut fields);
        let Some((request, unheard)) = self.put_question(asker, fields.to_string()).await? else {
            return Ok(refused(too_many(0)));
        };
        self.project.publish(opened(&request));
        let Some(unheard) = unheard else {
            return Ok(refused(format!(
                "Nobody is watching this session. The question is kept as request {}. Do not guess the answer: go on with \
                 what does not depend on it; if nothing is left, end. The next session on this card gets the answer.",
                request.id
            )));
        };
        Ok(match self.wait(unheard, feature, cancelled).await? {
            Heard::Answered(answered) => {
                let (project, id) = (self.project.clone(), answered.id);
                blocking(move || project.store.question_used(id, project.app.clock.now_ms())).await?;
                let answer = answered.answer_json.as_deref().unwrap_or("null");
                let input = requests::answered_tool(&ask.input, &serde_json::from_str(answer).unwrap_or_default());
                PermissionAnswer::Allow { input: Some(input) }
            }
            Heard::Withdrawn => refused("The question was called off before a person answered.".into()),
            Heard::Expired => refused(nobody_came(request.id)),
        })
    }

    async fn asker(&self) -> Result<Asker, EngineError> {
        let toolbox = self.toolbox.clone();
        let claimed = blocking(move || toolbox.claimed()).await?;
        let at_ms = self.project.app.clock.now_ms();
        let patience_ms = |patience: Duration| i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
        Ok(Asker {
            session: self.toolbox.scope().session.clone(),
            run: Some(self.run),
            feature: claimed.map(|card| card.id),
            deadline_ms: self.patience.map(|patience| at_ms.saturating_add(patience_ms(patience))),
            at_ms,
        })
    }
}

fn spoken(word: &Word) -> Answer {
    let remark = word.remark.as_deref().map(str::trim).filter(|remark| !remark.is_empty());
    match (word.decision, remark) {
        (Decision::Approved, _) => Answer::Approved,
        (Decision::Denied, None) => {
            Answer::Denied { message: "A person denied this. Do not try to reach the same in another way.".into() }
        }
        (Decision::Denied, Some(remark)) => Answer::Denied {
            message: format!("A person denied this: {remark}\nDo not try to reach the same in another way."),
        },
    }
}

fn refused(message: String) -> PermissionAnswer {
    PermissionAnswer::Deny { message, interrupt: false }
}

fn too_many(open: u32) -> String {
    let open = if open > 0 { format!("{open} requests") } else { "Too many requests".into() };
    format!("{open} of this session wait for a person already. Ask for nothing more: go on without, or end.")
}

fn nobody_came(id: RequestId) -> String {
    format!(
        "Nobody answered request {id} in time. Go on with what does not need it; if nothing is left, say what you need and \
         end. The next session on this card gets the answer."
    )
}

fn opened(request: &Request) -> Event {
    Event::RequestOpened {
        request: request.id,
        kind: request.kind,
        feature: request.feature,
        session: request.session.clone(),
        tool: request.call.as_ref().map(|call| call.tool.clone()),
        subject: requests::subject(request),
        reason: request.call.as_ref().map(|call| format!("{} [{}]", call.reason, call.rule)).unwrap_or_default(),
        deadline_ms: request.deadline_ms,
    }
}

/// The call as a person is shown it, and what their word covers: all of the input that has an effect.
fn asked_call(call: &ToolCall, verdict: &Verdict, project: &Path) -> AskedCall {
    // How long a command may take and what the agent calls it changes nothing about what it does.
    const WITHOUT_EFFECT: [&str; 3] = ["description", "timeout", "run_in_background"];
    let mut input = sorted(&call.input);
    if let (Some(input), "Bash") = (input.as_object_mut(), call.tool.as_str()) {
        input.retain(|key, _| !WITHOUT_EFFECT.contains(&key.as_str()));
    }
    let command = match input.as_object() {
        Some(input) if input.len() == 1 => input.get("command").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let input_json = input.to_string();
    AskedCall {
        tool: call.tool.clone(),
        subject: command.unwrap_or_else(|| input_json.clone()),
        input_json,
        cwd: call.cwd.as_deref().unwrap_or(project).display().to_string(),
        rule: verdict.rule.clone(),
        reason: verdict.reason.clone(),
    }
}

/// The call together with the files of the project that it `runs`, as they are now. Fails with words for the model when
/// one of them cannot be read: nobody could tell whether it has changed.
async fn bound(call: &AskedCall, runs: &BTreeSet<PathBuf>, project: &Path) -> Result<AskedCall, String> {
    if runs.is_empty() {
        return Ok(call.clone());
    }
    let (runs, project) = (runs.clone(), project.to_owned());
    let contents = blocking(move || contents(&runs, &project)).await?;
    if contents.is_empty() {
        return Ok(call.clone());
    }
    let names: Vec<&str> = contents.keys().map(String::as_str).collect();
    let reason = format!("{} The word covers {} as it is now.", call.reason, names.join(", "));
    let mut input: Value = serde_json::from_str(&call.input_json).unwrap_or_default();
    if let Some(input) = input.as_object_mut() {
        input.insert("runs".into(), Value::Object(contents));
    }
    Ok(AskedCall { input_json: sorted(&input).to_string(), reason, ..call.clone() })
}

/// What stands in each file, as a digest; programs of the system that are named by a path of the project are left out.
fn contents(runs: &BTreeSet<PathBuf>, project: &Path) -> Result<Map<String, Value>, String> {
    let mut contents = Map::new();
    for path in runs {
        let named = path.strip_prefix(project).unwrap_or(path).display().to_string();
        let content = match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok("missing".into()),
            Err(error) => Err(error.to_string()),
            Ok(real) => match real.strip_prefix(project) {
                Err(_) => continue,
                Ok(relative) => match project_file::read(project, relative, MOST_SCRIPT_BYTES) {
                    Ok(Some(bytes)) => Ok(hex(&Sha256::digest(&bytes))),
                    Ok(None) => Ok("missing".into()),
                    Err(error) => Err(error.to_string()),
                },
            },
        };
        let content = content.map_err(|why| {
            format!("A person would have to agree to running {named}, but it cannot be looked at ({why}).")
        })?;
        contents.insert(named, Value::String(content));
    }
    Ok(contents)
}

/// The same value with the keys of every object in order, whatever order the agent wrote them in.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort_unstable();
            let entries = keys.into_iter().filter_map(|key| Some((key.clone(), sorted(object.get(key)?))));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

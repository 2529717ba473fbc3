//! What a session does right now, gathered from the events of its run.

use crate::{
    OpenProject,
    bus::{Delivery, Subscription},
};
use harness_agent::{Body, Message, wire::Block};
use harness_domain::{
    event::Event,
    id::{ProjectId, SessionId},
    run::Usage,
};
use harness_store::StoredRow;
use std::path::Path;

/// Tokens that models can have before them, unless their name says otherwise.
const USUAL_WINDOW: u64 = 200_000;
/// What a name with `[1m]` means.
const LARGE_WINDOW: u64 = 1_000_000;
/// How much of a text is shown.
const TEXT_CHARS: usize = 600;

/// What is known of the session that goes on, and of a wait between sessions. Nothing is gathered while nobody asks.
pub struct Live {
    project: ProjectId,
    events: Subscription,
    /// None between sessions.
    pub session: Option<SessionId>,
    /// The model that answers.
    pub model: Option<String>,
    /// Turns so far.
    pub turns: u32,
    /// Tokens so far.
    pub usage: Usage,
    /// Tokens the model had before it when it last answered.
    pub context_tokens: Option<u64>,
    /// What the agent last wrote.
    pub last_text: Option<String>,
    /// What it last did.
    pub last_tool: Option<LastTool>,
    /// Until when the run waits, and for what (`rate_limited`, `backing_off`).
    pub waiting: Option<(i64, String)>,
}

/// A call of a tool in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastTool {
    /// Its name.
    pub tool: String,
    /// What it was used on.
    pub subject: String,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

impl Live {
    pub(super) fn new(project: &OpenProject) -> Self {
        Self::at(project.project.id, project.app.bus.subscribe(None))
    }

    fn at(project: ProjectId, events: Subscription) -> Self {
        Self {
            project,
            events,
            session: None,
            model: None,
            turns: 0,
            usage: Usage::default(),
            context_tokens: None,
            last_text: None,
            last_tool: None,
            waiting: None,
        }
    }

    /// Takes in what happened since it was last asked.
    pub(super) fn catch_up(&mut self) {
        while let Some(delivery) = self.events.try_next() {
            // What was missed is in the records, which are asked besides.
            let Delivery::Event(envelope) = delivery else { continue };
            if envelope.project == self.project {
                self.hear(envelope.event, envelope.at_ms);
            }
        }
    }

    fn hear(&mut self, event: Event, at_ms: i64) {
        match event {
            Event::SessionStarted { session, model, .. } => {
                self.begin(session);
                self.model = model;
            }
            Event::SessionEnded { .. } => self.session = None,
            Event::RunWaiting { until_ms, reason, .. } => self.waiting = Some((until_ms, reason)),
            Event::AgentSaid { session, text } if self.is_of(&session) => self.last_text = Some(cut(&text)),
            Event::ToolUsed { session, tool, subject } if self.is_of(&session) => {
                self.last_tool = Some(LastTool { tool, subject, at_ms });
            }
            Event::SessionProgressed { session, turns, usage, context_tokens, model } if self.is_of(&session) => {
                self.turns = turns;
                self.usage = usage;
                self.context_tokens = context_tokens.or(self.context_tokens);
                self.model = model.or(self.model.take());
            }
            _ => {}
        }
    }

    fn begin(&mut self, session: SessionId) {
        self.session = Some(session);
        (self.turns, self.usage, self.waiting) = (0, Usage::default(), None);
        (self.context_tokens, self.last_text, self.last_tool) = (None, None, None);
    }

    fn is_of(&self, session: &SessionId) -> bool {
        self.session.as_ref() == Some(session)
    }
}

/// The last words, the last call, the model and its context, from a session's newest rows, the oldest first.
pub(super) fn of_rows(
    rows: &[StoredRow],
    dir: &Path,
) -> (Option<String>, Option<LastTool>, Option<String>, Option<u64>) {
    let (mut text, mut tool, mut model, mut context) = (None, None, None, None);
    for row in rows {
        let Body::Assistant(assistant) = Message::parse(&row.body).body else { continue };
        if assistant.parent_tool_use_id.is_none() {
            context = assistant.usage.map(context_of).or(context);
            model = assistant.model.or(model);
        }
        for block in assistant.blocks {
            match block {
                Block::Text { text: said } if !said.trim().is_empty() => text = Some(cut(&said)),
                Block::ToolUse { name, input, .. } => {
                    let subject = crate::session::subject_of(&input, dir).chars().take(200).collect();
                    tool = Some(LastTool { tool: name, subject, at_ms: row.at_ms });
                }
                _ => {}
            }
        }
    }
    (text, tool, model, context)
}

/// Tokens the model had before it, by what it was billed for.
pub(crate) fn context_of(usage: Usage) -> u64 {
    usage.input_tokens.saturating_add(usage.cache_read_tokens).saturating_add(usage.cache_write_tokens)
}

/// Tokens a model can have before it.
pub fn context_window(model: Option<&str>) -> u64 {
    if model.is_some_and(|model| model.contains("[1m]")) { LARGE_WINDOW } else { USUAL_WINDOW }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

//! How far a session is, counted from its stream and told at most twice a second.

use crate::{OpenProject, runs::live_context};
use harness_agent::{Body, Message, wire::Assistant};
use harness_domain::{event::Event, id::SessionId, run::Usage};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How often rows are told of at most.
const ROWS_EVERY: Duration = Duration::from_millis(100);
/// How often progress is told of at most.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// What a session has used so far.
#[derive(Default)]
pub(super) struct Progress {
    turns: u32,
    /// Per message of the model, what it used last: the CLI repeats figures while a message grows.
    last: Option<(String, Usage)>,
    spent: Usage,
    context_tokens: Option<u64>,
    model: Option<String>,
    /// Messages of agents that work for the agent, whose figures come between.
    inner: HashMap<String, Usage>,
}

impl Progress {
    /// Takes note of a message. Returns whether there is something new to tell.
    pub fn hear(&mut self, message: &Message) -> bool {
        match &message.body {
            Body::SystemInit(init) => {
                self.model = init.model.clone().or(self.model.take());
                true
            }
            Body::Assistant(assistant) => self.hear_assistant(assistant),
            _ => false,
        }
    }

    fn hear_assistant(&mut self, assistant: &Assistant) -> bool {
        let (Some(id), Some(usage)) = (&assistant.message_id, assistant.usage) else { return false };
        if assistant.parent_tool_use_id.is_some() {
            // Few at once; a session that starts thousands forgets the figures of the first ones, not their sum.
            if self.inner.len() > 1_000 {
                let sum = self.inner.drain().fold(self.spent, |sum, (_, usage)| plus(sum, usage));
                self.spent = sum;
            }
            self.inner.insert(id.clone(), usage);
            return true;
        }
        self.context_tokens = Some(live_context(usage));
        self.model = assistant.model.clone().or(self.model.take());
        match &mut self.last {
            Some((last, known)) if last == id => *known = usage,
            last => {
                if let Some((_, known)) = last.take() {
                    self.spent = plus(self.spent, known);
                }
                self.turns += 1;
                *last = Some((id.clone(), usage));
            }
        }
        true
    }

    fn event(&self, session: &SessionId) -> Event {
        let open = self.last.iter().map(|(_, usage)| *usage).chain(self.inner.values().copied());
        Event::SessionProgressed {
            session: session.clone(),
            turns: self.turns,
            usage: open.fold(self.spent, plus),
            context_tokens: self.context_tokens,
            model: self.model.clone(),
        }
    }
}

fn plus(a: Usage, b: Usage) -> Usage {
    Usage {
        input_tokens: a.input_tokens.saturating_add(b.input_tokens),
        output_tokens: a.output_tokens.saturating_add(b.output_tokens),
        cache_write_tokens: a.cache_write_tokens.saturating_add(b.cache_write_tokens),
        cache_read_tokens: a.cache_read_tokens.saturating_add(b.cache_read_tokens),
    }
}

/// Tells the world how far a session is, never more often than it should and always the last word.
pub(super) struct Teller {
    project: OpenProject,
    session: SessionId,
    rows: Pending<u64>,
    progress: Pending<Event>,
}

/// Something to tell, and when it may be told.
struct Pending<T> {
    what: Option<T>,
    every: Duration,
    told: Option<Instant>,
}

impl<T> Pending<T> {
    fn new(every: Duration) -> Self {
        Self { what: None, every, told: None }
    }

    fn due(&self) -> Option<Instant> {
        self.what.as_ref().map(|_| self.told.map_or_else(Instant::now, |told| told + self.every))
    }

    fn take(&mut self, now: Instant, is_last: bool) -> Option<T> {
        let is_due = is_last || self.told.is_none_or(|told| told + self.every <= now);
        let what = self.what.take_if(|_| is_due);
        if what.is_some() {
            self.told = Some(now);
        }
        what
    }
}

impl Teller {
    pub fn new(project: OpenProject, session: SessionId) -> Self {
        let (rows, progress) = (Pending::new(ROWS_EVERY), Pending::new(PROGRESS_EVERY));
        Self { project, session, rows, progress }
    }

    /// The transcript has so many rows.
    pub fn rows(&mut self, rows: u64) {
        self.rows.what = Some(rows);
    }

    /// The session is so far.
    pub fn progress(&mut self, progress: &Progress) {
        self.progress.what = Some(progress.event(&self.session));
    }

    /// How long it may be put off to tell what there is; none when there is nothing.
    pub fn patience(&self) -> Option<Duration> {
        let due = [self.rows.due(), self.progress.due()].into_iter().flatten().min();
        due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Tells what is due; all of it when it is the last time.
    pub fn tell(&mut self, is_last: bool) {
        let now = Instant::now();
        if let Some(rows) = self.rows.take(now, is_last) {
            let rows = u32::try_from(rows).unwrap_or(u32::MAX);
            self.project.publish(Event::TranscriptGrew { session: self.session.clone(), rows });
        }
        if let Some(event) = self.progress.take(now, is_last) {
            self.project.publish(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::Delivery;

    fn said(id: &str, parent: Option<&str>, input: u64, output: u64) -> Message {
        let usage = serde_json::json!({ "input_tokens": input, "output_tokens": output });
        let message = serde_json::json!({ "id": id, "role": "assistant", "model": "m", "content": [], "usage": usage });
        let line = serde_json::json!({ "type": "assistant", "message": message, "parent_tool_use_id": parent });
        Message::parse(&line.to_string())
    }

    #[test]
    fn a_message_that_is_repeated_while_it_grows_is_one_turn_and_counted_once() {
        let mut progress = Progress::default();
        for (id, parent, input, output) in
            [("a", None, 10, 1), ("a", None, 10, 5), ("inner", Some("call"), 3, 3), ("b", None, 20, 2)]
        {
            assert!(progress.hear(&said(id, parent, input, output)), "it says something new");
        }
        let Event::SessionProgressed { turns, usage, context_tokens, .. } = progress.event(&SessionId("s".into()))
        else {
            panic!("it is what it is")
        };
        assert_eq!(
            (turns, usage.input_tokens, usage.output_tokens),
            (2, 33, 10),
            "each message once, the inner one too"
        );
        assert_eq!(context_tokens, Some(20), "what the agent itself last had before it");
    }

    #[test]
    fn a_thousand_rows_in_a_moment_are_told_of_at_once_and_at_the_end_and_no_more() {
        let stage = crate::stage::Stage::new();
        let mut teller = Teller::new(stage.project.clone(), SessionId("s".into()));
        let mut events = stage.project.app.bus.subscribe(None);
        for rows in 1..=1_000 {
            teller.rows(rows);
            teller.tell(false);
        }
        teller.tell(true);
        let mut told = Vec::new();
        while let Some(Delivery::Event(envelope)) = events.try_next() {
            if let Event::TranscriptGrew { rows, .. } = envelope.event {
                told.push(rows);
            }
        }
        assert_eq!((told.first(), told.last()), (Some(&1), Some(&1_000)), "the first at once, the last for sure");
        assert!(told.len() < 50, "and few in between, at most ten a second: {}", told.len());
        assert_eq!(teller.patience(), None, "nothing is left to tell");
    }
}

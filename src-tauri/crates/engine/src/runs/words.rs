//! What a run does and what comes next, as sentences.

use super::outlook::{Here, SessionOutlook};
use crate::{EngineError, OpenProject, requests};
use harness_domain::{
    failure::RunEnd,
    id::FeatureId,
    legible::legible,
    lifecycle::State,
    request::{Request, RequestKind, RequestState},
    run::{Mode, Run},
};
use harness_store::Counts;

/// How much of a call is told in a sentence.
const CALL_CHARS: usize = 80;

/// What there is to tell from.
pub(super) struct Facts<'a> {
    pub project: &'a OpenProject,
    pub run: Option<&'a Run>,
    pub is_running: bool,
    pub here: &'a Here,
    pub session: Option<&'a SessionOutlook>,
    pub until_ms: Option<i64>,
    pub counts: &'a Counts,
    /// What became of a run that the end of the server cut off.
    pub cut_off: Option<String>,
}

impl Facts<'_> {
    /// What it does.
    pub fn words(&self) -> Result<String, EngineError> {
        if !self.is_running {
            return Ok(self.at_rest());
        }
        if self.here.is_stopping {
            return Ok("Stopping: the session is interrupted and its work saved.".into());
        }
        if let Some(asked) = self.asked()? {
            return Ok(asked);
        }
        if let Some(until_ms) = self.until_ms {
            let reason = self.here.waiting.as_ref().map(|(_, reason)| reason.as_str());
            return Ok(match reason {
                Some("backing_off") => format!("Something failed; trying again at {}.", clock(until_ms)),
                _ => format!("Waiting for quota until {}.", clock(until_ms)),
            });
        }
        let Some(run) = self.run else { return Ok("Starting.".into()) };
        let card = self.session.and_then(|session| session.feature);
        let card = card.map(|card| self.named(card)).transpose()?.unwrap_or_else(|| "a card".into());
        Ok(match run.state {
            _ if run.end.is_some() => "Ending.".into(),
            State::Idle => "Getting ready.".into(),
            State::Planning => "Choosing what comes next.".into(),
            State::Initializing => "Turning the specification into cards.".into(),
            State::Analyzing => "Describing the code that is there.".into(),
            State::Coding if run.mode == Mode::Regression => "Testing passing cards again.".into(),
            State::Coding if self.session.is_none() => "Saving the work of the last session.".into(),
            State::Coding => format!("Working on {card}."),
            State::Testing => format!("Running the checks of {card}."),
            State::Verifying => format!("The checks of {card} passed; committing."),
            State::WaitingApproval => "Waiting for your word.".into(),
            State::Error => "Something failed; about to try again.".into(),
            State::Completed => "Everything is done.".into(),
        })
    }

    /// What comes next.
    pub fn next(&self) -> Result<String, EngineError> {
        let left = self.counts.total.saturating_sub(self.counts.done);
        if !self.is_running {
            return Ok(match self.until_ms {
                Some(until_ms) => {
                    format!("The quota is back at {}; a run that is started now waits for it.", clock(until_ms))
                }
                None if self.counts.total == 0 && crate::specs::is_there(self.project) => {
                    "A run turns the specification into cards, then builds them.".into()
                }
                None if self.counts.total == 0 => "Write what is to be built, or add a card.".into(),
                None if left == 0 => String::new(),
                None => format!("{} left to build.", cards(left)),
            });
        }
        if self.here.is_stopping {
            return Ok("The run ends.".into());
        }
        if self.here.is_pausing {
            return Ok("The run ends after this session.".into());
        }
        let current = self.session.and_then(|session| session.feature);
        let ready = self.project.store.ready(2)?.into_iter().find(|card| Some(card.id) != current);
        Ok(match ready {
            Some(card) => format!("Then #{} {}.", card.id, card.name),
            None if left == 0 && self.counts.total > 0 => "The run ends: everything passes.".into(),
            None if left <= 1 => String::new(),
            None if left == 2 => "One more card waits for this one, or for you.".into(),
            None => format!("{} wait for this one, or for you.", cards(left.saturating_sub(1))),
        })
    }

    /// A call that waits for a person right now.
    fn asked(&self) -> Result<Option<String>, EngineError> {
        let is_waiting = |request: &&Request| request.state == RequestState::Pending && request.deadline_ms.is_some();
        let open = self.project.store.requests_open()?;
        let Some(request) = open.iter().find(is_waiting) else { return Ok(None) };
        let subject: String = legible(&requests::subject(request)).to_string().chars().take(CALL_CHARS).collect();
        let subject = subject.lines().next().unwrap_or_default().to_owned();
        Ok(Some(match request.kind {
            RequestKind::Approval => format!("Waiting for your word on: {subject}"),
            RequestKind::Question => format!("Waiting for your answer: {subject}"),
        }))
    }

    fn named(&self, card: FeatureId) -> Result<String, EngineError> {
        Ok(format!("#{card} {}", self.project.store.feature(card)?.name))
    }

    fn at_rest(&self) -> String {
        let Some(run) = self.run else { return "There was no run yet.".into() };
        if let Some(cut_off) = &self.cut_off {
            return cut_off.clone();
        }
        match &run.end {
            None => "The last run was cut off; the next one puts right what it left.".into(),
            Some(RunEnd::AllPassing) => "Everything passes.".into(),
            Some(RunEnd::Finished) => "The last run did what it was for.".into(),
            Some(RunEnd::SessionLimit) => "The last run used up its sessions.".into(),
            Some(RunEnd::BudgetExhausted) => "The last run used up its budget.".into(),
            Some(RunEnd::NothingReady { why }) => format!("Nothing can be worked on: {why}"),
            Some(RunEnd::NeedsPerson { why }) => format!("It needs you: {why}"),
            Some(RunEnd::Stopped) => "The last run was stopped.".into(),
            Some(RunEnd::Paused) => "Paused after a session.".into(),
            Some(RunEnd::Failed { message, .. }) => format!("The last run failed: {message}"),
            Some(RunEnd::Crashed) => "The last run was cut off; its work is saved.".into(),
        }
    }
}

fn cards(number: u32) -> String {
    if number == 1 { "1 card".into() } else { format!("{number} cards") }
}

/// A time of the day as the person's clock shows it, with the date when it is not today's.
fn clock(at_ms: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_millisecond(at_ms) else { return "later".into() };
    let time = time.to_zoned(jiff::tz::TimeZone::system());
    time.strftime("%H:%M").to_string()
}

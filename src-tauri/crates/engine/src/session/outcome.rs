//! What follows from the end of a session: for its card, for the tree, and for the run.

use super::{record, tree};
use crate::{EngineError, OpenProject, redact, requests, toolbox::Toolbox};
use harness_domain::{
    failure::{Outcome, RunEnd},
    feature::{Actor, Feature, Status},
    id::{FeatureId, RunId},
    loops::{Loop, LoopStep},
    run::Role,
};
use harness_store::StoreError;

/// Failed attempts before a card is parked, unless the project says otherwise.
const MAX_ATTEMPTS: u32 = 3;
/// How much of an agent's last words goes into a diagnosis.
const DIAGNOSIS_CHARS: usize = 1_500;

/// What the run does after a session.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Next {
    /// The next session can start.
    GoOn,
    /// Something that is not the card's fault went wrong; wait, then go on.
    BackOff {
        /// In words.
        why: String,
    },
    /// The API refuses until then (or without naming a time).
    WaitForLimit {
        /// UTC, in milliseconds since 1970.
        until_ms: Option<i64>,
    },
    /// The run is over.
    End(RunEnd),
}

/// What a session leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settled {
    /// What the run does now.
    pub next: Next,
    /// Where uncommitted work is saved that still lies in the tree.
    pub unfinished: Option<String>,
}

/// One session that has ended.
pub(super) struct Ended<'a> {
    pub project: &'a OpenProject,
    pub run: RunId,
    pub role: Role,
    pub toolbox: &'a Toolbox,
    /// The card it was started for.
    pub feature: Option<&'a Feature>,
    pub outcome: &'a Outcome,
    /// Whether a person limited the run's money.
    pub has_budget: bool,
    pub last_words: Option<String>,
    /// The loop it was ended for.
    pub looped: Option<Loop>,
    /// Why the host refused to call the card passing, the last time it did.
    pub refusal: Option<String>,
}

impl Ended<'_> {
    /// How the session is remembered: a CLI that ended well with its card unproven did not complete its work.
    pub fn remembered(&self) -> Outcome {
        let is_unproven = self.role == Role::Coding && !self.toolbox.is_done();
        match self.outcome {
            // It did what could be done without a person.
            Outcome::Completed if is_unproven && self.was_kept_waiting() => Outcome::Completed,
            Outcome::Completed if is_unproven => redact::through(Outcome::GateFailed {
                detail: self.refusal.clone().unwrap_or_else(|| "it never asked for the checks".into()),
            }),
            other => other.clone(),
        }
    }

    /// Gives the card back, charges it when the attempt was its own failure, and keeps the tree in order.
    pub async fn settle(&self, outcome: &Outcome) -> Result<Settled, EngineError> {
        let unfinished = if self.role == Role::Coding { self.settle_card(outcome).await? } else { None };
        Ok(Settled { next: self.next(outcome), unfinished })
    }

    async fn settle_card(&self, outcome: &Outcome) -> Result<Option<String>, EngineError> {
        let store = &self.project.store;
        let session = &self.toolbox.scope().session;
        // The card it holds now may be another than it was started for: an agent may claim by number.
        let held = store.claimed_by(session)?;
        let mut is_parked = false;
        if let Some(card) = held.or(self.given_up()?) {
            let cause = self.project.cause(Actor::Host, Some(self.run), format!("session ended: {}", outcome.code()));
            if self.waits_for_person(&card)? {
                // Not its fault: it could not do without a person's word.
            } else if outcome.counts_as_attempt() {
                let has_looped_twice = self.looped.is_some() && self.has_looped_before(&card)?;
                let most = self.project.settings.max_attempts.unwrap_or(MAX_ATTEMPTS);
                let most = if has_looped_twice { 1 } else { most };
                let diagnosis = self.diagnosis(outcome);
                let status = store.attempt_failed(card.id, &diagnosis, most, &cause)?;
                is_parked = status == Status::Blocked;
                if let (Some(found), true) = (&self.looped, is_parked) {
                    let row = record::loop_row(found, LoopStep::Parked, self.project.app.clock.now_ms());
                    store.transcript_append(session, &[row])?;
                    record::publish_loop(self.project, session, found, LoopStep::Parked);
                }
            } else {
                store.release_session(session, &cause)?;
            }
            if let Some(now) = self.now(card.id)? {
                self.project.publish_status(&now, outcome.code());
            }
        }
        self.settle_tree(is_parked).await
    }

    /// Parks the card of a session that was refused something since no person had spoken yet. False for any other.
    fn waits_for_person(&self, card: &Feature) -> Result<bool, EngineError> {
        let open = self.project.store.requests_open()?;
        let own: Vec<_> = open.into_iter().filter(|request| request.feature == Some(card.id)).collect();
        let waits = format!("Waits for your word: {}.", requests::told(&own).join("; "));
        let cause = self.project.cause(Actor::Host, Some(self.run), waits);
        Ok(self.project.store.park_for_requests(&self.toolbox.scope().session, card.id, &cause)?.is_some())
    }

    /// Whether the session was refused something since no person had spoken yet.
    fn was_kept_waiting(&self) -> bool {
        let session = &self.toolbox.scope().session;
        let feature = self.feature.map(|feature| feature.id);
        // When it cannot be known, it is remembered as any other; what becomes of the card is asked once more.
        feature.is_some_and(|feature| self.project.store.was_kept_waiting(session, feature).unwrap_or(false))
    }

    /// Whether one of the attempts that the card is charged with already ended in a loop: a fresh start did not help.
    fn has_looped_before(&self, card: &Feature) -> Result<bool, EngineError> {
        let session = &self.toolbox.scope().session;
        let most = usize::try_from(card.attempts).unwrap_or(usize::MAX);
        let sessions = self.project.store.sessions_of_feature(card.id)?;
        let outcomes = sessions.iter().filter(|other| other.id != *session).filter_map(|other| other.outcome.as_ref());
        let mut charged = outcomes.filter(|outcome| outcome.counts_as_attempt()).take(most);
        Ok(charged.any(|outcome| matches!(outcome, Outcome::LoopDetected { .. })))
    }

    /// The card it was started for, when the agent skipped it or gave it back: an attempt too, or agents that do
    /// nothing else would keep a run going for ever.
    fn given_up(&self) -> Result<Option<Feature>, EngineError> {
        let Some(feature) = self.feature else { return Ok(None) };
        let is_waiting = |now: &Feature| matches!(now.status, Status::Pending | Status::Open | Status::Failing);
        Ok(self.now(feature.id)?.filter(|now| is_waiting(now) && now.lease.is_none()))
    }

    /// A card as it stands now; none when a person has removed it meanwhile.
    fn now(&self, id: FeatureId) -> Result<Option<Feature>, EngineError> {
        match self.project.store.feature(id) {
            Ok(feature) => Ok(Some(feature)),
            Err(StoreError::NoSuchFeature(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Work that will be continued stays in the tree; work on a card that the next session will not get is taken out.
    /// Returns where work that stays is saved as well.
    async fn settle_tree(&self, is_parked: bool) -> Result<Option<String>, EngineError> {
        let Some(feature) = self.feature else { return Ok(None) };
        let is_over = match self.now(feature.id)?.map(|now| now.status) {
            None | Some(Status::Blocked | Status::NeedsInput | Status::Passing | Status::Resolved) => true,
            Some(Status::Pending | Status::Open | Status::Failing) => self.toolbox.is_done(),
            Some(Status::InProgress | Status::Analyzing | Status::Fixing) => false,
        };
        let name = format!("run-{}/card-{}", self.run, feature.id);
        let message = format!("Uncommitted work on #{} {}", feature.id, feature.name);
        let should_clear = is_over || is_parked;
        let saved = tree::save(self.project, name, message, should_clear).await?;
        if !should_clear {
            return Ok(saved);
        }
        if let Some(saved_as) = saved {
            self.project.notice("work_saved", tree::taken_out(feature.id, &saved_as));
        }
        Ok(None)
    }

    fn diagnosis(&self, outcome: &Outcome) -> String {
        let mut text = match outcome {
            Outcome::GateFailed { detail } => format!("The session ended without the card passing: {detail}."),
            Outcome::Completed => format!(
                "The session ended without the card passing: {}.",
                self.refusal.as_deref().unwrap_or("the agent gave it back")
            ),
            Outcome::Crashed { detail } | Outcome::LoopDetected { detail } => {
                format!("The session ended as {}: {detail}.", outcome.code())
            }
            other => format!("The session ended as {}.", other.code()),
        };
        if let Some(words) = &self.last_words {
            let end = words.char_indices().nth(DIAGNOSIS_CHARS).map_or(words.len(), |(end, _)| end);
            text.push_str("\nThe agent's last words: ");
            text.push_str(&words[..end]);
        }
        redact::owned(text)
    }

    fn next(&self, outcome: &Outcome) -> Next {
        match outcome {
            Outcome::Completed | Outcome::GateFailed { .. } | Outcome::MaxTurns | Outcome::LoopDetected { .. } => {
                Next::GoOn
            }
            Outcome::RateLimited { until_ms } => Next::WaitForLimit { until_ms: *until_ms },
            Outcome::AuthExpired => Next::End(RunEnd::NeedsPerson {
                why: "the login or API key is not accepted: run `claude auth login` (or set a new key), then run again"
                    .into(),
            }),
            Outcome::BudgetExhausted if self.has_budget => Next::End(RunEnd::BudgetExhausted),
            // Nobody set a limit here, so it is the account that has no money left.
            Outcome::BudgetExhausted => Next::End(RunEnd::NeedsPerson {
                why: "the account has no credit left: add some, or log in to another one, then run again".into(),
            }),
            // The one thing of a request that a person chose and that may not exist.
            Outcome::ApiRefused { status: Some(404) } => Next::End(RunEnd::NeedsPerson {
                why:
                    "the API does not know the model that was asked for: choose another with --model, in the project's \
                      settings or on the card, then run again"
                        .into(),
            }),
            Outcome::Stopped => Next::End(RunEnd::Stopped),
            Outcome::StorageFailed { detail } => {
                Next::End(RunEnd::Failed { reason: "storage_failed".into(), message: detail.clone() })
            }
            Outcome::ApiUnavailable { .. }
            | Outcome::ApiRefused { .. }
            | Outcome::HangNoFirstByte
            | Outcome::HangIdle
            | Outcome::HangAfterResult
            | Outcome::NotStarted { .. }
            | Outcome::Crashed { .. } => Next::BackOff { why: words(outcome) },
        }
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NotStarted { detail } | Outcome::Crashed { detail } => format!("{}: {detail}", outcome.code()),
        Outcome::ApiUnavailable { status: Some(status) } | Outcome::ApiRefused { status: Some(status) } => {
            format!("{} (HTTP {status})", outcome.code())
        }
        other => other.code().to_owned(),
    }
}

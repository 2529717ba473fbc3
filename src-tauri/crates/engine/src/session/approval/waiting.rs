//! A call that waits for a person, and the run that waits with it.
//!
//! All that asks the database runs on threads that may wait for it: another process may hold it for a while.

use super::{super::enter_state, Approvals};
use crate::{EngineError, OpenProject, session::blocking};
use harness_domain::{
    event::Event,
    id::{FeatureId, RequestId},
    lifecycle::State,
    request::{AskedCall, Request, RequestState},
};
use harness_store::{Asked, Asker};
use std::{sync::PoisonError, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often a waiting call looks for the word that another process wrote.
const LOOK: Duration = Duration::from_millis(200);

/// How many calls of the session wait, and what the run did before the first of them.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    calls: u32,
    before: Option<State>,
}

/// How waiting for one request ended.
pub(super) enum Heard {
    Answered(Box<Request>),
    Withdrawn,
    Expired,
}

/// A request whose call is given up without a word, over which its session may end too, is taken off the person's list.
pub(super) struct Unheard {
    project: OpenProject,
    id: RequestId,
    is_over: bool,
}

impl Approvals {
    /// Puts a call to the person. What comes with an open request takes it back when it is dropped; nothing does where
    /// nobody watches, since the request then stays for whoever comes.
    pub(super) async fn put_call(
        &self,
        asker: Asker,
        call: AskedCall,
    ) -> Result<(Asked, Option<Unheard>), EngineError> {
        let this = self.clone();
        blocking(move || {
            let asked = this.project.store.approval_ask(&asker, &call)?;
            let unheard = match &asked {
                Asked::Opened(request) | Asked::Waits(request) => this.unheard(request),
                Asked::Decided(_) | Asked::TooMany(_) => None,
            };
            Ok((asked, unheard))
        })
        .await
    }

    /// As [`put_call`](Self::put_call), of a question; none when too many are open.
    pub(super) async fn put_question(
        &self,
        asker: Asker,
        fields: String,
    ) -> Result<Option<(Request, Option<Unheard>)>, EngineError> {
        let this = self.clone();
        blocking(move || {
            let Some(request) = this.project.store.question_put(&asker, &fields)? else { return Ok(None) };
            let unheard = this.unheard(&request);
            Ok(Some((request, unheard)))
        })
        .await
    }

    fn unheard(&self, request: &Request) -> Option<Unheard> {
        self.patience.is_some().then(|| Unheard { project: self.project.clone(), id: request.id, is_over: false })
    }

    /// Waits until the request is answered, withdrawn or its deadline is over. The run waits with it.
    pub(super) async fn wait(
        &self,
        mut unheard: Unheard,
        feature: Option<FeatureId>,
        cancelled: &CancellationToken,
    ) -> Result<Heard, EngineError> {
        let (this, id) = (self.clone(), unheard.id);
        let waiting = blocking(move || this.begin_waiting(id, feature)).await;
        let heard = self.listen(&mut unheard, cancelled).await;
        // Both write what they have to when they are dropped.
        blocking(move || {
            drop(unheard);
            drop(waiting);
        })
        .await;
        heard
    }

    async fn listen(&self, unheard: &mut Unheard, cancelled: &CancellationToken) -> Result<Heard, EngineError> {
        loop {
            let (project, id) = (self.project.clone(), unheard.id);
            let request = blocking(move || look(&project, id)).await?;
            let heard = match request.state {
                RequestState::Pending => None,
                RequestState::Answered => Some(Heard::Answered(Box::new(request.clone()))),
                RequestState::Withdrawn => Some(Heard::Withdrawn),
                RequestState::Expired => Some(Heard::Expired),
            };
            if let Some(heard) = heard {
                unheard.is_over = true;
                self.project.publish(settled(&request));
                return Ok(heard);
            }
            tokio::select! {
                () = cancelled.cancelled() => return Ok(Heard::Withdrawn),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    fn begin_waiting(self, id: RequestId, feature: Option<FeatureId>) -> WaitsFor {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.calls += 1;
        if waiting.calls == 1 {
            waiting.before = self.pause(id, feature).unwrap_or_else(|error| {
                tracing::warn!(run = %self.run, %error, "the run could not be shown as waiting");
                None
            });
        }
        drop(waiting);
        WaitsFor { approvals: self, feature }
    }

    /// The state the run was in, when it waits now.
    fn pause(&self, id: RequestId, feature: Option<FeatureId>) -> Result<Option<State>, EngineError> {
        let before = self.project.store.run(self.run)?.state;
        if !before.next().contains(&State::WaitingApproval) {
            return Ok(None);
        }
        enter_state(
            &self.project,
            self.run,
            State::WaitingApproval,
            feature,
            &format!("request {id} waits for a person"),
        )?;
        Ok(Some(before))
    }

    fn end_waiting(&self, feature: Option<FeatureId>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.calls = waiting.calls.saturating_sub(1);
        if waiting.calls > 0 {
            return;
        }
        let Some(before) = waiting.before.take() else { return };
        // The checks may have begun or ended meanwhile: then the run has moved on by itself.
        let resume = || match self.project.store.run(self.run)? {
            run if run.state == State::WaitingApproval && run.end.is_none() => {
                enter_state(&self.project, self.run, before, feature, "nothing waits for a person any more")
            }
            _ => Ok(()),
        };
        if let Err(error) = resume() {
            tracing::warn!(run = %self.run, %error, "the run could not be shown as going on");
        }
    }
}

/// The run waits for a person while this lives.
struct WaitsFor {
    approvals: Approvals,
    feature: Option<FeatureId>,
}

impl Drop for WaitsFor {
    fn drop(&mut self) {
        self.approvals.end_waiting(self.feature);
    }
}

impl Drop for Unheard {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let withdraw = || -> Result<(), EngineError> {
            if self.project.store.request_withdraw(self.id)? {
                self.project.publish(settled(&self.project.store.request(self.id)?));
            }
            Ok(())
        };
        if let Err(error) = withdraw() {
            tracing::warn!(request = %self.id, %error, "a request could not be withdrawn");
        }
    }
}

/// The request as it is now; one whose time is over has expired.
fn look(project: &OpenProject, id: RequestId) -> Result<Request, EngineError> {
    let request = project.store.request(id)?;
    let now = project.app.clock.now_ms();
    if request.state == RequestState::Pending && request.deadline_ms.is_none_or(|deadline| deadline <= now) {
        return Ok(project.store.request_expire(id, now)?);
    }
    Ok(request)
}

fn settled(request: &Request) -> Event {
    Event::RequestSettled {
        request: request.id,
        kind: request.kind,
        feature: request.feature,
        state: request.state,
        word: request.word.clone(),
    }
}

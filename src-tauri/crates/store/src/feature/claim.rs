//! Claims: leases of one session on one card.
use super::Claim;
use crate::{
    database::unbuilt,
    error::Result,
    project_store::{Cause, ProjectStore},
};
use harness_domain::{
    feature::Feature,
    id::{FeatureId, RunId, SessionId},
};

impl ProjectStore {
    /// Claims the first ready card for a session; none when nothing is ready.
    ///
    /// Order: pinned, then open bugs, then fixes (and failing features without an unfinished fix), then features and redesigns by layer; within
    /// each by priority, then id. A bug becomes `Analyzing`, everything else `InProgress`. Leases that have expired at
    /// `cause.at_ms` are released first. A session that holds a card already gets that card again, its lease renewed.
    /// Two callers never get the same card, in whatever process they are.
    pub fn claim_next(&self, claim: &Claim, cause: &Cause) -> Result<Option<Feature>> {
        let _ = (claim, cause);
        unbuilt()
    }
    /// Claims one card; again for the session that holds it renews its lease.
    ///
    /// Fails with `NoSuchFeature`, `AlreadyClaimed`, `AlreadyPassing`, `NotReady` (naming what it waits for),
    /// `NotClaimable`, or `HoldsAnother`.
    pub fn claim(&self, id: FeatureId, claim: &Claim, cause: &Cause) -> Result<Feature> {
        let _ = (id, claim, cause);
        unbuilt()
    }
    /// The card a session holds, if any.
    pub fn claimed_by(&self, session: &SessionId) -> Result<Option<Feature>> {
        let _ = session;
        unbuilt()
    }
    /// Extends a session's lease; false when it holds no card (any more).
    pub fn lease_renew(&self, session: &SessionId, until_ms: i64) -> Result<bool> {
        let _ = (session, until_ms);
        unbuilt()
    }
    /// Ends a session's claim, if it has one: the card waits for its turn again.
    pub fn release_session(&self, session: &SessionId, cause: &Cause) -> Result<Option<FeatureId>> {
        let _ = (session, cause);
        unbuilt()
    }
    /// Ends every claim of a run; the cards that were released.
    pub fn release_run(&self, run: RunId, cause: &Cause) -> Result<Vec<FeatureId>> {
        let _ = (run, cause);
        unbuilt()
    }
    /// Ends every claim whose lease ended at or before `now_ms`; the cards that were released.
    pub fn release_expired(&self, now_ms: i64, cause: &Cause) -> Result<Vec<FeatureId>> {
        let _ = (now_ms, cause);
        unbuilt()
    }
}

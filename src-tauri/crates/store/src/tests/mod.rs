//! What the store promises, each as a sentence.

mod app;
mod board_change;
mod board_copy;
mod claim;
mod create;
mod dependency;
mod edit;
mod faults;
mod import;
mod import_forged;
mod interviews;
mod queue;
mod records;
mod removal;
mod requests;
mod schema;
mod speed;
mod status;
mod transcript;
mod transcript_filter;

use crate::{Cause, Claim, Draft, NewEvidence, NewRun, NewSession, ProjectStore};
use harness_domain::{
    evidence::{Check, CheckKind, CheckResult, SandboxLevel},
    feature::{Actor, Feature, Kind, NewFeature},
    id::{EvidenceId, FeatureId, RunId, SessionId},
    run::{Mode, ProcessIdentity, Role},
};
use std::path::PathBuf;

/// The moment at which the tests happen, and the end of the leases they take.
const NOW: i64 = 1_700_000_000_000;
const LATER: i64 = NOW + 60_000;

/// A project's store in a directory of its own.
struct Board {
    dir: tempfile::TempDir,
    store: ProjectStore,
}

impl std::ops::Deref for Board {
    type Target = ProjectStore;
    fn deref(&self) -> &ProjectStore {
        &self.store
    }
}

fn board() -> Board {
    let dir = tempfile::tempdir().unwrap();
    let store = ProjectStore::open(&dir.path().join("project.db")).unwrap();
    Board { dir, store }
}

impl Board {
    fn file(&self) -> PathBuf {
        self.dir.path().join("project.db")
    }

    /// Another store on the same file, with connections of its own, as another process would have.
    fn opened_again(&self) -> ProjectStore {
        ProjectStore::open(&self.file()).unwrap()
    }

    fn add(&self, feature: NewFeature) -> FeatureId {
        self.feature_create(vec![feature.into()], &person()).unwrap()[0].id
    }

    fn feature_named(&self, name: &str) -> FeatureId {
        self.add(NewFeature::named(name))
    }

    fn needing(&self, name: &str, needs: &[FeatureId]) -> FeatureId {
        self.add(NewFeature { dependencies: needs.to_vec(), ..NewFeature::named(name) })
    }

    fn bug(&self, name: &str) -> FeatureId {
        self.add(NewFeature { kind: Kind::Bug, ..NewFeature::named(name) })
    }

    fn fix_of(&self, parent: FeatureId, name: &str) -> FeatureId {
        self.add(NewFeature { kind: Kind::Fix, parent: Some(parent), ..NewFeature::named(name) })
    }

    /// The whole way of a card: claimed, proven, passing.
    fn pass(&self, id: FeatureId) -> Vec<harness_domain::feature::StatusChange> {
        let session = format!("passes {id}");
        self.claim(id, &claim(&session), &host()).unwrap();
        let proof = self.proof(id);
        self.mark_passing(id, proof, &host()).unwrap()
    }

    fn proof(&self, id: FeatureId) -> EvidenceId {
        self.evidence_add(evidence(id, true, None)).unwrap().id
    }

    fn status(&self, id: FeatureId) -> harness_domain::feature::Status {
        self.store.feature(id).unwrap().status
    }

    fn run(&self) -> RunId {
        self.run_start(new_run(), NOW).unwrap().id
    }

    fn session(&self, name: &str) -> SessionId {
        let run = self.run();
        let session = NewSession { id: SessionId(name.into()), run, role: Role::Coding, feature: None };
        self.session_start(session, NOW).unwrap().id
    }

    /// The counters that the triggers keep, against a recount.
    fn assert_counters_are_true(&self) {
        const SQL: &str = "SELECT count(*) FROM feature f WHERE \
            unmet <> (SELECT count(*) FROM feature_dependency d JOIN feature n ON n.id = d.needs_id \
                      WHERE d.feature_id = f.id AND n.status NOT IN ('passing', 'resolved')) \
            OR open_fixes <> (SELECT count(*) FROM feature x WHERE x.parent_id = f.id \
                              AND x.status NOT IN ('passing', 'resolved'))";
        const COUNTS: &str = "SELECT (SELECT group_concat(status || cards) FROM status_count WHERE cards > 0) IS NOT \
            (SELECT group_concat(status || cards) FROM (SELECT status, count(*) AS cards FROM feature GROUP BY status))";
        for sql in [SQL, COUNTS] {
            let wrong: u32 = self.db.read(|connection| Ok(connection.query_row(sql, (), |row| row.get(0))?)).unwrap();
            assert_eq!(wrong, 0, "every counter must equal what a recount finds");
        }
    }
}

fn person() -> Cause {
    Cause { actor: Actor::Person, reason: "asked for".into(), run: None, at_ms: NOW }
}

fn host() -> Cause {
    Cause { actor: Actor::Host, reason: "by the host".into(), run: None, at_ms: NOW }
}

fn claim(session: &str) -> Claim {
    Claim { session: SessionId(session.into()), run: None, lease_until_ms: LATER, starts_at: None }
}

fn drafts(names: &[&str]) -> Vec<Draft> {
    names.iter().map(|name| Draft::from(NewFeature::named(*name))).collect()
}

fn ids(features: &[Feature]) -> Vec<FeatureId> {
    features.iter().map(|feature| feature.id).collect()
}

fn new_run() -> NewRun {
    NewRun {
        mode: Mode::Code,
        is_quick: false,
        rehearsal: Some("demo".into()),
        sandbox: SandboxLevel::Full,
        host: ProcessIdentity { pid: 4321, started: u64::MAX - 1 },
    }
}

fn evidence(feature: FeatureId, is_passing: bool, tests_run: Option<u32>) -> NewEvidence {
    let check = Check { kind: CheckKind::Test, command: "npm test".into(), origin: "package.json".into() };
    let result = CheckResult {
        check: check.clone(),
        exit_code: Some(i32::from(!is_passing)),
        duration_ms: 1234,
        output_tail: "all fine".into(),
        tests_run,
        is_timed_out: false,
    };
    NewEvidence {
        feature,
        run: None,
        is_passing,
        results: vec![result],
        skipped: vec![check],
        is_quick: false,
        warnings: vec!["a test was skipped".into()],
        sandbox: SandboxLevel::Partial,
        at_ms: NOW,
    }
}

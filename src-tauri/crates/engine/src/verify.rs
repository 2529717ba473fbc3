//! The evidence gate: a card passes when the host itself saw its checks succeed, and not before.

use crate::{
    EngineError, OpenProject,
    check::{self, CheckEnvironment, CheckProgress, Plan},
    git::{self, CommitRequest, GitError, MAX_FILE_BYTES, Moment, Since, TestChanges},
    redact,
    session::{
        self, hold, kept,
        standstill::{Standstill, stand_still, while_still},
    },
    toolbox::Scope,
};
use harness_domain::{
    event::Event,
    evidence::{CheckResult, Evidence, SandboxLevel, tests_run},
    feature::{Actor, Feature, StatusChange},
    id::{FeatureId, RunId},
    lifecycle::State,
};
use harness_store::NewEvidence;
use std::{path::Path, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long another git command may hold the index before the host gives up.
pub(crate) const LOCK_WAIT: Duration = Duration::from_secs(20);

/// Runs a project's checks and keeps what it saw. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    project: OpenProject,
}

/// What the gate decided.
#[derive(Debug)]
pub enum Verdict {
    /// Every check succeeded; the tree is committed, and the card and what hangs on it pass.
    Passing {
        /// The proof, with its commit.
        evidence: Evidence,
        /// Every change of status that followed.
        changes: Vec<StatusChange>,
    },
    /// Not now.
    Refused {
        /// What was seen, when anything was run.
        evidence: Option<Evidence>,
        /// In one sentence.
        why: String,
    },
}

impl Verifier {
    /// A gate for `project`.
    pub fn new(project: OpenProject) -> Self {
        Self { project }
    }

    /// Runs the checks for `feature` and, when all succeed, commits and marks it as passing.
    ///
    /// The run's life cycle goes from coding over testing to verifying, or back to coding. An error means that
    /// nothing was decided: the card stays as it was.
    pub async fn verify(
        &self,
        feature: &Feature,
        scope: &Scope,
        extra_checks: &[String],
        cancelled: &CancellationToken,
    ) -> Result<Verdict, EngineError> {
        self.enter(scope.run, State::Testing, feature.id, "the agent asked for the checks")?;
        let decided = self.decide(feature, scope, extra_checks, cancelled).await;
        if !matches!(decided, Ok(Verdict::Passing { .. })) {
            self.enter(scope.run, State::Coding, feature.id, "the checks did not pass")?;
        }
        decided
    }

    async fn decide(
        &self,
        feature: &Feature,
        scope: &Scope,
        extra_checks: &[String],
        cancelled: &CancellationToken,
    ) -> Result<Verdict, EngineError> {
        let own_checks: Vec<String> = feature.checks.iter().chain(extra_checks).cloned().collect();
        let (project, is_quick) = (self.project.clone(), scope.is_quick);
        let plan =
            session::blocking(move || check::plan(project.dir(), &project.settings, &own_checks, is_quick)).await;
        if plan.found_nothing() {
            return Ok(Verdict::Refused { evidence: None, why: nothing_to_run(&plan) });
        }
        let dir = self.project.dir().to_owned();
        let before = while_still(&self.project, move || Ok(git::moment(&dir)?)).await?;
        let results = self.run(&plan, feature.id, scope, cancelled).await?;
        // What walls could not hold must not get into a commit.
        let project = self.project.clone();
        session::blocking(move || kept::refuse_changed(&project)).await?;
        // From here until the commit is made, nothing of the session runs: what is looked at is what is committed. The
        // checks' own processes are gone.
        let still = self.still().await?;
        let (dir, moment) = (self.project.dir().to_owned(), before.clone());
        let since = blocking_still(&still, move || moment.until_now(&dir)).await?;
        let seen = Seen { before, since };
        let evidence = self.keep(&plan, results, &seen, feature, scope, &still).await?;
        if !evidence.is_passing {
            let why = match evidence.results.last() {
                Some(last) if last.is_hollow() => format!("`{}` ran no test", last.check.command),
                Some(last) if !last.is_ok() => format!("`{}` failed", last.check.command),
                _ if !seen.since.is_same() => not_as_checked(&seen.since),
                _ => "not every check was run".into(),
            };
            return Ok(Verdict::Refused { evidence: Some(evidence), why });
        }
        self.enter(scope.run, State::Verifying, feature.id, "every check succeeded")?;
        self.conclude(evidence, feature, scope, seen.before, still).await
    }

    /// Everything of the project's sessions stands still for as long as this is held.
    async fn still(&self) -> Result<Arc<Standstill>, EngineError> {
        let project = self.project.clone();
        session::blocking(move || stand_still(&project)).await
    }

    async fn run(
        &self,
        plan: &Plan,
        feature: FeatureId,
        scope: &Scope,
        cancelled: &CancellationToken,
    ) -> Result<Vec<CheckResult>, EngineError> {
        let mut environment = CheckEnvironment::of_this_machine(self.project.dir(), self.project.private_home());
        if let Some(wall) = &mut environment.wall {
            wall.hidden.push(self.project.app.home.root().to_owned());
            // No check needs to write history, and one that an agent wrote must not be able to.
            wall.protected.push(self.project.dir().join(".git"));
            // What a session's wall holds must be held here too: what is removed here is gone from there.
            if scope.run.is_some() {
                let project = self.project.clone();
                let held = session::blocking(move || hold::hold(&project)).await?.protected.into_iter();
                wall.protected.extend(held.filter(|path| !path.starts_with(self.project.dir().join(".git"))));
            }
        }
        // What ends the session's processes when the host is killed finds those of its checks by the same mark: without
        // walls, and while walls are put up, nothing else would. Without a session of ours the checks have a guard of
        // their own.
        let own = scope.run.is_none().then(uuid::Uuid::new_v4);
        let mark = own.map_or_else(|| scope.session.0.clone(), |own| own.to_string());
        environment.env.insert(harness_agent::env::MARKER.into(), mark.into());
        #[cfg(unix)]
        let _guard = match own {
            Some(own) => session::blocking(move || harness_agent::process::watch(own))
                .await
                .inspect_err(|error| tracing::warn!(%error, "no guard: were this program killed, checks might run on"))
                .ok(),
            None => None,
        };
        if let Some(seconds) = self.project.settings.check_timeout_s {
            environment.timeout = Duration::from_secs(seconds.into());
        }
        let results = check::run_all(plan, &environment, cancelled, |progress| match progress {
            CheckProgress::Started { check, .. } => {
                self.project.publish(Event::CheckStarted { feature, command: check.command.clone() });
            }
            CheckProgress::Finished { result, .. } => self.project.publish(Event::CheckEnded {
                feature,
                command: result.check.command.clone(),
                is_ok: result.is_ok(),
                duration_ms: result.duration_ms,
            }),
        });
        Ok(results.await?)
    }

    async fn keep(
        &self,
        plan: &Plan,
        results: Vec<CheckResult>,
        seen: &Seen,
        feature: &Feature,
        scope: &Scope,
        still: &Arc<Standstill>,
    ) -> Result<Evidence, EngineError> {
        // A quick run of a project that has only heavy checks verifies nothing, and its evidence says so.
        let is_unverified = scope.is_quick && plan.run.is_empty();
        let since = &seen.since;
        let is_passing = (is_unverified || plan.is_proven_by(&results)) && since.is_same();
        let mut warnings = plan.problems.clone();
        if is_unverified {
            warnings.push("Quick mode: no check was run at all.".into());
        } else if scope.is_quick {
            warnings.push("Quick mode: only static checks were run.".into());
        }
        warnings.extend(check::warnings(&results));
        warnings.extend(moving_target(since));
        if let [first, rest @ ..] = &[seen.before.hidden(), &since.hidden].concat()[..] {
            warnings.push(hidden_from_git(first, rest));
        }
        warnings.extend(settings_in(&self.project.private_home()));
        warnings.extend(self.tests_lost(feature.id, still).await?);
        warnings.extend(self.secrets_committed(feature.id, still).await?);
        let sandbox = harness_sandbox::probe().level;
        if sandbox == SandboxLevel::PolicyOnly {
            warnings.push("The checks ran without the operating system's walls.".into());
        }
        let mut new = NewEvidence {
            feature: feature.id,
            run: scope.run,
            is_passing,
            results,
            skipped: plan.skipped.clone(),
            is_quick: scope.is_quick,
            warnings,
            sandbox,
            at_ms: self.project.app.clock.now_ms(),
        };
        let before = self.project.store.tests_high_water()?;
        if let (true, Some(before), Some(now)) = (is_passing, before, tests_run(&new.results))
            && now < before
        {
            new.warnings.push(format!("Fewer tests ran than for the feature before: {now} instead of {before}."));
        }
        // Commands are a project's own words, and warnings quote its files.
        new.results = redact::through(new.results);
        new.warnings = redact::through(new.warnings);
        let evidence = self.project.store.evidence_add(new)?;
        self.project.publish(Event::EvidenceStored {
            feature: feature.id,
            evidence: evidence.id,
            is_passing: evidence.is_passing,
            warnings: evidence.warnings.clone(),
        });
        Ok(evidence)
    }

    /// Sentences about tests that were deleted or switched off since the card's work began.
    async fn tests_lost(&self, feature: FeatureId, still: &Arc<Standstill>) -> Result<Vec<String>, EngineError> {
        let Some(start) = self.project.store.feature_start(feature)? else { return Ok(Vec::new()) };
        let dir = self.project.dir().to_owned();
        let changes: TestChanges = match blocking_still(still, move || git::test_changes(&dir, &start)).await {
            // The history was rewritten, or the repository made anew: that must not keep the card from ever passing.
            Err(EngineError::Git(GitError::UnknownCommit { .. })) => {
                let gone =
                    "Whether tests were deleted or weakened is not known: the commit the work began from is gone.";
                return Ok(vec![gone.into()]);
            }
            found => found?,
        };
        let deleted = changes.deleted_test_files.iter().map(|file| format!("The test file {file} was deleted."));
        let skipped =
            changes.newly_skipped.iter().map(|test| format!("A test in {} was switched off: {}", test.file, test.line));
        let weakened = changes
            .weakened
            .iter()
            .map(|test| format!("{} lost assertions: {} removed, {} added.", test.file, test.removed, test.added));
        Ok(deleted.chain(skipped).chain(weakened).collect())
    }

    /// Sentences about secrets that an agent committed by itself since the card's work began.
    async fn secrets_committed(&self, feature: FeatureId, still: &Arc<Standstill>) -> Result<Vec<String>, EngineError> {
        let Some(start) = self.project.store.feature_start(feature)? else { return Ok(Vec::new()) };
        let dir = self.project.dir().to_owned();
        let found = match blocking_still(still, move || git::secrets_since_commit(&dir, &start)).await {
            // A history that was rewritten is told by what looks after the tests.
            Err(EngineError::Git(GitError::UnknownCommit { .. })) => Vec::new(),
            found => found?,
        };
        Ok(found.iter().map(|secret| format!("A secret was committed: {secret}.")).collect())
    }

    async fn conclude(
        &self,
        mut evidence: Evidence,
        feature: &Feature,
        scope: &Scope,
        checked: Moment,
        still: Arc<Standstill>,
    ) -> Result<Verdict, EngineError> {
        let mut request = commit_request(feature, &evidence, scope, self.project.app.clock.now_ms());
        request.trailers.extend(session::rehearsal_trailer(&self.project, scope.run)?);
        let subject = request.subject.clone();
        let dir = self.project.dir().to_owned();
        // Who has run meanwhile may have changed what was read: then no branch ever shows it.
        let prover = Arc::clone(&still);
        let commit = move || git::commit_checked(&dir, &request, &checked, &|| prover.prove());
        let committed = match blocking_still(&still, commit).await {
            Err(EngineError::Git(changed @ GitError::NotAsChecked { .. })) => {
                return Ok(Verdict::Refused { evidence: Some(evidence), why: changed.to_string() });
            }
            Err(EngineError::Git(GitError::NotStill(running))) => return Err(running.into()),
            committed => committed?,
        };
        // And the branch itself may have been written through something that was put in its place: no card passes then.
        let prover = Arc::clone(&still);
        blocking_still(&still, move || Ok(prover.prove())).await??;
        for file in &committed.left_out {
            if let git::WhyLeftOut::Secret { kind } = &file.why {
                self.project.notice(
                    "secret_left_out",
                    format!(
                        "{} was kept out of the commit: it looks like a secret ({kind}). Let .gitignore name it, or keep \
                         the secret elsewhere.",
                        file.path
                    ),
                );
            }
        }
        let left_out: Vec<String> =
            committed.left_out.iter().map(|file| format!("{} was not committed: {}.", file.path, file.why)).collect();
        let Some(head) = committed.oid else {
            let why = "nothing was built: the repository is still empty".to_owned();
            return Ok(Verdict::Refused { evidence: Some(evidence), why });
        };
        self.project.store.evidence_set_commit(evidence.id, &head, &left_out)?;
        let cause = self.project.cause(Actor::Host, scope.run, format!("evidence {}", evidence.id));
        let changes = self.project.store.mark_passing(feature.id, evidence.id, &cause)?;
        self.project.store.feature_start_forget(feature.id)?;
        self.project.publish(Event::Committed { feature: Some(feature.id), commit: head.clone(), subject });
        crate::checkpoint::after_pass(&self.project, feature, scope.run).await;
        drop(still);
        evidence.commit = Some(head);
        evidence.warnings.extend(left_out);
        Ok(Verdict::Passing { evidence, changes })
    }

    fn enter(&self, run: Option<RunId>, state: State, feature: FeatureId, reason: &str) -> Result<(), EngineError> {
        let Some(run) = run else { return Ok(()) };
        if state == State::Verifying && self.project.store.run(run)?.state == State::WaitingApproval {
            // Another call of the same turn waits for a person; the checks did not.
            session::enter_state(&self.project, run, State::Testing, Some(feature), reason)?;
        }
        session::enter_state(&self.project, run, state, Some(feature), reason)
    }
}

/// The project's files around its checks.
struct Seen {
    /// As they were when the checks began.
    before: Moment,
    /// What happened to them until the checks were over.
    since: Since,
}

fn nothing_to_run(plan: &Plan) -> String {
    let mut why = "the project has no checks the host could run. Add a test command (for example a \"test\" script in \
                   package.json) that works without network"
        .to_owned();
    for problem in &plan.problems {
        why.push_str(". ");
        why.push_str(problem.trim_end_matches('.'));
    }
    why
}

/// Sentences about a tree that was not the same before and after the checks: a check rewrites sources, or something that
/// the agent left running does.
fn moving_target(since: &Since) -> Vec<String> {
    let mut sentences = Vec::new();
    if let [first, rest @ ..] = &since.changed[..] {
        sentences.push(format!("Files changed while they were being checked: {first}{}.", more(rest)));
    }
    if let [first, rest @ ..] = &since.appeared[..] {
        sentences.push(format!("Files appeared while the checks ran: {first}{}.", more(rest)));
    }
    if since.has_head_moved {
        sentences.push("Something was committed or checked out while the checks ran.".into());
    }
    sentences
}

/// Why a card is not committed whose files are not those that were checked, with what to do.
fn not_as_checked(since: &Since) -> String {
    let what = match &since.changed[..] {
        [first, rest @ ..] => format!("{first}{} changed while the checks ran", more(rest)),
        [] => "something was committed or checked out while the checks ran".into(),
    };
    format!(
        "{what}, so what would be committed is not what was checked. End what you left running in the background, and \
         change nothing meanwhile; if the checks themselves write that, have .gitignore name it and take it out of git \
         (`git rm --cached`)"
    )
}

/// A sentence about files that git was told to look at no more.
pub(crate) fn hidden_from_git(first: &str, rest: &[String]) -> String {
    format!(
        "Git had been told to look no more at {first}{} (`git update-index`); it was looked at all the same.",
        more(rest)
    )
}

fn more(rest: &[String]) -> String {
    if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) }
}

/// A sentence about settings in the agents' home that steer the tools the checks start. They are in no commit, so that
/// nobody could see from the project why its checks succeed.
fn settings_in(home: &Path) -> Option<String> {
    const FILES: [&str; 10] = [
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        ".cargo/config",
        ".cargo/config.toml",
        ".config/go/env",
        ".config/pip/pip.conf",
        ".pip/pip.conf",
        ".pydistutils.cfg",
        ".m2/settings.xml",
    ];
    let mut found: Vec<String> =
        FILES.iter().filter(|name| home.join(name).exists()).map(|name| format!("~/{name}")).collect();
    // Python imports these before anything else.
    for python in std::fs::read_dir(home.join(".local/lib")).into_iter().flatten().flatten() {
        for hook in ["usercustomize.py", "sitecustomize.py"] {
            if python.path().join("site-packages").join(hook).exists() {
                found.push(format!("~/.local/lib/{}/site-packages/{hook}", python.file_name().display()));
            }
        }
    }
    (!found.is_empty())
        .then(|| format!("Settings outside the project, made by an agent, steer its checks: {}.", found.join(", ")))
}

fn commit_request(feature: &Feature, evidence: &Evidence, scope: &Scope, at_ms: i64) -> CommitRequest {
    let mut trailers = vec![("Feature".to_owned(), format!("#{} {}", feature.id, feature.name))];
    if let Some(run) = scope.run {
        trailers.push(("Run".into(), run.to_string()));
    }
    trailers.push(("Evidence".into(), evidence.id.to_string()));
    if evidence.is_quick {
        trailers.push(("Verified".into(), "static checks only".into()));
    }
    CommitRequest {
        subject: feature.name.clone(),
        body: feature.description.clone(),
        trailers,
        author: None,
        // An agent may have committed all of it on the way: the history names feature, run and evidence all the same.
        may_be_empty: true,
        max_file_bytes: MAX_FILE_BYTES,
        lock_wait: LOCK_WAIT,
        at_ms,
    }
}

/// How long a question of a repository may take before it is given up.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// Runs a question of the file system off the async threads. Fails with `TooSlow` when it is not answered.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GitError> + Send + 'static,
) -> Result<T, EngineError> {
    match tokio::time::timeout(LONGEST, tokio::task::spawn_blocking(work)).await {
        Err(_) => Err(GitError::TooSlow { waited: LONGEST }.into()),
        Ok(Ok(result)) => Ok(result?),
        Ok(Err(gone)) => std::panic::resume_unwind(gone.into_panic()),
    }
}

/// As [`blocking`], and the standstill lasts until it is done, whoever still waits for it.
async fn blocking_still<T: Send + 'static>(
    still: &Arc<Standstill>,
    work: impl FnOnce() -> Result<T, GitError> + Send + 'static,
) -> Result<T, EngineError> {
    let still = Arc::clone(still);
    blocking(move || {
        let _still = still;
        work()
    })
    .await
}

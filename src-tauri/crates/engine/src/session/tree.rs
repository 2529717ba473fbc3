//! The project's working tree between sessions: nobody's work is lost, and nobody's is mixed with another's.

use super::RunOptions;
use crate::{
    EngineError, OpenProject,
    git::{self, CommitRequest, MAX_FILE_BYTES, Prepare, Restored},
    verify::{LOCK_WAIT, blocking},
};
use harness_domain::{
    event::Event,
    feature::Feature,
    id::{FeatureId, RunId},
};

/// Set while uncommitted files in the tree are an agent's, not the person's: to the number of the card they are for, or
/// to another word when they are for none.
const AGENTS_WORK: &str = "tree:agents_work";
/// Files of the person that the product itself asks for; they stay where agents can read them.
const KEPT: [&str; 3] = ["prompts/app_spec*.txt", "prompts/.spec_manifest.json", "app_spec.txt"];

/// Makes the tree ready for a run, and tells what that did.
pub(super) async fn prepare(project: &OpenProject, run: RunId, options: &RunOptions) -> Result<(), EngineError> {
    // What an interrupted session left is continued, not set aside.
    let is_agents = project.store.note(AGENTS_WORK)?.is_some();
    let uncommitted = if is_agents { git::Uncommitted::Include } else { options.uncommitted };
    let (dir, at_ms) = (project.dir().to_owned(), project.app.clock.now_ms());
    let prepared = blocking(move || {
        git::prepare(
            &dir,
            &Prepare { run, uncommitted, keep: &KEPT, max_file_bytes: MAX_FILE_BYTES, lock_wait: LOCK_WAIT, at_ms },
        )
    })
    .await?;
    if let Some(aside) = &prepared.set_aside {
        project.notice(
            "changes_set_aside",
            format!(
                "Your uncommitted changes ({} files) were set aside as a git stash entry and come back at the end of the run.",
                aside.files.len()
            ),
        );
    }
    if prepared.created_repository {
        project.notice("repository_created", format!("A git repository was made, on branch {}.", prepared.branch));
    }
    if let Some(commit) = &prepared.baseline_commit {
        let subject = "Files present before the first run".to_owned();
        project.publish(Event::Committed { feature: None, commit: commit.clone(), subject });
    }
    if let Some(branch) = &prepared.branch_created_for_detached_head {
        project
            .notice("branch_created", format!("HEAD was detached; the run's commits go to the new branch {branch}."));
    }
    if let Some(commit) = &prepared.spec_commit {
        let subject = "Add the specification".to_owned();
        project.publish(Event::Committed { feature: None, commit: commit.clone(), subject });
    }
    if !is_agents {
        for warning in &prepared.warnings {
            project.notice("repository", warning.clone());
        }
    }
    Ok(())
}

/// From now on uncommitted files are an agent's that works on `card`.
pub(super) fn hand_to_agent(project: &OpenProject, card: Option<&Feature>) -> Result<(), EngineError> {
    let whose = card.map_or_else(|| "no card".into(), |card| card.id.to_string());
    Ok(project.store.set_note(AGENTS_WORK, Some(&whose))?)
}

/// Takes unfinished work out of the tree that a session on `card` would not continue: it would end up in that card's
/// commit. Returns whether the tree holds nothing of another card now.
///
/// A fix continues what the analysis of its bug left, which may be a test that shows the fault.
pub(super) async fn take_out_others(
    project: &OpenProject,
    run: RunId,
    card: Option<&Feature>,
) -> Result<bool, EngineError> {
    let whose = project.store.note(AGENTS_WORK)?.and_then(|whose| whose.parse().ok()).map(FeatureId);
    let Some(other) = whose else { return Ok(false) };
    if card.is_some_and(|card| card.id == other || card.parent == Some(other)) {
        return Ok(false);
    }
    let message = format!("Uncommitted work on #{other}");
    if let Some(saved_as) = save(project, format!("run-{run}/card-{other}"), message, true).await? {
        project.notice("work_saved", taken_out(other, &saved_as));
    }
    Ok(true)
}

/// What a person is told of work that was taken out of the tree.
pub(super) fn taken_out(card: FeatureId, saved_as: &str) -> String {
    format!("Uncommitted work on #{card} was taken out of the tree; it is kept as {saved_as}.")
}

/// Whether uncommitted files are an agent's.
pub(super) fn is_agents(project: &OpenProject) -> Result<bool, EngineError> {
    Ok(project.store.note(AGENTS_WORK)?.is_some())
}

/// Saves what an agent left uncommitted on a private ref; returns the ref's name when there was anything.
///
/// With `should_clear` the tree is then as committed, so that the next card starts from a clean one.
pub(super) async fn save(
    project: &OpenProject,
    ref_name: String,
    message: String,
    should_clear: bool,
) -> Result<Option<String>, EngineError> {
    let (dir, at_ms) = (project.dir().to_owned(), project.app.clock.now_ms());
    let saved = blocking(move || {
        let Some(saved) = git::snapshot(&dir, &ref_name, &message, at_ms)? else { return Ok(None) };
        // What stays where it is, such as a file too big to be committed, is not worth a word.
        if should_clear && git::discard_to_head(&dir, &saved)?.files.is_empty() {
            return Ok(None);
        }
        Ok(Some(saved.ref_name))
    })
    .await?;
    if saved.is_none() || should_clear {
        project.store.set_note(AGENTS_WORK, None)?;
    }
    Ok(saved)
}

/// Commits what a session left that works on no card: the skeleton of the initializer.
pub(super) async fn commit(
    project: &OpenProject,
    run: RunId,
    subject: &str,
    feature: Option<FeatureId>,
) -> Result<(), EngineError> {
    let mut trailers = vec![("Run".into(), run.to_string())];
    trailers.extend(super::rehearsal_trailer(project, Some(run))?);
    let request = CommitRequest {
        subject: subject.into(),
        body: String::new(),
        trailers,
        author: None,
        may_be_empty: false,
        max_file_bytes: MAX_FILE_BYTES,
        lock_wait: LOCK_WAIT,
        at_ms: project.app.clock.now_ms(),
    };
    let dir = project.dir().to_owned();
    let committed = blocking(move || git::commit_all(&dir, &request)).await?;
    for file in &committed.left_out {
        project.notice("not_committed", format!("{} was not committed: {}.", file.path, file.why));
    }
    if let Some(commit) = committed.oid {
        project.publish(Event::Committed { feature, commit, subject: subject.into() });
    }
    Ok(project.store.set_note(AGENTS_WORK, None)?)
}

/// Gives the person's set-aside changes back, or says where they are.
///
/// The stash itself is the list: whatever an earlier run set aside and could not give back is in it, too.
pub(super) async fn give_back(project: &OpenProject) -> Result<(), EngineError> {
    let dir = project.dir().to_owned();
    let mut waiting = blocking(move || git::waiting_asides(&dir)).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    if is_agents(project)? {
        project.notice(
            "changes_kept_in_stash",
            "Your uncommitted changes stay set aside (`git stash list` shows them) until the unfinished work is built or removed.",
        );
        return Ok(());
    }
    // The newest first: it was made on top of the older ones.
    while let Some(aside) = waiting.pop() {
        let dir = project.dir().to_owned();
        match blocking(move || git::restore_aside(&dir, &aside)).await? {
            Restored::Applied => project.notice("changes_given_back", "Your uncommitted changes are back."),
            Restored::Gone => {}
            Restored::Conflicts { files, kept_as } => project.notice(
                "changes_kept_in_stash",
                format!(
                    "Your uncommitted changes touch what was built ({}). They are safe in {kept_as}; \
                     `git stash pop` brings them back for you to merge.",
                    files.join(", ")
                ),
            ),
        }
    }
    Ok(())
}

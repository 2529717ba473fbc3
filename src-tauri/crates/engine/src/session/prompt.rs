//! What a session is told: which prompt, and what is filled into it.

use super::hold;
use crate::{EngineError, OpenProject, check, git, prompts, specs::ProjectSpec};
use harness_domain::{
    feature::{Feature, Kind},
    prompt::Values,
    request::{Decision, Word},
    run::Role,
};
use std::fmt::Write as _;

/// How much of one specification is put into the prompt itself; the file has the rest.
const INLINE_SPEC_BYTES: usize = 100_000;

/// What one session is about.
pub(super) struct Assignment<'a> {
    /// What the session is to be.
    pub role: Role,
    /// The card it holds.
    pub feature: Option<&'a Feature>,
    /// Cards to be tested again.
    pub targets: &'a [Feature],
    /// The project's specifications.
    pub specs: &'a [ProjectSpec],
    /// Whether heavy checks are left out.
    pub is_quick: bool,
    /// Whether a scripted model answers.
    pub is_rehearsal: bool,
    /// Where uncommitted work of an earlier session is saved, and still lies in the tree.
    pub unfinished: Option<&'a str>,
    /// Why an earlier session that had the same to do was ended for going in circles.
    pub earlier_loop: Option<&'a str>,
}

/// The first message of a session, and what is added to the CLI's own system prompt.
pub(super) fn words(project: &OpenProject, about: &Assignment<'_>) -> Result<(String, String), EngineError> {
    let values = values(project, about)?;
    hold::set_aside_prompts(project)?;
    let prompt = prompts::fill(project.dir(), file(about), &values)?;
    let system = prompts::fill(project.dir(), "system.md", &values)?;
    Ok((prompt, system))
}

fn file(about: &Assignment<'_>) -> &'static str {
    match (about.role, about.feature.map(|feature| feature.kind)) {
        (Role::Initializer, _) => "initializer.md",
        (Role::Analyst, _) => "analysis.md",
        (Role::Tester, _) => "regression.md",
        (Role::Coding, Some(Kind::Bug)) => "bug_analysis.md",
        (Role::Coding, Some(Kind::Fix)) => "fix.md",
        (Role::Coding, _) if about.is_quick => "coding_quick.md",
        (Role::Coding, _) => "coding.md",
    }
}

fn values(project: &OpenProject, about: &Assignment<'_>) -> Result<Values, EngineError> {
    let own_checks = about.feature.map(|feature| feature.checks.as_slice()).unwrap_or_default();
    Ok(Values {
        project_name: project.project.name.clone(),
        project_dir: project.dir().display().to_string(),
        role: about.role.as_str().into(),
        specs: specs(about.specs.iter().map(|ProjectSpec { name, file, spec }| (&name[..], &file[..], &spec.text[..]))),
        feature: cards(project, about)?,
        notes: notes(project, about)?,
        answers: answers(project, about)?,
        checks: checks(project, own_checks, about.is_quick),
        progress: progress(project)?,
        mode_note: mode_note(about),
        ..Values::default()
    })
}

/// Specifications by name, file and text, as a prompt shows them.
pub(crate) fn specs<'a>(specs: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, file, whole) in specs {
        let _ = writeln!(text, "Specification `{name}` (file {file}):\n");
        if whole.len() <= INLINE_SPEC_BYTES {
            let _ = writeln!(text, "{whole}\n");
        } else {
            let end = (0..=INLINE_SPEC_BYTES).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or(0);
            let _ = writeln!(
                text,
                "{}\n\n[… {} of {} bytes are shown: read the rest from {file} in parts]\n",
                &whole[..end],
                end,
                whole.len()
            );
        }
    }
    text
}

fn cards(project: &OpenProject, about: &Assignment<'_>) -> Result<String, EngineError> {
    let mut text = String::new();
    for feature in about.feature.into_iter().chain(about.targets) {
        describe(&mut text, feature);
        if let Some(parent) = feature.parent {
            let parent = project.store.feature(parent)?;
            let _ = writeln!(text, "\nIt mends this one:\n");
            describe(&mut text, &parent);
        }
    }
    Ok(text)
}

fn describe(text: &mut String, feature: &Feature) {
    let Feature { id, kind, name, description, category, layer, source_spec, steps, .. } = feature;
    let kind = kind.as_str();
    let _ =
        writeln!(text, "#{id} ({kind}) {name}\nCategory: {category}. Layer: {layer}. Specification: {source_spec}.");
    if !description.is_empty() {
        let _ = writeln!(text, "{description}");
    }
    for (number, step) in (1..).zip(steps) {
        let _ = writeln!(text, "{number}. {step}");
    }
}

fn notes(project: &OpenProject, about: &Assignment<'_>) -> Result<String, EngineError> {
    let mut text = String::new();
    if let Some(feature) = about.feature.filter(|feature| feature.attempts > 0 || feature.note.is_some()) {
        let _ = writeln!(text, "Attempts that ended without it passing: {}.", feature.attempts);
        if let Some(note) = &feature.note {
            let _ = writeln!(text, "{note}");
        }
        if let Some(evidence) = project.store.evidence_of(feature.id)?.first().filter(|evidence| !evidence.is_passing) {
            let _ = writeln!(text, "{}", check::failure_report(&evidence.results));
        }
    }
    if let Some(detail) = about.earlier_loop {
        let _ = writeln!(
            text,
            "The session before this one was ended because it went in circles: {detail}. Go another way."
        );
    }
    if let Some(saved_as) = about.unfinished {
        let changes = git::diff_summary(project.dir(), git::head(project.dir())?.as_deref())?;
        let _ = writeln!(
            text,
            "Uncommitted work of an earlier session lies in the tree (also saved as {saved_as}):\n{}",
            changes.text
        );
    }
    Ok(text)
}

fn answers(project: &OpenProject, about: &Assignment<'_>) -> Result<String, EngineError> {
    let mut text = String::new();
    let Some(feature) = about.feature else { return Ok(text) };
    for request in project.store.requests_of(feature.id)? {
        if let (Some(fields), Some(answer)) = (&request.fields_json, &request.answer_json) {
            let _ = writeln!(text, "Asked: {fields}\nAnswered: {answer}");
        }
        if let (Some(call), Some(word)) = (&request.call, &request.word) {
            let _ = writeln!(text, "Asked to run, in {}: {}\n{}", call.cwd, call.subject, spoken(word));
        }
    }
    for message in project.store.messages_untold(feature.id)? {
        let _ = writeln!(text, "A person says about this card: {message}");
    }
    Ok(text)
}

/// What a person's word on a call means for the next session.
fn spoken(word: &Word) -> String {
    let remark = word.remark.as_deref().map(|remark| format!(" They say: {remark}")).unwrap_or_default();
    match word.decision {
        Decision::Approved => {
            format!("A person approved exactly this call; make it unchanged if it is still needed.{remark}")
        }
        Decision::Denied => format!("A person denied this: do without it.{remark}"),
    }
}

fn checks(project: &OpenProject, own_checks: &[String], is_quick: bool) -> String {
    let plan = check::plan(project.dir(), &project.settings, own_checks, is_quick);
    let mut text = String::new();
    for check in &plan.run {
        let _ = writeln!(text, "- `{}` ({})", check.command, check.origin);
    }
    for check in &plan.skipped {
        let _ = writeln!(text, "- left out in quick mode: `{}`", check.command);
    }
    for problem in &plan.problems {
        let _ = writeln!(text, "- {problem}");
    }
    if plan.found_nothing() {
        text.push_str("- None yet: the first card has to add a test command that works without network.\n");
    }
    text
}

pub(crate) fn progress(project: &OpenProject) -> Result<String, EngineError> {
    let counts = project.store.counts()?;
    Ok(format!("{} of {} cards pass.", counts.done, counts.total))
}

fn mode_note(about: &Assignment<'_>) -> String {
    let mut notes = Vec::new();
    if about.is_quick {
        notes.push("Quick mode: the host runs static checks only and says so on the card.");
    }
    if about.is_rehearsal {
        notes.push("This is a rehearsal: a scripted model answers.");
    }
    notes.join(" ")
}

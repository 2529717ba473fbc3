//! What a project's agents may run, and what they are told.

use crate::{Api, ApiError, shape::project::*};
use harness_domain::{
    event::Event,
    prompt::{PLACEHOLDERS, PROMPTS},
};
use harness_engine::{EngineError, OpenProject, policy, prompts, redact, session};
use harness_sandbox::{
    Decision,
    policy::{Entry, EntryList, PolicyFile, RULES, Scope},
};

/// The largest prompt that is written.
const MOST_BYTES: usize = 512 * 1024;

pub fn policy_view(api: &Api, of: OfProject) -> Result<PolicyView, ApiError> {
    view(&api.project(of.project)?)
}

fn view(project: &OpenProject) -> Result<PolicyView, ApiError> {
    let mut files = Vec::new();
    for place in policy::places(&project.app.home, Some(project.project.id)) {
        // A broken one is told as the problem below.
        let read = PolicyFile::read(&place.path, place.scope).ok().flatten();
        let is_projects = place.scope == Scope::Project;
        if read.is_none() && !is_projects && !place.path.exists() {
            continue;
        }
        let lists = read.map(|file| (file.allow, file.ask, file.deny)).unwrap_or_default();
        let lines = |entries: Vec<Entry>, effect| {
            entries.into_iter().map(move |entry| PolicyEntry { effect, entry: entry.as_str().to_owned() })
        };
        let entries = lines(lists.0, PolicyEffect::Allow)
            .chain(lines(lists.1, PolicyEffect::Ask))
            .chain(lines(lists.2, PolicyEffect::Deny));
        files.push(PolicyFileView {
            scope: if is_projects { "project" } else { "organisation" }.into(),
            path: place.path.display().to_string(),
            entries: entries.collect(),
            is_writable: is_projects,
        });
    }
    let rule = |rule: &harness_sandbox::policy::Rule| PolicyRule { id: rule.id.into(), words: rule.sentence.into() };
    Ok(PolicyView {
        files,
        rules: RULES.iter().map(rule).collect(),
        problem: policy::layers(project).err().map(|error| error.to_string()),
    })
}

pub fn policy_check(api: &Api, check: CheckCommand) -> Result<CommandVerdict, ApiError> {
    if check.command.trim().is_empty() {
        return Err(ApiError::bad_input("command: write a command, as you would type it"));
    }
    let verdict = policy::judge(&api.project(check.project)?, &check.command)?;
    Ok(CommandVerdict {
        verdict: match verdict.decision {
            Decision::Allow => PolicyEffect::Allow,
            Decision::Ask => PolicyEffect::Ask,
            Decision::Deny => PolicyEffect::Deny,
        },
        rule: verdict.rule.to_string(),
        reason: verdict.reason.to_string(),
    })
}

fn list_of(effect: PolicyEffect) -> EntryList {
    match effect {
        PolicyEffect::Allow => EntryList::Allow,
        PolicyEffect::Ask => EntryList::Ask,
        PolicyEffect::Deny => EntryList::Deny,
    }
}

pub fn policy_entry_add(api: &Api, of: OfPolicyEntry) -> Result<PolicyView, ApiError> {
    let project = api.project(of.project)?;
    redact::refuse_secret("the entry", &of.entry)?;
    Entry::parse(&of.entry).map_err(|why| ApiError::bad_input(format!("entry: {why}")))?;
    policy::always(&project, list_of(of.effect), &of.entry)?;
    project.publish(Event::SettingsChanged {});
    view(&project)
}

pub fn policy_entry_remove(api: &Api, of: OfPolicyEntry) -> Result<PolicyView, ApiError> {
    let project = api.project(of.project)?;
    Entry::parse(&of.entry).map_err(|why| ApiError::bad_input(format!("entry: {why}")))?;
    if !policy::no_longer(&project, list_of(of.effect), &of.entry)? {
        return Err(ApiError::not_found(format!("{:?} is not in the project's policy file", of.entry)));
    }
    project.publish(Event::SettingsChanged {});
    view(&project)
}

pub fn prompt_list(api: &Api, of: OfProject) -> Result<Vec<PromptView>, ApiError> {
    let project = api.project(of.project)?;
    PROMPTS.iter().map(|prompt| prompt_view(&project, prompt.file)).collect()
}

fn prompt_view(project: &OpenProject, file: &str) -> Result<PromptView, ApiError> {
    let own = prompts::own(project.dir(), file)?;
    let shipped = prompts::shipped(file);
    Ok(PromptView {
        name: file.into(),
        is_overridden: own.is_some(),
        text: own.unwrap_or_else(|| shipped.to_owned()),
        default_text: shipped.to_owned(),
        placeholders: PLACEHOLDERS.iter().map(|placeholder| placeholder.name.to_owned()).collect(),
    })
}

fn known(name: &str) -> Result<(), ApiError> {
    match PROMPTS.iter().any(|prompt| prompt.file == name) {
        true => Ok(()),
        false => Err(ApiError::not_found(format!("there is no prompt {name:?}; prompt_list names them"))),
    }
}

pub fn prompt_write(api: &Api, write: WritePrompt) -> Result<PromptView, ApiError> {
    let project = api.project(write.project)?;
    known(&write.name)?;
    if write.text.trim().is_empty() || write.text.len() > MOST_BYTES {
        return Err(ApiError::bad_input(format!("text: not empty, and at most {MOST_BYTES} bytes")));
    }
    redact::refuse_secret("the prompt", &write.text)?;
    session::admit_prompt(&project, &write.name)?;
    prompts::write(project.dir(), &write.name, &write.text)?;
    project.publish(Event::SpecsChanged {});
    prompt_view(&project, &write.name)
}

pub fn prompt_reset(api: &Api, of: OfPrompt) -> Result<PromptView, ApiError> {
    let project = api.project(of.project)?;
    known(&of.name)?;
    prompts::reset(project.dir(), &of.name)?;
    project.publish(Event::SpecsChanged {});
    prompt_view(&project, &of.name)
}

/// Whether a policy file is broken, for the project's health.
pub(super) fn problem(project: &OpenProject) -> Option<EngineError> {
    policy::layers(project).err()
}

//! Several policy files together: the stricter one counts.

use super::{
    entry::Called,
    file::{PolicyFile, Scope},
};
use crate::{Decision, Verdict};
use std::path::PathBuf;

/// What the built-in rules say of a command, and how firmly.
#[derive(Debug, Clone)]
pub enum Standing {
    /// The command is known; this is the verdict. An `allow` entry lifts [`Decision::Ask`], nothing lifts a refusal.
    Listed(Verdict),
    /// The command is not known, and refused for that alone: an `allow` entry makes it known.
    Unlisted(Verdict),
    /// Blocked whatever a file says.
    Hard(Verdict),
}

/// The files of an organisation and a project. Without any, the built-in rules stand alone.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    files: Vec<PolicyFile>,
}

impl Layers {
    /// These files together; their order does not matter, since the stricter counts.
    pub fn new(files: Vec<PolicyFile>) -> Self {
        Self { files }
    }

    /// The files.
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }

    /// Hosts that a file adds to those a walled-in command may reach, in no order.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.files.iter().flat_map(|file| file.hosts.iter().map(String::as_str))
    }

    /// Paths outside the project that a file allows to be read. `~/` is spelt as it was written.
    pub fn readable(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().flat_map(|file| &file.readable)
    }

    /// What the built-in rules and the files say together.
    ///
    /// Of two files the stricter wins. What a file allows counts only where the built-in rules do not know the command or
    /// would ask about it.
    pub fn judge(&self, called: &Called<'_>, standing: Standing) -> Verdict {
        let built_in = match standing {
            Standing::Hard(verdict) => return verdict,
            Standing::Listed(verdict) if verdict.decision == Decision::Deny => return verdict,
            Standing::Listed(verdict) | Standing::Unlisted(verdict) => verdict,
        };
        // The usual case: no file, or none that speaks of commands.
        if self.files.is_empty() {
            return built_in;
        }
        let stricter = self.files.iter().filter_map(|file| file.restricts(called)).reduce(Verdict::stricter);
        let is_permitted = self.files.iter().any(|file| file.permits(called));
        let base = if is_permitted && !built_in.is_allowed() { Verdict::allow() } else { built_in };
        match stricter {
            Some(verdict) => base.stricter(verdict),
            None => base,
        }
    }
}

impl PolicyFile {
    fn permits(&self, called: &Called<'_>) -> bool {
        self.allow.iter().any(|entry| entry.permits(called))
    }

    /// The refusal or the question that this file has for a call.
    fn restricts(&self, called: &Called<'_>) -> Option<Verdict> {
        let (whose, rule) = match self.scope {
            Scope::Organisation => ("the organisation's", "policy.organisation"),
            Scope::Project => ("the project's", "policy.project"),
        };
        if let Some(entry) = self.deny.iter().find(|entry| entry.concerns(called)) {
            return Some(Verdict::deny(
                rule,
                format!("`{}` is denied by {whose} policy (`{entry}`): find another way, or ask a person", called.name),
            ));
        }
        let entry = self.ask.iter().find(|entry| entry.concerns(called))?;
        Some(Verdict::ask(rule, format!("{whose} policy asks a person about `{}` (`{entry}`)", called.name)))
    }
}

//! Several policy files together: the stricter one counts.

use super::{
    entry::Called,
    file::{PolicyFile, Scope},
};
use crate::{Decision, Verdict};
use std::path::{Path, PathBuf};

/// What the built-in rules say of a command, and how firmly.
#[derive(Debug, Clone)]
pub enum Standing {
    /// The command is known; this is the verdict. An `allow` entry lifts [`Decision::Ask`], nothing lifts a refusal.
    Listed(Verdict),
    /// The command is not known, and refused for that alone: an `allow` entry makes it known, an `ask` entry a question.
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

    /// Paths outside the project that a file allows to be read, with `~/` as `home`; without one, those paths are left out.
    pub fn readable(&self, home: Option<&Path>) -> Vec<PathBuf> {
        let paths = self.files.iter().flat_map(|file| &file.readable);
        paths
            .filter_map(|path| path.strip_prefix("~").map_or(Some(path.clone()), |rest| Some(home?.join(rest))))
            .collect()
    }

    /// What the built-in rules and the files say together.
    ///
    /// Of two files the stricter wins. What a file allows counts only where the built-in rules do not know the command or
    /// would ask about it; what a file asks about is asked about, also where it is not known.
    pub fn judge(&self, called: &Called<'_>, standing: Standing) -> Verdict {
        let (built_in, is_known) = match standing {
            Standing::Hard(verdict) => return verdict,
            Standing::Listed(verdict) if verdict.decision == Decision::Deny => return verdict,
            Standing::Listed(verdict) => (verdict, true),
            Standing::Unlisted(verdict) => (verdict, false),
        };
        // The usual case: no file at all.
        if self.files.is_empty() {
            return built_in;
        }
        let restriction = self.files.iter().filter_map(|file| file.restricts(called)).reduce(Verdict::stricter);
        let is_permitted = self.files.iter().any(|file| file.permits(called));
        match restriction {
            // Whom a file wants to be asked is whoever decides about what nobody knows.
            Some(asks) if !is_known && asks.decision == Decision::Ask => asks,
            Some(verdict) if is_permitted || built_in.is_allowed() => verdict,
            Some(verdict) => built_in.stricter(verdict),
            None if is_permitted => Verdict::allow(),
            None => built_in,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(files: &[(Scope, &str)]) -> Layers {
        let parse = |(scope, text): &(Scope, &str)| PolicyFile::parse(text, Path::new("policy.yaml"), *scope);
        Layers::new(files.iter().map(parse).collect::<Result<_, _>>().expect("they are whole"))
    }

    fn judge(files: &[(Scope, &str)], line: &str, standing: Standing) -> (Decision, String) {
        let words: Vec<&str> = line.split(' ').collect();
        let args: Vec<Option<&str>> = words[1..].iter().map(|word| (*word != "?").then_some(*word)).collect();
        let called = Called { name: words[0], path: None, project: Path::new("/p"), args: &args };
        let verdict = layers(files).judge(&called, standing);
        (verdict.decision, verdict.rule)
    }

    fn known() -> Standing {
        Standing::Listed(Verdict::allow())
    }

    fn asked() -> Standing {
        Standing::Listed(Verdict::ask("built-in.ask", "why"))
    }

    fn unknown() -> Standing {
        Standing::Unlisted(Verdict::deny("command.unknown", "why"))
    }

    const ORG: Scope = Scope::Organisation;
    const PROJECT: Scope = Scope::Project;

    #[test]
    fn without_files_the_built_in_rules_stand_alone() {
        assert_eq!(judge(&[], "npm test", known()).0, Decision::Allow);
        assert_eq!(judge(&[], "tf plan", unknown()).1, "command.unknown");
        assert_eq!(judge(&[], "x", asked()).1, "built-in.ask");
    }

    #[test]
    fn an_entry_makes_a_command_known_or_answers_a_question_and_lifts_nothing_else() {
        let files = [(PROJECT, "allow: [tf plan, npm]")];
        assert_eq!(judge(&files, "tf plan", unknown()).0, Decision::Allow);
        assert_eq!(judge(&files, "tf apply", unknown()).1, "command.unknown", "only what it names");
        assert_eq!(judge(&files, "npm i", asked()).0, Decision::Allow);
        let refused = || Verdict::deny("npm.publish", "why");
        assert_eq!(judge(&files, "npm publish", Standing::Listed(refused())).1, "npm.publish", "a rule stays a rule");
        assert_eq!(judge(&files, "npm publish", Standing::Hard(refused())).1, "npm.publish", "and a hard block too");
    }

    #[test]
    fn of_two_files_the_stricter_wins_whichever_it_is() {
        for (strict, lax) in [(ORG, PROJECT), (PROJECT, ORG)] {
            let denied = [(strict, "deny: [npm]"), (lax, "allow: [npm]")];
            assert_eq!(judge(&denied, "npm i", known()), (Decision::Deny, format!("policy.{strict}")));
            let asks = [(strict, "ask: [tf]"), (lax, "allow: [tf]")];
            assert_eq!(judge(&asks, "tf plan", unknown()), (Decision::Ask, format!("policy.{strict}")));
            let both = [(strict, "deny: [tf]"), (lax, "ask: [tf]")];
            assert_eq!(judge(&both, "tf plan", known()).0, Decision::Deny);
        }
        assert_eq!(judge(&[(ORG, "ask: [x]\nallow: [x]")], "x", known()).0, Decision::Ask, "in one file as well");
    }

    #[test]
    fn a_person_may_be_asked_about_a_command_that_is_not_known() {
        assert_eq!(judge(&[(PROJECT, "ask: [tf]")], "tf plan", unknown()).0, Decision::Ask);
        assert_eq!(judge(&[(PROJECT, "ask: [tf apply]")], "tf plan", unknown()).0, Decision::Deny, "only that one");
        assert_eq!(judge(&[(PROJECT, "ask: [tf]"), (ORG, "deny: [tf]")], "tf plan", unknown()).0, Decision::Deny);
        let refused = Standing::Hard(Verdict::deny("hard", "why"));
        assert_eq!(
            judge(&[(PROJECT, "ask: [tf]")], "tf plan", refused).0,
            Decision::Deny,
            "nobody is asked about those"
        );
    }

    #[test]
    fn what_may_be_read_follows_the_home_directory() {
        let files = layers(&[(ORG, "readable: [/opt/sdk]"), (PROJECT, "readable: [~/sets]")]);
        assert_eq!(files.readable(Some(Path::new("/h"))), [PathBuf::from("/opt/sdk"), "/h/sets".into()]);
        assert_eq!(files.readable(None), [PathBuf::from("/opt/sdk")], "without a home there is nothing below it");
    }
}

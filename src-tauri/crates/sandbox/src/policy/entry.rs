//! One line of a policy file: which commands it is about.

use harness_domain::wildcard::{self, Star};
use std::{fmt, path::Path};

/// Longest entry, in bytes.
const LONGEST: usize = 200;
/// A name with a wildcard keeps at least this many characters, so that no two keystrokes allow everything.
const LEAST_LITERAL: usize = 2;

/// A command as the built-in rules resolved it, ready to be held against entries.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// The name without its directory, such as `npm`.
    pub name: &'a str,
    /// Where the program really is, when it was called by a path; with links resolved.
    pub path: Option<&'a Path>,
    /// The project's directory, with links resolved.
    pub project: &'a Path,
    /// The arguments; none where one cannot be known before it runs.
    pub args: &'a [Option<&'a str>],
}

impl Called<'_> {
    /// Where in the project the program lies, with forward slashes, when it was called by a path into it.
    fn script(&self) -> Option<String> {
        let inside = self.path?.strip_prefix(self.project).ok()?;
        let parts: Option<Vec<&str>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
        parts.map(|parts| parts.join("/"))
    }
}

/// A command name or a script of the project, and the arguments it begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    text: String,
    name: String,
    is_script: bool,
    words: Vec<String>,
}

impl Entry {
    /// Reads an entry such as `terraform`, `terraform plan`, `tf-*` or `scripts/deploy.sh`.
    ///
    /// Fails with a sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it has {} bytes; an entry has at most {LONGEST}", text.len()));
        }
        if let Some(odd) = text.chars().find(|c| c.is_control() || "\"'\\`$;&|<>(){}".contains(*c)) {
            return Err(format!(
                "{odd:?} has no meaning here: write the command's name and the arguments it begins with, as plain words"
            ));
        }
        let mut words = text.split_whitespace();
        let Some(first) = words.next() else {
            return Err("it is empty: write the name of a command, such as `terraform`".into());
        };
        let is_script = first.contains('/');
        let name = if is_script { script(first)? } else { first.to_owned() };
        let literal = name.chars().filter(|c| *c != '*').count();
        if name.contains('*') && literal < LEAST_LITERAL {
            return Err(format!("`{first}` would stand for nearly every command: name the commands"));
        }
        if name.contains('=') || name.starts_with('-') {
            return Err(format!("`{first}` is not the name of a command"));
        }
        let words = words.map(str::to_owned).collect();
        Ok(Self { text: text.split_whitespace().collect::<Vec<_>>().join(" "), name, is_script, words })
    }

    /// The entry as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name when it stands for exactly one command and not for a script.
    pub fn exact_name(&self) -> Option<&str> {
        (!self.is_script && !self.name.contains('*')).then_some(self.name.as_str())
    }

    /// Whether it permits this call: every word must be there, from the first argument on.
    ///
    /// A program called by a path into the project is permitted by its path only, since its name may be anybody's.
    pub(super) fn permits(&self, called: &Called<'_>) -> bool {
        let is_named = match called.script() {
            Some(script) => self.is_script && matches(&self.name, &script),
            None => !self.is_script && matches(&self.name, called.name),
        };
        is_named
            && called.args.len() >= self.words.len()
            && self.words.iter().zip(called.args).all(|(word, arg)| arg.is_some_and(|arg| matches(word, arg)))
    }

    /// Whether it is about this call, or may be: its words may stand anywhere among the arguments, in their order, and
    /// an argument that cannot be known may be any of them.
    pub(super) fn concerns(&self, called: &Called<'_>) -> bool {
        let is_named = if self.is_script {
            called.script().is_some_and(|script| matches(&self.name, &script))
        } else {
            matches(&self.name, called.name)
        };
        let mut words = self.words.iter().peekable();
        for arg in called.args {
            let Some(word) = words.peek() else { break };
            match arg {
                Some(arg) if matches(word, arg) => drop(words.next()),
                Some(_) => {}
                None => return is_named,
            }
        }
        is_named && words.peek().is_none()
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The path of a script, from the project's directory on.
fn script(path: &str) -> Result<String, String> {
    if path.starts_with('/') || path.starts_with('~') || path.contains(':') {
        return Err(format!(
            "`{path}` is not inside the project: write a script's path from the project's directory on"
        ));
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") || parts.is_empty() {
        return Err(format!(
            "`{path}` leads out of the project: write a script's path from the project's directory on"
        ));
    }
    Ok(parts.join("/"))
}

/// Whether `text` is what `pattern` says, where `*` stands for any characters of a name or argument; in a script's path
/// it stays within one directory.
fn matches(pattern: &str, text: &str) -> bool {
    let star = if pattern.contains('/') { Star::WithinDirectory } else { Star::Anything };
    wildcard::matches(pattern.as_bytes(), text.as_bytes(), star)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        Entry::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn called<'a>(name: &'a str, args: &'a [Option<&'a str>]) -> Called<'a> {
        Called { name, path: None, project: Path::new("/p"), args }
    }

    #[test]
    fn a_star_stays_in_its_directory_only_in_the_path_of_a_script() {
        for (pattern, text, is_match) in [
            ("tf*", "tf-plan", true),
            ("--out=*", "--out=a/b", true),
            ("scripts/*.sh", "scripts/a.sh", true),
            ("scripts/*.sh", "scripts/deep/a.sh", false),
        ] {
            assert_eq!(matches(pattern, text), is_match, "{pattern} and {text}");
        }
    }

    #[test]
    fn an_entry_permits_only_what_begins_with_its_words() {
        let plan = entry("terraform plan");
        assert!(plan.permits(&called("terraform", &[Some("plan"), Some("-out=x")])));
        assert!(!plan.permits(&called("terraform", &[Some("-chdir=x"), Some("plan")])), "an option may change all");
        assert!(!plan.permits(&called("terraform", &[None, Some("plan")])), "what is not known is not permitted");
        assert!(!plan.permits(&called("terraform", &[])), "too short");
        assert!(!plan.permits(&called("terraform", &[Some("planx")])), "whole words");
        assert!(entry("terraform plan*").permits(&called("terraform", &[Some("plan-all")])));
        assert!(entry("terraform").permits(&called("terraform", &[None])), "a bare name permits every argument");
    }

    #[test]
    fn an_entry_concerns_whatever_may_be_meant() {
        let publish = entry("npm publish");
        for args in [&[Some("publish")][..], &[Some("--tag"), Some("x"), Some("publish")], &[None], &[Some("x"), None]]
        {
            assert!(publish.concerns(&called("npm", args)), "{args:?} may publish");
        }
        assert!(!publish.concerns(&called("npm", &[Some("test")])));
        assert!(!publish.concerns(&called("pnpm", &[Some("publish")])));
        assert!(!entry("npm run deploy").concerns(&called("npm", &[Some("deploy"), Some("run")])), "in their order");
    }

    #[test]
    fn a_program_in_the_project_is_known_by_its_path_and_not_by_its_name() {
        let at = |path: &'static str| Called { path: Some(Path::new(path)), ..called("deploy.sh", &[]) };
        let script = entry("./scripts/deploy.sh");
        assert!(script.permits(&at("/p/scripts/deploy.sh")));
        assert!(!script.permits(&at("/p/other/deploy.sh")), "another one of that name");
        assert!(!script.permits(&at("/elsewhere/scripts/deploy.sh")), "outside the project");
        assert!(!entry("deploy.sh").permits(&at("/p/scripts/deploy.sh")), "the agent may have written it");
        assert!(entry("deploy.sh").concerns(&at("/p/scripts/deploy.sh")), "but what is denied by name is denied there");
    }

    #[test]
    fn entries_without_a_clear_meaning_are_refused_with_the_reason() {
        for (text, part) in [
            ("", "empty"),
            ("   ", "empty"),
            ("*", "nearly every command"),
            ("** x", "nearly every command"),
            ("a*", "nearly every command"),
            ("/usr/bin/x", "not inside the project"),
            ("~/x", "not inside the project"),
            ("C:/x", "not inside the project"),
            ("../x", "out of the project"),
            ("a/../../x", "out of the project"),
            ("./", "out of the project"),
            ("ls; rm", "no meaning"),
            ("echo $HOME", "no meaning"),
            ("git commit -m 'x'", "no meaning"),
            ("A=b", "not the name"),
            ("-x", "not the name"),
        ] {
            let why = Entry::parse(text).err().unwrap_or_else(|| panic!("{text:?} must be refused"));
            assert!(why.contains(part), "{text:?}: {why}");
        }
        assert!(Entry::parse(&"x".repeat(201)).is_err(), "nobody reads an entry that long");
        assert_eq!(entry("  terraform   plan ").as_str(), "terraform plan", "blanks do not count");
    }
}

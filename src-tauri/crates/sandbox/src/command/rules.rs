//! Every rule about commands, with the sentence a person and an agent read.

use crate::Verdict;
use std::fmt;

/// A rule: its name, stable across versions, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Such as `git.force-push`.
    pub id: &'static str,
    /// What is wrong, and what to do instead.
    pub sentence: &'static str,
}

impl Rule {
    /// Refuses `what`.
    pub(crate) fn deny(self, what: impl fmt::Display) -> Verdict {
        Verdict::deny(self.id, format!("{what}: {}", self.sentence))
    }

    /// Leaves `what` to a person.
    pub(crate) fn ask(self, what: impl fmt::Display) -> Verdict {
        Verdict::ask(self.id, format!("{what}: {}", self.sentence))
    }
}

macro_rules! rules {
    ($($name:ident $id:literal $sentence:literal;)*) => {
        $(pub(crate) const $name: Rule = Rule { id: $id, sentence: $sentence };)*

        /// Every rule about commands.
        pub const RULES: &[Rule] = &[$($name),*];
    };
}

rules! {
    UNREADABLE "shell.unreadable" "only what can be read for certain is run; write it more plainly, or put it into a script of the project";
    UNKNOWN_NAME "shell.unknown-command-name" "which command this is cannot be known before it runs; write its name";
    UNKNOWN_CODE "shell.unknown-code" "text that is run as commands must stand in the line; write the commands themselves";
    UNKNOWN_TARGET "shell.unknown-target" "what would be changed cannot be known before it runs; write the path itself, or go into a directory of the project and use a plain relative path";
    PIPED_CODE "shell.piped-code" "a shell or interpreter does not run what another command prints; save it to a file of the project, look at it, and run that";
    CODE_IN_INDEX "shell.code-in-index" "bash would run the command in this index; take it out";
    FUNCTION_NAME "shell.function-name" "a function with the name of a command hides it; give it a name of its own";
    ALIAS "shell.alias" "an alias hides what runs; write the command";
    SETTING "shell.setting" "this variable makes other programs load or run something; leave it as it is";
    SETTING_PATH "shell.path-outside" "programs are found in the project's and the system's directories only; name only such directories";
    HARD_BLOCK "command.blocked" "this changes the machine or becomes somebody else; no agent does that, and no policy file allows it";
    REMOTE "command.remote" "other machines are not reached from a session; ask the person";
    UNLISTED "command.unlisted" "it is not on the list of development tools; use one that is, or have a person allow it in the policy file";
    PROGRAM_PLACE "command.program-place" "programs are run by path only from the project and the system's directories";
    INLINE_CODE "command.inline-code" "code in the line cannot be judged, and no wall stands around this session; save it to a file of the project and run that";
    PUBLISH "command.publish" "publishing is for the person; prepare it and say so";
    SECRET "command.secret" "it names a store of secrets or another program's memory; ask the person for what the work needs";
    PATTERN "command.wide-pattern" "what this pattern stands for may be anything there; name the files";
    REMOVE_ROOT "rm.root" "the project itself, its .git and whatever holds it are never removed or moved; name what is in it";
    REMOVE_UNKNOWN "rm.unknown-target" "what would be removed cannot be known before it runs; write the path itself";
    REMOVE_INPUT "rm.unknown-input" "what would be changed comes from another command's output; name the files, or use `find … -delete` inside the project";
    LINK "ln.outside" "links lead only to what is in the project";
    MODE "chmod.mode" "files are the owner's to write, not everybody's, and run as nobody else: `chmod +x FILE`, `chmod 644 FILE`";
    OWNER "chown.refused" "owners stay as they are";
    KILL "kill.target" "only single processes that this session started: `kill PID` with a number above 1, `kill %1` or `kill $!`";
    KILL_UNKNOWN "kill.unknown-target" "which process that is cannot be known; use `kill $!`, `kill %1`, or the number itself";
    KILL_NAME "kill.by-name" "only development servers are stopped by name (node, vite, python, uvicorn, …), without further options";
    GIT_OPTION "git.option" "this option makes git run a program or work elsewhere; leave it out";
    GIT_FORCE "git.force-push" "history others may have is not overwritten; push to a new branch";
    GIT_DELETE "git.remote-delete" "branches of a remote are deleted by the person";
    GIT_CONFIG "git.config" "only the name, the mail address and harmless settings of this repository are set";
    GIT_TRANSPORT "git.transport" "repositories are reached by https, ssh or a path of the project, and pushed to by the name of a remote";
    GIT_HISTORY "git.history" "this destroys work that could otherwise be brought back; leave it";
    GIT_UNKNOWN "git.unknown-argument" "this git command is judged by all its arguments; write them out";
    GIT_COMMAND "git.command" "this git command is not for agents; ask the person";
    NETWORK_PRIVATE "network.private" "addresses of private networks and of the machine's provider are not reached; only this machine's own servers (localhost) and the public network are";
    NETWORK_UPLOAD "network.upload" "files and data are sent to this machine's own servers only";
    NETWORK_OPTION "network.option" "this option reads or writes what is not judged; leave it out";
    NETWORK_SCHEME "network.scheme" "only http and https addresses are fetched";
    NETWORK_UNKNOWN "network.unknown-address" "which address that is cannot be known before it runs; write it out";
    PACKAGE_GLOBAL "package.global" "packages are installed into the project, not into the machine";
    PACKAGE_RUN "package.runs-anything" "this fetches a package and runs it; add it to the project's dependencies first";
    PACKAGE_INDEX "package.index" "packages come from the public registries, this machine and the hosts that a policy file lists; leave the address out, or have a person add its host to `network.allow`";
    DOCKER "docker.escape" "containers stay containers: no privileges, no host namespaces or devices, and only the project's directories mounted";
    FIND_ACTION "find.action" "what `find` changes lies inside the project";
    TEXT_PROGRAM "text.program" "this script runs commands or writes files by itself; do that in the shell, where it can be seen";
    ARCHIVE_PROGRAM "archive.program" "this option runs a program; leave it out";
    DATABASE_PROGRAM "database.program" "this runs a program or touches files from inside the database; do that in the shell";
    TRAP "shell.trap" "what a trap runs must stand in the line, and change nothing that later commands go by";
    CD "shell.directory" "the work is done inside the project; name files elsewhere by their path";
    WRAPPER "command.wrapper" "this way of starting a command cannot be judged; write the command itself";
    OPTION "command.option" "this option runs a program or loads code; leave it out";
    PRIVILEGE "shell.options" "this changes how the shell reads what follows; leave it out";
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_a_sentence() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(RULES[..index].iter().all(|other| other.id != rule.id), "{} stands twice", rule.id);
            assert!(rule.id.split('.').count() == 2, "{} is a subject and what about it", rule.id);
            assert!(rule.sentence.len() > 20, "{} says what to do", rule.id);
        }
    }
}

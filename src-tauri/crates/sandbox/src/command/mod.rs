//! Which commands may be run, and with which arguments.

mod archives;
mod brought;
mod build_tools;
mod call;
mod compilers;
mod containers;
mod court;
mod databases;
mod files;
mod find;
mod git;
mod indexes;
mod installing;
mod interpreters;
mod list;
mod names;
mod network;
mod node_packages;
mod packages;
mod processes;
mod publishing;
mod rules;
mod runners;
mod scope;
mod scripts;
mod settings;
mod shell_parts;
mod tar;
mod targets;
#[cfg(test)]
mod tests;
mod text_tools;
mod words;
mod wrappers;

use crate::{
    Verdict,
    policy::{Called, Standing, Surroundings, Why},
    shell::Word,
};
use call::Call;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::LazyLock,
};

pub(crate) use court::{Court, Ruling};
pub use rules::{RULES, Rule};
use scope::Scope;

/// Judges a command line against the built-in rules and the policy's files.
pub(crate) fn judge_line(policy: &crate::policy::Policy, line: &str, around: &Surroundings<'_>) -> Verdict {
    Court::new(policy, around).line(line)
}

/// The files of the project that a command line runs: programs it calls by a path, and scripts it hands to a shell or an
/// interpreter.
pub(crate) fn files_run(
    policy: &crate::policy::Policy,
    line: &str,
    around: &Surroundings<'_>,
) -> std::collections::BTreeSet<PathBuf> {
    Court::new(policy, around).files_run(line)
}

/// What judges a command by its name.
type Rules = fn(&mut Court<'_>, &mut Call, &mut Scope) -> Ruling;

/// How a listed command is judged.
#[derive(Clone, Copy)]
enum Listed {
    /// By rules of its own.
    Judged(Rules),
    /// It reads the files it is given.
    Reader,
    /// It shows what is in directories.
    Lister,
    /// By its words alone.
    Plain,
}

/// Every listed command. What stands in several lists counts as what it is in the first.
static LISTED: LazyLock<HashMap<&'static str, Listed>> = LazyLock::new(|| {
    let judged = [
        shell_parts::COMMANDS,
        files::COMMANDS,
        git::COMMANDS,
        text_tools::COMMANDS,
        find::COMMANDS,
        archives::COMMANDS,
        tar::COMMANDS,
        databases::COMMANDS,
        packages::COMMANDS,
        publishing::COMMANDS,
        installing::COMMANDS,
        build_tools::COMMANDS,
        compilers::COMMANDS,
        interpreters::COMMANDS,
        wrappers::COMMANDS,
        runners::COMMANDS,
        network::COMMANDS,
        processes::COMMANDS,
        containers::COMMANDS,
    ];
    let mut listed = HashMap::new();
    for (names, rules) in judged.into_iter().flatten() {
        for name in *names {
            listed.entry(*name).or_insert(Listed::Judged(*rules));
        }
    }
    let others = [
        (list::READERS, Listed::Reader),
        (list::LISTERS, Listed::Lister),
        (list::PLAIN, Listed::Plain),
        (list::PRINTERS, Listed::Plain),
    ];
    for (names, how) in others {
        for name in names {
            listed.entry(*name).or_insert(how);
        }
    }
    listed
});

/// Every command that may be run without a person or a file saying so, in byte order. What each of them may do with its
/// arguments is for the rules to say: see [`RULES`].
pub fn listed_commands() -> Vec<&'static str> {
    let mut names: Vec<_> = LISTED.keys().copied().filter(|name| !wrappers::REFUSED.contains(name)).collect();
    names.sort_unstable();
    names
}

/// Whether a command of this name is listed, refused or judged.
pub(crate) fn is_known(name: &str) -> bool {
    LISTED.contains_key(name) || crate::policy::blocked(name).is_some()
}

/// Judges one command with its arguments known as far as they can be.
pub(crate) fn judge(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let Some(first) = call.words.first() else { return Ok(()) };
    let Some(written) = first.known().map(str::to_owned) else {
        return court.refuse(rules::UNKNOWN_NAME, format!("`{}`", first.shown()));
    };
    let program = program(court, &written, scope)?;
    if program.is_some() {
        court.runs(Path::new(&written), scope.places());
    }
    let name = written.rsplit('/').next().unwrap_or_default().to_owned();
    let name = versionless(&name);
    if let Some(why) = crate::policy::blocked(name) {
        let rule = if why == Why::Remote { rules::REMOTE } else { rules::HARD_BLOCK };
        return court.refuse(rule, format!("`{name}`"));
    }
    patterns_are_operands(name, call)?;
    let mut follows_message = false;
    for word in call.arguments() {
        let is_message =
            follows_message || name == "git" && (word.text.starts_with("-m") || word.text.starts_with("--message="));
        follows_message = is_message_option(name, &word.text);
        // A pattern that the shell puts names for is no text, whoever prints it.
        let is_text = is_message || list::is_printer(name) || text_tools::judges_its_words(name);
        if !is_text || word.is_pattern && !text_tools::judges_its_words(name) {
            targets::mentioned(court, word, scope)?;
        }
    }
    installing::set_up(court, name, call, scope);
    // What the rules of this command leave to a person, an entry of a file may answer; what was asked before, or about a
    // command inside this one, it may not.
    let before = court.begin();
    let listed = LISTED.get(name).copied();
    match listed {
        Some(Listed::Judged(judge)) => judge(court, call, scope)?,
        Some(Listed::Reader) => readers(court, call, scope)?,
        Some(Listed::Lister) => {
            if name == "du" {
                targets::lists_of_files(court, call, scope)?;
            }
            if name == "tree" {
                targets::outputs(court, call, scope)?;
            }
            for word in words::operands(call.arguments(), &[]) {
                targets::listed(court, word, scope)?;
            }
        }
        Some(Listed::Plain) | None => targets::outputs(court, call, scope)?,
    }
    let is_listed = listed.is_some() || program.as_deref().is_some_and(|path| path.starts_with(court.root()));
    let own = court.end(before);
    let standing = if is_listed {
        Standing::Listed(own.unwrap_or_else(Verdict::allow))
    } else {
        Standing::Unlisted(rules::UNLISTED.ask(format!("`{name}`")))
    };
    let verdict = if court.policy.layers().files().is_empty() {
        match standing {
            Standing::Listed(verdict) | Standing::Unlisted(verdict) | Standing::Hard(verdict) => verdict,
        }
    } else {
        let args: Vec<Option<&str>> = call.arguments().iter().map(Word::known).collect();
        let called = Called { name, path: program.as_deref(), project: court.workspace().root(), args: &args };
        court.policy.layers().judge(&called, standing)
    };
    court.settle(verdict)
}

/// Programs that are told by their first word what to do.
const TAKES_TASK: [&str; 40] = [
    "apt", "apt-get", "brew", "bundle", "bun", "cargo", "cnpm", "composer", "conda", "corepack", "dart", "deno",
    "docker", "dotnet", "flutter", "gem", "gh", "glab", "go", "gradle", "gradlew", "hatch", "lerna", "mix", "mvn",
    "mvnw", "npm", "nx", "nuget", "pdm", "pip", "pipx", "pnpm", "podman", "poetry", "rails", "rustup", "swift", "uv",
    "yarn",
];

/// Those of them whose task has two words.
const TAKES_TWO: [&str; 8] = ["conda", "dart", "docker", "dotnet", "gh", "glab", "podman", "uv"];
/// Those of them that are told several tasks at once.
const TAKES_MANY: [&str; 4] = ["gradle", "gradlew", "mvn", "mvnw"];

/// Refuses a word with wildcards that becomes an option, or the task of a program, as soon as a file is called so: the
/// line before may have made that file.
fn patterns_are_operands(name: &str, call: &Call) -> Ruling {
    if list::is_printer(name) || !call.arguments().iter().any(|word| word.is_pattern) {
        return Ok(());
    }
    let refused = |word: &Word| Err(rules::PATTERN.deny(format!("`{name} {}`", word.shown())));
    for word in call.arguments().iter().take_while(|word| word.text != "--") {
        let known = word.text.split(['*', '?', '[']).next().unwrap_or_default();
        // Behind `=` or a directory the option is written out already.
        if word.is_pattern && known.starts_with('-') && !known.contains(['=', '/']) {
            return refused(word);
        }
    }
    if !TAKES_TASK.contains(&name) {
        return Ok(());
    }
    let is_option = |word: &&Word| word.text.starts_with(['-', '+']);
    let count = match name {
        _ if TAKES_MANY.contains(&name) => usize::MAX,
        _ if TAKES_TWO.contains(&name) => 2,
        _ => 1,
    };
    match call.arguments().iter().filter(|word| !is_option(word)).take(count).find(|word| word.is_pattern) {
        Some(word) => refused(word),
        None => Ok(()),
    }
}

/// Whether the next word is a text for people, or a pattern to look for.
fn is_message_option(name: &str, option: &str) -> bool {
    match name {
        "git" => matches!(option, "-m" | "-am" | "--message" | "--author" | "--trailer" | "--grep" | "-S" | "-G"),
        "gh" | "glab" => matches!(option, "-m" | "--message" | "--title" | "--body" | "-t" | "-b" | "--notes"),
        _ => false,
    }
}

/// Programs that carry their version in their name are judged as what they are.
fn versionless(name: &str) -> &str {
    let name = name.strip_suffix(".exe").unwrap_or(name);
    for program in
        ["python", "pip", "ruby", "php", "perl", "clang", "clang++", "gcc", "g++", "node", "lua", "llvm-config"]
    {
        if let Some(version) = name.strip_prefix(program) {
            let version = version.strip_prefix('-').unwrap_or(version);
            if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
                return program;
            }
        }
    }
    name
}

/// Where the program lies, when it is called by a path. Fails when nothing may be run from there.
fn program(court: &Court<'_>, written: &str, scope: &Scope) -> Result<Option<PathBuf>, Verdict> {
    if !written.contains('/') {
        return Ok(None);
    }
    let refused = || rules::PROGRAM_PLACE.deny(format!("`{written}`"));
    let path = Path::new(written);
    let places = match scope.places() {
        [] if path.is_absolute() => std::slice::from_ref(court.root()),
        places => places,
    };
    let mut program = None;
    for place in places {
        let real = court.workspace().resolve(path, place)?;
        let is_projects = real.starts_with(court.workspace().root());
        let workspace = court.workspace();
        let is_systems = || {
            shell_parts::is_for_programs(&real)
                && workspace.may_read(path, place).is_allowed()
                && !workspace.may_write(path, place).is_allowed()
        };
        // What is called by a path into the project and leads to the system, as in a virtual environment, is the system's.
        if !is_projects && !is_systems() {
            return Err(refused());
        }
        // Git's own directory runs by itself already.
        let is_git = |part: std::path::Component<'_>| part.as_os_str().eq_ignore_ascii_case(".git");
        if is_projects && real.components().any(is_git) {
            return Err(refused());
        }
        program = Some(real);
    }
    program.map(Some).ok_or_else(refused)
}

/// Refuses what makes `less` run a command, write a file or take its keys from one.
fn pager_options(court: &Court<'_>, call: &Call) -> Ruling {
    for word in call.arguments().iter().take_while(|word| word.text != "--") {
        let text = word.text.as_str();
        let is_harmless = match text.strip_prefix('+') {
            Some(command) => settings::values::less_command_is_harmless(command),
            None if text.starts_with("--") => !settings::values::less_option_names_file(text),
            None => text.strip_prefix('-').is_none_or(|letters| !settings::values::less_letters_name_file(letters)),
        };
        if !is_harmless {
            return court.refuse(rules::OPTION, format!("`{} {}`", call.words[0].text, word.shown()));
        }
    }
    Ok(())
}

fn readers(court: &mut Court<'_>, call: &Call, scope: &Scope) -> Ruling {
    if call.words[0].text.ends_with("less") {
        pager_options(court, call)?;
    }
    let runs = |word: &&Word| {
        word.text.starts_with('+') && word.text.contains('!')
            || word.text.starts_with("--pa") && word.text.contains('=')
            || word.text == "--pager"
    };
    if let Some(word) = call.arguments().iter().find(runs) {
        let is_quiet = matches!(word.text.as_str(), "--paging=never" | "--paging=auto" | "--paging=always");
        if !is_quiet && word.text != "--pager=cat" && word.text != "--pager=less" {
            return court.refuse(rules::OPTION, format!("`{} {}`", call.words[0].text, word.shown()));
        }
    }
    if call.words[0].text.ends_with("wc") {
        targets::lists_of_files(court, call, scope)?;
    }
    for word in words::operands(call.arguments(), &["-n", "-c", "-d", "-f", "-b", "-w", "-s", "--lines", "--bytes"]) {
        targets::read(court, word, scope)?;
    }
    Ok(())
}

//! What the shell itself does: directories, variables, and text that it runs.

use super::{
    Rules,
    call::{Call, Input, Target},
    court::{Court, Ruling},
    processes, rules,
    scope::Scope,
    targets, words,
};
use crate::shell::{UNKNOWN, Unknown, Word};
use std::path::{Path, PathBuf};

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["cd", "pushd", "chdir"], change_directory),
    (&["popd"], popped),
    (&["export", "declare", "local", "readonly", "typeset"], declare),
    (&["eval"], evaluate),
    (&["source", "."], source),
    (&["command", "builtin"], command),
    (&["exec"], execute),
    (&["trap"], trap),
    (&["alias"], alias),
    (&["set"], set),
    (&["shopt", "setopt", "unsetopt"], options),
    (&["unset"], unset),
    (&["read", "mapfile", "readarray", "getopts"], read),
    (&["wait"], wait),
    (&["let"], arithmetic),
    (&["printf"], printf),
    (&["test", "["], test),
    (
        &[
            "enable",
            "hash",
            "bind",
            "complete",
            "compgen",
            "fc",
            "history",
            "emulate",
            "zmodload",
            "autoload",
            "sched",
            "zcompile",
            "noglob",
            "nocorrect",
            "vared",
            "suspend",
            "logout",
            "disown_all",
        ],
        refused,
    ),
    (&["kill"], processes::kill),
    (&["shift"], shift),
    (&["disown", "unalias"], harmless),
];

fn shift(_: &mut Court<'_>, _: &mut Call, scope: &mut Scope) -> Ruling {
    scope.arguments = None;
    Ok(())
}

fn harmless(_: &mut Court<'_>, _: &mut Call, _: &mut Scope) -> Ruling {
    Ok(())
}

fn refused(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    match (call.words[0].text.as_str(), call.arguments()) {
        // `hash -r` forgets where programs were.
        ("hash", []) => Ok(()),
        ("hash", [only]) if !only.text.contains('=') && only.text != "-p" => Ok(()),
        ("history", words) if words.iter().all(|word| word.known().is_some_and(|text| text.parse::<u32>().is_ok())) => {
            Ok(())
        }
        // With these letters it runs a command or a function, or expands a list as the shell does.
        ("compgen", words)
            if words.iter().all(|word| {
                word.known().is_some_and(|text| !text.starts_with('-') || !text.contains(['C', 'F', 'W']))
            }) =>
        {
            Ok(())
        }
        (name, _) => court.refuse(rules::PRIVILEGE, format!("`{name}`")),
    }
}

fn change_directory(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let operands = words::operands(call.arguments(), &[]);
    let home = court.workspace().home().and_then(Path::to_str).unwrap_or("/").to_owned();
    let word = match operands.first() {
        None if call.words[0].text == "pushd" => {
            scope.go(Vec::new(), true);
            return Ok(());
        }
        None => Word::plain(home),
        Some(word) if word.text == "-" => {
            let before = scope.before().to_vec();
            scope.go(before, true);
            return Ok(());
        }
        Some(word) => (*word).clone(),
    };
    if word.unknown.is_some() || word.is_pattern || word.text.starts_with('+') {
        if word.is_pattern {
            targets::written(court, Target::new(&word, "going into"), scope)?;
        }
        scope.go(Vec::new(), true);
        return Ok(());
    }
    if word.text.is_empty() {
        return Ok(());
    }
    let path = Path::new(&word.text);
    if scope.places().is_empty() && !path.is_absolute() {
        scope.go(Vec::new(), true);
        return Ok(());
    }
    let from = if scope.places().is_empty() { vec![court.root().clone()] } else { scope.places().to_vec() };
    let mut reached: Vec<PathBuf> = Vec::new();
    let mut exists = true;
    for place in &from {
        let workspace = court.workspace();
        // A directory that is not there yet is gone into by its name, every part of which that exists has been followed:
        // `cargo new app && cd app`. It can come to be a link only by a command, and each is judged by itself. What the line
        // links, moves, copies or unpacks is remembered, and nothing is changed over it (see `Brought`); what a program that
        // the line runs may do besides is what the walls are for, which let nothing be written outside.
        // Where something may be written, or a place inside the project that may at least be looked at.
        let may_write = workspace.may_write(&path.join("any-file"), place);
        if !may_write.is_allowed() && !workspace.is_inside(path, place) {
            return court.refuse(rules::CD, format!("`cd {}`", word.shown()));
        }
        // As the shell does it: `..` takes back the name before it.
        let written = crate::path::resolve::absolute(path, place);
        let target = crate::path::resolve::without_dots(&written).unwrap_or(written);
        exists &= target.is_dir();
        if !reached.contains(&target) {
            reached.push(target);
        }
    }
    scope.go(reached, !exists || scope.has_moved_things);
    Ok(())
}

fn popped(_: &mut Court<'_>, _: &mut Call, scope: &mut Scope) -> Ruling {
    let before = scope.before().to_vec();
    scope.go(before, true);
    Ok(())
}

fn declare(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if words::has(arguments, &["-f"]) && call.words[0].text == "export" {
        return court.refuse(rules::PRIVILEGE, "`export -f`");
    }
    if words::has(arguments, &["-n"]) && call.words[0].text != "export" {
        return court.refuse(rules::PRIVILEGE, format!("`{} -n`", call.words[0].text));
    }
    for word in words::operands(arguments, &[]) {
        // `export "$X"` may set anything; `export X` hands on what is there.
        let Some(text) = word.known() else {
            let (name, value) = word.text.split_once('=').unwrap_or(("", ""));
            if name.is_empty() || name.contains(UNKNOWN) {
                return court.refuse(rules::SETTING, format!("`{}`", word.shown()));
            }
            let value = Word { text: value.to_owned(), ..word.clone() };
            court.assigned(name, Some(&value), scope)?;
            scope.set(name, value);
            continue;
        };
        court.literal_in_index(word)?;
        match text.split_once('=') {
            Some((name, value)) => {
                let value = Word::plain(value);
                court.assigned(name, Some(&value), scope)?;
                scope.set(name, value);
            }
            None if matches!(text, "PATH" | "HOME" | "PYTHONPATH" | "NODE_PATH" | "EDITOR" | "VISUAL" | "PAGER") => {}
            None => {}
        }
    }
    let is_fixed = call.words[0].text == "readonly" || words::has(call.arguments(), &["-r"]);
    let is_changed = words::has(call.arguments(), &["-i", "-l", "-u", "-c"]) && call.words[0].text != "export";
    for (name, value) in std::mem::take(&mut call.declared) {
        if is_fixed || is_changed {
            scope.fix(&name);
        } else {
            scope.set(&name, value);
        }
    }
    if is_fixed || is_changed {
        for word in words::operands(call.arguments(), &[]) {
            scope.fix(word.text.split('=').next().unwrap_or_default());
        }
    }
    Ok(())
}

/// Several words joined by blanks, as `eval` does it.
pub(super) fn joined(words: &[Word]) -> Word {
    let mut all = Word::default();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            all.text.push(' ');
        }
        all.text.push_str(&word.text);
        if word.unknown.is_some() {
            all.unknown.clone_from(&word.unknown);
        }
        all.is_pattern |= word.is_pattern;
    }
    all
}

fn evaluate(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let code = joined(call.arguments());
    if code.is_pattern {
        return court.refuse(rules::UNKNOWN_CODE, format!("`eval {}`", code.shown()));
    }
    court.source_in(&code, scope)
}

fn source(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = call.words[0].text.clone();
    let Some(file) = call.arguments().first() else { return Ok(()) };
    let refused = |court: &Court<'_>| court.refuse(rules::PROGRAM_PLACE, format!("`{name} {}`", file.shown()));
    let Some(path) = file.known() else { return refused(court) };
    if scope.places().is_empty() || !scope.places().iter().all(|place| runs_from(court, path, place)) {
        return refused(court);
    }
    // It may set variables and go anywhere it likes within the project.
    scope.forget_all();
    if !path.ends_with("activate") {
        scope.go(Vec::new(), true);
    }
    Ok(())
}

/// Whether a script may be run from there: it lies in the project, or in the system.
pub(super) fn runs_from(court: &Court<'_>, path: &str, place: &Path) -> bool {
    let workspace = court.workspace();
    let path = Path::new(path);
    let Ok(real) = workspace.resolve(path, place) else { return false };
    if real.starts_with(workspace.root()) {
        return !real.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"));
    }
    is_for_programs(&real)
        && workspace.may_read(path, place).is_allowed()
        && !workspace.may_write(path, place).is_allowed()
}

/// Whether programs that belong to the machine lie there: not where it keeps settings, services and data.
pub(super) fn is_for_programs(real: &Path) -> bool {
    let is_profile = real.starts_with("/etc/profile") || real.starts_with("/etc/profile.d");
    let others = ["/etc", "/var", "/srv", "/run", "/media", "/mnt", "/boot", "/tmp", "/proc", "/sys", "/dev"];
    is_profile || !others.iter().any(|other| real.starts_with(other))
}

fn command(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if words::has(&arguments[..arguments.len().min(1)], &["-v", "-V"]) {
        return Ok(());
    }
    let skipped = arguments.iter().take_while(|word| matches!(word.text.as_str(), "-p" | "--")).count();
    inner(court, arguments[skipped..].to_vec(), call.input.clone(), scope)
}

/// Judges a command given as words, in this same shell.
pub(super) fn inner(court: &mut Court<'_>, words: Vec<Word>, input: Input, scope: &mut Scope) -> Ruling {
    if words.is_empty() {
        return Ok(());
    }
    super::judge(court, &mut Call::of(words, input), scope)
}

fn execute(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let mut rest = call.arguments();
    while let Some(word) = rest.first() {
        match word.text.as_str() {
            "-a" => rest = rest.get(2..).unwrap_or_default(),
            "-c" | "-l" | "-cl" | "-lc" | "--" => rest = &rest[1..],
            _ => break,
        }
    }
    inner(court, rest.to_vec(), call.input.clone(), scope)
}

fn trap(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let operands = words::operands(call.arguments(), &[]);
    let Some(code) = operands.first() else { return Ok(()) };
    if operands.len() == 1 || code.text.is_empty() || code.text == "-" {
        return Ok(());
    }
    if code.unknown.is_some() {
        return court.refuse(rules::TRAP, format!("`trap {}`", code.shown()));
    }
    // What it depends on may change until then: that is looked at when it does.
    let mut later = scope.clone();
    court.source_in(code, &mut later)?;
    if !later.knows_the_same(scope) {
        return court.refuse(rules::TRAP, format!("`trap {}`, which changes variables or directories", code.shown()));
    }
    court.trap(code, scope);
    Ok(())
}

fn alias(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    for word in words::operands(call.arguments(), &[]) {
        if let Some((name, value)) = word.text.split_once('=') {
            if super::is_known(name) || word.unknown.is_some() {
                return court.refuse(rules::ALIAS, format!("`alias {}`", word.shown()));
            }
            court.source(value, &mut scope.clone())?;
        }
    }
    if words::has(call.arguments(), &["-g", "-s"]) {
        return court.refuse(rules::ALIAS, "`alias -g`");
    }
    Ok(())
}

fn set(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let mut rest = call.arguments().iter().peekable();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if text == "--" {
            let values: Vec<Word> = rest.cloned().collect();
            scope.arguments = if values.iter().any(|word| word.may_split) { None } else { Some(values) };
            return Ok(());
        }
        if !text.starts_with(['-', '+']) {
            scope.arguments = None;
            continue;
        }
        if matches!(text, "-o" | "+o") {
            let name = rest.next().map_or("", |word| word.text.as_str());
            if !matches!(
                name,
                "" | "pipefail"
                    | "errexit"
                    | "nounset"
                    | "xtrace"
                    | "noglob"
                    | "noclobber"
                    | "errtrace"
                    | "verbose"
                    | "noexec"
            ) {
                return court.refuse(rules::PRIVILEGE, format!("`set -o {name}`"));
            }
        } else if text[1..].bytes().any(|byte| !b"euxoafnvCEThbm".contains(&byte)) {
            return court.refuse(rules::PRIVILEGE, format!("`set {}`", word.shown()));
        } else if text.contains('o') {
            let name = rest.next().map_or("", |word| word.text.as_str());
            if !matches!(name, "" | "pipefail" | "errexit" | "nounset" | "xtrace") {
                return court.refuse(rules::PRIVILEGE, format!("`set -o {name}`"));
            }
        }
    }
    Ok(())
}

fn options(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    for word in words::operands(call.arguments(), &[]) {
        if !matches!(
            word.text.as_str(),
            "nullglob" | "globstar" | "failglob" | "nocaseglob" | "inherit_errexit" | "lastpipe_off"
        ) {
            return court.refuse(rules::PRIVILEGE, format!("`{} {}`", call.words[0].text, word.shown()));
        }
    }
    Ok(())
}

fn unset(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    for word in words::operands(call.arguments(), &[]) {
        court.literal_in_index(word)?;
        match word.known() {
            Some(name) => scope.forget(name),
            None => scope.forget_all(),
        }
    }
    Ok(())
}

fn read(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let is_read = call.words[0].text == "read";
    if words::has(call.arguments(), &["-C"]) && !is_read {
        return court.refuse(rules::PRIVILEGE, "`mapfile -C`");
    }
    for word in call.arguments() {
        court.literal_in_index(word)?;
    }
    // Options with a value; that of `read -a` is a name.
    let with_value = match call.words[0].text.as_str() {
        "read" => "adiNnptu",
        "getopts" => "",
        _ => "COcdnsu",
    };
    let mut names = Vec::new();
    let mut rest = call.arguments().iter();
    let mut has_ended = false;
    while let Some(word) = rest.next() {
        let letters = word.text.strip_prefix('-').filter(|letters| !has_ended && !letters.is_empty());
        let Some(letters) = letters else {
            has_ended = true;
            names.push(word.clone());
            continue;
        };
        has_ended = letters == "-";
        let end = letters.find(|letter: char| with_value.contains(letter) || letter == UNKNOWN);
        let Some(end) = end else { continue };
        let letter = &letters[end..];
        if letter.starts_with(UNKNOWN) {
            names.push(word.clone());
            continue;
        }
        let attached = word.after("-".len() + end + 1);
        let value = if attached.text.is_empty() { rest.next().cloned().unwrap_or_default() } else { attached };
        if is_read && letter.starts_with('a') {
            names.push(value);
        }
    }
    named(court, &names, scope)
}

/// Judges that variables of these names are set to something that is not known.
fn named(court: &mut Court<'_>, names: &[Word], scope: &mut Scope) -> Ruling {
    for name in names {
        match name.known() {
            Some(name) => {
                super::settings::judge(court, name, None, scope)?;
                scope.forget(name);
            }
            None => scope.forget_all(),
        }
    }
    Ok(())
}

/// With `-p` the number of what was waited for goes into a variable.
fn wait(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let names = words::given(call.arguments(), &["-p"], "");
    for name in &names {
        court.literal_in_index(name)?;
    }
    named(court, &names, scope)
}

fn arithmetic(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    for word in call.arguments() {
        court.literal_in_index(word)?;
        scope.forget_those_in(&word.text);
    }
    Ok(())
}

fn printf(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if let Some(name) = words::values(&call.arguments()[..call.arguments().len().min(2)], &["-v"]).first() {
        court.literal_in_index(name)?;
        match name.known() {
            Some(name) => {
                super::settings::judge(court, name, None, scope)?;
                scope.set(name, Word::unknown(Unknown::Variable(name.to_owned())));
            }
            None => scope.forget_all(),
        }
    }
    Ok(())
}

fn test(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    for pair in call.arguments().windows(2) {
        let is_evaluated = |text: &str| matches!(text, "-v" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge");
        if is_evaluated(&pair[0].text) || is_evaluated(&pair[1].text) {
            court.literal_in_index(&pair[0])?;
            court.literal_in_index(&pair[1])?;
        }
    }
    Ok(())
}

//! What git exchanges with other repositories.

use super::super::{
    call::{Input, Target},
    court::{Court, Ruling},
    network, rules,
    scope::Scope,
    shell_parts::inner,
    targets, words,
};
use crate::shell::Word;

pub(super) fn push(court: &mut Court<'_>, rest: &[Word], scope: &Scope) -> Ruling {
    let mut operands = 0;
    for word in rest {
        let text = word.text.as_str();
        let shown = || format!("`git push {}`", word.shown());
        if word.unknown.is_some() && (word.start().is_empty() || word.may_split) {
            return court.refuse(rules::GIT_UNKNOWN, shown());
        }
        if word.is_pattern {
            return court.refuse(rules::GIT_UNKNOWN, shown());
        }
        if let Some(long) = text.strip_prefix("--") {
            let name = long.split('=').next().unwrap_or_default();
            let is = |whole: &str, least: usize| name.len() >= least && whole.starts_with(name);
            if is("force", 2) || is("force-with-lease", 6) || is("force-if-includes", 6) || is("mirror", 1) {
                return court.refuse(rules::GIT_FORCE, shown());
            }
            if is("delete", 3) || is("prune", 3) {
                return court.refuse(rules::GIT_DELETE, shown());
            }
            if is("receive-pack", 4) || is("exec", 1) || is("repo", 3) || is("push-option", 6) {
                return court.refuse(rules::GIT_OPTION, shown());
            }
        } else if let Some(letters) = text.strip_prefix('-') {
            if letters.contains('f') {
                return court.refuse(rules::GIT_FORCE, shown());
            }
            if letters.contains('d') {
                return court.refuse(rules::GIT_DELETE, shown());
            }
            if letters.contains('o') {
                return court.refuse(rules::GIT_OPTION, shown());
            }
        } else {
            operands += 1;
            if operands == 1 {
                address(court, word, scope)?;
                if text.contains("://") || text.contains('@') {
                    // A remote has been agreed on; an address may be anybody's.
                    court.take(rules::GIT_TRANSPORT.ask(shown()))?;
                }
            } else if text.starts_with('+') {
                return court.refuse(rules::GIT_FORCE, shown());
            } else if text.starts_with(':') {
                return court.refuse(rules::GIT_DELETE, shown());
            }
        }
    }
    Ok(())
}

/// Commands that speak to other repositories.
pub(super) fn transfer(court: &mut Court<'_>, command: &str, rest: &[Word], scope: &mut Scope) -> Ruling {
    for word in rest {
        let text = word.text.as_str();
        let option = text.split('=').next().unwrap_or_default();
        let shown = || format!("`git {command} {}`", word.shown());
        let runs = [
            "--upload-pack",
            "--exec",
            "--template",
            "--separate-git-dir",
            "--config",
            "--remote-helper",
            "--receive-pack",
            "--server-option",
        ];
        if option.starts_with("--")
            && option.len() > 4
            && runs.iter().any(|name| name.starts_with(option))
            && !option.starts_with("--re")
        {
            return court.refuse(rules::GIT_OPTION, shown());
        }
        let is_short = match command {
            "clone" => matches!(option, "-u" | "-c") || option.starts_with("-u") || option.starts_with("-c"),
            "archive" => option == "--remote" || option == "--exec",
            _ => false,
        };
        if is_short || text.starts_with("-u/") {
            return court.refuse(rules::GIT_OPTION, shown());
        }
        if text.contains("::") && !text.starts_with('-') && !text.contains(' ') {
            return court.refuse(rules::GIT_TRANSPORT, shown());
        }
        if word.unknown.is_some() && (word.may_split || word.start().is_empty()) && command != "submodule" {
            return court.refuse(rules::GIT_UNKNOWN, shown());
        }
    }
    let with_value = [
        "-b",
        "--branch",
        "-o",
        "--origin",
        "--depth",
        "-j",
        "--jobs",
        "--filter",
        "--reference",
        "--shallow-since",
        "-t",
        "-m",
        "--format",
        "--prefix",
        "--output",
    ];
    let operands = words::operands(rest, &with_value);
    match command {
        "clone" => {
            if let Some(from) = operands.first() {
                address(court, from, scope)?;
            }
            match operands.get(1) {
                Some(directory) => targets::written(court, Target::new(directory, "making"), scope),
                None => targets::written(court, Target::new(&Word::plain("a-clone"), "making"), scope),
            }
        }
        "fetch" | "pull" | "ls-remote" | "fetch-pack" => match operands.first() {
            Some(from) => address(court, from, scope),
            None => Ok(()),
        },
        "remote" => match operands.first().map(|word| word.text.as_str()) {
            Some("add" | "set-url") => {
                // A push to a mirror takes away what only it has.
                if let Some(word) = rest.iter().find(|word| word.text.starts_with("--mi")) {
                    return court.refuse(rules::GIT_FORCE, format!("`git remote add {}`", word.shown()));
                }
                operands.iter().skip(2).try_for_each(|to| address(court, to, scope))
            }
            _ => Ok(()),
        },
        "submodule" => {
            if operands.first().is_some_and(|word| word.text == "foreach") {
                return for_each_submodule(court, rest, scope);
            }
            for word in operands.iter().skip(1) {
                address(court, word, scope)?;
            }
            Ok(())
        }
        _ => {
            for file in words::given(rest, &["-o", "--output"], "") {
                targets::written(court, Target::new(&file, "writing"), scope)?;
            }
            Ok(())
        }
    }
}

/// What runs in every submodule: one word is a line for a shell, several are a command.
fn for_each_submodule(court: &mut Court<'_>, rest: &[Word], scope: &Scope) -> Ruling {
    let after = rest.iter().position(|word| word.text == "foreach").map_or(rest.len(), |at| at + 1);
    let options = rest[after..].iter().take_while(|word| word.text.starts_with('-')).count();
    match &rest[after + options..] {
        [] => Ok(()),
        [line] => court.source_in(line, &mut scope.child()),
        command => {
            // The first word goes through a shell all the same.
            if command[0].text.contains(|c: char| !c.is_ascii_alphanumeric() && !"._/+-".contains(c)) {
                court.source_in(&command[0], &mut scope.child())?;
            }
            inner(court, command.to_vec(), Input::Unknown, &mut scope.child())
        }
    }
}

/// Where a repository lies: the name of a remote, a path, or an address.
fn address(court: &mut Court<'_>, word: &Word, scope: &Scope) -> Ruling {
    let text = word.text.as_str();
    if text.contains("::") || text.starts_with('-') {
        return court.refuse(rules::GIT_TRANSPORT, format!("`{}`", word.shown()));
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return match scheme {
            "https" | "http" => network::address(word),
            "ssh" | "git" | "git+ssh" => {
                if text[scheme.len() + 3..].starts_with('-') || text.contains("ProxyCommand") {
                    return court.refuse(rules::GIT_TRANSPORT, format!("`{}`", word.shown()));
                }
                network::address(&Word { text: text.replacen(scheme, "https", 1), ..word.clone() })
            }
            "file" => targets::read(court, &word.after("file://".len()), scope),
            _ => court.refuse(rules::GIT_TRANSPORT, format!("`{}`", word.shown())),
        };
    }
    if text.starts_with('/') || text.starts_with('.') {
        return targets::read(court, word, scope);
    }
    Ok(())
}

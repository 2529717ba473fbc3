//! npm and its relatives.

use super::{
    call::{Call, Input, Target},
    court::{Court, Ruling},
    indexes,
    packages::{asks_for_global, is_dependency, publishes, run_after, run_package, task},
    rules,
    scope::Scope,
    shell_parts::inner,
    targets, words,
};
use crate::shell::Word;

/// What npm can be told to do, with the other names it has for that. In byte order.
const NPM_COMMANDS: &[&str] = &[
    "access",
    "add",
    "add-user",
    "adduser",
    "audit",
    "author",
    "bugs",
    "c",
    "cache",
    "ci",
    "completion",
    "config",
    "create",
    "ddp",
    "dedupe",
    "deprecate",
    "diff",
    "dist-tag",
    "dist-tags",
    "docs",
    "doctor",
    "edit",
    "exec",
    "explain",
    "explore",
    "find",
    "find-dupes",
    "fund",
    "get",
    "help",
    "help-search",
    "home",
    "hook",
    "i",
    "info",
    "init",
    "innit",
    "install",
    "install-ci-test",
    "install-clean",
    "install-test",
    "isntall",
    "issues",
    "it",
    "la",
    "link",
    "list",
    "ll",
    "ln",
    "login",
    "logout",
    "ls",
    "org",
    "outdated",
    "owner",
    "pack",
    "ping",
    "pkg",
    "prefix",
    "profile",
    "prune",
    "publish",
    "query",
    "r",
    "rb",
    "rebuild",
    "remove",
    "repo",
    "restart",
    "rm",
    "root",
    "rum",
    "run",
    "run-script",
    "s",
    "sbom",
    "se",
    "search",
    "set",
    "show",
    "shrinkwrap",
    "sit",
    "star",
    "stars",
    "start",
    "stop",
    "t",
    "team",
    "test",
    "token",
    "tst",
    "un",
    "undeprecate",
    "uninstall",
    "unlink",
    "unpublish",
    "unstar",
    "up",
    "update",
    "upgrade",
    "urn",
    "v",
    "verison",
    "version",
    "view",
    "whoami",
    "why",
    "x",
];

/// A command of npm that is written shorter than it is, as the first it may stand for, those that publish before the others.
fn whole(task: &str) -> &str {
    if NPM_COMMANDS.contains(&task) || task.is_empty() {
        return task;
    }
    let publishing = ["publish", "unpublish", "deprecate", "adduser", "access", "dist-tag", "owner", "token", "exec"];
    let longer = publishing.iter().chain(NPM_COMMANDS).find(|command| command.starts_with(task));
    longer.copied().unwrap_or(task)
}

/// Whether these words after `config set` set where packages come from, and nothing else.
fn sets_registry(words: &[Word]) -> bool {
    let is_key = |key: &str| {
        matches!(key, "registry" | "npmRegistryServer") || key.starts_with('@') && key.ends_with(":registry")
    };
    match words {
        [only] => only.known().and_then(|text| text.split_once('=')).is_some_and(|(key, _)| is_key(key)),
        [key, value] => key.known().is_some_and(is_key) && !value.text.starts_with('-'),
        _ => false,
    }
}

/// What a package manager does in other packages of the same repository is what it does in this one.
fn in_workspaces(court: &mut Court<'_>, manager: &str, words: &[Word], scope: &Scope) -> Ruling {
    if words.is_empty() {
        return Ok(());
    }
    let mut command = vec![Word::plain(manager)];
    command.extend_from_slice(words);
    inner(court, command, Input::Same, &mut scope.child())
}

pub(super) fn node_packages(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = call.words[0].text.clone();
    let arguments = call.arguments().to_vec();
    let with_value = [
        "-C",
        "--prefix",
        "--dir",
        "--cwd",
        "-w",
        "--workspace",
        "--filter",
        "-F",
        "--registry",
        "--proxy",
        "--https-proxy",
        "--cache",
        "--loglevel",
        "--tag",
        "--userconfig",
        "--script-shell",
    ];
    for option in [
        "--script-shell",
        "--userconfig",
        "--globalconfig",
        "--node-options",
        "--git",
        "--shell",
        "--init-module",
        "--use-node-version",
        "--global-dir",
        "--global-bin-dir",
        "--pnpmfile",
        "--global-pnpmfile",
    ] {
        if arguments.iter().take_while(|word| word.text != "--").any(|word| word.text.split('=').next() == Some(option))
        {
            return court.refuse(rules::OPTION, format!("`{name} {option}`"));
        }
    }
    for directory in words::values(&arguments, &["-C", "--prefix", "--dir", "--cwd"]) {
        if !matches!(directory.text.as_str(), "") {
            targets::written(court, Target::new(&directory, "installing"), scope)?;
        }
    }
    let Some((task, at)) = task(&arguments, &with_value) else { return Ok(()) };
    let task = if matches!(name.as_str(), "npm" | "cnpm") { whole(task) } else { task };
    let rest = &arguments[at + 1..];
    let is_global = words::has(
        &arguments[..arguments.iter().position(|word| word.text == "--").unwrap_or(arguments.len())],
        &["-g", "--global"],
    ) || arguments.iter().any(|word| word.text == "--location=global");
    // What stands behind these is a program's.
    let is_run = matches!(task, "run" | "run-script" | "exec" | "x" | "dlx" | "test" | "t" | "start" | "explore");
    let own = if is_run { &arguments[..at] } else { &arguments[..] };
    indexes::options(court, own, indexes::NODE, scope)?;
    if matches!(task, "install" | "i" | "add" | "in" | "isntall" | "up" | "update" | "upgrade" | "it" | "link") {
        indexes::packages(court, &words::operands(rest, &with_value), scope)?;
    }
    match task {
        "publish" | "unpublish" | "deprecate" | "login" | "adduser" | "add-user" | "logout" | "token" | "owner"
        | "access" | "dist-tag" | "dist-tags" | "team" | "org" | "hook" | "star" | "profile" => {
            if words::has(rest, &["--dry-run"]) && task == "publish" { Ok(()) } else { publishes(court, call, task) }
        }
        "npm" if name == "yarn" => inner(court, arguments[at..].to_vec(), Input::Same, scope),
        "workspace" if name == "yarn" => in_workspaces(court, &name, rest.get(1..).unwrap_or_default(), scope),
        "workspaces" if name == "yarn" => {
            let flags = [
                "-A", "-R", "-W", "-i", "-p", "-t", "-v", "-pt", "-pti", "-ptv", "-pi", "-pv", "-Ap", "-At", "-Apt",
                "-Av",
            ];
            let values = ["--from", "--include", "--exclude", "-j", "--jobs", "--since"];
            let Some(at) = rest.iter().position(|word| matches!(word.text.as_str(), "foreach" | "run")) else {
                return Ok(());
            };
            let mut after = at + 1;
            while let Some(word) = rest.get(after).filter(|word| word.text.starts_with('-')) {
                let text = word.text.as_str();
                after += match text {
                    _ if values.contains(&text) => 2,
                    _ if text.starts_with("--") || flags.contains(&text) => 1,
                    _ => return court.refuse(rules::WRAPPER, format!("`yarn workspaces {text}`")),
                };
            }
            in_workspaces(court, &name, rest.get(after..).unwrap_or_default(), scope)
        }
        "recursive" | "multi" | "m" if name == "pnpm" => in_workspaces(court, &name, rest, scope),
        "exec" | "x" => {
            if name == "npm" {
                return run_package(court, rest, call, scope);
            }
            run_after(court, &arguments, at + 1, &["-c", "--shell-mode"], scope)
        }
        "dlx" => run_package(court, rest, call, scope),
        "explore" => run_after(court, &arguments, at + 2, &[], scope),
        "config" | "c" => match rest.first().map(|word| word.text.as_str()) {
            Some("get" | "list" | "ls") | None => Ok(()),
            Some("set") if !is_global && sets_registry(&rest[1..]) => indexes::kept(court, &rest[1..], scope),
            _ => court.refuse(rules::OPTION, format!("`{name} config`")),
        },
        "set" if name == "npm" => court.refuse(rules::OPTION, "`npm set`"),
        "set" if name == "yarn" => court.take(rules::PACKAGE_RUN.ask("`yarn set`")),
        "edit" | "plugin" => court.refuse(rules::OPTION, format!("`{name} {task}`")),
        "global" => asks_for_global(court, call, "global"),
        "link" | "ln" | "unlink" if name != "yarn" && rest.is_empty() => asks_for_global(court, call, task),
        "setup" | "env" | "enable" | "disable" | "use" | "prepare" if name != "npm" && name != "yarn" => {
            asks_for_global(court, call, task)
        }
        "init" | "create" if rest.iter().any(|word| !word.text.starts_with('-')) => {
            let Some(package) = words::operands(rest, &[]).first().copied().cloned() else { return Ok(()) };
            match package.known() {
                Some(text) if !text.contains(':') && !text.starts_with(['.', '/']) => Ok(()),
                _ => court.take(rules::PACKAGE_RUN.ask(format!("`{name} {task} {}`", package.shown()))),
            }
        }
        "install" | "i" | "add" | "ci" | "uninstall" | "remove" | "rm" | "update" | "up" | "upgrade" | "isntall"
        | "un" | "r"
            if is_global =>
        {
            asks_for_global(court, call, "-g")
        }
        "root" | "bin" | "prefix" | "ls" | "list" | "la" | "ll" | "outdated" | "view" | "info" => Ok(()),
        _ if is_global && !matches!(task, "run" | "run-script" | "test" | "t" | "start") => {
            asks_for_global(court, call, "-g")
        }
        // A word that is not known may be any of the above.
        _ if task.contains(crate::shell::UNKNOWN) => {
            court.refuse(rules::UNKNOWN_NAME, format!("`{name} {}`", arguments[at].shown()))
        }
        _ if name == "pnpm" || name == "yarn" => {
            if is_dependency(court, task, scope) || matches!(task, "run" | "test" | "start" | "build" | "dev") {
                return Ok(());
            }
            if super::is_known(task)
                && !matches!(
                    task,
                    "install"
                        | "test"
                        | "link"
                        | "patch"
                        | "set"
                        | "env"
                        | "unlink"
                        | "import"
                        | "why"
                        | "rebuild"
                        | "fetch"
                        | "store"
                        | "licenses"
                )
            {
                return run_after(court, &arguments, at, &[], scope);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

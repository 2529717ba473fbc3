//! Package managers and build tools.

use super::{
    Rules,
    call::{Call, Input, Target},
    court::{Court, Ruling},
    indexes, rules,
    scope::Scope,
    shell_parts::inner,
    targets, words,
    wrappers::script_file,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["npm", "pnpm", "yarn", "cnpm", "corepack"], super::node_packages::node_packages),
    (&["npx", "pnpx", "pnx"], npx),
    (&["pip", "pipx"], pip),
    (
        &["uv", "uvx", "poetry", "pdm", "pipenv", "hatch", "rye", "conda", "mamba", "tox", "nox", "flit"],
        python_projects,
    ),
    (&["gem", "bundle", "bundler", "rbenv", "rvm"], ruby),
    (&["composer"], composer),
    (
        &[
            "twine",
            "np",
            "release-it",
            "semantic-release",
            "vsce",
            "ovsx",
            "goreleaser",
            "changeset_publish",
            "cargo-release",
        ],
        publish,
    ),
    (&["lerna", "changeset", "nx-release"], monorepo),
];

/// The first operand: what a package manager is to do.
pub(super) fn task<'w>(arguments: &'w [Word], with_value: &[&str]) -> Option<(&'w str, usize)> {
    let operand = words::operands(arguments, with_value).into_iter().next()?;
    let at = arguments.iter().position(|word| std::ptr::eq(word, operand))?;
    Some((operand.text.as_str(), at))
}

pub(super) fn publishes(court: &Court<'_>, call: &Call, task: &str) -> Ruling {
    court.refuse(rules::PUBLISH, format!("`{} {task}`", call.words[0].text))
}

pub(super) fn asks_for_global(court: &mut Court<'_>, call: &Call, what: &str) -> Ruling {
    court.take(rules::PACKAGE_GLOBAL.ask(format!("`{} {what}`", call.words[0].text)))
}

/// Judges the words after the task as a command of their own.
pub(super) fn run_after(
    court: &mut Court<'_>,
    arguments: &[Word],
    at: usize,
    with_value: &[&str],
    scope: &Scope,
) -> Ruling {
    let mut at = at;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            break;
        }
        if !text.starts_with('-') {
            break;
        }
        at += if with_value.contains(&text) { 2 } else { 1 };
    }
    let words = arguments.get(at..).unwrap_or_default().to_vec();
    if let [only] = words.as_slice() {
        // `npm exec "a b"` would be one word; a command with blanks is text.
        if only.text.contains(' ') {
            return court.source_in(only, &mut scope.child());
        }
    }
    let mut child = scope.child();
    runs_tool(court, words, &mut child)
}

/// A program of the project's dependencies, or one that is listed.
pub(super) fn runs_tool(court: &mut Court<'_>, words: Vec<Word>, scope: &mut Scope) -> Ruling {
    if let Some(name) = words.first().and_then(Word::known)
        && !name.contains('/')
        && !super::is_known(name)
        && is_dependency(court, name, scope)
    {
        for word in &words[1..] {
            targets::mentioned(court, word, scope)?;
        }
        return Ok(());
    }
    inner(court, words, Input::Same, scope)
}

/// Whether the project has a program of this name among what it depends on.
pub(super) fn is_dependency(court: &Court<'_>, name: &str, scope: &Scope) -> bool {
    let is_name =
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) && !name.starts_with('.');
    is_name
        && scope.places().iter().chain([court.root()]).any(|place| {
            ["node_modules/.bin", ".venv/bin", "venv/bin", "vendor/bin"].iter().any(|directory| {
                place.starts_with(court.root()) && place.join(directory).join(name).symlink_metadata().is_ok()
            })
        })
}

fn npx(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    run_package(court, &arguments, call, scope)
}

/// `npx PACKAGE`, and what other managers call it.
pub(super) fn run_package(court: &mut Court<'_>, arguments: &[Word], call: &Call, scope: &mut Scope) -> Ruling {
    if let Some(code) = words::values(&arguments[..arguments.len().min(6)], &["-c", "--call"]).first() {
        return court.source_in(code, &mut scope.child());
    }
    let mut at = 0;
    let mut asked_package = false;
    while let Some(word) = arguments.get(at) {
        match word.text.as_str() {
            "-p" | "--package" | "--from" | "--with" | "--cache" | "--python" | "-w" | "--workspace"
            | "--allow-build" | "--registry" | "--index-url" | "--extra-index-url" | "--index" | "--default-index"
            | "--find-links" | "-i" => {
                asked_package |=
                    matches!(word.text.as_str(), "-p" | "--package" | "--from" | "--with" | "--allow-build");
                at += 2;
            }
            "--" => at += 1,
            text if text.starts_with("--package=") || text.starts_with("--from=") => {
                asked_package = true;
                at += 1;
            }
            text if text.starts_with('-') => at += 1,
            _ => break,
        }
    }
    let (own, rest) = arguments.split_at(at.min(arguments.len()));
    indexes::options(court, own, indexes::NODE, scope)?;
    indexes::options(court, own, indexes::PYTHON, scope)?;
    let mut words = rest.to_vec();
    let Some(first) = words.first() else { return Ok(()) };
    let Some(package) = first.known().map(str::to_owned) else {
        return court.refuse(rules::UNKNOWN_NAME, format!("`{} {}`", call.words[0].text, first.shown()));
    };
    let ask = |court: &mut Court<'_>| court.take(rules::PACKAGE_RUN.ask(format!("`{} {package}`", call.words[0].text)));
    if package.contains(':') || package.starts_with(['.', '/']) || package.ends_with(".tgz") {
        return ask(court);
    }
    let (scope_name, bare) = match package.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((scope_name, name)) => (Some(scope_name), name),
        None => (None, package.as_str()),
    };
    let name = bare.split('@').next().unwrap_or_default().to_owned();
    for word in &words[1..] {
        targets::mentioned(court, word, scope)?;
    }
    let scaffolds = name.starts_with("create-")
        || name == "create"
        || matches!(
            name.as_str(),
            "degit"
                | "tiged"
                | "shadcn"
                | "shadcn-ui"
                | "sv"
                | "nuxi"
                | "storybook"
                | "msw"
                | "tailwindcss"
                | "npm-check-updates"
                | "npm-check"
                | "only-allow"
                | "license-checker"
                | "madge"
                | "knip"
                | "source-map-explorer"
                | "bundlesize"
                | "size-limit"
                | "kill-port"
        );
    let is_tool_of_scope = matches!(
        scope_name,
        Some(
            "angular"
                | "vue"
                | "nestjs"
                | "sveltejs"
                | "tailwindcss"
                | "biomejs"
                | "playwright"
                | "storybook"
                | "tanstack"
                | "remix-run"
                | "prisma"
                | "openapitools"
                | "redocly"
                | "stoplight"
                | "commitlint"
                | "changesets"
                | "eslint"
                | "vitejs"
                | "expo"
                | "react-native-community"
                | "capacitor"
                | "graphql-codegen"
                | "lhci"
                | "axe-core"
                | "modelcontextprotocol"
        )
    );
    // A name that on this machine would be a part of it is a package's here: `sv` of Svelte is not the one of runit.
    if SHARED_NAMES.contains(&name.as_str()) && scope_name.is_none() {
        return if asked_package { ask(court) } else { Ok(()) };
    }
    if is_dependency(court, &name, scope) || super::is_known(&name) {
        words[0] = Word::plain(name);
        return runs_tool(court, words, &mut scope.child());
    }
    if asked_package || !(scaffolds || is_tool_of_scope) {
        return ask(court);
    }
    Ok(())
}

/// Names of packages for scaffolding that are blocked as commands of the machine.
const SHARED_NAMES: [&str; 1] = ["sv"];

fn pip(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let places =
        ["--target", "-t", "--prefix", "--root", "-d", "--dest", "--log", "--src", "--report", "-w", "--wheel-dir"];
    for directory in words::given(arguments, &places, "cefir") {
        targets::written(court, Target::new(&directory, "installing"), scope)?;
    }
    if let Some(word) = arguments.iter().find(|word| is_shortened(&word.text)) {
        return court.refuse(rules::OPTION, format!("`pip {}`, which is written shorter than it is", word.shown()));
    }
    if words::has(arguments, &["--python", "--global-option", "--install-option", "--build-option"]) {
        return court.refuse(rules::OPTION, "`pip` with this option");
    }
    let with_value: Vec<&str> = ["--log", "--cache-dir", "--timeout"].iter().chain(indexes::PYTHON).copied().collect();
    let Some((task, at)) = task(arguments, &with_value) else { return Ok(()) };
    if call.words[0].text.ends_with("pipx") {
        return match task {
            "run" => run_package(court, &arguments[at + 1..], call, scope),
            "list" | "environment" => Ok(()),
            _ => asks_for_global(court, call, task),
        };
    }
    indexes::options(court, arguments, indexes::PYTHON, scope)?;
    match task {
        "install" | "uninstall" | "download" | "wheel" => {
            if words::has(arguments, &["--user", "--system", "--break-system-packages"]) {
                return asks_for_global(court, call, task);
            }
            let files = ["-r", "--requirement", "-c", "--constraint", "-e", "--editable"];
            let named = words::values(arguments, &files);
            let packages: Vec<&Word> = words::operands(arguments, &with_value).into_iter().chain(&named).collect();
            indexes::packages(court, &packages, scope)
        }
        "config" => match arguments.get(at + 1).map(|word| word.text.as_str()) {
            Some("list" | "get" | "debug") | None => Ok(()),
            _ => court.refuse(rules::OPTION, "`pip config`"),
        },
        _ => Ok(()),
    }
}

/// Whether pip would take this for an option that says where it installs.
fn is_shortened(text: &str) -> bool {
    let name = text.split('=').next().unwrap_or_default();
    let is_whole = matches!(name, "--pre" | "--root" | "--src" | "--log");
    !is_whole
        && name.len() > 2
        && ["--target", "--prefix", "--root-user-action", "--wheel-dir", "--report"]
            .iter()
            .any(|option| option.starts_with(name) && option.len() > name.len())
}

/// Where conda takes packages from; a name stands for a channel of its own registry.
const CHANNELS: &[&str] = &["-c", "--channel"];

fn python_projects(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let arguments = call.arguments().to_vec();
    if name == "uvx" {
        return run_package(court, &arguments, call, scope);
    }
    let with_value = [
        "-C",
        "--directory",
        "--project",
        "--python",
        "-p",
        "--config",
        "--env-file",
        "--with",
        "--group",
        "--extra",
        "-e",
        "-P",
        "-n",
        "--name",
    ];
    for directory in words::values(&arguments, &["--directory", "--project"]) {
        targets::written(court, Target::new(&directory, "working"), scope)?;
    }
    let Some((task, at)) = task(&arguments, &with_value) else { return Ok(()) };
    let rest = &arguments[at + 1..];
    // What stands behind `run` is the program's.
    let own = if matches!(task, "run" | "pip" | "tool") { &arguments[..at] } else { &arguments[..] };
    indexes::options(court, own, if name == "conda" || name == "mamba" { CHANNELS } else { indexes::PYTHON }, scope)?;
    if matches!(task, "add" | "install" | "sync" | "lock" | "source" | "create") {
        let packages: Vec<&Word> = rest.iter().filter(|word| !word.text.starts_with("--")).collect();
        indexes::packages(court, &packages, scope)?;
    }
    match (name.as_str(), task) {
        (_, "publish" | "login" | "upload") => publishes(court, call, task),
        ("uv", "pip") => {
            let mut words = vec![Word::plain("pip")];
            words.extend_from_slice(rest);
            inner(court, words, Input::Same, scope)
        }
        ("uv", "tool") => match rest.first().map(|word| word.text.as_str()) {
            Some("run") => run_package(court, &rest[1..], call, scope),
            Some("list" | "dir") | None => Ok(()),
            _ => asks_for_global(court, call, "tool"),
        },
        ("uv", "self")
        | ("poetry" | "hatch" | "rye", "self")
        | ("conda" | "mamba", "install" | "update" | "remove") => asks_for_global(court, call, task),
        ("uv" | "poetry" | "pdm" | "pipenv" | "hatch" | "rye" | "conda" | "mamba", "run") => {
            let mut after = at + 1;
            // `uv run script.py` runs a script without an interpreter's name.
            while arguments.get(after).is_some_and(|word| word.text.starts_with('-') && word.text != "--") {
                let text = arguments[after].text.as_str();
                if matches!(text, "-m" | "--module") {
                    let mut words = vec![Word::plain("python"), Word::plain("-m")];
                    words.extend_from_slice(&arguments[after + 1..]);
                    return inner(court, words, call.input.clone(), &mut scope.child());
                }
                after += if with_value.contains(&text) || text == "--with-requirements" { 2 } else { 1 };
            }
            if let Some(script) = arguments.get(after).filter(|word| word.text.ends_with(".py")) {
                return script_file(court, &name, script, scope);
            }
            run_after(court, &arguments, after, &with_value, scope)
        }
        ("poetry" | "pdm", "config") => match rest.first() {
            Some(word) if word.text == "--list" => Ok(()),
            None => Ok(()),
            _ if rest.iter().any(|word| word.text == "--local")
                && !rest.iter().any(|word| word.text.contains("pypi-token") || word.text.contains("http-basic")) =>
            {
                Ok(())
            }
            _ => court.refuse(rules::OPTION, format!("`{name} config`")),
        },
        _ => Ok(()),
    }
}

fn ruby(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    let name = call.words[0].text.clone();
    let Some((task, at)) = task(&arguments, &["--gemfile"]) else { return Ok(()) };
    match name.as_str() {
        "gem" => indexes::options(court, &arguments, indexes::GEM, scope)?,
        "bundle" | "bundler" if task == "add" => indexes::options(court, &arguments, &["--source", "--git"], scope)?,
        "bundle" | "bundler" if task == "config" => {
            // Without the registry whose place another takes: it stands in the name.
            let address = words::operands(&arguments[at + 1..], &[]).into_iter().last();
            indexes::packages(court, address.as_slice(), scope)?;
        }
        _ => {}
    }
    match (name.as_str(), task) {
        ("gem", "push" | "yank" | "owner" | "signin" | "signout") => publishes(court, call, task),
        ("gem", "exec") => run_package(court, &arguments[at + 1..], call, scope),
        ("gem", "install") => {
            for directory in words::values(&arguments, &["-i", "--install-dir", "-n", "--bindir"]) {
                targets::written(court, Target::new(&directory, "installing"), scope)?;
            }
            Ok(())
        }
        ("bundle" | "bundler", "exec") => run_after(court, &arguments, at + 1, &[], scope),
        ("bundle" | "bundler", "config") if words::has(&arguments, &["--global"]) => {
            court.refuse(rules::OPTION, "`bundle config --global`")
        }
        ("bundle" | "bundler", "config" | "install") => {
            let mut places = words::values(&arguments, &["--path", "--binstubs"]);
            let told: Vec<&Word> = words::operands(&arguments[at + 1..], &[]);
            let told = told.iter().filter(|word| !matches!(word.text.as_str(), "set" | "--local"));
            if let [key, place] = told.collect::<Vec<_>>().as_slice()
                && matches!(key.text.as_str(), "path" | "bin" | "BUNDLE_PATH" | "BUNDLE_BIN" | "cache_path")
            {
                places.push((**place).clone());
            }
            places.iter().try_for_each(|place| targets::written(court, Target::new(place, "installing"), scope))
        }
        ("rbenv" | "rvm", "versions" | "version" | "which" | "local" | "list") => Ok(()),
        ("rbenv", "exec") => run_after(court, &arguments, at + 1, &[], scope),
        ("rbenv" | "rvm", _) => asks_for_global(court, call, task),
        _ => Ok(()),
    }
}

fn composer(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    for directory in words::values(&arguments, &["-d", "--working-dir"]) {
        targets::written(court, Target::new(&directory, "installing"), scope)?;
    }
    indexes::options(court, &arguments, indexes::COMPOSER, scope)?;
    match task(&arguments, &["-d", "--working-dir"]) {
        Some(("global" | "self-update" | "selfupdate", _)) => asks_for_global(court, call, "global"),
        Some(("exec", at)) => run_after(court, &arguments, at + 1, &[], scope),
        Some(("config", _)) if words::has(&arguments, &["-g", "--global", "--editor", "-e"]) => {
            court.refuse(rules::OPTION, "`composer config`")
        }
        Some(("config", at)) => {
            // `repositories.NAME TYPE URL`, or as JSON.
            for word in words::operands(&arguments[at + 1..], &[]) {
                for part in word.text.split(['"', '\'']).filter(|part| part.contains("://")) {
                    indexes::packages(court, &[&Word { text: part.replace("\\/", "/"), ..word.clone() }], scope)?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn publish(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    match call.arguments().first().map(|word| word.text.as_str()) {
        Some("check" | "--version" | "--help" | "package" | "ls" | "--dry-run" | "build") => Ok(()),
        _ => publishes(court, call, ""),
    }
}

fn monorepo(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    match task(call.arguments(), &[]) {
        Some(("publish", _)) => publishes(court, call, "publish"),
        Some(("run", at)) if call.arguments()[at..].iter().any(|word| word.text == "publish") => {
            publishes(court, call, "run publish")
        }
        Some(("exec", at)) => run_after(court, call.arguments(), at + 1, &[], scope),
        _ => Ok(()),
    }
}

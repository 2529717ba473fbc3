//! What publishes: tools of which one task sends what was built to other people.

use super::{
    Rules,
    call::Call,
    court::{Court, Ruling},
    interpreters,
    packages::{publishes, run_after},
    rules,
    scope::Scope,
    words,
    wrappers::script_file,
};
use crate::shell::{UNKNOWN, Word};

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (
        &[
            "buf",
            "cabal",
            "cap",
            "conan",
            "dart",
            "docusaurus",
            "elm",
            "expo",
            "flutter",
            "hugo",
            "mkdocs",
            "ng",
            "nimble",
            "semgrep",
            "spago",
            "stack",
            "wasm-pack",
            "web-ext",
        ],
        by_task,
    ),
    (&["electron-builder"], electron_builder),
    (&["rake"], rake),
    (&["nx"], nx),
    (&["turbo"], turbo),
];

/// The tasks of a tool that publish.
fn tasks(tool: &str) -> &'static [&'static str] {
    match tool {
        "buf" => &["push", "registry"],
        "cap" => &["deploy"],
        "conan" | "stack" | "cabal" => &["upload"],
        "docusaurus" | "hugo" | "ng" => &["deploy"],
        "mkdocs" => &["gh-deploy"],
        "dart" | "flutter" => &["publish", "lish", "token", "login"],
        "expo" => &["publish", "login", "upload"],
        "wasm-pack" => &["publish", "login", "adduser", "add-user"],
        "web-ext" => &["sign", "submit"],
        _ => &["publish", "login"],
    }
}

/// Tools that are told in their first two words what to do.
fn by_task(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = own_name(call);
    let told = tasks_told(call.arguments());
    let is_unknown = |task: &&str| *task == "?" || task.contains(UNKNOWN);
    let may_publish = |task: &&str| {
        tasks(&name).contains(task) || name == "cap" && task.rsplit(':').next().is_some_and(|last| last == "deploy")
    };
    if told.iter().any(may_publish)
        || told.first().is_some_and(is_unknown)
        || told.first() == Some(&"pub") && told.iter().any(is_unknown)
    {
        return publishes(court, call, &told.join(" "));
    }
    super::installing::into_the_project(court, call, scope)
}

/// The words that may be the first two that tell what to do, `?` for one that is not known. What stands behind an option may
/// be its value, so it does not count as one of the two, and may be a task all the same.
fn tasks_told(arguments: &[Word]) -> Vec<&str> {
    let (mut told, mut certain, mut may_be_value) = (Vec::new(), 0, false);
    for word in arguments {
        if word.text.starts_with('-') {
            may_be_value = !word.text.contains('=') && word.text != "--";
            continue;
        }
        told.push(word.known().unwrap_or("?"));
        certain += usize::from(!may_be_value);
        may_be_value = false;
        if certain == 2 {
            break;
        }
    }
    told
}

fn own_name(call: &Call) -> String {
    call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned()
}

fn electron_builder(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let when = words::values(call.arguments(), &["-p", "--publish"]);
    match when.iter().find(|when| when.text != "never") {
        Some(when) => publishes(court, call, &format!("--publish {}", when.shown())),
        None => Ok(()),
    }
}

/// Tasks of a Ruby project: those that the packager brings along push the gem and the tag.
fn rake(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    for file in words::values(&arguments, &["-f", "--rakefile"]) {
        script_file(court, "rake", &file, scope)?;
    }
    for code in words::values(&arguments, &["-e", "--execute", "-E", "--execute-continue", "-p", "--execute-print"]) {
        interpreters::code(court, "rake", &code)?;
    }
    let with_value = ["-f", "--rakefile", "-I", "--libdir", "-r", "--require", "-R", "--rakelibdir", "-j", "-W", "-D"];
    for word in words::operands(&arguments, &with_value) {
        let task = word.text.split('[').next().unwrap_or_default();
        if task.starts_with(UNKNOWN) {
            return court.refuse(rules::UNKNOWN_NAME, format!("`rake {}`", word.shown()));
        }
        let mut parts = task.rsplit(':');
        let publishing = ["release", "publish", "push", "rubygem_push", "upload"];
        if parts.any(|part| publishing.contains(&part)) && !task.contains('=') {
            return publishes(court, call, task);
        }
    }
    Ok(())
}

/// Whether a target of a repository with several packages publishes.
fn is_publishing_target(target: &str) -> bool {
    target == "publish" || target.ends_with("-publish") || target.starts_with("publish-") || target.contains(UNKNOWN)
}

fn nx(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    let own = &arguments[..arguments.iter().position(|word| word.text == "--").unwrap_or(arguments.len())];
    let with_value = ["-c", "--configuration", "-p", "--project", "--projects", "--parallel", "--base", "--head"];
    let operands = words::operands(own, &with_value);
    let Some(task) = operands.first().map(|word| word.text.as_str()) else { return Ok(()) };
    let targets: Vec<&str> = match task {
        "release" => {
            let previews = |word: &Word| matches!(word.text.as_str(), "--dry-run" | "-d" | "--dryRun");
            let denies = |word: &Word| matches!(word.text.as_str(), "--no-dry-run" | "--dry-run=false");
            let is_preview = own.iter().any(previews) && !own.iter().any(denies);
            return if is_preview { Ok(()) } else { publishes(court, call, "release") };
        }
        "exec" | "watch" => {
            let at = own.len() + 1;
            let command = arguments.get(at..).unwrap_or_default();
            return if command.is_empty() { Ok(()) } else { run_after(court, &arguments, at, &[], scope) };
        }
        "run" => operands.get(1).into_iter().flat_map(|word| word.text.split(':').skip(1).take(1)).collect(),
        "run-many" | "affected" => named_targets(own),
        // A command of its own, of which one takes names that may be anything.
        "build" | "graph" | "show" | "reset" | "list" | "report" | "format" | "format:check" | "format:write"
        | "lint" | "test" | "serve" | "e2e" | "init" | "add" | "g" | "generate" | "migrate" | "daemon" | "sync"
        | "sync:check" => Vec::new(),
        target => vec![target],
    };
    match targets.iter().find(|target| is_publishing_target(target)) {
        Some(target) => publishes(court, call, &format!("{task} {target}")),
        None => Ok(()),
    }
}

/// The values of `-t`, `--target` and `--targets`, which may be several words.
fn named_targets(own: &[Word]) -> Vec<&str> {
    let (mut targets, mut is_listing) = (Vec::new(), false);
    for word in own {
        let text = match word.text.split_once('=') {
            Some((option, value)) if option.starts_with('-') => {
                is_listing = matches!(option, "-t" | "--target" | "--targets");
                value
            }
            _ if word.text.starts_with('-') => {
                is_listing = matches!(word.text.as_str(), "-t" | "--target" | "--targets");
                continue;
            }
            _ => word.text.as_str(),
        };
        if is_listing {
            targets.extend(text.split(','));
        }
    }
    targets
}

fn turbo(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let own = call.arguments().iter().take_while(|word| word.text != "--").cloned().collect::<Vec<_>>();
    let tasks = words::operands(&own, &["-F", "--filter", "--concurrency", "--cwd"]);
    // `package#task`
    let last = |word: &&&Word| is_publishing_target(word.text.rsplit('#').next().unwrap_or_default());
    match tasks.iter().find(last) {
        Some(task) => publishes(court, call, &task.shown()),
        None => Ok(()),
    }
}

/// Words in which a tool of the Java world is told what to do: a goal, a task, or a line of several.
pub(super) fn of_jvm(tool: &str, word: &Word) -> bool {
    let text = word.text.to_lowercase();
    if text.starts_with('-') {
        return matches!(text.as_str(), "--publishimage" | "-dspring-boot.build-image.publish=true");
    }
    let is_sbt = tool == "sbt";
    text.split([';', ',']).any(|told| {
        let told = told.trim().trim_start_matches(['+', ' ']);
        // What stands behind a command of sbt in one word is for that command, but for a few.
        let told = match told.split_once(' ') {
            Some((first, rest)) if is_sbt && !matches!(first, "show" | "all" | "project") => {
                if first.contains('/') || rest.starts_with('/') { rest.trim_start_matches(['/', ' ']) } else { first }
            }
            _ => told.rsplit(' ').next().unwrap_or_default(),
        };
        let told = told.split('@').next().unwrap_or_default();
        let mut parts = told.rsplit([':', '/']);
        let goal = parts.next().unwrap_or_default();
        let goal = if matches!(tool, "mill") { goal.rsplit('.').next().unwrap_or_default() } else { goal };
        let plugin = parts.find(|part| part.bytes().any(|byte| byte.is_ascii_alphabetic())).unwrap_or_default();
        is_publishing_goal(goal) || is_publishing_plugin(plugin, goal)
    }) || tool.starts_with("gradle") && PUBLISHING_TASKS.iter().any(|task| is_short_for(word.text.as_str(), task))
}

/// Goals and tasks that publish, in lower case.
fn is_publishing_goal(goal: &str) -> bool {
    const WHOLE: [&str; 22] = [
        "artifactorydeploy",
        "artifactorypublish",
        "bintraypublish",
        "bintrayupload",
        "ci-release",
        "deploy",
        "deploy-file",
        "deploy-staged",
        "dockerpush",
        "dockerpushimage",
        "full-release",
        "githubrelease",
        "jib",
        "perform",
        "publish-scm",
        "release",
        "release-staged",
        "sign-and-deploy-file",
        "site-deploy",
        "upload",
        "uploadarchives",
        "checkin",
    ];
    let starts = |start: &str| goal.starts_with(start);
    WHOLE.contains(&goal)
        || starts("publish") && !goal.ends_with("tomavenlocal") && !matches!(goal, "publishlocal" | "publishm2")
        || starts("closeandrelease")
        || (starts("close") || starts("release")) && (goal.contains("staging") || goal.ends_with("repository"))
        || starts("sonatype")
        || starts("appdistributionupload")
        || starts("jreleaser") && ["deploy", "release", "upload", "publish"].iter().any(|what| goal[9..].contains(what))
}

/// Whether this goal of a plugin of Maven publishes, where the goal's name alone does not say it.
fn is_publishing_plugin(plugin: &str, goal: &str) -> bool {
    let plugin = plugin.trim_end_matches("-maven-plugin").trim_start_matches("maven-").trim_end_matches("-plugin");
    match plugin {
        "nexus-staging" => goal != "help",
        "release" => matches!(goal, "prepare" | "prepare-with-pom" | "stage" | "branch"),
        "scm" => matches!(goal, "checkin" | "tag" | "add" | "branch" | "remove"),
        "jib" => goal == "build",
        "docker" | "dockerfile" | "fabric8" | "k8s" => goal == "push",
        "wagon" => goal.starts_with("upload"),
        "jreleaser" => ["deploy", "release", "upload", "publish"].iter().any(|what| goal.contains(what)),
        _ => false,
    }
}

/// Tasks of Gradle that publish and may be written shorter than they are.
const PUBLISHING_TASKS: [&str; 8] = [
    "publish",
    "publishPlugins",
    "publishToSonatype",
    "uploadArchives",
    "bintrayUpload",
    "closeAndReleaseRepository",
    "artifactoryPublish",
    "jreleaserFullRelease",
];

/// Whether Gradle takes `text` for `task`: the beginnings of its parts in their order, at least three letters of a single
/// one. `uA` is `uploadArchives`; with fewer letters it would be many everyday tasks as well.
fn is_short_for(text: &str, task: &str) -> bool {
    let text = text.rsplit(':').next().unwrap_or_default();
    let parts = |text: &str| {
        let mut parts: Vec<String> = Vec::new();
        for c in text.chars() {
            match parts.last_mut() {
                Some(part) if !c.is_ascii_uppercase() => part.push(c),
                _ => parts.push(c.to_string()),
            }
        }
        parts
    };
    let (given, whole) = (parts(text), parts(task));
    let is_long_enough = given.len() > 1 || text.len() > 2;
    is_long_enough
        && given.len() <= whole.len()
        && given.iter().zip(&whole).all(|(given, part)| part.starts_with(given))
}

/// What the old way of installing Python packages is told.
pub(super) fn setup_script(court: &mut Court<'_>, rest: &[Word], call: &Call) -> Ruling {
    match rest.iter().find(|word| matches!(word.text.as_str(), "upload" | "register" | "upload_docs")) {
        Some(task) => publishes(court, call, &task.shown()),
        None => Ok(()),
    }
}

/// Plugins of cargo that publish several packages at once.
pub(super) fn several_crates(court: &mut Court<'_>, call: &Call, task: &str, rest: &[Word]) -> Ruling {
    let is_publishing = match task {
        "workspaces" | "ws" => rest.iter().any(|word| matches!(word.text.as_str(), "publish" | "version")),
        "smart-release" => words::has(rest, &["--execute", "-e"]),
        _ => false,
    };
    if is_publishing { publishes(court, call, task) } else { Ok(()) }
}

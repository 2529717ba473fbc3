//! Compilers with package managers of their own, build tools, and what installs programs into the machine.

use super::{
    Rules,
    call::{Call, Input, Target},
    court::{Court, Ruling},
    indexes,
    packages::{asks_for_global, publishes, run_after, task},
    rules,
    scope::Scope,
    shell_parts::inner,
    targets, words,
    wrappers::script_file,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["cargo", "rustup"], cargo),
    (&["go"], go),
    (&["mvn", "mvnw", "gradle", "gradlew", "ant", "sbt", "lein", "mill"], jvm),
    (&["dotnet", "nuget", "msbuild"], dotnet),
    (&["mix", "rebar3", "hex"], mix),
    (&["swift", "xcodebuild", "pod", "carthage", "fastlane"], swift),
    (&["make", "gmake", "nmake"], make),
    (&["cmake"], cmake),
    (&["dpkg", "rpm", "pacman", "nix-env"], lettered),
    (&["nix-shell"], nix_shell),
    (
        &[
            "apt", "apt-get", "dnf", "yum", "apk", "zypper", "snap", "flatpak", "brew", "port", "choco", "winget",
            "scoop", "nix", "guix", "emerge", "asdf", "mise", "fnm", "nvm", "volta", "pyenv", "sdk",
        ],
        system_packages,
    ),
    (
        &[
            "just",
            "task",
            "husky",
            "pre-commit",
            "lefthook",
            "pm2",
            "wrangler",
            "terraform",
            "tofu",
            "bazel",
            "bazelisk",
            "vagrant",
            "ansible",
            "ansible-playbook",
            "supabase",
            "eas",
        ],
        judged_by_task,
    ),
];

fn cargo(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    let own: Vec<Word> = arguments.iter().take_while(|word| word.text != "--").cloned().collect();
    if call.words[0].text.ends_with("rustup") {
        return match task(&own, &[]).map_or("", |(task, _)| task) {
            "run" => run_after(court, &arguments, 2, &[], scope),
            "" | "show" | "which" | "doc" | "target" | "component" | "check" => Ok(()),
            task => asks_for_global(court, call, task),
        };
    }
    if let Some(word) = own.iter().find(|word| matches!(word.text.split('=').next(), Some("--config"))) {
        return court.refuse(rules::OPTION, format!("`cargo {}`", word.shown()));
    }
    for directory in words::values(&own, &["--target-dir", "--artifact-dir", "--manifest-path", "-C", "--out-dir"]) {
        targets::written(court, Target::new(&directory, "building"), scope)?;
    }
    indexes::options(court, &own, indexes::CARGO, scope)?;
    let with_value = ["-C", "--manifest-path", "--color", "-Z", "--target-dir"];
    let Some((task, at)) = task(&own, &with_value) else { return Ok(()) };
    let (task, at) = match task {
        toolchain if toolchain.starts_with('+') => {
            let behind = super::packages::task(&own[at + 1..], &with_value);
            behind.map_or(("", at), |(task, after)| (task, at + 1 + after))
        }
        task => (task, at),
    };
    let rest = &own[at + 1..];
    match task {
        "publish" | "login" | "logout" | "owner" | "yank" | "release" => {
            // Whole words: letters of another option, as in `-Zunstable`, are none of these.
            let is_dry = own.iter().any(|word| matches!(word.text.as_str(), "--dry-run" | "-n"));
            if task == "publish" && is_dry { Ok(()) } else { publishes(court, call, task) }
        }
        "install" | "uninstall" => {
            let roots = words::values(&own, &["--root"]);
            if let Some(root) = roots.first() {
                return targets::written(court, Target::new(root, "installing"), scope);
            }
            if words::has(&own, &["--list"]) { Ok(()) } else { asks_for_global(court, call, task) }
        }
        "watch" => super::runners::watches_with_cargo(court, &arguments[at + 1..], scope),
        "new" | "init" | "vendor" => {
            let with_value = ["--name", "--vcs", "--edition", "--registry", "--color", "-s", "--sync"];
            match words::operands(rest, &with_value).first() {
                Some(directory) => targets::written(court, Target::new(directory, "making"), scope),
                None => Ok(()),
            }
        }
        _ if task.contains(crate::shell::UNKNOWN) => court.refuse(rules::UNKNOWN_NAME, "`cargo …`"),
        _ => super::publishing::several_crates(court, call, task, rest),
    }
}

fn go(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    for option in ["-toolexec", "--toolexec", "-exec", "--exec", "-vettool", "--vettool", "-overlay", "--overlay"] {
        if arguments.iter().any(|word| word.text.split('=').next() == Some(option)) {
            return court.refuse(rules::OPTION, format!("`go {option}`"));
        }
    }
    for file in words::values(&arguments, &["-o", "-C", "-coverprofile", "-cpuprofile", "-memprofile"]) {
        if !file.text.starts_with("verprofile") && !file.text.starts_with("puprofile") {
            let file = Word { text: file.text.trim_start_matches('=').to_owned(), ..file };
            targets::written(court, Target::new(&file, "writing"), scope)?;
        }
    }
    let Some((task, at)) = task(&arguments, &["-C"]) else { return Ok(()) };
    let rest = &arguments[at + 1..];
    match task {
        "install" => {
            let is_remote = rest.iter().any(|word| word.text.contains('@'));
            if is_remote { asks_for_global(court, call, "install") } else { Ok(()) }
        }
        "run" => match words::operands(rest, &["-tags", "-ldflags", "-gcflags", "-mod", "-p"]).first() {
            Some(package) if package.text.contains('@') => {
                court.take(rules::PACKAGE_RUN.ask(format!("`go run {}`", package.shown())))
            }
            _ => Ok(()),
        },
        "env" if words::has(rest, &["-w", "-u"]) => court.refuse(rules::OPTION, "`go env -w`"),
        "telemetry" | "bug" => asks_for_global(court, call, task),
        _ => Ok(()),
    }
}

fn jvm(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if call.words[0].text.contains("gradle") {
        for directory in words::values(arguments, &["-g", "--gradle-user-home", "--project-cache-dir"]) {
            targets::written(court, Target::new(&directory, "keeping its files in"), scope)?;
        }
    }
    for file in words::values(
        arguments,
        &[
            "-I",
            "--init-script",
            "-s",
            "--settings",
            "-gs",
            "--global-settings",
            "-f",
            "--file",
            "-p",
            "--project-dir",
            "-b",
            "--build-file",
        ],
    ) {
        if !file.text.is_empty() && file.text.contains('/') {
            script_file(court, "a build", &file, scope)?;
        }
    }
    let tool = call.words[0].text.rsplit('/').next().unwrap_or_default();
    let mut is_left_out = false;
    for word in arguments {
        let text = word.text.to_lowercase();
        // `gradle build -x publish`
        if std::mem::replace(&mut is_left_out, matches!(text.as_str(), "-x" | "--exclude-task")) {
            continue;
        }
        if super::publishing::of_jvm(tool, word) {
            return publishes(court, call, &word.shown());
        }
        if text.starts_with("exec:exec")
            || text.starts_with("antrun")
            || text.starts_with("-dexec.executable")
            || text.starts_with("groovy:execute")
        {
            return court.refuse(rules::OPTION, format!("`{} {}`", call.words[0].text, word.shown()));
        }
    }
    Ok(())
}

fn dotnet(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    for directory in words::values(&arguments, &["-o", "--output", "--artifacts-path", "--tool-path"]) {
        targets::written(court, Target::new(&directory, "writing"), scope)?;
    }
    let sources = words::values(&arguments, &["-s", "--source", "--add-source", "-Source", "-source"]);
    let added = if arguments.first().is_some_and(|word| word.text == "nuget") { &arguments[..] } else { &[] };
    indexes::packages(court, &sources.iter().chain(added).collect::<Vec<_>>(), scope)?;
    let operands: Vec<&str> =
        words::operands(&arguments, &["-o", "-c", "-f", "-r"]).iter().map(|word| word.text.as_str()).collect();
    match operands.as_slice() {
        ["nuget", "push" | "delete" | "trust" | "sign", ..] | ["push" | "setapikey" | "delete", ..] => {
            publishes(court, call, "nuget push")
        }
        ["tool" | "workload", "install" | "update" | "uninstall", ..]
            if words::has(&arguments, &["-g", "--global"]) || operands[0] == "workload" =>
        {
            asks_for_global(court, call, operands[0])
        }
        ["script" | "fsi", ..] => court.take(rules::PACKAGE_RUN.ask(format!("`dotnet {}`", operands[0]))),
        _ => Ok(()),
    }
}

fn mix(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    for code in words::values(arguments, &["-e", "--eval"]) {
        super::interpreters::code(court, "mix", &code)?;
    }
    match task(arguments, &[]) {
        Some(("hex.publish" | "hex.user" | "hex.owner" | "hex.organization" | "publish" | "hex", _)) => {
            publishes(court, call, "hex")
        }
        Some(("archive.install" | "escript.install", _)) => asks_for_global(court, call, "install"),
        Some(("cmd", at)) => run_after(court, arguments, at + 1, &[], scope),
        _ => Ok(()),
    }
}

fn swift(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    for code in words::values(arguments, &["-e"]) {
        super::interpreters::code(court, "swift", &code)?;
    }
    match task(arguments, &[]) {
        Some(("repo", at)) if arguments.get(at + 1).is_some_and(|word| word.text == "push") => {
            publishes(court, call, "repo push")
        }
        Some(("package-registry", _)) => publishes(court, call, "package-registry"),
        Some(("trunk" | "deliver" | "release" | "upload_to_app_store" | "pilot" | "match", _)) => {
            publishes(court, call, "release")
        }
        Some((script, _)) if script.ends_with(".swift") => script_file(court, "swift", &Word::plain(script), scope),
        _ => Ok(()),
    }
}

fn make(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    for word in arguments {
        let name = word.text.split(['=', ':', '+', '?']).next().unwrap_or_default();
        if word.text.contains('=')
            && matches!(
                name,
                "SHELL"
                    | ".SHELLFLAGS"
                    | "MAKEFLAGS"
                    | "MAKE"
                    | "MAKEFILES"
                    | "PATH"
                    | "GNUMAKEFLAGS"
                    | "LD_PRELOAD"
                    | "LD_LIBRARY_PATH"
            )
        {
            return court.refuse(rules::SETTING, format!("`make {}`", word.shown()));
        }
        if word.text.contains('=') && name.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let value = word.text.find('=').map(|at| word.after(at + 1));
            super::settings::judge(court, name, value.as_ref(), scope)?;
        }
        if word.text.contains("$(shell") || word.text.contains("${shell") || word.text.contains("!=") {
            return court.refuse(rules::OPTION, format!("`make {}`", word.shown()));
        }
    }
    if words::has(arguments, &["--eval", "-E"]) {
        return court.refuse(rules::OPTION, "`make --eval`");
    }
    super::installing::variables(court, call, scope)?;
    for directory in words::given(arguments, &["-C", "--directory"], "IWflo") {
        targets::written(court, Target::new(&directory, "building"), scope)?;
    }
    for file in words::given(arguments, &["-f", "--file", "--makefile"], "CIWlo") {
        if file.text == "-" {
            return court.refuse(rules::PIPED_CODE, "`make -f -`");
        }
        if call.arguments().iter().any(|word| word.text.starts_with("-C") || word.text.starts_with("--dir"))
            && !file.text.contains('/')
        {
            continue;
        }
        script_file(court, "make", &file, scope)?;
    }
    Ok(())
}

fn cmake(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if let Some(at) = arguments.iter().position(|word| word.text == "-E") {
        let tail = arguments.get(at + 1..).unwrap_or_default();
        let name = match tail.first().map(|word| word.text.as_str()) {
            Some("rm" | "remove" | "remove_directory") => "rm",
            Some("copy" | "copy_directory" | "copy_if_different" | "copy_directory_if_different") => "cp",
            Some("rename") => "mv",
            Some("make_directory") => "mkdir",
            Some("touch" | "touch_nocreate") => "touch",
            Some("create_symlink" | "create_hardlink") => "ln",
            Some("env" | "time") => "env",
            Some("tar") => "tar",
            Some("cat" | "md5sum" | "sha256sum" | "compare_files") => "cat",
            Some("echo" | "echo_append" | "capabilities" | "environment" | "sleep" | "true" | "false") | None => {
                return Ok(());
            }
            Some(other) => return court.refuse(rules::WRAPPER, format!("`cmake -E {other}`")),
        };
        let mut words = vec![Word::plain(name)];
        if tail.first().is_some_and(|word| word.text == "create_symlink") {
            words.push(Word::plain("-s"));
        }
        words.extend_from_slice(&tail[1..]);
        return inner(court, words, Input::Same, &mut scope.child());
    }
    for script in words::values(arguments, &["-P", "-C"]) {
        script_file(court, "cmake", &script, scope)?;
    }
    for directory in words::values(arguments, &["-B", "--prefix", "--build", "--install"]) {
        targets::written(court, Target::new(&directory, "building"), scope)?;
    }
    if arguments.iter().any(|word| word.text == "--install") {
        super::installing::as_set_up(court, call, scope)?;
    }
    super::installing::variables(court, call, scope)
}

/// Package managers that are told by letters what to do.
fn lettered(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default();
    let only_shows = |word: &Word| match (name, word.text.as_str()) {
        (_, "--version" | "--help") => true,
        ("dpkg", "-l" | "-L" | "-s" | "-S" | "-p" | "--list" | "--listfiles" | "--status" | "--search")
        | ("dpkg", "--print-architecture" | "--get-selections" | "--compare-versions") => true,
        ("pacman", text) => {
            text.starts_with("-Q") || matches!(text, "-Ss" | "-Si" | "-Sl" | "-Sg" | "-F" | "-Fl" | "-T")
        }
        ("rpm", text) => text.starts_with("-q") || matches!(text, "--query" | "--eval" | "-V"),
        ("nix-env", text) => text.starts_with("-q") || text == "--query",
        _ => false,
    };
    match arguments.first() {
        Some(first) if !only_shows(first) || words::has(arguments, &["--eval", "-E"]) && name == "rpm" => {
            let what = first.shown();
            asks_for_global(court, call, &what)
        }
        _ => Ok(()),
    }
}

fn system_packages(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    match task(arguments, &[]).map_or("", |(task, _)| task) {
        "" | "list" | "show" | "search" | "info" | "policy" | "ls" | "version" | "current" | "which" | "where"
        | "outdated" => Ok(()),
        "exec" | "x" => {
            let at = arguments.iter().position(|word| word.text == "--").map_or(arguments.len(), |at| at + 1);
            run_after(court, arguments, at, &[], scope)
        }
        "use" | "install" if matches!(call.words[0].text.as_str(), "nvm" | "fnm") => {
            asks_for_global(court, call, "install")
        }
        task => asks_for_global(court, call, task),
    }
}

/// A shell with packages: its lines are judged like any others, and its packages are somebody else's programs.
fn nix_shell(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    for line in words::values(call.arguments(), &["--run", "--command"]) {
        court.source_in(&line, &mut scope.child())?;
    }
    asks_for_global(court, call, "packages")
}

fn judged_by_task(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let arguments = call.arguments();
    let task = task(arguments, &["-f", "--justfile", "-d", "--working-directory", "-c", "--config"])
        .map_or("", |(task, _)| task);
    for file in words::values(arguments, &["--justfile", "--taskfile"]) {
        script_file(court, &name, &file, scope)?;
    }
    match (name.as_str(), task) {
        ("just" | "task" | "husky" | "lefthook" | "bazel" | "bazelisk", _) => {
            if words::has(arguments, &["--shell", "--shell-arg", "--shell-command", "-c", "--command"]) {
                return court.refuse(rules::OPTION, format!("`{name}` with another shell"));
            }
            Ok(())
        }
        ("pre-commit", "run" | "install" | "" | "autoupdate" | "validate-config") => Ok(()),
        ("pm2", "start" | "list" | "ls" | "logs" | "status" | "stop" | "restart" | "delete" | "describe" | "") => {
            Ok(())
        }
        ("wrangler" | "supabase", "dev" | "types" | "init" | "start" | "stop" | "status" | "gen" | "") => Ok(()),
        ("terraform" | "tofu", "fmt" | "validate" | "version" | "providers" | "") => Ok(()),
        _ => court.take(rules::UNLISTED.ask(format!("`{name} {task}`"))),
    }
}

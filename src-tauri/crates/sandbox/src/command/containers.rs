//! Containers: a program that may start them is the machine's administrator.

use super::{
    Rules,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets, words,
    wrappers::script_file,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] =
    &[(&["docker", "podman", "nerdctl", "docker-compose", "podman-compose", "buildah"], docker)];

const ESCAPES: &[&str] = &[
    "--privileged",
    "--cap-add",
    "--device",
    "--device-cgroup-rule",
    "--security-opt",
    "--volumes-from",
    "--cgroup-parent",
    "--cgroupns",
    "--group-add",
    "--runtime",
    "--sysctl",
    "--pid",
    "--ipc",
    "--uts",
    "--userns",
    "--host",
    "-H",
    "--context",
    "--config",
    "--secret",
    "--ssh",
    "--allow",
    "--insecure-policy",
    "--root",
    "--runroot",
    "--storage-opt",
    "--identity",
    "--tlscert",
    "--tlskey",
    "--tlscacert",
    "--blkio-weight-device",
    "--volume-driver",
    "--init-path",
    "--userland-proxy",
    "--cgroup-conf",
    "--rootfs",
];

/// Letters that take no value, and those that take one.
const BARE: [char; 5] = ['d', 'i', 'q', 't', 'P'];
const WITH_VALUE: [char; 10] = ['a', 'c', 'e', 'h', 'l', 'm', 'p', 'u', 'v', 'w'];

/// The arguments with letters that stand together taken apart: `-itv X` and `-itvX` are `-it -v X`.
fn spread(arguments: &[Word]) -> Vec<Word> {
    let mut spread = Vec::with_capacity(arguments.len());
    for word in arguments {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        let rest = letters.trim_start_matches(BARE);
        if rest.len() == letters.len() || !rest.starts_with(WITH_VALUE) {
            spread.push(word.clone());
            continue;
        }
        let at = word.text.len() - rest.len();
        spread.push(Word { text: word.text[..at].to_owned(), ..word.clone() });
        spread.push(Word { text: format!("-{}", &rest[..1]), ..word.clone() });
        if rest.len() > 1 {
            spread.push(word.after(at + 1));
        }
    }
    spread
}

fn docker(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = spread(call.arguments());
    let name = call.words[0].text.clone();
    let with_value = ["-f", "--file", "-p", "--project-name", "--profile", "--project-directory", "-l", "--log-level"];
    let operands = words::operands(&arguments, &with_value);
    let is_compose = name.ends_with("compose") || operands.first().is_some_and(|word| word.text == "compose");
    let task =
        operands.get(usize::from(is_compose && !name.ends_with("compose"))).map_or("", |word| word.text.as_str());
    // What stands after the image, or the container's name, is the container's business.
    let own = own_options(&arguments, task);
    let refused = |court: &Court<'_>, word: &Word| court.refuse(rules::DOCKER, format!("`{name} {}`", word.shown()));
    for (index, word) in own.iter().enumerate() {
        let text = word.text.as_str();
        if word.unknown.is_some()
            && word.may_split
            && task != "build"
            && matches!(task, "run" | "create" | "container" | "exec")
        {
            return refused(court, word);
        }
        let option = text.split('=').next().unwrap_or_default();
        let is_pid_of_compose = is_compose && matches!(option, "--pid");
        if ESCAPES.contains(&option) && !is_pid_of_compose && !(option == "--config" && is_compose) {
            let value = text
                .split_once('=')
                .map(|(_, value)| value)
                .or_else(|| own.get(index + 1).map(|word| word.text.as_str()));
            let is_harmless = matches!(
                (option, value),
                ("--security-opt", Some("no-new-privileges" | "no-new-privileges:true"))
                    | ("--privileged", Some("false"))
                    | ("--pid" | "--ipc", Some("private" | "shareable" | "none"))
            );
            if !(is_harmless && (text.contains('=') || option != "--privileged")) {
                return refused(court, word);
            }
        }
        if option.starts_with("--priv")
            || text.contains("docker.sock")
            || text.contains("containerd.sock")
            || text.contains("podman.sock")
        {
            return refused(court, word);
        }
        let value =
            || if text.contains('=') { Some(word.after(option.len() + 1)) } else { own.get(index + 1).cloned() };
        match option {
            "--net" | "--network"
                if value().is_some_and(|value| {
                    value.text.starts_with("host") || value.text.starts_with("container:") || value.unknown.is_some()
                }) =>
            {
                return refused(court, word);
            }
            "-v" | "--volume" => mount(court, &value().unwrap_or_default(), scope)?,
            "--mount" => long_mount(court, &value().unwrap_or_default(), scope)?,
            _ if text.starts_with("-v")
                && !text.starts_with("--")
                && text.len() > 2
                && matches!(task, "run" | "create") =>
            {
                mount(court, &word.after(2), scope)?;
            }
            "-o" | "--output" | "--iidfile" | "--cidfile" | "--metadata-file" => {
                if let Some(file) = value().filter(|file| !file.text.contains("type=") || file.text.contains("dest=")) {
                    let file = file
                        .text
                        .split("dest=")
                        .last()
                        .unwrap_or_default()
                        .split(',')
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    targets::written(court, Target::new(&Word::plain(file), "writing"), scope)?;
                }
            }
            "-f" | "--file" if is_compose || task == "build" => {
                if let Some(file) = value().filter(|file| file.text != "-") {
                    script_file(court, &name, &file, scope)?;
                }
            }
            "--project-directory" => {
                if let Some(directory) = value() {
                    targets::written(court, Target::new(&directory, "working"), scope)?;
                }
            }
            _ => {}
        }
    }
    let second = operands.get(1).map_or("", |word| word.text.as_str());
    match task {
        "push" | "login" | "logout" | "trust" => court.refuse(rules::PUBLISH, format!("`{name} {task}`")),
        "swarm" | "plugin" | "context" | "node" | "service" | "stack" | "secret" | "checkpoint" | "machine"
        | "unshare" | "mount" | "unmount" | "system" | "volume" | "builder"
            if !is_compose =>
        {
            if matches!(second, "ls" | "inspect" | "df" | "info" | "version" | "create")
                && matches!(task, "system" | "volume" | "context")
            {
                return Ok(());
            }
            if matches!(task, "system" | "volume" | "builder") {
                return court.take(rules::DOCKER.ask(format!("`{name} {task} {second}`")));
            }
            court.refuse(rules::DOCKER, format!("`{name} {task}`"))
        }
        "image" | "container" | "network" if second == "prune" || second == "push" => {
            if second == "push" {
                return court.refuse(rules::PUBLISH, format!("`{name} {task} {second}`"));
            }
            court.take(rules::DOCKER.ask(format!("`{name} {task} {second}`")))
        }
        "cp" => {
            for word in operands.iter().skip(1) {
                if !word.text.contains(':') && word.text != "-" {
                    targets::written(court, Target::new(word, "copying"), scope)?;
                }
            }
            Ok(())
        }
        "build" | "buildx" => {
            if let Some(directory) = words::operands(
                &arguments,
                &[
                    "-t",
                    "--tag",
                    "-f",
                    "--file",
                    "--build-arg",
                    "--target",
                    "--platform",
                    "--progress",
                    "--cache-from",
                    "--cache-to",
                    "--label",
                    "--network",
                    "-o",
                    "--output",
                    "--iidfile",
                ],
            )
            .last()
            .filter(|word| word.text.starts_with(['/', '.']) || word.unknown.is_some())
            {
                targets::read(court, directory, scope)?;
            }
            if words::has(&own, &["--push"]) {
                return court.refuse(rules::PUBLISH, format!("`{name} build --push`"));
            }
            Ok(())
        }
        "" | "ps" | "logs" | "images" | "run" | "create" | "exec" | "start" | "stop" | "restart" | "rm" | "rmi"
        | "kill" | "pull" | "inspect" | "version" | "info" | "stats" | "top" | "port" | "tag" | "history" | "wait"
        | "attach" | "up" | "down" | "compose" | "image" | "container" | "network" | "diff" | "events" | "rename"
        | "pause" | "unpause" | "search" | "config" | "convert" | "save" | "export" | "load" | "import" | "commit"
        | "update" | "manifest" | "watch" | "help" | "ls" => Ok(()),
        _ => court.take(rules::DOCKER.ask(format!("`{name} {task}`"))),
    }
}

/// The words up to the image of `run`: what follows is the program inside the container.
fn own_options(arguments: &[Word], task: &str) -> Vec<Word> {
    let Some(at) =
        arguments.iter().position(|word| word.text == task).filter(|_| matches!(task, "run" | "create" | "exec"))
    else {
        return arguments.to_vec();
    };
    let with_value = [
        "-v",
        "--volume",
        "--mount",
        "-p",
        "--publish",
        "-e",
        "--env",
        "--env-file",
        "--name",
        "--network",
        "--net",
        "-w",
        "--workdir",
        "-u",
        "--user",
        "--entrypoint",
        "-m",
        "--memory",
        "--cpus",
        "-l",
        "--label",
        "--platform",
        "--restart",
        "-h",
        "--hostname",
        "--tmpfs",
        "--add-host",
        "--dns",
        "--log-driver",
        "--log-opt",
        "--pull",
        "--shm-size",
        "--health-cmd",
        "--link",
        "--network-alias",
        "--expose",
        "--ulimit",
        "--gpus",
        "--cidfile",
        "--stop-signal",
        "--stop-timeout",
        "--ip",
        "-c",
        "--cpu-shares",
        "-a",
        "--attach",
        "--cap-add",
        "--cap-drop",
        "--device",
        "--security-opt",
        "--pid",
        "--ipc",
        "--uts",
        "--userns",
        "--cgroupns",
        "--runtime",
        "--sysctl",
        "--group-add",
        "--volumes-from",
        "--cgroup-parent",
    ];
    let mut own = arguments[..=at].to_vec();
    let mut rest = arguments[at + 1..].iter();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        own.push(word.clone());
        if !text.starts_with('-') {
            break;
        }
        if with_value.contains(&text) {
            own.extend(rest.next().cloned());
        }
    }
    own
}

fn mount(court: &Court<'_>, value: &Word, scope: &Scope) -> Ruling {
    let source = value.text.split(':').next().unwrap_or_default();
    if !value.text.contains(':') && !value.text.contains(crate::shell::UNKNOWN) {
        // An unnamed volume.
        return Ok(());
    }
    host_side(court, source, value, scope)
}

fn long_mount(court: &Court<'_>, value: &Word, scope: &Scope) -> Ruling {
    if value.text.split(',').any(|part| matches!(part, "type=volume" | "type=tmpfs" | "type=cache"))
        && !value.text.contains("volume-opt")
    {
        return Ok(());
    }
    for part in value.text.split(',') {
        if let Some(source) = part.strip_prefix("source=").or_else(|| part.strip_prefix("src=")) {
            host_side(court, source, value, scope)?;
        }
    }
    if value.text.contains("volume-opt") || value.unknown.is_some() {
        return court.refuse(rules::DOCKER, format!("`{}`", value.shown()));
    }
    Ok(())
}

/// What of the host a container sees: a directory of the project, or a volume that has a name.
fn host_side(court: &Court<'_>, source: &str, value: &Word, scope: &Scope) -> Ruling {
    let refused = || Err(rules::DOCKER.deny(format!("`{}`", value.shown())));
    if value.unknown.is_some() || value.is_pattern {
        return refused();
    }
    if !source.contains('/') && !source.starts_with(['.', '~']) {
        return Ok(());
    }
    let places = scope.places();
    if places.is_empty() || !places.iter().all(|place| court.workspace().is_inside(source.as_ref(), place)) {
        return refused();
    }
    // Through the mount the container's root could change what is protected in it.
    let is_protected = places.iter().any(|place| {
        court.workspace().resolve(source.as_ref(), place).is_ok_and(|real| {
            real.components().any(|part| {
                part.as_os_str().eq_ignore_ascii_case(".git") || part.as_os_str().eq_ignore_ascii_case(".claude")
            })
        })
    });
    if is_protected { refused() } else { Ok(()) }
}

//! Commands that start other commands.

use super::{
    Rules,
    call::{Call, Input, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    shell_parts::{inner, runs_from},
    targets, words,
};
use crate::shell::{UNKNOWN, Unknown, Unreadable, Word};

/// What starts others in ways that nobody can judge: refused, unless only asked for its version.
pub(super) const REFUSED: &[&str] = &[
    "parallel",
    "script",
    "expect",
    "screen",
    "tmux",
    "strace",
    "ltrace",
    "gdb",
    "lldb",
    "fish",
    "csh",
    "tcsh",
    "pwsh",
    "powershell",
    "cmd",
    "ex",
    "ed",
    "rundll32",
    "wscript",
    "cscript",
    "nu",
    "elvish",
    "xonsh",
    "unshare",
    "bwrap",
    "sandbox-exec",
    "proot",
    "fakeroot",
    "dbus-launch",
    "dbus-run-session",
    "dbus-send",
    "gdbus",
    "busctl",
    "ptrace",
    "runcon",
    "capsh",
    "start-stop-daemon",
    "daemonize",
    "run-parts",
    "vim",
    "vi",
    "nvim",
    "emacs",
    "nano",
    "gvim",
    "view",
    "vimdiff",
    "rlwrap",
    "socat",
    "xterm",
    "gnome-terminal",
    "osascript",
    "open",
    "xdg-open",
    "rbash",
    "setarch",
    "linux32",
    "linux64",
    "eatmydata",
    "ld.so",
    "ld-linux.so",
    "ld-linux-x86-64.so.2",
    "qemu-x86_64",
    "wine",
    "mawk_exec",
    "man",
    "info",
    "pager",
];

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["sh", "bash", "zsh", "dash", "ksh", "ash", "mksh"], shell),
    (&["env", "cross-env", "cross-env-shell"], environment),
    (
        &[
            "nohup",
            "time",
            "nice",
            "ionice",
            "setsid",
            "stdbuf",
            "timeout",
            "gtimeout",
            "chrt",
            "taskset",
            "caffeinate",
            "unbuffer",
            "winpty",
            "chronic",
            "busybox",
            "toybox",
            "xvfb-run",
            "dotenv",
            "env-cmd",
            "firejail",
            "faketime",
            "prlimit",
            "ccache",
            "sccache",
            "distcc",
            "valgrind",
            "xcrun",
        ],
        prefix,
    ),
    (&["xargs", "gxargs"], each_of_input),
    (
        &[
            "watch",
            "hyperfine",
            "concurrently",
            "nodemon",
            "entr",
            "flock",
            "run-p",
            "run-s",
            "npm-run-all",
            "onchange",
            "chokidar",
            "start-server-and-test",
            "wait-on",
            "watchexec",
        ],
        texts,
    ),
    (REFUSED, refused),
];

fn refused(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    if matches!(call.arguments(), [only] if matches!(only.text.as_str(), "--version" | "-v" | "--help" | "-V")) {
        return Ok(());
    }
    court.refuse(rules::WRAPPER, format!("`{}`", call.words[0].text))
}

fn shell(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let mut rest = call.arguments().iter();
    let mut takes_code = false;
    let mut reads_input = false;
    let mut operands: Vec<Word> = Vec::new();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if word.unknown.is_some() && !takes_code && operands.is_empty() {
            return court.refuse(rules::UNKNOWN_CODE, format!("`{name} {}`", word.shown()));
        }
        match text {
            "--" | "-" => {
                operands.extend(rest.by_ref().cloned());
            }
            "--version" | "--help" => return Ok(()),
            "--norc" | "--noprofile" | "--login" | "--posix" | "--verbose" => {}
            "-o" | "+o" | "-O" | "+O" => {
                let option = rest.next().map_or("", |word| word.text.as_str());
                if !matches!(option, "pipefail" | "errexit" | "nounset" | "xtrace" | "nullglob" | "globstar") {
                    return court.refuse(rules::PRIVILEGE, format!("`{name} {text} {option}`"));
                }
            }
            _ if text.starts_with("--") => return court.refuse(rules::PRIVILEGE, format!("`{name} {text}`")),
            _ if text.starts_with(['-', '+']) && operands.is_empty() => {
                if text[1..].bytes().any(|byte| !b"celuxinsvfo".contains(&byte)) {
                    return court.refuse(rules::PRIVILEGE, format!("`{name} {text}`"));
                }
                if text.contains('o') {
                    let option = rest.next().map_or("", |word| word.text.as_str());
                    if !matches!(option, "pipefail" | "errexit" | "nounset" | "xtrace") {
                        return court.refuse(rules::PRIVILEGE, format!("`{name} {text} {option}`"));
                    }
                }
                if text.contains('n') && !text.contains('c') {
                    // Reads and does not run.
                    return Ok(());
                }
                takes_code |= text.contains('c');
                reads_input |= text.starts_with('-') && text.contains('s');
            }
            _ => {
                operands.push(word.clone());
                operands.extend(rest.by_ref().cloned());
            }
        }
    }
    let mut child = scope.child();
    if takes_code {
        let Some(code) = operands.first() else { return Ok(()) };
        if name != "bash" && code.text.replace("$((", "").contains("((") {
            return Err(
                rules::UNREADABLE.deny(Unreadable::Odd("two parentheses, which only bash takes for arithmetic,"))
            );
        }
        let arguments = operands.get(2..).unwrap_or_default().to_vec();
        child.arguments = if arguments.iter().any(|word| word.may_split) { None } else { Some(arguments) };
        return code_of(court, code, &mut child);
    }
    if reads_input {
        child.arguments = if operands.iter().any(|word| word.may_split) { None } else { Some(operands) };
    } else if let Some(script) = operands.first() {
        return script_file(court, &name, script, scope);
    }
    match call.input.clone() {
        Input::Text(code) => code_of(court, &code, &mut child),
        Input::File(file) => script_file(court, &name, &file, scope),
        Input::Same | Input::Pipe { .. } | Input::Unknown => court.refuse(rules::PIPED_CODE, format!("`{name}`")),
    }
}

fn code_of(court: &mut Court<'_>, code: &Word, child: &mut Scope) -> Ruling {
    if code.unknown.is_some() {
        return court.refuse(rules::UNKNOWN_CODE, format!("`{}`", code.shown()));
    }
    court.source(&code.text, child)
}

/// Whether this file may be run as a program's code.
pub(super) fn script_file(court: &mut Court<'_>, name: &str, file: &Word, scope: &Scope) -> Ruling {
    let refused = || Err(rules::PROGRAM_PLACE.deny(format!("`{name} {}`", file.shown())));
    if file.unknown.is_some() {
        return refused();
    }
    let path =
        if file.is_pattern { file.text.rsplit_once('/').map_or(".", |(directory, _)| directory) } else { &file.text };
    if path.contains(['*', '?', '[']) && path.contains("..") {
        return refused();
    }
    let places = match scope.places() {
        [] if path.starts_with('/') => std::slice::from_ref(court.root()),
        places => places,
    };
    if places.is_empty() || !places.iter().all(|place| runs_from(court, path, place)) {
        return refused();
    }
    if !file.is_pattern {
        let places = places.to_vec();
        court.runs(std::path::Path::new(path), &places);
    }
    Ok(())
}

fn environment(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let mut child = scope.child();
    let arguments = call.arguments();
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        match text {
            "-i" | "-" | "--ignore-environment" | "-0" | "--null" | "-v" | "--debug" | "--" => at += 1,
            "-u" | "--unset" => at += 2,
            "-C" | "--chdir" => {
                let Some(directory) = arguments.get(at + 1) else { return Ok(()) };
                let words = vec![Word::plain("cd"), directory.clone()];
                inner(court, words, Input::Same, &mut child)?;
                at += 2;
            }
            _ if text.starts_with("-S") || text.starts_with("--split-string") => {
                let first = match text.strip_prefix("-S").or_else(|| text.strip_prefix("--split-string=")) {
                    Some("") | None => arguments.get(at + 1).cloned().unwrap_or_default(),
                    Some(_) if text.starts_with("-S") => word.after(2),
                    Some(_) => word.after("--split-string=".len()),
                };
                if first.text.contains(['$', '`', ';', '|', '&', '\\']) {
                    return court.refuse(rules::WRAPPER, "`env -S`");
                }
                return code_of(court, &first, &mut child);
            }
            _ if text.starts_with("--unset=") => at += 1,
            _ if text.starts_with('-') => return court.refuse(rules::WRAPPER, format!("`env {}`", word.shown())),
            _ => match text.split_once('=') {
                Some((name, _)) if !name.is_empty() => {
                    let value = word.after(name.len() + 1);
                    if name.contains(UNKNOWN) {
                        return court.refuse(rules::SETTING, format!("`{}`", word.shown()));
                    }
                    court.assigned(name, Some(&value), scope)?;
                    child.set(name, value);
                    at += 1;
                }
                _ => break,
            },
        }
    }
    inner(court, arguments.get(at..).unwrap_or_default().to_vec(), call.input.clone(), &mut child)
}

fn prefix(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let (with_value, leading): (&[&str], usize) = match name.as_str() {
        "timeout" | "gtimeout" => (&["-s", "-k", "--signal", "--kill-after"], 1),
        "nice" => (&["-n", "--adjustment"], 0),
        "ionice" => (&["-c", "-n", "--class", "--classdata"], 0),
        "stdbuf" => (&["-i", "-o", "-e", "--input", "--output", "--error"], 0),
        "time" => (&["-f", "-o", "--format", "--output"], 0),
        "chrt" | "taskset" | "faketime" => (&["-p"], 1),
        "xvfb-run" => (&["-s", "-n", "-e", "-f", "-w", "--server-args", "--server-num"], 0),
        "dotenv" | "env-cmd" => (&["-e", "-f", "--file", "-c"], 0),
        "xcrun" => (&["--sdk", "-sdk", "--toolchain", "-toolchain"], 0),
        _ => (&[], 0),
    };
    let arguments = call.arguments();
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        if word.unknown.is_some() && text.starts_with(UNKNOWN) {
            // `timeout "$T" cmd`: what is not known may only be the number that has to stand there.
            if leading == 1 && !word.may_split && at + 1 < arguments.len() {
                break;
            }
            return court.refuse(rules::UNKNOWN_NAME, format!("`{name} {}`", word.shown()));
        }
        if text == "--" {
            at += 1;
            break;
        }
        if !text.starts_with('-') || text == "-" {
            break;
        }
        if name == "time" {
            for file in words::given(&arguments[at..arguments.len().min(at + 2)], &["-o", "--output"], "f") {
                targets::written(court, Target::new(&file, "writing"), scope)?;
            }
        }
        if matches!(name.as_str(), "prlimit" | "ionice" | "chrt" | "taskset") && matches!(text, "-p" | "--pid") {
            return court.refuse(rules::WRAPPER, format!("`{name} {text}`"));
        }
        at += if with_value.contains(&text) { 2 } else { 1 };
    }
    at += leading;
    inner(court, arguments.get(at..).unwrap_or_default().to_vec(), call.input.clone(), &mut scope.child())
}

fn each_of_input(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let mut at = 0;
    let mut replaced: Option<String> = None;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        match text {
            "-I" | "--replace" => {
                replaced = arguments.get(at + 1).map(|word| word.text.clone());
                at += 2;
            }
            "-J" | "-a" | "-d" | "-E" | "-L" | "-n" | "-P" | "-s" | "-R" | "-S" | "--arg-file" | "--delimiter"
            | "--max-args" | "--max-procs" | "--max-lines" | "--max-chars" | "--process-slot-var" => {
                if matches!(text, "-J" | "-R") {
                    return court.refuse(rules::WRAPPER, format!("`xargs {text}`"));
                }
                at += 2;
            }
            "-i" => {
                replaced = Some("{}".into());
                at += 1;
            }
            "--" => {
                at += 1;
                break;
            }
            _ if text.starts_with("-I") => {
                replaced = Some(text[2..].to_owned());
                at += 1;
            }
            _ if text.starts_with("-i") => {
                replaced = Some(text[2..].to_owned());
                at += 1;
            }
            _ if text.starts_with("--replace=") => {
                replaced = Some(text["--replace=".len()..].to_owned());
                at += 1;
            }
            _ if text.starts_with('-') => at += 1,
            _ => break,
        }
    }
    let mut words = arguments.get(at..).unwrap_or_default().to_vec();
    if words.is_empty() {
        return Ok(());
    }
    let is_removal = words.first().is_some_and(|name| {
        matches!(name.text.rsplit('/').next(), Some("rm" | "rmdir" | "unlink" | "shred" | "mv" | "rimraf"))
    });
    if is_removal {
        return court.refuse(rules::REMOVE_INPUT, format!("`xargs {}`", words[0].shown()));
    }
    // Names that a search of the project printed are judged as what it may find.
    if let Input::Pipe { names_below, .. } = &call.input
        && !names_below.is_empty()
        && replaced.is_none()
        && matches!(words[0].text.as_str(), "sed" | "gsed")
    {
        words.extend(names_below.iter().map(|place| Word {
            text: format!("{}/*found*", place.text.trim_end_matches('/')),
            is_pattern: true,
            ..Word::default()
        }));
        return inner(court, words, Input::Unknown, &mut scope.child());
    }
    let given = Word { may_split: true, ..Word::unknown(Unknown::Output) };
    match replaced.filter(|mark| !mark.is_empty()) {
        Some(mark) => {
            for word in &mut words {
                if word.text.contains(&mark) {
                    word.text = word.text.replace(&mark, &UNKNOWN.to_string());
                    word.unknown = Some(Unknown::Output);
                }
            }
        }
        None => words.push(given),
    }
    inner(court, words, Input::Unknown, &mut scope.child())
}

/// Commands that are given others as text, or as the words that follow.
fn texts(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let mut child = scope.child();
    let arguments = call.arguments();
    match name.as_str() {
        "watch" | "entr" | "watchexec" => {
            let operands =
                words::operands(arguments, &["-n", "--interval", "-e", "-w", "--exts", "--watch", "-i", "--ignore"]);
            let words: Vec<Word> = operands.into_iter().cloned().collect();
            if words.len() == 1 {
                return code_of(court, &words[0], &mut child);
            }
            inner(court, words, Input::Unknown, &mut child)
        }
        "flock" => {
            let operands: Vec<Word> =
                words::operands(arguments, &["-w", "-E", "--timeout"]).into_iter().cloned().collect();
            let Some((lock, rest)) = operands.split_first() else { return Ok(()) };
            targets::written(court, Target::new(lock, "locking"), scope)?;
            if words::has(arguments, &["-c", "--command"]) {
                let code = rest.first().cloned().unwrap_or_default();
                return code_of(court, &code, &mut child);
            }
            inner(court, rest.to_vec(), Input::Unknown, &mut child)
        }
        "hyperfine" | "concurrently" | "onchange" | "start-server-and-test" => {
            let with_value = [
                "-n",
                "-c",
                "-k",
                "-w",
                "-r",
                "--names",
                "--prefix",
                "--warmup",
                "--runs",
                "--prefix-colors",
                "--name",
            ];
            for text in words::operands(arguments, &with_value) {
                // `npm:watch` runs a script of the project; addresses are waited for.
                if text.text.starts_with("npm:")
                    || text.text.starts_with("http")
                    || text.text.bytes().all(|b| b.is_ascii_digit())
                {
                    continue;
                }
                code_of(court, text, &mut child)?;
            }
            Ok(())
        }
        "nodemon" | "chokidar" => {
            for code in words::values(arguments, &["-x", "--exec", "-c", "--command", "-s", "--shell"]) {
                code_of(court, &code, &mut child)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

//! Programs that run programs: scripts of the project, and code in the line while walls stand around it.

use super::{
    Rules,
    call::{Call, Input},
    court::{Court, Ruling},
    indexes, packages, rules,
    scope::Scope,
    shell_parts::{inner, joined},
    targets, words,
    wrappers::script_file,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["node", "nodejs", "tsx", "ts-node", "babel-node", "esno", "jiti"], node),
    (&["python", "pypy", "ipython", "bpython"], python),
    (
        &[
            "ruby", "perl", "lua", "luajit", "Rscript", "R", "julia", "tclsh", "elixir", "iex", "groovy", "raku",
            "crystal", "racket", "guile", "sbcl", "clojure", "clj", "bb", "nim", "zig", "kotlin", "scala", "erl",
            "escript", "swipl", "octave", "irb", "pry", "jshell", "runghc", "ocaml",
        ],
        scripted,
    ),
    (&["php", "php-cgi"], php),
    (&["java"], java),
    (&["deno"], deno),
    (&["bun", "bunx"], bun),
];

/// Judges code that stands in the line.
pub(super) fn code(court: &mut Court<'_>, name: &str, code: &Word) -> Ruling {
    if targets::code_names_secrets(&code.text) {
        return court.refuse(rules::SECRET, format!("the code for `{name}`"));
    }
    if code.unknown.is_some() && code.start().is_empty() {
        return court.refuse(rules::UNKNOWN_CODE, format!("`{name} … {}`", code.shown()));
    }
    if !court.around.is_walled {
        return court.refuse(rules::INLINE_CODE, format!("`{name}`"));
    }
    Ok(())
}

/// Judges an interpreter that was given no script and runs what it reads.
fn code_from_input(court: &mut Court<'_>, name: &str, input: &Input, scope: &Scope) -> Ruling {
    match input {
        Input::Text(text) => code(court, name, text),
        Input::File(file) => script_file(court, name, file, scope),
        Input::Pipe { .. } if input.is_fetched() => court.refuse(rules::PIPED_CODE, format!("`{name}`")),
        Input::Pipe { .. } | Input::Unknown | Input::Same if !court.around.is_walled => {
            court.refuse(rules::PIPED_CODE, format!("`{name}`"))
        }
        _ => Ok(()),
    }
}

/// The first argument that is no option, and whether anything but that matters: asking for the version runs nothing.
fn asks_only(call: &Call) -> bool {
    matches!(call.arguments(), [only] if matches!(
        only.text.as_str(), "--version" | "-v" | "-V" | "--help" | "-h" | "-version" | "version" | "help"
    ))
}

fn node(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if asks_only(call) {
        return Ok(());
    }
    let name = call.words[0].text.clone();
    let arguments = call.arguments();
    let with_value = [
        "-r",
        "--require",
        "--import",
        "--loader",
        "--experimental-loader",
        "-C",
        "--conditions",
        "-e",
        "--eval",
        "-p",
        "--print",
        "-pe",
        "--env-file",
        "--test-name-pattern",
        "--test-reporter",
        "--input-type",
        "--project",
        "-P",
        "--tsconfig",
        "--test-reporter-destination",
        "-O",
        "--compiler-options",
    ];
    let mut rest = arguments.iter();
    let mut has_code = false;
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if !text.starts_with('-') || text == "-" {
            if has_code {
                return Ok(());
            }
            if text == "-" {
                return code_from_input(court, &name, &call.input, scope);
            }
            if name.ends_with("tsx") && matches!(text, "watch") || text == "inspect" {
                continue;
            }
            return script_file(court, &name, word, scope);
        }
        let option = text.split('=').next().unwrap_or_default();
        let value = || text.split_once('=').map(|(before, _)| word.after(before.len() + 1));
        match option {
            "-e" | "--eval" | "-p" | "--print" | "-pe" | "-ep" => {
                let inline = value().or_else(|| rest.next().cloned()).unwrap_or_default();
                code(court, &name, &inline)?;
                has_code = true;
            }
            "-r" | "--require" | "--import" | "--loader" | "--experimental-loader" => {
                let module = value().or_else(|| rest.next().cloned()).unwrap_or_default();
                if module.text.starts_with("data:") || module.text.starts_with("http") || module.unknown.is_some() {
                    return court.refuse(rules::OPTION, format!("`{name} {option}`"));
                }
                if module.text.contains('/') && !module.text.starts_with('@') && module.text.starts_with(['/', '.']) {
                    script_file(court, &name, &module, scope)?;
                }
            }
            "--test" | "--watch" | "--run" | "--check" | "-c" | "--interactive" | "-i" => {
                has_code |= option == "--test" || option == "--run"
            }
            "--openssl-config"
            | "--icu-data-dir"
            | "--diagnostic-dir"
            | "--experimental-sea-config"
            | "--build-snapshot" => {
                return court.refuse(rules::OPTION, format!("`{name} {option}`"));
            }
            _ if with_value.contains(&option) && !text.contains('=') => {
                rest.next();
            }
            _ => {}
        }
    }
    if has_code { Ok(()) } else { code_from_input(court, &name, &call.input, scope) }
}

fn python(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if asks_only(call) {
        return Ok(());
    }
    let name = call.words[0].text.clone();
    let arguments = call.arguments();
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        if text == "-" {
            return code_from_input(court, &name, &call.input, scope);
        }
        if !text.starts_with('-') {
            if text.ends_with("setup.py") {
                super::publishing::setup_script(court, &arguments[at + 1..], call)?;
                super::installing::setup_script(court, &arguments[at + 1..], call, scope)?;
            }
            return script_file(court, &name, word, scope);
        }
        if text.starts_with("--") {
            at += 1;
            continue;
        }
        // A cluster of letters, of which some take the rest, or the next word, as their value.
        let letters = &text[1..];
        if let Some(place) = letters.find(['c', 'm', 'W', 'X', 'Q']) {
            let (letter, rest) = (letters.as_bytes()[place], word.after(2 + place));
            let is_next = rest.text.is_empty();
            let value = if is_next { arguments.get(at + 1).cloned().unwrap_or_default() } else { rest };
            at += if is_next { 2 } else { 1 };
            match letter {
                b'c' => return code(court, &name, &value),
                b'm' => return python_module(court, &value, arguments.get(at..).unwrap_or_default(), call, scope),
                _ => {}
            }
        } else {
            at += 1;
        }
    }
    code_from_input(court, &name, &call.input, scope)
}

fn python_module(court: &mut Court<'_>, module: &Word, rest: &[Word], call: &Call, scope: &mut Scope) -> Ruling {
    let Some(module) = module.known() else {
        return court.refuse(rules::UNKNOWN_CODE, format!("`python -m {}`", module.shown()));
    };
    match module {
        "pip" | "pytest" | "pip3" | "uv" | "poetry" | "pipenv" | "twine" | "uvicorn" | "gunicorn" | "flask"
        | "celery" | "hatch" | "pdm" | "black" | "ruff" | "mypy" | "isort" | "IPython" => {
            let mut words = vec![Word::plain(module.to_lowercase())];
            words.extend_from_slice(rest);
            inner(court, words, call.input.clone(), scope)
        }
        "timeit" | "pty" | "code" | "smtpd" | "ftplib" | "telnetlib" | "webbrowser" | "idlelib" | "xmlrpc"
        | "antigravity" => {
            if matches!(module, "timeit" | "code") {
                return code(court, "python -m", &joined(rest));
            }
            court.refuse(rules::WRAPPER, format!("`python -m {module}`"))
        }
        "http.server" => {
            for directory in words::values(rest, &["-d", "--directory"]) {
                targets::written(court, super::call::Target::new(&directory, "serving"), scope)?;
            }
            Ok(())
        }
        "zipfile" | "tarfile" | "venv" | "virtualenv" | "compileall" | "py_compile" | "ensurepip" => {
            for word in words::operands(rest, &["--prompt", "-j", "-d", "-p", "-s"]) {
                targets::written(court, super::call::Target::new(word, "writing"), scope)?;
            }
            Ok(())
        }
        // What is called so lies in the project or among what it depends on.
        _ => Ok(()),
    }
}

fn scripted(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if asks_only(call) {
        return Ok(());
    }
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let arguments = call.arguments();
    let mut rest = arguments.iter();
    let mut has_code = false;
    let mut is_in_place = false;
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if text == "--" {
            continue;
        }
        if !text.starts_with('-') || text == "-" {
            if !has_code {
                if matches!(name.as_str(), "zig" | "nim" | "crystal" | "kotlin" | "scala" | "clj" | "clojure")
                    && !text.contains('/')
                {
                    return Ok(());
                }
                return if text == "-" {
                    code_from_input(court, &name, &call.input, scope)
                } else {
                    script_file(court, &name, word, scope)
                };
            }
            if is_in_place {
                targets::written(court, super::call::Target::new(word, "changing"), scope)?;
            } else {
                targets::read(court, word, scope)?;
            }
            continue;
        }
        let is_long_code = matches!(text, "--eval" | "-eval" | "--rpc-eval" | "--execute" | "-exec" | "--exec");
        let letters = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or("");
        if name == "perl" && letters.contains('i') || name == "ruby" && letters.contains('i') {
            is_in_place = true;
        }
        let place = letters.find(['e', 'E']).filter(|place| {
            letters[..*place].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'/')
        });
        if let Some(place) = place.filter(|_| letters.len() < 12 || letters.starts_with(['e', 'E'])) {
            let value = word.after(place + 2);
            let inline = if value.text.is_empty() { rest.next().cloned().unwrap_or_default() } else { value };
            code(court, &name, &inline)?;
            has_code = true;
        } else if is_long_code {
            let inline = rest.next().cloned().unwrap_or_default();
            code(court, &name, &inline)?;
            has_code = true;
        } else if matches!(text, "-r" | "-I" | "-M" | "-S" | "-l" | "-m") && !matches!(name.as_str(), "perl") {
            rest.next();
        } else if name == "perl" && (text.starts_with("-M") || text.starts_with("-m")) && text.contains(['(', ';', '{'])
        {
            code(court, &name, word)?;
        } else if text == "-c" && name == "ruby" || text == "-S" {
            // Only checks, or names a program of the dependencies.
        }
    }
    if has_code { Ok(()) } else { code_from_input(court, &name, &call.input, scope) }
}

fn php(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if asks_only(call) || words::has(call.arguments(), &["-m", "-i", "--ini"]) {
        return Ok(());
    }
    let arguments = call.arguments();
    let mut rest = arguments.iter();
    let mut serves = false;
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            "-r" | "-B" | "-R" | "-E" | "--run" => {
                let inline = rest.next().cloned().unwrap_or_default();
                return code(court, "php", &inline);
            }
            text if text.starts_with("-r") => return code(court, "php", &word.after(2)),
            "-S" | "-t" | "-d" | "-c" | "--define" => {
                serves |= word.text == "-S";
                let value = rest.next().cloned().unwrap_or_default();
                if word.text == "-d"
                    && (value.text.contains("prepend_file")
                        || value.text.contains("append_file")
                        || value.text.contains("extension"))
                {
                    return court.refuse(rules::OPTION, format!("`php -d {}`", value.shown()));
                }
                if word.text == "-t" {
                    targets::written(court, super::call::Target::new(&value, "serving"), scope)?;
                }
            }
            "-f" | "--file" | "-l" | "--" | "-a" | "-n" => {}
            text if text.starts_with('-') && text != "-" => {}
            _ => return script_file(court, "php", word, scope),
        }
    }
    if serves { Ok(()) } else { code_from_input(court, "php", &call.input, scope) }
}

fn java(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    for word in call.arguments() {
        let text = word.text.as_str();
        if text.starts_with("-javaagent")
            || text.starts_with("-agentpath")
            || text.starts_with("-XX:OnError")
            || text.starts_with("-XX:OnOutOfMemoryError")
            || text.starts_with('@')
        {
            return court.refuse(rules::OPTION, format!("`java {}`", word.shown()));
        }
    }
    for jar in words::values(call.arguments(), &["-jar"]) {
        script_file(court, "java", &jar, scope)?;
    }
    Ok(())
}

fn deno(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    let operands = words::operands(&arguments, &["-c", "--config", "--import-map", "--filter"]);
    let Some(task) = operands.first() else {
        return if arguments.is_empty() { code_from_input(court, "deno", &call.input, scope) } else { Ok(()) };
    };
    match task.text.as_str() {
        "eval" => code(court, "deno", operands.get(1).copied().unwrap_or(&Word::default())),
        "publish" => court.refuse(rules::PUBLISH, "`deno publish`"),
        "install" | "uninstall" if words::has(&arguments, &["-g", "--global"]) => {
            court.take(rules::PACKAGE_GLOBAL.ask("`deno install -g`"))
        }
        "upgrade" | "jupyter" => court.take(rules::PACKAGE_GLOBAL.ask(format!("`deno {}`", task.text))),
        "run" | "test" | "bench" | "compile" | "serve" | "x" | "check" => match operands.get(1) {
            Some(script)
                if script.text.contains("://")
                    || script.text.starts_with("npm:")
                    || script.text.starts_with("jsr:") =>
            {
                court.take(rules::PACKAGE_RUN.ask(format!("`deno {} {}`", task.text, script.shown())))
            }
            Some(script) if script.text == "-" => code_from_input(court, "deno", &call.input, scope),
            Some(script) => script_file(court, "deno", script, scope),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn bun(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    if call.words[0].text.ends_with("bunx") {
        return packages::run_package(court, &arguments, call, scope);
    }
    if let Some(inline) = words::values(&arguments, &["-e", "--eval", "-p", "--print"]).first() {
        return code(court, "bun", inline);
    }
    let operands = words::operands(&arguments, &["--cwd", "-c", "--config", "--port", "--filter"]);
    let Some(task) = operands.first() else { return Ok(()) };
    if matches!(task.text.as_str(), "add" | "install" | "i" | "a" | "update" | "create") {
        indexes::options(court, &arguments, indexes::NODE, scope)?;
        indexes::packages(court, &operands, scope)?;
    }
    match task.text.as_str() {
        "x" => {
            let at = arguments.iter().position(|word| word.text == "x").map_or(arguments.len(), |at| at + 1);
            packages::run_package(court, &arguments[at..], call, scope)
        }
        "publish" => court.refuse(rules::PUBLISH, "`bun publish`"),
        "upgrade" => court.take(rules::PACKAGE_GLOBAL.ask("`bun upgrade`")),
        "add" | "install" | "i" | "a" | "remove" | "link" | "unlink" if words::has(&arguments, &["-g", "--global"]) => {
            court.take(rules::PACKAGE_GLOBAL.ask("`bun add -g`"))
        }
        "exec" => {
            let code = operands.get(1).copied().cloned().unwrap_or_default();
            court.source_in(&code, &mut scope.child())
        }
        "-" => code_from_input(court, "bun", &call.input, scope),
        task_name if task_name.contains('/') || task_name.ends_with(".ts") || task_name.ends_with(".js") => {
            script_file(court, "bun", task, scope)
        }
        _ => Ok(()),
    }
}

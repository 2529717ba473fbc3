//! Tools that measure, watch or prepare, and start another command for that.

use super::{
    Rules,
    call::{Call, Input},
    court::{Court, Ruling},
    interpreters,
    packages::runs_tool,
    rules,
    scope::Scope,
    shell_parts::inner,
    words,
    wrappers::script_file,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["c8", "nyc"], coverage),
    (&["ptw", "pytest-watch", "pytest-watcher"], test_watch),
    (&["cargo-watch"], cargo_watch),
    (&["watchman", "watchman-make"], watchman),
    (&["m4"], macros),
    (&["rails"], rails),
];

/// Options of `c8` and `nyc` that take the next word. Whatever is on neither list may take it or not.
const COVERAGE_VALUES: &[&str] = &[
    "--branches",
    "--cache-dir",
    "--config",
    "--cwd",
    "--exclude",
    "--extension",
    "--functions",
    "--include",
    "--lines",
    "--merge-async",
    "--nycrc-path",
    "--report-dir",
    "--reporter",
    "--reporter-options",
    "--reports-dir",
    "--require",
    "--src",
    "--statements",
    "--temp-dir",
    "--temp-directory",
    "--watermarks",
    "-c",
    "-e",
    "-i",
    "-n",
    "-o",
    "-r",
    "-x",
];
/// Their options that stand alone.
const COVERAGE_FLAGS: &[&str] = &[
    "--100",
    "--all",
    "--allowExternal",
    "--cache",
    "--check-coverage",
    "--clean",
    "--eager",
    "--exclude-after-remap",
    "--exclude-node-modules",
    "--exit-on-error",
    "--help",
    "--instrument",
    "--no-cache",
    "--no-clean",
    "--omit-relative",
    "--per-file",
    "--preserve-comments",
    "--produce-source-map",
    "--show-process-tree",
    "--silent",
    "--skip-empty",
    "--skip-full",
    "--source-map",
    "--version",
    "-a",
    "-s",
];

/// Measures what the command behind its options covers.
fn coverage(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            break;
        }
        if !text.starts_with('-') {
            break;
        }
        at += match text {
            _ if text.contains('=') || COVERAGE_FLAGS.contains(&text) => 1,
            _ if COVERAGE_VALUES.contains(&text) => 2,
            // It may take the command's name for its own value, and the command is then another.
            _ => return court.refuse(rules::WRAPPER, format!("`{} {}`", call.words[0].text, word.shown())),
        };
    }
    let words = arguments.get(at..).unwrap_or_default().to_vec();
    match words.first().map(|word| word.text.as_str()) {
        Some("report" | "check-coverage" | "merge" | "instrument") => Ok(()),
        _ => runs_tool(court, words, &mut scope.child()),
    }
}

/// The values of long options that run something, also where the option is shortened.
fn commands_of(arguments: &[Word], names: &[&str]) -> Vec<Word> {
    let mut found = Vec::new();
    let mut rest = arguments.iter().take_while(|word| word.text != "--");
    while let Some(word) = rest.next() {
        let (option, has_value) = match word.text.split_once('=') {
            Some((option, _)) => (option, true),
            None => (word.text.as_str(), false),
        };
        if option.len() > 3 && option.starts_with("--") && names.iter().any(|name| name.starts_with(option)) {
            let value: Option<Word> = if has_value { Some(word.after(option.len() + 1)) } else { rest.next().cloned() };
            found.extend(value);
        }
    }
    found
}

/// Runs the tests again whenever something changes, and what its options name besides.
fn test_watch(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let names = ["--runner", "--onpass", "--onfail", "--onexit", "--beforerun", "--afterrun", "--oninterrupt"];
    for code in commands_of(call.arguments(), &names) {
        court.source_in(&code, &mut scope.child())?;
    }
    Ok(())
}

/// `cargo watch`: tasks of cargo (`-x`), lines for a shell (`-s`), and a command behind the options.
pub(super) fn watches_with_cargo(court: &mut Court<'_>, arguments: &[Word], scope: &Scope) -> Ruling {
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            break;
        }
        if word.unknown.is_some() && word.start().is_empty() {
            return court.refuse(rules::UNKNOWN_CODE, format!("`cargo watch {}`", word.shown()));
        }
        if !text.starts_with('-') {
            break;
        }
        let (name, inline) = match text.split_once('=') {
            Some((name, _)) if text.starts_with("--") => (name, Some(word.after(name.len() + 1))),
            _ if text.starts_with("--") || text.len() == 2 => (text, None),
            _ => (text.get(..2).unwrap_or(text), Some(word.after(2))),
        };
        let takes_value = matches!(
            name,
            "-x" | "--exec"
                | "-s"
                | "--shell"
                | "-d"
                | "--delay"
                | "-w"
                | "--watch"
                | "-i"
                | "--ignore"
                | "-C"
                | "--workdir"
                | "-F"
                | "--features"
                | "-B"
                | "--use-shell"
                | "-E"
                | "--env"
        );
        let value = match inline {
            Some(value) => value,
            None if takes_value => {
                at += 1;
                arguments.get(at).cloned().unwrap_or_default()
            }
            None => Word::default(),
        };
        at += 1;
        match name {
            "-x" | "--exec" => {
                let line = Word { text: format!("cargo {}", value.text), ..value };
                court.source_in(&line, &mut scope.child())?;
            }
            "-s" | "--shell" => court.source_in(&value, &mut scope.child())?,
            "--use-shell" => return court.refuse(rules::OPTION, "`cargo watch --use-shell`"),
            "-C" | "--workdir" => {
                inner(court, vec![Word::plain("cd"), value], Input::Same, &mut scope.child())?;
            }
            // Shortened it may be one of those above; several letters in one word may hold one of them.
            _ if name.starts_with("--")
                && ["--exec", "--shell", "--use-shell"].iter().any(|long| long.starts_with(name)) =>
            {
                return court.refuse(rules::WRAPPER, format!("`cargo watch {}`", word.shown()));
            }
            _ if !name.starts_with("--") && value.text.contains(['x', 's']) && !takes_value => {
                return court.refuse(rules::WRAPPER, format!("`cargo watch {}`", word.shown()));
            }
            _ => {}
        }
    }
    let words = arguments.get(at..).unwrap_or_default().to_vec();
    if let [only] = words.as_slice()
        && only.text.contains(' ')
    {
        return court.source_in(only, &mut scope.child());
    }
    runs_tool(court, words, &mut scope.child())
}

fn cargo_watch(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    watches_with_cargo(court, call.arguments(), scope)
}

/// A service that watches files, and starts what its triggers say long after this line.
fn watchman(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let task = words::operands(call.arguments(), &[]).first().map(|word| word.shown()).unwrap_or_default();
    let only_looks = matches!(
        task.as_str(),
        "" | "clock"
            | "find"
            | "get-config"
            | "get-sockname"
            | "list-capabilities"
            | "since"
            | "trigger-list"
            | "version"
            | "watch"
            | "watch-del"
            | "watch-list"
            | "watch-project"
            | "trigger-del"
            | "watch-del-all"
    );
    let takes_json = call.arguments().iter().any(|word| word.text.starts_with("-j") || word.text.starts_with("--js"));
    if only_looks && !takes_json && call.words[0].text.ends_with("watchman") {
        return Ok(());
    }
    court.refuse(rules::WRAPPER, format!("`{} {task}`", call.words[0].text))
}

/// A language of macros, one of which runs commands.
fn macros(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let runs = |word: &Word| word.text.contains("syscmd") || word.text.contains("builtin");
    if let Some(word) = call.arguments().iter().find(|word| runs(word)) {
        return court.refuse(rules::TEXT_PROGRAM, format!("`m4 {}`", word.shown()));
    }
    let files = words::operands(call.arguments(), &["-D", "-I", "-U", "-o", "-R", "-F", "-L", "--define", "--include"]);
    let reads_input = files.is_empty() || files.iter().any(|word| word.text == "-");
    for file in files.into_iter().filter(|word| word.text != "-") {
        script_file(court, "m4", file, scope)?;
    }
    match &call.input {
        _ if !reads_input => Ok(()),
        Input::Text(text) if text.unknown.is_none() && !runs(text) => Ok(()),
        Input::File(file) => script_file(court, "m4", file, scope),
        Input::Same if call.arguments().iter().any(|word| word.text == "--version" || word.text == "--help") => Ok(()),
        _ => court.refuse(rules::PIPED_CODE, "`m4`"),
    }
}

/// Rails with its runner, which takes a file or code.
fn rails(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let operands = words::operands(call.arguments(), &["-e", "--environment"]);
    let Some(task) = operands.first() else { return Ok(()) };
    if task.is_pattern || task.unknown.is_some() {
        return court.refuse(rules::UNKNOWN_NAME, format!("`rails {}`", task.shown()));
    }
    if !matches!(task.text.as_str(), "runner" | "r") {
        return Ok(());
    }
    match operands.get(1) {
        Some(file) if file.known().is_some_and(|text| text.ends_with(".rb") && !text.contains([' ', '(', ';'])) => {
            script_file(court, "rails runner", file, scope)
        }
        Some(code) if code.text == "-" => court.refuse(rules::PIPED_CODE, "`rails runner -`"),
        Some(code) => interpreters::code(court, "rails runner", code),
        None => Ok(()),
    }
}

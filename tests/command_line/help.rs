//! `--help`, completions, and what is said to somebody who typed it wrong.

use crate::support::Machine;
use std::{fs, process::Command};

/// Every command with its words, from the program's own help.
fn commands(machine: &Machine) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(words) = open.pop() {
        let asked: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let ended = machine.harness(&asked);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{asked:?} is answered: {ended:?}");
        let listed = ended.stdout.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in listed.take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   ")) {
            let name = line.split_whitespace().next().expect("a name");
            if name != "help" {
                open.push(words.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
        found.push((words, ended.stdout));
    }
    found
}

/// The arguments and options of a help text, each with its explanation.
fn explained(help: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let lines = help.lines().skip_while(|line| !matches!(*line, "Arguments:" | "Options:"));
    for line in lines {
        let text = line.trim_start();
        let is_note = ["- ", "[default", "[env", "[alias", "[possible"].iter().any(|note| text.starts_with(note));
        if line.starts_with(' ') && text.starts_with(['-', '<', '[']) && !is_note {
            let (head, rest) = text.split_once("  ").unwrap_or((text, ""));
            found.push((head.to_owned(), rest.trim().to_owned()));
        } else if let (true, Some((_, explanation))) = (line.starts_with(' '), found.last_mut()) {
            explanation.push(' ');
            explanation.push_str(text);
        }
    }
    found
}

#[test]
fn every_command_says_what_it_does_and_explains_every_argument() {
    let machine = Machine::new();
    let commands = commands(&machine);
    let leaves = commands.iter().filter(|(_, help)| !help.contains("\nCommands:\n")).count();
    assert!(leaves >= 30, "all commands are looked at, not only {leaves}");
    for (words, help) in &commands {
        let first = help.lines().next().unwrap_or_default();
        assert!(first.len() > 10 && !first.starts_with("Usage"), "{words:?} begins with what it does: {help}");
        assert!(help.contains("\nUsage: harness "), "{words:?} shows how it is called: {help}");
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{words:?} fits a terminal: {line}");
        }
        for (argument, explanation) in explained(help) {
            assert!(!explanation.trim().is_empty(), "{words:?} explains {argument}: {help}");
        }
    }
}

#[test]
fn help_names_the_defaults_and_the_exit_codes() {
    let machine = Machine::new();
    let help = |words: &[&str]| machine.harness(words).stdout;
    let run = help(&["run", "--help"]);
    for default in ["[default: auto]", "[default: 300]", "[default: aside]", "[default: 3]", "[default: 5]"] {
        assert!(run.contains(default), "`run` names {default}: {run}");
    }
    assert!(run.contains("HARNESS_CLAUDE"), "and the variable that counts: {run}");
    assert!(help(&["runs", "list", "--help"]).contains("[default: 20]"), "a length that was not asked for is named");
    assert!(help(&["features", "list", "--help"]).contains("[default: .]"), "the project is the one stood in");
    assert!(help(&["projects", "settings", "--help"]).contains("3 unless chosen"), "settings name theirs");
    let whole = help(&["--help"]);
    assert!(whole.contains("Exit codes") && whole.contains("HARNESS_HOME"), "what scripts need is there: {whole}");
}

#[test]
fn completions_are_scripts_that_their_shells_accept() {
    let machine = Machine::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = machine.harness(&["completions", shell]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{shell} is known");
        for word in ["features", "rehearse", "doctor"] {
            assert!(ended.stdout.contains(word), "{shell} completes {word}");
        }
        let file = machine.path(&format!("completions.{shell}"));
        fs::write(&file, &ended.stdout).expect("a file");
        if let Ok(checked) = Command::new(shell).arg("-n").arg(&file).output() {
            let complaint = String::from_utf8_lossy(&checked.stderr);
            assert!(checked.status.success(), "{shell} accepts its script: {complaint}");
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_and_options() {
    let machine = Machine::new();
    let file = machine.path("completions.bash");
    fs::write(&file, machine.harness(&["completions", "bash"]).stdout).expect("a file");
    let complete = |words: &str, at: usize| {
        let script = format!(
            "source '{}'; COMP_WORDS=({words}); COMP_CWORD={at}; _harness harness \"${{COMP_WORDS[{at}]}}\" \
             \"${{COMP_WORDS[{}]}}\"; printf '%s ' \"${{COMPREPLY[@]}}\"",
            file.display(),
            at - 1
        );
        let output = Command::new("bash").args(["--norc", "-c", &script]).output().expect("bash runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(complete("harness fea", 1).split(' ').any(|word| word == "features"), "a command is completed");
    assert_eq!(complete("harness run --reh", 2).trim(), "--rehearse", "and an option");
}

#[test]
fn wrong_arguments_are_told_with_exit_code_two_and_change_nothing() {
    let machine = Machine::new();
    let wrong: [&[&str]; 14] = [
        &[],
        &["nonsense"],
        &["run"],
        &["run", "x", "--mode", "dance"],
        &["run", "x", "--budget-usd", "-1"],
        &["run", "x", "--budget-usd", "NaN"],
        &["run", "x", "--max-sessions", "0"],
        &["features"],
        &["features", "show", "first"],
        &["features", "list", "--status", "lost"],
        &["features", "edit", "1", "--layer", "9"],
        &["features", "fail", "1"],
        &["projects", "checks", "--detect", "--test", "make test"],
        &["completions", "tcl"],
    ];
    for words in wrong {
        let ended = machine.harness(words);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{words:?}: {ended:?}");
        assert!(ended.stderr.contains("--help") || ended.stderr.contains("Usage"), "{words:?} says where to look");
    }
    let left = fs::read_dir(machine.path("data")).expect("the data directory").count();
    assert_eq!(left, 0, "nothing was opened for them");
}

#[test]
fn an_unknown_project_is_told_with_what_to_do() {
    let machine = Machine::new();
    let commands: [&[&str]; 6] = [
        &["features", "list"],
        &["bugs", "report", "It crashes"],
        &["questions", "list"],
        &["runs", "list"],
        &["projects", "settings"],
        &["mcp"],
    ];
    for words in commands {
        let words: Vec<&str> = words.iter().copied().chain(["--project", "lost"]).collect();
        let ended = machine.harness(&words);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{words:?}: {ended:?}");
        for part in ["\"lost\"", "harness projects list", "harness projects add"] {
            assert!(ended.stderr.contains(part), "{words:?} names {part}: {}", ended.stderr);
        }
    }
}

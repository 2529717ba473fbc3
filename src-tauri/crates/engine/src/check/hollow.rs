//! Commands that succeed without looking at anything.
//!
//! An agent that cannot make the tests pass may be tempted to change what "the tests" are. This finds the
//! plain forms of that; a determined one can write a test file that tests nothing, which is why the number
//! of tests is shown to a person as well.

use std::fmt;

/// What connects a command with the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Pipe,
    /// Also the start, and the end of a line.
    Then,
    Background,
}

/// Why a command cannot prove anything; displayed as the end of a sentence that starts with the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hollow {
    /// Looks at nothing.
    Idle,
    /// Its exit code is not that of what it runs.
    Swallowing,
    /// Its end is never seen.
    Detached,
    /// No shell can run it.
    Impossible,
}

impl fmt::Display for Hollow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "does nothing and succeeds",
            Self::Swallowing => "succeeds even when what it runs fails",
            Self::Detached => "does not wait for what it starts",
            Self::Impossible => "contains a character that no command can contain",
        })
    }
}

/// Why `command` cannot prove anything. `None` for everything that is not plainly hollow.
pub(super) fn why_hollow(command: &str) -> Option<Hollow> {
    if command.contains('\0') {
        return Some(Hollow::Impossible);
    }
    let parts = split(command);
    if parts.iter().all(|(_, words)| is_idle(words) || is_preparation(words)) {
        return Some(Hollow::Idle);
    }
    let stops_at_errors = parts.iter().any(|(_, words)| words.starts_with("set -e") || words.starts_with("set -o err"));
    let pipes_fail = command.contains("pipefail");
    if ends_in_background(command) {
        return Some(Hollow::Detached);
    }
    // What decides the exit code: idle commands behind `&&` change nothing about it.
    let last = parts.iter().rposition(|(operator, words)| !(is_idle(words) && *operator == Operator::And))?;
    let (operator, words) = &parts[last];
    let is_swallowed = match operator {
        Operator::Or => is_idle(words),
        Operator::Then => last > 0 && is_idle(words) && !stops_at_errors,
        Operator::Pipe => !pipes_fail && (is_idle(words) || is_sink(words)),
        Operator::Background => is_idle(words),
        Operator::And => false,
    };
    is_swallowed.then_some(Hollow::Swallowing)
}

/// Succeeds whatever the project looks like.
fn is_idle(words: &str) -> bool {
    let mut words = words.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("true" | ":" | "echo" | "printf" | "pwd" | "sleep" | "date"), _, _) => true,
        (Some("exit"), code, _) => code.is_none_or(|code| code == "0"),
        (
            Some("node"),
            Some("-e" | "--eval"),
            Some("\"\"" | "''" | "0" | "\"process.exit(0)\"" | "'process.exit(0)'"),
        ) => true,
        (Some(_), Some("--version" | "--help"), None) => true,
        _ => false,
    }
}

/// Only gets something else ready.
fn is_preparation(words: &str) -> bool {
    let first = words.split_whitespace().next().unwrap_or("");
    matches!(first, "cd" | "export" | "set" | "unset" | "mkdir" | "touch")
        || words.split_whitespace().all(|word| word.split_once('=').is_some_and(|(name, _)| !name.starts_with('-')))
}

/// Passes on what it reads and succeeds.
fn is_sink(words: &str) -> bool {
    matches!(words.split_whitespace().next(), Some("tee" | "cat" | "head" | "tail" | "sort" | "wc"))
}

fn ends_in_background(command: &str) -> bool {
    let command = command.trim_end();
    command.ends_with('&') && !command.ends_with("&&") && !command.ends_with("\\&")
}

/// The single commands of a command line, without brackets, comments and empty ones.
fn split(command: &str) -> Vec<(Operator, String)> {
    let mut parts = Vec::new();
    let mut words = String::new();
    let mut operator = Operator::Then;
    let mut quote = None;
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        let next = match (quote, character) {
            (Some(open), _) => {
                words.push(character);
                if character == open {
                    quote = None;
                } else if character == '\\' && open == '"' {
                    words.extend(characters.next());
                }
                continue;
            }
            (None, '\'' | '"') => {
                quote = Some(character);
                words.push(character);
                continue;
            }
            (None, '\\') => {
                words.push(character);
                words.extend(characters.next());
                continue;
            }
            (None, '#') if words.is_empty() || words.ends_with(char::is_whitespace) => {
                while characters.next_if(|character| *character != '\n').is_some() {}
                continue;
            }
            (None, ';' | '\n') => Operator::Then,
            (None, '|') if characters.next_if_eq(&'|').is_some() => Operator::Or,
            (None, '|') => Operator::Pipe,
            (None, '&') if characters.next_if_eq(&'&').is_some() => Operator::And,
            // `2>&1` and `&>file` redirect, they do not end a command.
            (None, '&') if words.ends_with('>') || characters.peek() == Some(&'>') => {
                words.push(character);
                continue;
            }
            (None, '&') => Operator::Background,
            (None, _) => {
                words.push(character);
                continue;
            }
        };
        finish(&mut parts, &mut words, &mut operator, next);
    }
    finish(&mut parts, &mut words, &mut operator, Operator::Then);
    parts
}

fn finish(parts: &mut Vec<(Operator, String)>, words: &mut String, operator: &mut Operator, next: Operator) {
    let bare = words.trim_matches(|character: char| character.is_whitespace() || "(){}".contains(character));
    // A bracket or line end between an operator and its command does not replace the operator.
    if !bare.is_empty() {
        parts.push((*operator, bare.to_owned()));
        *operator = next;
    } else if next != Operator::Then {
        *operator = next;
    }
    words.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_look_at_nothing_are_hollow() {
        for command in [
            "",
            "true",
            " : ",
            "exit 0",
            "exit",
            "echo ok",
            "echo \"all && tests; passed\"",
            "echo a; echo b && true",
            "cd app && true",
            "A=1 B=2",
            "node -e \"\"",
            "node --version",
            "# npm test",
            "(exit 0)",
            "echo $(npm test)",
            "echo no tests yet > result.txt 2>&1",
            "set -e\ntrue",
        ] {
            assert_eq!(why_hollow(command), Some(Hollow::Idle), "{command:?}");
        }
    }

    #[test]
    fn commands_that_swallow_a_failure_are_hollow() {
        for command in [
            "npm test || true",
            "npm test||:",
            "npm test ; exit 0",
            "npm test\ntrue",
            "npm test || echo failed && true",
            "npm test || (exit 0)",
            "npm test || { echo failed; exit 0; }",
            "npm test | tee log",
            "npm test 2>&1 | cat",
            "npm test & true",
            "npm test ||\n true",
        ] {
            assert_eq!(why_hollow(command), Some(Hollow::Swallowing), "{command:?}");
        }
        assert_eq!(why_hollow("npm test &"), Some(Hollow::Detached), "its end is never seen");
        assert_eq!(why_hollow("a\0b"), Some(Hollow::Impossible), "NUL ends a string");
    }

    #[test]
    fn honest_commands_are_left_alone() {
        for command in [
            "npm test",
            "node --test",
            "npm test && echo ok",
            "set -e; npm test; echo done",
            "cd app && npm test",
            "echo starting && npm test",
            "npm test || exit 1",
            "npm test || { echo failed; exit 1; }",
            "jest --ci; tsc",
            "set -o pipefail; npm test | tee log",
            "node test.js | grep -q passed",
            "node -e \"require('./test')\"",
            "echo '|| true' && npm test",
            "npm test -- --grep 'a || true'",
            "npm test > log 2>&1",
            "for f in tests/*.js; do node \"$f\" || exit 1; done",
            "exit 1",
            "! grep -r TODO src",
            "CI=1 npm test",
            "false",
        ] {
            assert_eq!(why_hollow(command), None, "{command:?}");
        }
    }
}

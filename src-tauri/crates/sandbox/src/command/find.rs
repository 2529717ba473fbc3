//! Looking for files, and doing something with each that is found.

use super::{
    Rules,
    call::{Call, Input, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    shell_parts::inner,
    targets, words,
};
use crate::shell::{UNKNOWN, Unknown, Word};

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[(&["find", "gfind"], find), (&["fd", "fdfind"], fd)];

/// What a name that `find` puts in a command may be.
fn found(roots: &[&Word]) -> Option<Word> {
    let root = match roots {
        [] => ".",
        [only] => only.known()?,
        _ => return None,
    };
    let root = root.trim_end_matches('/');
    Some(Word { text: format!("{root}/*found*"), is_pattern: true, ..Word::default() })
}

fn found_in(words: &[Word], name: Option<&Word>) -> Vec<Word> {
    words
        .iter()
        .map(|word| {
            if !word.text.contains("{}") {
                return word.clone();
            }
            match name {
                Some(name) if word.text == "{}" => name.clone(),
                Some(name) => Word { text: word.text.replace("{}", &name.text), is_pattern: true, ..word.clone() },
                None => Word {
                    text: word.text.replace("{}", &UNKNOWN.to_string()),
                    unknown: Some(Unknown::Output),
                    ..word.clone()
                },
            }
        })
        .collect()
}

fn find(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let mut at = 0;
    while arguments.get(at).is_some_and(|word| {
        matches!(word.text.as_str(), "-H" | "-L" | "-P" | "-E" | "-X" | "-x" | "-s") || word.text.starts_with("-O")
    }) {
        at += 1;
    }
    let follows_links = arguments[..at].iter().any(|word| word.text == "-L");
    let is_expression =
        |word: &&Word| word.text.starts_with('-') || matches!(word.text.as_str(), "(" | ")" | "!" | ",");
    let roots: Vec<&Word> = arguments[at..].iter().take_while(|word| !is_expression(word)).collect();
    let expression = &arguments[at + roots.len()..];
    let is_shallow =
        words::values(expression, &["-maxdepth"]).iter().any(|depth| matches!(depth.text.as_str(), "0" | "1"));
    let current = Word::plain(".");
    let here = [&current];
    for root in if roots.is_empty() { &here[..] } else { &roots[..] } {
        let look = if is_shallow { targets::listed } else { targets::searched };
        look(court, root, scope)?;
    }
    let mut is_narrow = false;
    let mut keeps_git = false;
    let mut is_wide = false;
    let mut changes = false;
    let mut is_negated = false;
    let mut depth = 0_usize;
    let mut commands: Vec<(bool, Vec<Word>)> = Vec::new();
    let mut index = 0;
    while let Some(word) = expression.get(index) {
        let value = expression.get(index + 1);
        let was_negated = std::mem::take(&mut is_negated);
        match word.text.as_str() {
            "!" | "-not" => is_negated = true,
            "(" => {
                depth += 1;
                is_negated = was_negated;
            }
            ")" => depth = depth.saturating_sub(1),
            "-o" | "-or" | "," if depth == 0 => is_wide = true,
            "-name" | "-iname" | "-path" | "-ipath" | "-wholename" | "-regex" | "-iregex" | "-lname" => {
                let pattern = value.map_or("", |value| value.text.as_str());
                if was_negated {
                    keeps_git |= pattern.contains(".git");
                } else {
                    let is_about_names =
                        !matches!(word.text.as_str(), "-path" | "-ipath" | "-wholename" | "-regex" | "-iregex");
                    is_narrow |= pattern.chars().any(|c| c.is_alphanumeric());
                    let mut gits = [
                        "HEAD",
                        "config",
                        "index",
                        "hooks",
                        "objects",
                        "refs",
                        "packed-refs",
                        "info",
                        "logs",
                        ".git",
                        ".claude",
                        ".mcp.json",
                        "COMMIT_EDITMSG",
                    ]
                    .into_iter();
                    if is_about_names && gits.any(|name| targets::may_match(pattern, name))
                        || value.is_some_and(|value| value.unknown.is_some())
                        || !is_about_names && pattern.contains(".git")
                    {
                        is_wide = true;
                    }
                }
                index += 1;
            }
            "-empty" | "-newer" | "-mtime" | "-mmin" | "-size" if !was_negated => {
                index += usize::from(word.text != "-empty");
            }
            "-delete" => changes = true,
            "-fprint" | "-fprint0" | "-fprintf" | "-fls" => {
                if let Some(file) = value {
                    targets::written(court, Target::new(file, "writing"), scope)?;
                }
                index += 1;
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                let is_elsewhere = word.text.ends_with("dir");
                let tail = &expression[index + 1..];
                let length = tail.iter().position(|word| word.text == ";" || word.text == "+").unwrap_or(tail.len());
                commands.push((is_elsewhere, tail[..length].to_vec()));
                index += length + 1;
            }
            "-files0-from" => return court.refuse(rules::FIND_ACTION, "`find -files0-from`"),
            _ if word.unknown.is_some() && word.start().is_empty() => {
                // Anything may stand here, actions too.
                return court.refuse(rules::UNKNOWN_TARGET, format!("`find … {}`", word.shown()));
            }
            _ => {}
        }
        index += 1;
    }
    let is_inside = roots.iter().all(|root| {
        let text = root.text.as_str();
        root.unknown.is_none()
            && !scope.places().is_empty()
            && scope.places().iter().all(|place| {
                court.workspace().is_inside(text.split(['*', '?', '[']).next().unwrap_or("").as_ref(), place)
                    && !text.is_empty()
                    && !text.contains("..")
            })
    });
    let covers_git = (changes || !commands.is_empty()) && covers_git(court, &roots, scope);
    // What is found may be git's own, or the directory itself.
    let may_be_anything = covers_git && (is_wide || !(is_narrow || keeps_git));
    let is_certain = is_inside && !scope.places().is_empty() && !may_be_anything;
    let name = if is_certain { found(&roots) } else { None };
    if changes {
        if !is_inside || follows_links || scope.places().is_empty() {
            return court.refuse(rules::FIND_ACTION, "`find -delete`");
        }
        if covers_git && (is_wide || !(is_narrow || keeps_git)) {
            let what = "`find -delete` without a name to look for, which reaches .git (add `-not -path './.git/*'`)";
            return court.refuse(rules::REMOVE_ROOT, what);
        }
        for root in &roots {
            targets::removed(
                court,
                Target::new(&Word { text: format!("{}/any-file", root.text), ..(*root).clone() }, "removing"),
                scope,
            )?;
        }
    }
    for (is_elsewhere, words) in commands {
        let removes = words.first().is_some_and(|word| {
            matches!(word.text.rsplit('/').next(), Some("rm" | "mv" | "rmdir" | "unlink" | "shred"))
        });
        if removes && covers_git && (is_wide || !(is_narrow || keeps_git)) {
            return court.refuse(rules::REMOVE_ROOT, "`find -exec rm` without a name to look for");
        }
        let mut inside = if is_elsewhere && is_inside { scope.clone() } else { scope.child() };
        let words = found_in(&words, name.as_ref().filter(|_| !follows_links));
        inner(court, words, Input::Same, &mut inside)?;
    }
    Ok(())
}

/// Whether a repository, or the project itself, lies at or below one of the places that are searched.
fn covers_git(court: &Court<'_>, roots: &[&Word], scope: &Scope) -> bool {
    let all: Vec<&str> =
        if roots.is_empty() { vec!["."] } else { roots.iter().map(|root| root.text.as_str()).collect() };
    all.iter().any(|root| {
        scope.places().iter().any(|place| {
            let real = court.workspace().resolve(root.as_ref(), place);
            real.is_ok_and(|real| real.join(".git").exists() || court.root().starts_with(&real))
        })
    })
}

fn fd(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if let Some(at) =
        arguments.iter().position(|word| matches!(word.text.as_str(), "-x" | "-X" | "--exec" | "--exec-batch"))
    {
        let before: Vec<&Word> = words::operands(
            &arguments[..at],
            &["-e", "-t", "-d", "-E", "--extension", "--type", "--exclude", "--max-depth"],
        );
        let roots: Vec<&Word> = before.into_iter().skip(1).collect();
        let mut words = arguments[at + 1..].to_vec();
        if !words.iter().any(|word| word.text.contains('{')) {
            words.push(Word::plain("{}"));
        }
        let is_inside = roots.iter().all(|root| {
            root.known().is_some_and(|text| {
                scope.places().iter().all(|place| court.workspace().is_inside(text.as_ref(), place))
            })
        });
        let name = if is_inside && !scope.places().is_empty() { found(&roots) } else { None };
        let removes = words.first().is_some_and(|word| matches!(word.text.rsplit('/').next(), Some("rm" | "mv")));
        if removes
            && !arguments[..at]
                .iter()
                .any(|word| word.text.chars().any(char::is_alphanumeric) && !word.text.starts_with('-'))
        {
            return court.refuse(rules::REMOVE_ROOT, "`fd -x rm` without a name to look for");
        }
        let words = found_in(&words, name.as_ref());
        return inner(court, words, Input::Same, &mut scope.child());
    }
    for word in words::operands(arguments, &["-e", "-t", "-d", "-E"]).into_iter().skip(1) {
        targets::searched(court, word, scope)?;
    }
    Ok(())
}

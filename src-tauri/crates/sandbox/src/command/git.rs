//! Git, with everything in it that runs programs, reaches elsewhere or destroys history.

mod remotes;

use super::{
    Rules,
    call::{Call, Input, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    shell_parts::inner,
    targets, words,
};
use crate::shell::Word;
use remotes::{push, transfer};

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] =
    &[(&["git"], git), (&["git-lfs", "gitk", "tig", "lazygit", "hub"], other_ways), (&["gh", "glab"], forge)];

/// Settings that only change how something looks or what is the default. In lower case; a dot at the end stands for all below.
const HARMLESS_KEYS: &[&str] = &[
    "user.name",
    "user.email",
    "core.autocrlf",
    "core.filemode",
    "core.ignorecase",
    "core.quotepath",
    "core.eol",
    "core.longpaths",
    "core.abbrev",
    "core.precomposeunicode",
    "core.safecrlf",
    "core.compression",
    "pull.rebase",
    "pull.ff",
    "init.defaultbranch",
    "push.default",
    "push.autosetupremote",
    "push.followtags",
    "merge.conflictstyle",
    "merge.ff",
    "merge.renamelimit",
    "color.",
    "advice.",
    "commit.gpgsign",
    "tag.gpgsign",
    "rerere.",
    "diff.renames",
    "diff.algorithm",
    "diff.colormoved",
    "diff.mnemonicprefix",
    "diff.renamelimit",
    "diff.noprefix",
    "fetch.prune",
    "rebase.autostash",
    "rebase.autosquash",
    "log.date",
    "log.decorate",
    "status.",
    "column.",
    "gc.auto",
    "safe.bareRepository",
    "http.postbuffer",
    "protocol.version",
    "index.version",
    "feature.manyfiles",
    "pack.",
    "submodule.recurse",
    "blame.",
    "branch.sort",
    "tag.sort",
    "commit.verbose",
    "grep.linenumber",
    "format.pretty",
    "interactive.singlekey",
];

/// Whether a setting may be made: its key is harmless, and its value where that says which repository is pushed to.
fn is_harmless(key: &str, value: &Word) -> bool {
    let names_remote = key.to_ascii_lowercase().ends_with(".remote");
    is_harmless_key(key) && !(names_remote && (value.unknown.is_some() || value.text.contains([':', '/'])))
}

fn is_harmless_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    if let Some(rest) = key.strip_prefix("branch.")
        && (rest.ends_with(".remote")
            || rest.ends_with(".merge")
            || rest.ends_with(".rebase")
            || rest.ends_with(".description"))
    {
        return true;
    }
    HARMLESS_KEYS.iter().any(|known| if known.ends_with('.') { key.starts_with(known) } else { key == *known })
}

fn other_ways(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if call.words[0].text.ends_with("git-lfs") {
        let mut words = vec![Word::plain("git"), Word::plain("lfs")];
        words.extend_from_slice(call.arguments());
        return inner(court, words, Input::Same, scope);
    }
    court.refuse(rules::GIT_COMMAND, format!("`{}`", call.words[0].text))
}

/// What the project's forge is asked: looking is free, changing is for a person.
fn forge(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let operands = words::operands(call.arguments(), &["-R", "--repo", "--hostname"]);
    let known: Vec<&str> = operands.iter().take(2).map(|word| word.known().unwrap_or("?")).collect();
    match known.as_slice() {
        [] | ["help" | "version" | "status", ..] | ["auth", "status"]
            if !words::has(call.arguments(), &["-t", "--show-token"]) =>
        {
            Ok(())
        }
        ["api" | "auth" | "secret" | "ssh-key" | "gpg-key" | "extension" | "alias" | "codespace" | "config", ..]
        | [_, "delete" | "archive" | "transfer" | "rename"] => {
            court.refuse(rules::GIT_COMMAND, format!("`gh {}`", known.join(" ")))
        }
        ["variable", _] => court.refuse(rules::GIT_COMMAND, format!("`gh {}`", known.join(" "))),
        [_, "list" | "view" | "status" | "diff" | "checks" | "watch"] => Ok(()),
        _ => court.take(rules::GIT_COMMAND.ask(format!("`gh {}`", known.join(" ")))),
    }
}

fn git(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments().to_vec();
    let mut child = scope.clone();
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let text = word.text.as_str();
        if word.unknown.is_some() {
            return court.refuse(rules::GIT_UNKNOWN, format!("`git {}`", word.shown()));
        }
        let refused = || Err(rules::GIT_OPTION.deny(format!("`git {}`", word.shown())));
        match text {
            "-C" => {
                let Some(directory) = arguments.get(at + 1) else { return Ok(()) };
                inner(court, vec![Word::plain("cd"), directory.clone()], Input::Same, &mut child)?;
                at += 2;
            }
            "-c" => {
                let setting = arguments.get(at + 1).cloned().unwrap_or_default();
                let (key, value) = setting.text.split_once('=').unwrap_or((&setting.text, "true"));
                let is_quiet = key.eq_ignore_ascii_case("core.pager") && matches!(value, "" | "cat" | "less")
                    || key.to_ascii_lowercase().starts_with("pager.") && matches!(value, "false" | "cat" | "")
                    || matches!(key.to_ascii_lowercase().as_str(), "core.editor" | "sequence.editor")
                        && matches!(value, "true" | ":" | "cat");
                let is_harmless = is_harmless(key, &Word { text: value.to_owned(), ..setting.clone() });
                if !(is_harmless || setting.unknown.is_none() && is_quiet) {
                    return court.refuse(rules::GIT_OPTION, format!("`git -c {}`", setting.shown()));
                }
                at += 2;
            }
            "--no-pager"
            | "-P"
            | "--paginate"
            | "-p"
            | "--no-optional-locks"
            | "--no-replace-objects"
            | "--literal-pathspecs"
            | "--no-advice"
            | "--glob-pathspecs"
            | "--icase-pathspecs"
            | "--no-lazy-fetch" => at += 1,
            "--version" | "-v" | "--help" | "-h" | "--html-path" | "--man-path" | "--info-path" => return Ok(()),
            _ if text.starts_with('-') => return refused(),
            _ => break,
        }
    }
    let Some(command) = arguments.get(at) else { return Ok(()) };
    let Some(command) = command.known() else {
        return court.refuse(rules::GIT_UNKNOWN, format!("`git {}`", command.shown()));
    };
    judge_command(court, command, &arguments[at + 1..], call, &mut child)
}

fn judge_command(court: &mut Court<'_>, command: &str, rest: &[Word], call: &Call, scope: &mut Scope) -> Ruling {
    let refuse = |rule: rules::Rule| Err(rule.deny(format!("`git {command}`")));
    let has = |names: &[&str]| words::has(rest, names);
    // What these do is said by a word of their own.
    let has_task = matches!(command, "remote" | "submodule" | "bisect" | "stash" | "worktree" | "reflog" | "lfs");
    if let Some(word) = rest.iter().find(|word| !word.text.starts_with('-'))
        && has_task
        && word.is_pattern
    {
        return court.refuse(rules::GIT_UNKNOWN, format!("`git {command} {}`", word.shown()));
    }
    match command {
        "push" => push(court, rest, scope),
        "config" => config(court, rest),
        "clone" | "fetch" | "pull" | "ls-remote" | "remote" | "submodule" | "archive" | "fetch-pack" => {
            transfer(court, command, rest, scope)
        }
        "add" | "status" | "log" | "show" | "stage" | "whatchanged" | "shortlog" | "describe" | "rev-parse"
        | "rev-list" | "ls-files" | "ls-tree" | "cat-file" | "blame" | "annotate" | "merge-base" | "name-rev"
        | "for-each-ref" | "show-ref" | "show-branch" | "cherry" | "range-diff" | "count-objects" | "fsck"
        | "check-ignore" | "check-attr" | "check-ref-format" | "check-mailmap" | "stripspace" | "var" | "version"
        | "help" | "diff-tree" | "diff-index" | "diff-files" | "verify-commit" | "verify-tag" | "write-tree"
        | "read-tree" | "commit-tree" | "mktree" | "hash-object" | "update-index" | "merge-file" | "merge-tree"
        | "patch-id" | "get-tar-commit-id" | "notes" | "apply" | "am" | "cherry-pick" | "revert" | "merge" | "mv"
        | "switch" | "restore" | "reset" | "sparse-checkout" | "rerere" | "request-pull" | "checkout" | "commit"
        | "diff" | "format-patch" | "bundle" | "diff-pairs" | "last-modified" | "mailinfo" => {
            if has(&["--ext-diff", "--open-files-in-pager", "--unsafe-paths"]) {
                return refuse(rules::GIT_OPTION);
            }
            let is_shortened = |word: &&Word| {
                let option = word.text.split('=').next().unwrap_or_default();
                option.starts_with("--outp")
                    && !matches!(option, "--output" | "--output-directory")
                    && !option.starts_with("--output-i")
            };
            // Git would no longer look at the file, and whoever asks git what changed would not learn of it.
            let hides = |word: &&Word| word.text.starts_with("--as") || word.text.starts_with("--sk");
            if rest.iter().any(|word| is_shortened(&word) || command == "update-index" && hides(&word)) {
                return refuse(rules::GIT_OPTION);
            }
            for file in words::given(rest, &["--output", "--output-directory"], "") {
                targets::written(court, Target::new(&file, "writing"), scope)?;
            }
            if command == "format-patch" {
                for file in words::given(rest, &["-o"], "Uvj") {
                    targets::written(court, Target::new(&file, "writing"), scope)?;
                }
            }
            if command == "bundle"
                && let Some(file) =
                    words::operands(rest, &[]).get(1).filter(|_| rest.first().is_some_and(|word| word.text == "create"))
            {
                targets::written(court, Target::new(file, "writing"), scope)?;
            }
            if matches!(command, "diff" | "hash-object") {
                for word in words::operands(rest, &[]).into_iter().filter(|word| word.text.starts_with(['/', '.'])) {
                    targets::read(court, word, scope)?;
                }
            }
            for file in words::given(rest, &["--file", "--template", "--pathspec-from-file"], "") {
                targets::read(court, &file, scope)?;
            }
            if matches!(command, "commit" | "commit-tree" | "notes" | "merge") {
                for file in words::given(rest, &["-F"], "CSXcmtu") {
                    targets::read(court, &file, scope)?;
                }
            }
            if command == "commit" {
                for file in words::given(rest, &["-t"], "CFSXcmu") {
                    targets::read(court, &file, scope)?;
                }
            }
            if command == "mv"
                && let [moved @ .., to] = words::operands(rest, &[]).as_slice()
            {
                for word in moved {
                    targets::removed(court, Target::new(word, "moving"), scope)?;
                }
                targets::written(court, Target::new(to, "moving"), scope)?;
            }
            if matches!(command, "mv" | "checkout" | "switch" | "reset" | "merge") {
                scope.has_moved_things = true;
            }
            Ok(())
        }
        "grep" => {
            let opens = rest.iter().any(|word| word.text.starts_with("-O") || word.text.starts_with("--open"));
            if opens {
                return refuse(rules::GIT_OPTION);
            }
            // Then it looks wherever it is told to, and not only in the repository.
            if rest.iter().any(|word| word.text.starts_with("--no-in")) {
                let with_value = ["-e", "-f", "-A", "-B", "-C", "-m", "--max-depth", "--max-count", "--threads"];
                let has_pattern = has(&["-e", "-f"]);
                for word in words::operands(rest, &with_value).into_iter().skip(usize::from(!has_pattern)) {
                    targets::searched(court, word, scope)?;
                }
            }
            Ok(())
        }
        "rm" => {
            if has(&["--cached"]) {
                return Ok(());
            }
            for word in words::operands(rest, &["--pathspec-from-file"]) {
                targets::removed(court, Target::new(word, "removing"), scope)?;
            }
            Ok(())
        }
        "rebase" => {
            for code in executed(rest) {
                court.source_in(&code, &mut scope.child())?;
            }
            Ok(())
        }
        "bisect" => {
            let task = rest.iter().position(|word| !word.text.starts_with('-'));
            match task.filter(|at| rest[*at].text == "run") {
                Some(at) => inner(court, rest[at + 1..].to_vec(), Input::Unknown, &mut scope.child()),
                None => Ok(()),
            }
        }
        "init" => {
            if has(&["--template", "--separate-git-dir"]) {
                return refuse(rules::GIT_OPTION);
            }
            for directory in words::operands(rest, &["-b", "--initial-branch", "--object-format"]) {
                targets::written(court, Target::new(directory, "making"), scope)?;
            }
            Ok(())
        }
        "branch" | "tag" => {
            let forced = rest.iter().any(|word| word.text == "-D" || word.text == "-M")
                || has(&["--delete"]) && has(&["--force"]);
            let is_kept = |word: &&Word| {
                word.unknown.is_some() || matches!(word.text.as_str(), "main" | "master" | "develop" | "trunk")
            };
            if command == "branch"
                && forced
                && words::operands(rest, &[]).iter().any(is_kept)
                && !has(&["-m"])
                && !rest.iter().any(|w| w.text == "-M")
            {
                return refuse(rules::GIT_HISTORY);
            }
            if command == "tag" {
                for file in words::given(rest, &["-F", "--file"], "mnu") {
                    targets::read(court, &file, scope)?;
                }
            }
            if command == "branch" && has(&["--edit-description"]) {
                return refuse(rules::GIT_OPTION);
            }
            Ok(())
        }
        "stash" => match rest.first().map(|word| word.text.as_str()) {
            Some("clear") => refuse(rules::GIT_HISTORY),
            _ => Ok(()),
        },
        "clean" => {
            let letters: String = rest
                .iter()
                .filter(|w| w.text.starts_with('-') && !w.text.starts_with("--"))
                .map(|w| w.text.as_str())
                .collect();
            let is_dry = letters.contains('n') || has(&["--dry-run"]);
            let is_wide = letters.contains('x')
                || letters.matches('f').count() + rest.iter().filter(|w| w.text == "--force").count() > 1;
            if is_wide && !is_dry { refuse(rules::GIT_HISTORY) } else { Ok(()) }
        }
        "reflog" => match rest.first().map(|word| word.text.as_str()) {
            Some("expire" | "delete" | "drop") => refuse(rules::GIT_HISTORY),
            _ => Ok(()),
        },
        "gc" | "repack" => {
            if rest.iter().any(|word| word.text.starts_with("--prune") || word.text.contains("expir")) {
                return refuse(rules::GIT_HISTORY);
            }
            Ok(())
        }
        "worktree" => {
            let operands = words::operands(rest, &["-b", "-B", "--reason", "--orphan"]);
            match operands.first().map(|word| word.text.as_str()) {
                Some("add") => match operands.get(1) {
                    Some(directory) => targets::written(court, Target::new(directory, "making"), scope),
                    None => Ok(()),
                },
                Some("remove" | "move") => {
                    for directory in &operands[1..] {
                        targets::removed(court, Target::new(directory, "removing"), scope)?;
                    }
                    Ok(())
                }
                _ => Ok(()),
            }
        }
        "lfs" => match rest.first().map(|word| word.text.as_str()) {
            Some("install" | "uninstall" | "standalone-file" | "filter-process" | "clean" | "smudge") => {
                refuse(rules::GIT_COMMAND)
            }
            _ => Ok(()),
        },
        "prune" | "replace" | "filter-branch" | "filter-repo" | "fast-import" | "update-ref" | "symbolic-ref"
        | "prune-packed" | "pack-refs" | "multi-pack-index" | "unpack-objects" | "index-pack" => {
            let only_reads =
                command == "symbolic-ref" && words::operands(rest, &[]).len() < 2 && !has(&["--delete", "-d"]);
            if only_reads { Ok(()) } else { refuse(rules::GIT_HISTORY) }
        }
        "credential" | "credential-store" | "credential-cache" | "daemon" | "instaweb" | "http-backend" | "shell"
        | "send-email" | "imap-send" | "cvsserver" | "cvsimport" | "cvsexportcommit" | "p4" | "svn" | "upload-pack"
        | "receive-pack" | "upload-archive" | "remote-ext" | "remote-fd" | "difftool" | "mergetool" | "maintenance"
        | "hook" | "gui" | "citool" | "fsmonitor--daemon" | "http-push" | "send-pack" | "scalar" | "web--browse"
        | "sh-setup" | "sh-i18n" => {
            let only_asks = command == "hook" && call.words.is_empty();
            if only_asks { Ok(()) } else { refuse(rules::GIT_COMMAND) }
        }
        _ => court.take(rules::GIT_COMMAND.ask(format!("`git {command}`"))),
    }
}

/// The lines that `git rebase` runs after every commit: `-x LINE`, `-xLINE`, `-ixLINE`, `--exec=LINE`, shortened or not.
fn executed(rest: &[Word]) -> Vec<Word> {
    let mut found = Vec::new();
    for (index, word) in rest.iter().enumerate() {
        let text = word.text.as_str();
        let next = || rest.get(index + 1).cloned();
        if text.starts_with("--") {
            let option = text.split('=').next().unwrap_or_default();
            if option.len() > 3 && "--exec".starts_with(option) {
                found.extend(if option.len() < text.len() { Some(word.after(option.len() + 1)) } else { next() });
            }
        } else if let Some(letters) = text.strip_prefix('-')
            && let Some(at) = letters.find('x')
        {
            found.extend(if at + 1 < letters.len() { Some(word.after(at + 2)) } else { next() });
        }
    }
    found
}

fn config(court: &mut Court<'_>, rest: &[Word]) -> Ruling {
    let refused =
        |court: &Court<'_>, what: &Word| court.refuse(rules::GIT_CONFIG, format!("`git config {}`", what.shown()));
    if let Some(word) = rest.iter().find(|word| word.unknown.is_some() && word.start().is_empty()) {
        // A value may be anything; a key or an option may not.
        if rest.first() == Some(word) || word.may_split {
            return refused(court, word);
        }
    }
    let reads = words::has(
        rest,
        &["--get", "--get-all", "--get-regexp", "--list", "-l", "--get-urlmatch", "--get-color", "--get-colorbool"],
    ) || matches!(rest.first().map(|word| word.text.as_str()), Some("get" | "list"));
    let elsewhere = ["--global", "--system", "--file", "-f", "--worktree", "--blob", "-e", "--edit"];
    if let Some(word) = rest.iter().find(|word| {
        let option = word.text.split('=').next().unwrap_or_default();
        elsewhere.contains(&option)
            || (option.starts_with("--") && option.len() > 4 && elsewhere.iter().any(|name| name.starts_with(option)))
    }) {
        let is_plain_look = reads && matches!(word.text.as_str(), "--global" | "--system" | "--worktree");
        return if is_plain_look { Ok(()) } else { refused(court, word) };
    }
    if reads {
        return Ok(());
    }
    let operands = words::operands(rest, &["--type", "--default", "--comment"]);
    let operands = match operands.first().map(|word| word.text.as_str()) {
        Some("set" | "unset") => &operands[1..],
        _ => operands.as_slice(),
    };
    let removes =
        words::has(rest, &["--unset", "--unset-all"]) || rest.first().is_some_and(|word| word.text == "unset");
    match operands {
        [] => match rest.first() {
            Some(word) if rest.len() > 1 => refused(court, word),
            _ => Ok(()),
        },
        [_] if !removes && !rest.iter().any(|word| word.text.starts_with("--") && !word.text.starts_with("--type")) => {
            Ok(())
        }
        [key] if key.known().is_some_and(is_harmless_key) => Ok(()),
        [key, value, ..] if key.known().is_some_and(|key| is_harmless(key, value)) => Ok(()),
        [key, ..] => refused(court, key),
    }
}

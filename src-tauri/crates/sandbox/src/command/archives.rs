//! Packing and unpacking.

use super::{
    Rules,
    brought::Origin,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets,
    text_tools::write_all,
    words,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["tar", "bsdtar", "gtar"], tar),
    (&["zip", "unzip", "7z", "7za", "cpio", "ar", "pax"], archive),
    (&["gzip", "gunzip", "bzip2", "bunzip2", "xz", "unxz", "zstd", "unzstd", "lz4", "brotli", "compress"], compress),
];

fn tar(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    for word in arguments {
        let option = word.text.split('=').next().unwrap_or_default();
        let runs = [
            "--checkpoint-action",
            "--to-command",
            "--info-script",
            "--new-volume-script",
            "--rsh-command",
            "--rmt-command",
            "--absolute-names",
            "--use-compress-program",
        ];
        let is_one = option.starts_with("--")
            && option.len() > 5
            && runs.iter().any(|name| name.starts_with(option))
            && !matches!(option, "--checkpoint" | "--use");
        if is_one {
            let program = word.text.split_once('=').map_or("", |(_, value)| value);
            if option == "--use-compress-program" && matches!(program, "gzip" | "pigz" | "zstd" | "xz" | "bzip2") {
                continue;
            }
            return court.refuse(rules::ARCHIVE_PROGRAM, format!("`tar {}`", word.shown()));
        }
        if word.unknown.is_some() && word.may_split {
            return court.refuse(rules::UNKNOWN_TARGET, format!("`tar {}`", word.shown()));
        }
    }
    // The first word may be letters without a minus.
    let first = arguments.first().map_or("", |word| word.text.as_str());
    let mut letters = String::new();
    if !first.starts_with('-') {
        letters.push_str(first);
    }
    for word in arguments.iter().filter(|word| word.text.starts_with('-') && !word.text.starts_with("--")) {
        letters.push_str(&word.text[1..]);
    }
    let is = |letter: char, long: &[&str]| letters.contains(letter) || words::has(arguments, long);
    if letters.contains('P') || letters.contains('I') || letters.contains('F') {
        return court.refuse(rules::ARCHIVE_PROGRAM, "`tar` with -P, -I or -F");
    }
    let extracts = is('x', &["--extract", "--get"]);
    let creates = is('c', &["--create"]) || is('r', &["--append"]) || is('u', &["--update"]);
    let mut directory_scope = scope.clone();
    let mut rest = arguments.iter().enumerate().peekable();
    let mut operands = Vec::new();
    while let Some((index, word)) = rest.next() {
        let text = word.text.as_str();
        let is_letters = index == 0 && !text.starts_with('-') || text.starts_with('-') && !text.starts_with("--");
        let long = text.split_once('=').map(|(name, _)| name).unwrap_or(text);
        if is_letters && creates && text.contains('T') && !text.ends_with('T') {
            return court
                .refuse(rules::UNKNOWN_TARGET, format!("packing of what a list in `tar {}` names", word.shown()));
        }
        let takes_archive = is_letters && text.ends_with('f') || long == "--file";
        if takes_archive {
            let file = match text.split_once('=') {
                Some((name, _)) => word.after(name.len() + 1),
                None => rest.next().map(|(_, word)| word.clone()).unwrap_or_default(),
            };
            if file.text.contains(':') {
                return court.refuse(rules::REMOTE, format!("`tar -f {}`", file.shown()));
            }
            if file.text != "-" && creates {
                targets::written(court, Target::new(&file, "writing"), scope)?;
            } else if file.text != "-" {
                targets::read(court, &file, scope)?;
            }
        } else if text == "-C" || long == "--directory" || is_letters && text.ends_with('C') {
            let directory = match text.split_once('=') {
                Some((name, _)) => word.after(name.len() + 1),
                None => rest.next().map(|(_, word)| word.clone()).unwrap_or_default(),
            };
            if extracts {
                targets::written(court, Target::new(&directory, "unpacking"), scope)?;
                unpacks(court, &directory, scope);
            } else {
                targets::read(court, &directory, scope)?;
            }
            directory_scope = scope.at(Vec::new());
        } else if is_letters && text.ends_with('T') || "--files-from".starts_with(long) && long.len() > 5 {
            let list = match text.split_once('=') {
                Some((name, _)) => word.after(name.len() + 1),
                None => rest.next().map(|(_, word)| word.clone()).unwrap_or_default(),
            };
            // What a list names is read as anything else is; a search has been judged itself.
            if creates && !(list.text == "-" && call.input.is_of_searches()) {
                return court.refuse(rules::UNKNOWN_TARGET, format!("packing of what `{}` names", list.shown()));
            }
        } else if matches!(text, "--exclude" | "-X" | "--transform" | "--strip-components") {
            rest.next();
        } else if !is_letters && !text.starts_with("--") {
            operands.push(word);
        }
    }
    if creates {
        for word in operands {
            targets::read(court, word, &directory_scope)?;
        }
        if words::has(arguments, &["--remove-files"]) {
            return court.refuse(rules::REMOVE_UNKNOWN, "`tar --remove-files`");
        }
    } else if extracts {
        targets::written(court, Target::new(&Word::plain("unpacked"), "unpacking"), scope)?;
        if directory_scope.places() == scope.places() {
            unpacks(court, &Word::plain("."), scope);
        }
    }
    Ok(())
}

/// Takes note that what an archive holds, links among it, comes to lie in `directory`.
fn unpacks(court: &mut Court<'_>, directory: &Word, scope: &Scope) {
    for place in scope.places() {
        let from = Origin::Archive { had_moved_things: scope.has_moved_things };
        court.brought.add(place.join(&directory.text), from);
    }
}

fn archive(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    match name.as_str() {
        "zip" => {
            if arguments.iter().any(|word| word.text.starts_with("-TT") || word.text.starts_with("--unzip-c")) {
                return court.refuse(rules::ARCHIVE_PROGRAM, "`zip -TT`");
            }
            let operands = words::operands(arguments, &["-x", "-i", "-n", "-b", "-t", "-tt", "-s", "-P"]);
            for (index, word) in operands.iter().enumerate() {
                if index == 0 {
                    targets::written(court, Target::new(word, "writing"), scope)?;
                } else {
                    targets::read(court, word, scope)?;
                }
            }
            if words::has(arguments, &["-m", "--move"]) {
                for word in operands.iter().skip(1) {
                    targets::removed(court, Target::new(word, "moving"), scope)?;
                }
            }
            Ok(())
        }
        "unzip" => {
            if words::has(arguments, &["-:"]) {
                return court.refuse(rules::ARCHIVE_PROGRAM, "`unzip -:`");
            }
            let directories = words::values(arguments, &["-d"]);
            write_all(court, &directories, scope)?;
            directories.iter().for_each(|directory| unpacks(court, directory, scope));
            if directories.is_empty() && !words::has(arguments, &["-l", "-p", "-t", "-Z", "-v"]) {
                targets::written(court, Target::new(&Word::plain("unpacked"), "unpacking"), scope)?;
                unpacks(court, &Word::plain("."), scope);
            }
            match words::operands(arguments, &["-d", "-x", "-P"]).first() {
                Some(file) => targets::read(court, file, scope),
                None => Ok(()),
            }
        }
        "ar" => {
            for word in words::operands(arguments, &[]).into_iter().skip(1).take(1) {
                targets::written(court, Target::new(word, "writing"), scope)?;
            }
            Ok(())
        }
        _ => court.take(rules::UNLISTED.ask(format!("`{name}`"))),
    }
}

fn compress(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let only_prints = words::has(arguments, &["-c", "-l", "-t", "--stdout", "--to-stdout", "--list", "--test"]);
    write_all(court, &words::values(arguments, &["-o", "--output-dir-flat", "--output-dir-mirror"]), scope)?;
    for word in words::operands(arguments, &["-S", "-o", "-T"]) {
        if only_prints {
            targets::read(court, word, scope)?;
        } else {
            targets::written(court, Target::new(word, "compressing"), scope)?;
        }
    }
    Ok(())
}

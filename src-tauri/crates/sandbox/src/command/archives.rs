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
    (&["zip", "unzip", "7z", "7za", "cpio", "ar", "pax"], archive),
    (&["gzip", "gunzip", "bzip2", "bunzip2", "xz", "unxz", "zstd", "unzstd", "lz4", "brotli", "compress"], compress),
];

/// Takes note that what an archive holds, links among it, comes to lie in `directory`.
pub(super) fn unpacks(court: &mut Court<'_>, directory: &Word, scope: &Scope) {
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
            let directories = words::given(arguments, &["-d"], "P");
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
    write_all(court, &words::given(arguments, &["-o", "--output-dir-flat", "--output-dir-mirror"], "DMST"), scope)?;
    for word in words::operands(arguments, &["-S", "-o", "-T"]) {
        if only_prints {
            targets::read(court, word, scope)?;
        } else {
            targets::written(court, Target::new(word, "compressing"), scope)?;
        }
    }
    Ok(())
}

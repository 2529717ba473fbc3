//! `tar`, which can be told in many ways where to write and what to run.

use super::{
    Rules,
    archives::unpacks,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[(&["tar", "bsdtar", "gtar"], tar)];

/// What an option does, or does with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Runs the value as a program.
    Run,
    /// Runs the value as a program that packs and unpacks.
    Pack,
    /// Lets members lie anywhere.
    Leave,
    /// The archive.
    Archive,
    /// Where members come from or go to.
    Directory,
    /// The same, of a directory that is made; only behind `=`.
    TopLevel,
    /// Takes the members' names from a file.
    List,
    /// Packs a file.
    Add,
    /// Writes a file beside the archive.
    Write,
    /// Reads a file.
    Read,
    /// Makes or changes an archive of what is there.
    Create,
    /// Changes the archive.
    Change,
    /// Unpacks.
    Extract,
    /// Removes what it packed.
    Remove,
    /// Something harmless with the value.
    Take,
    /// Something harmless.
    Nothing,
}

impl Does {
    fn takes_value(self) -> bool {
        use Does as D;
        matches!(self, D::Run | D::Pack | D::Archive | D::Directory | D::List | D::Add | D::Write | D::Read | D::Take)
    }
}

const LETTERS: [(char, Does); 20] = [
    ('A', Does::Change),
    ('b', Does::Take),
    ('c', Does::Create),
    ('C', Does::Directory),
    ('f', Does::Archive),
    ('F', Does::Run),
    ('g', Does::Write),
    ('H', Does::Take),
    ('I', Does::Pack),
    ('K', Does::Take),
    ('L', Does::Take),
    ('N', Does::Take),
    ('P', Does::Leave),
    ('r', Does::Create),
    ('T', Does::List),
    ('u', Does::Create),
    ('V', Does::Take),
    ('x', Does::Extract),
    ('X', Does::Read),
    ('t', Does::Nothing),
];

/// The options that do something, and those of which one is the beginning of another. A name may be shortened.
const LONG: [(&str, Does); 62] = [
    ("checkpoint-action", Does::Run),
    ("to-command", Does::Run),
    ("info-script", Does::Run),
    ("new-volume-script", Does::Run),
    ("rsh-command", Does::Run),
    ("rmt-command", Does::Run),
    ("set-mtime-command", Does::Run),
    ("use-compress-program", Does::Pack),
    ("absolute-names", Does::Leave),
    ("file", Does::Archive),
    ("directory", Does::Directory),
    ("one-top-level", Does::TopLevel),
    ("files-from", Does::List),
    ("add-file", Does::Add),
    ("listed-incremental", Does::Write),
    ("index-file", Does::Write),
    ("volno-file", Does::Write),
    ("exclude-from", Does::Read),
    ("exclude-ignore", Does::Take),
    ("exclude-ignore-recursive", Does::Take),
    ("exclude-tag", Does::Take),
    ("exclude-tag-all", Does::Take),
    ("exclude-tag-under", Does::Take),
    ("exclude", Does::Take),
    ("owner-map", Does::Read),
    ("group-map", Does::Read),
    ("create", Does::Create),
    ("append", Does::Create),
    ("update", Does::Create),
    ("catenate", Does::Change),
    ("concatenate", Does::Change),
    ("delete", Does::Change),
    ("extract", Does::Extract),
    ("get", Does::Extract),
    ("remove-files", Does::Remove),
    ("list", Does::Nothing),
    ("sparse", Does::Nothing),
    ("checkpoint", Does::Nothing),
    ("after-date", Does::Take),
    ("newer", Does::Take),
    ("newer-mtime", Does::Take),
    ("blocking-factor", Does::Take),
    ("format", Does::Take),
    ("group", Does::Take),
    ("hole-detection", Does::Take),
    ("label", Does::Take),
    ("level", Does::Take),
    ("mode", Does::Take),
    ("mtime", Does::Take),
    ("owner", Does::Take),
    ("pax-option", Does::Take),
    ("quote-chars", Does::Take),
    ("quoting-style", Does::Take),
    ("record-size", Does::Take),
    ("sort", Does::Take),
    ("sparse-version", Does::Take),
    ("starting-file", Does::Take),
    ("strip-components", Does::Take),
    ("suffix", Does::Take),
    ("tape-length", Does::Take),
    ("transform", Does::Take),
    ("xform", Does::Take),
];

/// Programs that pack and do nothing else.
const PACKERS: [&str; 8] = ["gzip", "pigz", "zstd", "xz", "bzip2", "pbzip2", "lz4", "brotli"];

/// One option with its value, or an operand.
type Part = (Option<Does>, Word);

pub(super) fn tar(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if let Some(word) = call.arguments().iter().find(|word| word.unknown.is_some() && word.may_split) {
        return court.refuse(rules::UNKNOWN_TARGET, format!("`tar {}`", word.shown()));
    }
    let parts = parts(call.arguments());
    let is = |wanted: Does| parts.iter().any(|(does, _)| *does == Some(wanted));
    let (creates, extracts) = (is(Does::Create), is(Does::Extract));
    if is(Does::Leave) {
        return court.refuse(rules::ARCHIVE_PROGRAM, "`tar -P`");
    }
    if is(Does::Remove) && creates {
        return court.refuse(rules::REMOVE_UNKNOWN, "`tar --remove-files`");
    }
    let mut within = scope.clone();
    let mut has_moved = false;
    for (does, value) in &parts {
        match does {
            Some(Does::Pack) if PACKERS.contains(&value.text.as_str()) => {}
            Some(Does::Run | Does::Pack) => {
                return court.refuse(rules::ARCHIVE_PROGRAM, format!("`tar` with `{}`", value.shown()));
            }
            Some(Does::Archive) if value.text == "-" => {}
            Some(Does::Archive) if value.text.contains(':') => {
                return court.refuse(rules::REMOTE, format!("`tar -f {}`", value.shown()));
            }
            Some(Does::Archive) if creates || is(Does::Change) => {
                targets::written(court, Target::new(value, "writing"), scope)?;
            }
            Some(Does::Directory | Does::TopLevel) if extracts => {
                targets::written(court, Target::new(value, "unpacking"), scope)?;
                unpacks(court, value, scope);
                has_moved = true;
            }
            Some(Does::Directory) => {
                targets::read(court, value, scope)?;
                within = scope.at(Vec::new());
            }
            // What a list names is read as anything else is; a search has been judged itself.
            Some(Does::List) if creates && !(value.text == "-" && call.input.is_of_searches()) => {
                return court.refuse(rules::UNKNOWN_TARGET, format!("packing of what `{}` names", value.shown()));
            }
            Some(Does::Write) => targets::written(court, Target::new(value, "writing"), scope)?,
            Some(Does::Archive | Does::Add | Does::Read) => targets::read(court, value, scope)?,
            None if creates => targets::read(court, value, &within)?,
            _ => {}
        }
    }
    if extracts && !creates {
        targets::written(court, Target::new(&Word::plain("unpacked"), "unpacking"), scope)?;
        if !has_moved {
            unpacks(court, &Word::plain("."), scope);
        }
    }
    Ok(())
}

/// Takes the arguments apart as tar does: `-xf FILE`, `-xfFILE`, `xf FILE`, `--file FILE`, `--fil=FILE`.
fn parts(arguments: &[Word]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = arguments.iter();
    let mut has_ended = false;
    let mut is_first = true;
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        let may_be_letters = std::mem::replace(&mut is_first, false);
        if has_ended {
            parts.push((None, word.clone()));
        } else if text == "--" {
            has_ended = true;
        } else if let Some(long) = text.strip_prefix("--") {
            let (name, has_value) = long.split_once('=').map_or((long, false), |(name, _)| (name, true));
            let Some(does) = meant(name) else { continue };
            let value = match has_value {
                true => word.after("--".len() + name.len() + 1),
                false if does.takes_value() => rest.next().cloned().unwrap_or_default(),
                false => Word::default(),
            };
            // Without a directory it makes one of the archive's name.
            if does != Does::TopLevel || has_value {
                parts.push((Some(does), value));
            }
        } else if text.len() > 1 && text.starts_with('-') || may_be_letters {
            // Without a minus the values follow all the letters, in their order.
            let start = usize::from(text.starts_with('-'));
            for (at, letter) in text[start..].char_indices() {
                let Some((_, does)) = LETTERS.iter().find(|(known, _)| *known == letter) else { continue };
                let attached = start + at + letter.len_utf8();
                let is_attached = start == 1 && attached < text.len();
                let value = match does.takes_value() {
                    true if is_attached => word.after(attached),
                    true => rest.next().cloned().unwrap_or_default(),
                    false => Word::default(),
                };
                parts.push((Some(*does), value));
                if does.takes_value() && is_attached {
                    break;
                }
            }
        } else {
            parts.push((None, word.clone()));
        }
    }
    parts
}

/// What the option of this name, or the first one that it may be the beginning of, does.
fn meant(name: &str) -> Option<Does> {
    let exact = LONG.iter().find(|(known, _)| *known == name);
    let found = exact.or_else(|| LONG.iter().find(|(known, _)| known.starts_with(name)));
    found.map(|(_, does)| *does)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(Option<Does>, String)> {
        let words: Vec<Word> = line.split(' ').map(Word::plain).collect();
        parts(&words).into_iter().map(|(does, word)| (does, word.text)).collect()
    }

    #[test]
    fn every_way_to_name_an_archive_and_a_directory_is_read_alike() {
        let wanted = [Some(Does::Extract), Some(Does::Archive), Some(Does::Directory)];
        for line in [
            "-xf a -C b",
            "xf a -C b",
            "xfC a b",
            "-xfa -Cb",
            "-x -fa -Cb",
            "--extract --file a --directory b",
            "--ext --fil=a --dir=b",
            "-xvzf a --directory=b",
        ] {
            let read = read(line);
            let read: Vec<_> = read.iter().map(|(does, value)| (*does, value.as_str())).collect();
            assert_eq!(read, [(wanted[0], ""), (wanted[1], "a"), (wanted[2], "b")], "{line}");
        }
    }

    #[test]
    fn values_of_options_are_no_members_and_members_are_no_options() {
        assert_eq!(
            read("--exclude x -czf a -- -C src"),
            [
                (Some(Does::Take), "x".to_owned()),
                (Some(Does::Create), String::new()),
                (Some(Does::Archive), "a".to_owned()),
                (None, "-C".to_owned()),
                (None, "src".to_owned())
            ]
        );
        assert_eq!(read("--one-top-level"), [], "a name of its own");
        assert_eq!(read("--list --sparse").len(), 2, "they are not the beginnings of longer ones");
    }
}

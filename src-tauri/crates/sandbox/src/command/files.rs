//! What makes, changes, moves and removes files.

use super::{
    Rules,
    brought::Origin,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets, words,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["rm", "rmdir", "unlink", "shred", "srm", "rimraf", "del-cli", "trash"], remove),
    (&["mv"], move_away),
    (&["cp", "install", "gcp", "cpy"], copy),
    (&["ln", "link", "symlink"], link),
    (&["tee", "touch", "mkdir", "truncate", "mkfifo", "mkdirp", "fallocate", "dos2unix", "unix2dos"], make),
    (&["dd"], copy_blocks),
    (&["chmod"], mode),
    (&["chown", "chgrp", "chattr", "setfacl", "setcap", "xattr", "chflags", "setfattr"], owner),
    (&["rsync"], synchronise),
    (&["split", "csplit"], split),
    (&["patch"], patch),
];

/// Refuses options of which a part may become a word of its own, and so a file that nobody has looked at.
fn whole_options(court: &Court<'_>, call: &Call) -> Ruling {
    match call.arguments().iter().find(|word| word.text.starts_with('-') && word.may_split && word.unknown.is_some()) {
        Some(word) => court.refuse(rules::UNKNOWN_TARGET, format!("`{} {}`", call.words[0].text, word.shown())),
        None => Ok(()),
    }
}

fn remove(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    scope.has_moved_things = true;
    whole_options(court, call)?;
    for word in words::operands(call.arguments(), &[]) {
        targets::removed(court, Target::new(word, "removing"), scope)?;
    }
    if words::has(call.arguments(), &["--no-preserve-root"]) {
        return court.refuse(rules::REMOVE_ROOT, "`--no-preserve-root`");
    }
    Ok(())
}

fn move_away(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    whole_options(court, call)?;
    scope.has_moved_things = true;
    let directories = words::given(call.arguments(), &["-t", "--target-directory"], "S");
    for directory in &directories {
        targets::written(court, Target::new(directory, "moving to"), scope)?;
    }
    let operands = words::operands(call.arguments(), &["-t", "--target-directory", "-S", "--suffix"]);
    let sources = if directories.is_empty() { operands.len().saturating_sub(1) } else { operands.len() };
    for (index, word) in operands.iter().enumerate() {
        if index < sources {
            targets::removed(court, Target::new(word, "moving"), scope)?;
        } else {
            put_into(court, word, &operands[..sources], "moving to", scope)?;
        }
    }
    let targets = directories.iter().chain(operands[sources..].iter().copied());
    targets.for_each(|target| brings(court, &operands[..sources], target, scope));
    Ok(())
}

fn copy(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    whole_options(court, call)?;
    let with_value = ["-t", "--target-directory", "-S", "--suffix", "-m", "--mode", "-o", "-g", "--owner", "--group"];
    let arguments = call.arguments();
    if call.words[0].text.ends_with("install") {
        if words::has(arguments, &["--strip-program", "-o", "-g", "--owner", "--group"]) {
            return court.refuse(rules::OPTION, "`install` with an owner or a program");
        }
        if words::has(arguments, &["-d", "--directory"]) {
            return make(court, call, scope);
        }
        for mode in words::given(arguments, &["-m", "--mode"], "Stog") {
            if mode.text.trim_start_matches('0').len() > 3 || mode.text.contains('s') {
                return court.refuse(rules::MODE, format!("`install -m {}`", mode.shown()));
            }
        }
    }
    let directories = words::given(arguments, &["-t", "--target-directory"], "Smog");
    for directory in &directories {
        targets::written(court, Target::new(directory, "copying to"), scope)?;
    }
    let operands = words::operands(arguments, &with_value);
    let sources = if directories.is_empty() { operands.len().saturating_sub(1) } else { operands.len() };
    for (index, word) in operands.iter().enumerate() {
        if index < sources {
            targets::read(court, word, scope)?;
        } else {
            put_into(court, word, &operands[..sources], "copying to", scope)?;
        }
    }
    let targets = directories.iter().chain(operands[sources..].iter().copied());
    if words::has(arguments, &["-s", "--symbolic-link"]) {
        targets.for_each(|target| links_at(court, &operands[..sources], target, scope, scope.has_moved_things));
    } else if words::has(arguments, KEEP_LINKS) {
        targets.for_each(|target| brings(court, &operands[..sources], target, scope));
    }
    Ok(())
}

/// Options of copies that let links stay links.
const KEEP_LINKS: &[&str] =
    &["-r", "-R", "-a", "-d", "-P", "--recursive", "--archive", "--no-dereference", "--preserve"];

/// Takes note of what comes to lie at `target` from these places.
fn brings(court: &mut Court<'_>, sources: &[&Word], target: &Word, scope: &Scope) {
    for place in scope.places() {
        let at = place.join(&target.text);
        for source in sources {
            let text = source.text.as_str();
            let (above, name) = text.trim_end_matches('/').rsplit_once('/').unwrap_or(("", text.trim_end_matches('/')));
            let above = if above.is_empty() && text.starts_with('/') { "/" } else { above };
            let is_wide = |part: &str| source.is_pattern && part.contains(['*', '?', '[']);
            if source.unknown.is_some() || target.is_pattern || is_wide(above) {
                court.brought.add(at.clone(), Origin::Unknown);
            } else if is_wide(name) || matches!(name, "" | ".") {
                // What is in a directory, and not the directory.
                court.brought.add(at.clone(), Origin::Place(place.join(above)));
            } else {
                // Beside its own name, the target may be its new one.
                court.brought.add(at.join(name), Origin::Place(place.join(text)));
                court.brought.add(at.clone(), Origin::Place(place.join(text)));
            }
        }
    }
}

/// Takes note of links to `sources` that come to lie at `target`, or in it.
fn links_at(court: &mut Court<'_>, sources: &[&Word], target: &Word, scope: &Scope, had_moved_things: bool) {
    for place in scope.places() {
        let at = place.join(&target.text);
        for source in sources {
            let name = source.text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            // In a directory that is there already, each keeps its name.
            if !name.is_empty() {
                court.brought.add(at.join(name), Origin::Unknown);
            }
        }
        if had_moved_things || at.is_symlink() || !at.is_dir() {
            court.brought.add(at, Origin::Unknown);
        }
    }
}

/// The last operand of a copy: a file, or a directory in which the files keep their names.
fn put_into(court: &mut Court<'_>, target: &Word, sources: &[&Word], what: &str, scope: &Scope) -> Ruling {
    targets::written(court, Target::new(target, what), scope)?;
    for source in sources {
        let name = source.text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if name.is_empty() || name == "." || name == ".." || source.unknown.is_some() || source.is_pattern {
            continue;
        }
        if target.is_pattern || target.unknown.is_some() {
            continue;
        }
        let inside = Word::plain(format!("{}/{name}", target.text.trim_end_matches('/')));
        targets::written(court, Target::new(&inside, what), scope)?;
    }
    Ok(())
}

fn link(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    whole_options(court, call)?;
    let had_moved_things = std::mem::replace(&mut scope.has_moved_things, true);
    let directories = words::given(call.arguments(), &["-t", "--target-directory"], "S");
    for directory in &directories {
        targets::written(court, Target::new(directory, "linking from"), scope)?;
    }
    let operands = words::operands(call.arguments(), &["-t", "--target-directory", "-S", "--suffix"]);
    let is_symbolic = words::has(call.arguments(), &["-s", "--symbolic"]);
    let sources = match operands.len() {
        0 => 0,
        1 => 1,
        _ if !directories.is_empty() => operands.len(),
        count => count - 1,
    };
    for (index, word) in operands.iter().enumerate() {
        if index >= sources {
            targets::written(court, Target::new(word, "linking from"), scope)?;
            continue;
        }
        let refused = || rules::LINK.deny(format!("`{}`", word.shown()));
        let Some(text) = word.known().filter(|_| !scope.places().is_empty()) else { return Err(refused()) };
        // A symbolic link is read from the directory it lies in.
        let lies_in = operands
            .last()
            .filter(|_| is_symbolic && operands.len() > 1)
            .map_or("", |last| last.text.trim_end_matches('/').rsplit_once('/').map_or("", |(directory, _)| directory));
        for place in scope.places() {
            let workspace = court.workspace();
            let as_written = workspace.is_inside(text.as_ref(), place);
            let as_read = workspace.is_inside(text.as_ref(), &place.join(lies_in))
                || operands.last().is_some_and(|last| workspace.is_inside(text.as_ref(), &place.join(&last.text)));
            if !(if is_symbolic { as_read } else { as_written }) {
                return Err(refused());
            }
            let real = workspace.resolve(text.as_ref(), place)?;
            if workspace.root().starts_with(&real) && real != workspace.root() {
                return Err(refused());
            }
            if !is_symbolic {
                targets::written(court, Target::new(word, "linking to"), scope)?;
            }
        }
    }
    let (here, named) = (Word::plain("."), operands.get(sources).copied());
    for target in directories.iter().chain(named.or(directories.is_empty().then_some(&here))) {
        links_at(court, &operands[..sources], target, scope, had_moved_things);
    }
    Ok(())
}

fn make(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    whole_options(court, call)?;
    let with_value = match call.words[0].text.as_str() {
        "touch" => &["-d", "-t", "-r", "--date", "--reference"][..],
        "mkdir" | "mkfifo" | "install" => &["-m", "--mode"][..],
        "truncate" | "fallocate" => &["-s", "-r", "-l", "-o", "--size", "--reference", "--length", "--offset"][..],
        _ => &[][..],
    };
    let has_mode = with_value.contains(&"--mode");
    let modes = words::given(call.arguments(), &["-m", "--mode"], "");
    if has_mode && modes.iter().any(|mode| mode.text.trim_start_matches('0').len() > 3) {
        return court.refuse(rules::MODE, "this mode");
    }
    let what = if call.words[0].text == "tee" { "writing" } else { "making" };
    for word in words::operands(call.arguments(), with_value) {
        targets::written(court, Target::new(word, what), scope)?;
    }
    Ok(())
}

fn copy_blocks(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    for word in call.arguments() {
        if word.text.starts_with("of=") {
            targets::written(court, Target::new(&word.after(3), "writing"), scope)?;
        } else if word.text.starts_with("if=") {
            targets::read(court, &word.after(3), scope)?;
        } else if word.unknown.is_some() && !word.text.contains('=') {
            return court.refuse(rules::UNKNOWN_TARGET, format!("`dd {}`", word.shown()));
        }
    }
    Ok(())
}

fn mode(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    whole_options(court, call)?;
    let mut operands = Vec::new();
    for word in call.arguments() {
        match word.text.as_str() {
            "-v" | "-c" | "-f" | "--" | "--changes" | "--verbose" | "--quiet" | "--silent" => {}
            // A mode may begin with a minus; none that does gives the executable bit.
            text if text.starts_with('-') => return court.refuse(rules::MODE, format!("`chmod {}`", word.shown())),
            _ => operands.push(word),
        }
    }
    let Some((mode, files)) = operands.split_first() else { return Ok(()) };
    if !mode.known().is_some_and(is_ordinary_mode) {
        return court.refuse(rules::MODE, format!("`chmod {}`", mode.shown()));
    }
    for file in files {
        targets::written(court, Target::new(file, "making executable"), scope)?;
    }
    Ok(())
}

/// `+x`, `u+x`, `a+rx`, and numbers by which the owner reads and writes, others do not write, and nobody becomes another.
fn is_ordinary_mode(mode: &str) -> bool {
    let number = mode.strip_prefix('0').filter(|rest| rest.len() == 3).unwrap_or(mode);
    if let [b'6' | b'7', b'0' | b'4' | b'5' | b'6' | b'7', b'0' | b'4' | b'5'] = number.as_bytes() {
        return true;
    }
    mode.split(',').all(|clause| {
        let Some((who, what)) = clause.split_once('+') else { return false };
        who.bytes().all(|byte| b"ugoa".contains(&byte)) && (what == "x" || what == "rx" || what == "xr" || what == "X")
    })
}

fn owner(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    court.refuse(rules::OWNER, format!("`{}`", call.words[0].text))
}

fn synchronise(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if words::has(
        arguments,
        &["--rsh", "-e", "--rsync-path", "--daemon", "--copy-as", "--password-file", "--write-batch"],
    ) {
        return court.refuse(rules::OPTION, "`rsync` with this option");
    }
    let with_value = [
        "--exclude",
        "--include",
        "--exclude-from",
        "--include-from",
        "--files-from",
        "-f",
        "--filter",
        "--chmod",
        "--log-file",
        "--backup-dir",
        "--suffix",
        "--max-size",
        "--min-size",
        "--link-dest",
        "--compare-dest",
        "-T",
        "--temp-dir",
    ];
    for file in words::given(arguments, &["--log-file", "--backup-dir", "--partial-dir", "--temp-dir", "-T"], "efBM") {
        targets::written(court, Target::new(&file, "writing"), scope)?;
    }
    let operands = words::operands(arguments, &with_value);
    if let Some(remote) =
        operands.iter().find(|word| word.text.split('/').next().is_some_and(|host| host.contains(':')))
    {
        return court.refuse(rules::REMOTE, format!("`{}`", remote.shown()));
    }
    let removes = words::has(arguments, &["--remove-source-files"]);
    let deletes = arguments.iter().any(|word| word.text.starts_with("--del"));
    let Some((target, sources)) = operands.split_last() else { return Ok(()) };
    for source in sources {
        targets::read(court, source, scope)?;
        if removes {
            targets::removed(court, Target::new(source, "moving"), scope)?;
        }
    }
    if deletes {
        targets::removed(court, Target::new(target, "removing what is in"), scope)?;
    }
    put_into(court, target, sources, "copying to", scope)?;
    if words::has(arguments, &["-a", "-l", "--archive", "--links"]) {
        brings(court, sources, target, scope);
    }
    Ok(())
}

fn split(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if words::has(call.arguments(), &["--filter"]) {
        return court.refuse(rules::OPTION, "`split --filter`");
    }
    let prefixes = words::given(call.arguments(), &["-f", "--prefix"], "abnt");
    let operands = words::operands(
        call.arguments(),
        &["-a", "-b", "-C", "-l", "-n", "-t", "-f", "--prefix", "--lines", "--bytes"],
    );
    if let Some(file) = operands.first() {
        targets::read(court, file, scope)?;
    }
    for prefix in operands.iter().skip(1).take(1).copied().chain(prefixes.iter()) {
        targets::written(court, Target::new(prefix, "writing"), scope)?;
    }
    Ok(())
}

fn patch(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let written = ["-o", "--output", "-r", "--reject-file", "-d", "--directory", "-B", "--prefix"];
    for target in words::given(arguments, &written, "DFVYgipz") {
        targets::written(court, Target::new(&target, "writing"), scope)?;
    }
    for file in words::given(arguments, &["-i", "--input"], "BDFVYdgoprz") {
        targets::read(court, &file, scope)?;
    }
    if let Some(file) = words::operands(arguments, &["-i", "-o", "-r", "-d", "-p", "-F", "-B", "-V", "-z"]).first() {
        targets::written(court, Target::new(file, "changing"), scope)?;
    }
    Ok(())
}

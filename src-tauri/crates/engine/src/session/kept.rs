//! Copies of a project's protected places, for walls that cannot hold them.
//!
//! Walls by Landlock cannot take a place out of a directory that agents write to. So each place is copied before the
//! first session; while sessions run it is compared, and once their processes are gone what was changed is put back.

use super::hold::Held;
use crate::{EngineError, OpenProject};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Remembers which places were copied, in order, so that what a dead host left is put back too.
const KEPT: &str = "walls:kept";

/// Copies what `held` names inside the project, unless walls hold it or there are copies already.
pub(super) fn keep(project: &OpenProject, held: &Held) -> Result<(), EngineError> {
    if harness_sandbox::probe().kind.holds_places() || !places(project)?.is_empty() {
        return Ok(());
    }
    let dir = copies(project);
    let within = held.protected.iter().filter(|path| path.starts_with(project.dir())).cloned().collect::<Vec<_>>();
    remove(&dir).and_then(|()| fs::create_dir_all(&dir)).map_err(|source| failed(&dir, source))?;
    for (number, place) in within.iter().enumerate() {
        copy(place, &dir.join(number.to_string())).map_err(|source| failed(place, source))?;
    }
    let text = serde_json::to_string(&within).map_err(|error| EngineError::Refused(error.to_string()))?;
    Ok(project.store.set_note(KEPT, Some(&text))?)
}

/// The places that are not as they were; empty where walls hold them. Reads every one of them.
pub(crate) fn changed(project: &OpenProject) -> Result<Vec<PathBuf>, EngineError> {
    let dir = copies(project);
    let places = places(project)?.into_iter().enumerate();
    let is_changed = |number: &usize, place: &Path| {
        link_above(project.dir(), place).is_some() || !is_same(place, &dir.join(number.to_string()))
    };
    Ok(places.filter(|(number, place)| is_changed(number, place)).map(|(_, place)| place).collect())
}

/// Refuses to go on when a place is not as it was.
pub(crate) fn refuse_changed(project: &OpenProject) -> Result<(), EngineError> {
    match changed(project)?.first() {
        None => Ok(()),
        Some(place) => Err(EngineError::Refused(words(place))),
    }
}

/// Puts back what was changed, tells the person, and forgets the copies. Call it when no process of a session is left.
pub(super) fn put_back(project: &OpenProject) -> Result<(), EngineError> {
    let dir = copies(project);
    for (number, place) in places(project)?.into_iter().enumerate() {
        let copy = dir.join(number.to_string());
        let link = link_above(project.dir(), &place);
        if link.is_none() && is_same(&place, &copy) {
            continue;
        }
        let replaced = link.map_or(Ok(()), fs::remove_file).and_then(|()| replace(&place, &copy));
        replaced.map_err(|source| failed(&place, source))?;
        project.notice("put_back", words(&place));
    }
    remove(&dir).map_err(|source| failed(&dir, source))?;
    Ok(project.store.set_note(KEPT, None)?)
}

fn words(place: &Path) -> String {
    format!(
        "{} was changed during the run, which agents may not do; it is put back as it was when the run ends.",
        place.display()
    )
}

fn failed(path: &Path, source: io::Error) -> EngineError {
    EngineError::File { path: path.into(), action: "kept", source }
}

fn copies(project: &OpenProject) -> PathBuf {
    project.app.home.project(project.project.id).join("walls").join("kept")
}

fn places(project: &OpenProject) -> Result<Vec<PathBuf>, EngineError> {
    Ok(project.store.note(KEPT)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// A link between the project and `place`, which none of them had: it would lead the host to another place.
fn link_above<'a>(dir: &Path, place: &'a Path) -> Option<&'a Path> {
    place.ancestors().skip(1).take_while(|above| *above != dir).find(|above| above.is_symlink())
}

fn is_same(one: &Path, other: &Path) -> bool {
    let (first, second) = match (one.symlink_metadata(), other.symlink_metadata()) {
        (Ok(first), Ok(second)) => (first, second),
        (first, second) => return first.is_err() && second.is_err(),
    };
    if first.file_type() != second.file_type() || first.permissions() != second.permissions() {
        return false;
    }
    if first.is_symlink() {
        return matches!((fs::read_link(one), fs::read_link(other)), (Ok(one), Ok(other)) if one == other);
    }
    if first.is_dir() {
        let names = |path: &Path| {
            let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name()));
            let mut names = entries.collect::<io::Result<Vec<_>>>()?;
            names.sort();
            Ok::<_, io::Error>(names)
        };
        let (Ok(names), Ok(others)) = (names(one), names(other)) else { return false };
        return names == others && names.iter().all(|name| is_same(&one.join(name), &other.join(name)));
    }
    // Nothing but files was kept, so nothing else gets here: its kind is another.
    first.len() == second.len() && matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn replace(place: &Path, copy_of: &Path) -> io::Result<()> {
    remove(place)?;
    if copy_of.symlink_metadata().is_err() {
        return Ok(());
    }
    if let Some(above) = place.parent() {
        fs::create_dir_all(above)?;
    }
    copy(copy_of, place)
}

/// Copies a file, a link or a directory with everything in it; nothing where there is nothing.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(found) = from.symlink_metadata() else { return Ok(()) };
    if found.is_symlink() {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
        #[cfg(not(unix))]
        return Err(io::Error::other("a link cannot be kept here"));
    }
    if !found.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    fs::set_permissions(to, found.permissions())
}

fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_done_to_a_place_is_seen_and_undone() {
        let root = tempfile::tempdir().expect("a directory");
        let (place, kept) = (root.path().join("place"), root.path().join("kept"));
        fs::create_dir_all(place.join("hooks")).expect("a directory");
        fs::write(place.join("hooks/one"), "as it was").expect("a file");
        copy(&place, &kept).expect("it is copied");
        assert!(is_same(&place, &kept), "nothing has happened yet");
        type Act = fn(&Path) -> io::Result<()>;
        let acts: [(&str, Act); 6] = [
            ("written", |place| fs::write(place.join("hooks/one"), "as it xas")),
            ("added", |place| fs::write(place.join("hooks/two"), "")),
            ("removed", |place| fs::remove_file(place.join("hooks/one"))),
            ("away", |place| fs::remove_dir_all(place)),
            ("a file", |place| fs::remove_dir_all(place).and_then(|()| fs::write(place, "evil"))),
            ("elsewhere", |place| fs::rename(place.join("hooks"), place.join("other"))),
        ];
        for (what, act) in acts {
            act(&place).expect("an agent can do that");
            assert!(!is_same(&place, &kept), "{what}: it must be seen");
            replace(&place, &kept).expect("it is put back");
            assert!(is_same(&place, &kept), "{what}: everything is as it was");
        }
    }
}

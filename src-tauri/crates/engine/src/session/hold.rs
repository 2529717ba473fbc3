//! Holding the protected places of a project while agents work in it.
//!
//! A wall can only hold what exists: a place that is missing gets an empty stand-in for the length of the run. A missing
//! file of the working tree is stood in for by an empty *directory*, which git never shows and no commit can contain.

use super::kept;
use crate::{EngineError, OpenProject, git, git::Obeyed};
use harness_sandbox::protected::{MUST_NOT_APPEAR_IN_GIT, Shape, in_git_directory, in_working_tree};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Remembers the stand-ins, so that those of a host that died are taken away too.
const STAND_INS: &str = "walls:stand_ins";

/// What a wall around one project has to know of its protected places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Not to be changed; all of them exist.
    pub protected: Vec<PathBuf>,
    /// Git directories outside the project, which git needs to read.
    pub readable: Vec<PathBuf>,
}

/// Makes every protected place of the project one that a wall can hold.
///
/// Fails with `EngineError::Refused` where a symbolic link stands in the way: the link itself could be replaced, and no
/// wall can hold it. Until [`release`], empty stand-ins lie in the places that were missing.
pub(crate) fn hold(project: &OpenProject) -> Result<Held, EngineError> {
    let dir = project.dir();
    // First, since nothing that is read of the repository is true while such a file lies there.
    for path in remove_planted(dir, &Obeyed::default()) {
        project.notice("planted", planted(&path));
    }
    let obeyed = git::obeyed(dir)?;
    let mut stand_ins = remembered(project)?;
    let mut held = Held::default();
    let keep = |path: &Path, shape: Shape, stand_ins: &mut BTreeSet<PathBuf>| -> Result<(), EngineError> {
        refuse_links(dir, path)?;
        // Written down first: a host that dies in between leaves nothing that nobody knows of.
        let missing: Vec<PathBuf> = path.ancestors().take_while(|above| !above.exists()).map(Path::to_owned).collect();
        if missing.is_empty() {
            return Ok(());
        }
        stand_ins.extend(missing);
        remember(project, stand_ins)?;
        stand_in(path, shape).map_err(|source| EngineError::File { path: path.into(), action: "made", source })
    };
    for place in in_working_tree() {
        let path = dir.join(place.path);
        // A directory of this name where a file belongs (or the other way round) is held as it is.
        keep(&path, Shape::Directory, &mut stand_ins)?;
        held.protected.push(path);
    }
    for path in &obeyed.hooks {
        keep(path, Shape::Directory, &mut stand_ins)?;
        held.protected.push(path.clone());
    }
    for path in &obeyed.included {
        refuse_links(dir, path)?;
        if !path.exists() {
            return Err(EngineError::Refused(format!(
                "this repository's settings include {}, which does not exist: an agent could write it. Make that file, or \
                 remove the include.path that names it",
                path.display()
            )));
        }
        held.protected.push(path.clone());
    }
    for path in &obeyed.pointers {
        refuse_links(dir, path)?;
        held.protected.push(path.clone());
    }
    for git_dir in &obeyed.git_directories {
        if !git_dir.starts_with(dir) {
            held.readable.push(git_dir.clone());
            continue;
        }
        for place in in_git_directory() {
            let path = git_dir.join(place.path);
            keep(&path, place.shape, &mut stand_ins)?;
            held.protected.push(path);
        }
    }
    kept::keep(project, &held)?;
    Ok(held)
}

/// Puts back what walls could not hold, and takes the stand-ins away. Call it when no process of a session is left.
pub(crate) fn release(project: &OpenProject) -> Result<(), EngineError> {
    kept::put_back(project)?;
    let stand_ins = remembered(project)?;
    // What lies deeper comes first.
    for path in stand_ins.iter().rev() {
        let is_empty_file = path.symlink_metadata().is_ok_and(|found| found.is_file() && found.len() == 0);
        let removed = if is_empty_file { fs::remove_file(path) } else { fs::remove_dir(path) };
        match removed {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(path = %path.display(), %error, "a stand-in was not taken away"),
        }
    }
    Ok(project.store.set_note(STAND_INS, None)?)
}

/// Removes what an agent put into a git directory so that git would take its settings from elsewhere; says what it was.
///
/// Looks at the project's own git directory and those in `obeyed`, with one question to the file system for each.
pub(crate) fn remove_planted(dir: &Path, obeyed: &Obeyed) -> Vec<PathBuf> {
    let own = dir.join(".git");
    let own = own.symlink_metadata().is_ok_and(|found| found.is_dir()).then_some(&own);
    let inside = obeyed.git_directories.iter().filter(|git_dir| git_dir.starts_with(dir));
    let mut planted = BTreeSet::new();
    for git_dir in own.into_iter().chain(inside) {
        for name in MUST_NOT_APPEAR_IN_GIT {
            let path = git_dir.join(name);
            let Ok(found) = path.symlink_metadata() else { continue };
            let removed = if found.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            if let Err(error) = removed {
                tracing::warn!(path = %path.display(), %error, "a planted file could not be removed");
            }
            planted.insert(path);
        }
    }
    planted.into_iter().collect()
}

/// What a person is told of a planted file.
pub(crate) fn planted(path: &Path) -> String {
    format!(
        "{} appeared during the run and was removed: git would have taken its settings and hooks from where it points.",
        path.display()
    )
}

fn stand_in(path: &Path, shape: Shape) -> io::Result<()> {
    match shape {
        Shape::Directory => fs::create_dir_all(path),
        Shape::File => {
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
            fs::File::create_new(path).map(drop)
        }
    }
}

/// Refuses a symbolic link at `path` or between it and the project.
fn refuse_links(dir: &Path, path: &Path) -> Result<(), EngineError> {
    let link = path.ancestors().take_while(|above| *above != dir).find(|above| above.is_symlink());
    match link {
        None => Ok(()),
        Some(link) => Err(EngineError::Refused(format!(
            "{} is a symbolic link, and an agent could put something else in its place that is obeyed later. Put what it \
             leads to there instead, then run again",
            link.display()
        ))),
    }
}

fn remembered(project: &OpenProject) -> Result<BTreeSet<PathBuf>, EngineError> {
    let note = project.store.note(STAND_INS)?;
    Ok(note.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn remember(project: &OpenProject, stand_ins: &BTreeSet<PathBuf>) -> Result<(), EngineError> {
    let text = serde_json::to_string(stand_ins).unwrap_or_default();
    Ok(project.store.set_note(STAND_INS, Some(&text))?)
}

//! Holding the protected places of a project while agents work in it.
//!
//! A wall can only hold what exists: a place that is missing gets an empty stand-in for the length of the run. A missing
//! file of the working tree is stood in for by an empty *directory*, which git never shows and no commit can contain.
//!
//! A prompt of the project that is missing has no stand-in, since the person may add one at any time and programs read such
//! directories: what a session made of that name is set aside before anybody reads it.

use super::kept;
use crate::{EngineError, OpenProject, git, git::Obeyed};
use harness_domain::prompt::PROMPTS;
use harness_sandbox::protected::{MUST_NOT_APPEAR_IN_GIT, Shape, in_git_directory, in_working_tree, is_obeyed};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Remembers the stand-ins, so that those of a host that died are taken away too.
const STAND_INS: &str = "walls:stand_ins";

/// Remembers which prompts the project had when the walls went up.
const PROMPTS_FOUND: &str = "walls:prompts";

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
    if harness_sandbox::probe().kind.holds_places() {
        // Where copies are compared instead, what the person and the host change meanwhile would be put back.
        for path in present(dir) {
            if !held.protected.contains(&path) {
                held.protected.push(path);
            }
        }
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
    set_aside_prompts(project)?;
    project.store.set_note(PROMPTS_FOUND, None)?;
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

/// The files at the top and in `prompts` that programs or the harness obey, and that are no links.
fn present(dir: &Path) -> Vec<PathBuf> {
    let below = |directory: PathBuf| fs::read_dir(directory).into_iter().flatten().flatten();
    let entries = below(dir.to_owned()).chain(below(dir.join("prompts")));
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())).map(|entry| entry.path());
    files.filter(|path| path.strip_prefix(dir).is_ok_and(is_obeyed)).collect()
}

fn prompts_of(dir: &Path) -> Vec<&'static str> {
    let is_there = |file: &&str| dir.join("prompts").join(file).symlink_metadata().is_ok();
    PROMPTS.iter().map(|prompt| prompt.file).filter(is_there).collect()
}

/// Remembers which prompts there are when the walls go up for the first time, and later sets aside what has come since.
/// Call it before [`hold`]: what is moved away afterwards could not be held any more.
pub(crate) fn look_at_prompts(project: &OpenProject) -> Result<(), EngineError> {
    remember_prompts(project)?;
    set_aside_prompts(project)
}

fn remember_prompts(project: &OpenProject) -> Result<(), EngineError> {
    if project.store.note(PROMPTS_FOUND)?.is_none() {
        let text = serde_json::to_string(&prompts_of(project.dir())).unwrap_or_default();
        project.store.set_note(PROMPTS_FOUND, Some(&text))?;
    }
    Ok(())
}

/// Lets the person add the prompt `file` while a run is on.
pub fn admit_prompt(project: &OpenProject, file: &str) -> Result<(), EngineError> {
    let Some(mut found) = prompts_found(project)? else { return Ok(()) };
    found.insert(file.to_owned());
    let text = serde_json::to_string(&found).unwrap_or_default();
    Ok(project.store.set_note(PROMPTS_FOUND, Some(&text))?)
}

fn prompts_found(project: &OpenProject) -> Result<Option<BTreeSet<String>>, EngineError> {
    let note = project.store.note(PROMPTS_FOUND)?;
    Ok(note.map(|text| serde_json::from_str(&text).unwrap_or_default()))
}

/// Moves prompts that appeared since the walls went up out of the way, so that no session is told what another one wrote.
/// Call it when no process of a session is left, and before prompts are read.
pub(crate) fn set_aside_prompts(project: &OpenProject) -> Result<(), EngineError> {
    let Some(found) = prompts_found(project)? else { return Ok(()) };
    let dir = project.dir().join("prompts");
    for file in prompts_of(project.dir()).into_iter().filter(|file| !found.contains(*file)) {
        let path = dir.join(file);
        if dir.is_symlink() {
            // All of them came with it, and what it leads to stays as it is.
            fs::remove_file(&dir).map_err(|source| EngineError::File {
                path: dir.clone(),
                action: "removed",
                source,
            })?;
            project
                .notice("prompt_set_aside", "prompts became a link during the run; it was removed and not followed.");
            return Ok(());
        }
        let aside = dir.join(format!("{file}.appeared"));
        fs::rename(&path, &aside).map_err(|source| EngineError::File {
            path: path.clone(),
            action: "set aside",
            source,
        })?;
        project.notice(
            "prompt_set_aside",
            format!(
                "prompts/{file} appeared during the run, and sessions must not write what later ones are told; it is kept as \
                 prompts/{file}.appeared and was not used. Give it its name back if it is yours."
            ),
        );
    }
    Ok(())
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

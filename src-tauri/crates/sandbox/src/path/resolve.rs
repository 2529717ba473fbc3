//! Where a path leads, component by component.

use super::{area::Areas, kernel};
use crate::Verdict;
use std::{
    ffi::OsString,
    io,
    path::{Component, Path, PathBuf},
};

/// The longest path that Linux takes; longer ones are refused before anything walks them.
const MOST_BYTES: usize = 4_096;
/// How many links the kernel follows before it gives up.
const MOST_LINKS: u32 = 40;

/// Refuses what no program could use, or what not every program reads alike.
pub(crate) fn plausible(path: &Path) -> Result<(), Verdict> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.is_empty() {
        return Err(Verdict::deny("path.empty", "the path is empty; name a file or directory of the project"));
    }
    if bytes.len() > MOST_BYTES {
        let reason = format!("the path is {} bytes long, and {MOST_BYTES} is the most; use a shorter one", bytes.len());
        return Err(Verdict::deny("path.too-long", reason));
    }
    if bytes.contains(&0) {
        return Err(Verdict::deny("path.nul", "the path contains a NUL character; leave it out"));
    }
    let Some(text) = path.to_str() else {
        return Err(Verdict::deny("path.not-utf8", "the path is not UTF-8; rename the file to use it here"));
    };
    if cfg!(windows)
        && let Some(refused) = super::windows::refusal(text)
    {
        return Err(refused);
    }
    Ok(())
}

/// `path` from `cwd`, with `..` left in.
pub(crate) fn absolute(path: &Path, cwd: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { cwd.join(path) }
}

/// `path` with each `..` taken as the end of what stands before it, as many programs do before they open it; none when
/// there is no `..` in it.
pub(crate) fn without_dots(path: &Path) -> Option<PathBuf> {
    if !path.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    Some(plain)
}

/// Where an absolute path leads, with every link on the way followed as the kernel does. What does not exist is taken as
/// it is written.
///
/// Fails when links go in circles, and when a component cannot be looked at.
pub(crate) fn follow(areas: &Areas, path: &Path) -> Result<PathBuf, Verdict> {
    let mut real = PathBuf::new();
    let mut ahead: Vec<OsString> = Vec::new();
    match path.strip_prefix(areas.root()) {
        // The project's own directory was resolved once and for all, and is what nearly every path begins with.
        Ok(rest) if rest.components().all(|part| matches!(part, Component::Normal(_))) => {
            real.push(areas.root());
            push_reversed(&mut ahead, rest);
        }
        _ => push_reversed(&mut ahead, path),
    }
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        if part == ".." {
            if kernel::is_kernels(&real) {
                // There a name such as `fd` leads elsewhere for each process, so what is above it cannot be known.
                return Err(kernel::refusal(&real));
            }
            real.pop();
            continue;
        }
        real.push(&part);
        if real.parent().is_none() || kernel::is_kernels(&real) {
            continue;
        }
        let Some(target) = link_at(areas, &real)? else { continue };
        links += 1;
        if links > MOST_LINKS {
            return Err(Verdict::deny("path.link-loop", format!("{} goes in circles over links", path.display())));
        }
        real.pop();
        // An absolute target starts again at the top; `push` of its first component does that.
        push_reversed(&mut ahead, &target);
    }
    Ok(real)
}

/// What the link at `real` says; none when there is no link.
fn link_at(areas: &Areas, real: &Path) -> Result<Option<PathBuf>, Verdict> {
    let Some(place) = areas.on_host(real) else { return Ok(None) };
    let failed =
        |error: io::Error| Verdict::deny("path.unusable", format!("{} cannot be looked at: {error}", real.display()));
    match place.symlink_metadata() {
        Ok(found) if found.is_symlink() => place.read_link().map(Some).map_err(failed),
        Ok(_) => Ok(None),
        Err(error) => match error.kind() {
            // What the person may not look into, their agents may not either: its name is judged as it stands.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied => Ok(None),
            _ => Err(failed(error)),
        },
    }
}

fn push_reversed(ahead: &mut Vec<OsString>, path: &Path) {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let start = ahead.len();
    ahead.extend(parts.map(|part| part.as_os_str().to_owned()));
    ahead[start..].reverse();
}

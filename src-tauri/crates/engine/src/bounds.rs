//! Where projects may live on this machine.

use crate::EngineError;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Names the directory that every project must lie in.
pub const VARIABLE: &str = "ALLOWED_ROOT_DIRECTORY";

/// Where projects may live: not in the system, the home itself or a store of secrets, and, if a person says so, below one
/// directory only.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    outermost: Option<PathBuf>,
    home: Option<PathBuf>,
    least_room: Option<u64>,
}

impl Bounds {
    /// The bounds that the environment sets.
    pub fn of_this_machine() -> Self {
        Self::new(std::env::var_os(VARIABLE), std::env::home_dir())
    }

    /// Bounds with `outermost` around all projects, and a home directory that is none.
    pub fn new(outermost: Option<OsString>, home: Option<PathBuf>) -> Self {
        let outermost = outermost.filter(|path| !path.is_empty()).map(PathBuf::from);
        Self { outermost, home: home.and_then(|home| home.canonicalize().ok()), least_room: None }
    }

    /// The same, where nothing begins with fewer bytes free than this.
    #[must_use]
    pub fn with_least_room(self, bytes: u64) -> Self {
        Self { least_room: Some(bytes), ..self }
    }

    /// The bytes that must be free before a run begins; none for the usual amount.
    pub fn least_room(&self) -> Option<u64> {
        self.least_room
    }

    /// Whether the directories in `real` may be shown to someone who looks for a project's place. `real` is absolute and
    /// without links.
    pub fn may_look_into(&self, real: &Path) -> bool {
        match &self.outermost {
            Some(outermost) => outermost.canonicalize().is_ok_and(|root| real.starts_with(&root)),
            None => self.home.as_deref().is_some_and(|home| home.starts_with(real)) || self.check(real).is_ok(),
        }
    }

    /// Whether a place lies where projects may live, with its links followed, as far as a person set a bound at all.
    pub fn enclose(&self, path: &Path) -> bool {
        let Some(outermost) = &self.outermost else { return true };
        outermost.canonicalize().is_ok_and(|root| path.canonicalize().is_ok_and(|real| real.starts_with(root)))
    }

    /// Where someone starts to look for a project's place.
    pub fn start(&self) -> Option<PathBuf> {
        let outermost = self.outermost.as_ref().and_then(|root| root.canonicalize().ok());
        outermost.or_else(|| self.home.clone())
    }

    /// Why nothing is open where no project is registered by that name, for that directory or around it.
    pub fn no_project(&self, name_or_dir: &str) -> EngineError {
        let dir = Path::new(name_or_dir);
        if !dir.is_dir() {
            return EngineError::NoSuchProject { name: name_or_dir.into() };
        }
        // Nobody is told to make a project where none may be.
        let refusal = dir.canonicalize().ok().and_then(|real| self.check(&real).err());
        refusal.unwrap_or_else(|| EngineError::NotAProject { dir: dir.into() })
    }

    /// Refuses a place with [`EngineError::NotAProjectsPlace`]. `real` is absolute and without links.
    ///
    /// A bound that cannot be found refuses every place: whoever set it meant to be protected.
    pub fn check(&self, real: &Path) -> Result<(), EngineError> {
        let refused = |why: String| Err(EngineError::NotAProjectsPlace { path: real.into(), why });
        if let Some(why) = harness_sandbox::why_no_project(real, self.home.as_deref()) {
            return refused(why);
        }
        let Some(outermost) = &self.outermost else { return Ok(()) };
        if !outermost.is_absolute() {
            return refused(format!("{VARIABLE} is {}, and must be an absolute path", outermost.display()));
        }
        match outermost.canonicalize() {
            Err(error) => refused(format!("{VARIABLE} is {}, which cannot be used ({error})", outermost.display())),
            Ok(root) if real == root => refused(format!("it is {VARIABLE} itself; choose a directory below it")),
            Ok(root) if real.starts_with(&root) => Ok(()),
            Ok(root) => refused(format!("it lies outside {}, where {VARIABLE} says all projects live", root.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_cannot_be_used_refuses_everything() {
        let dir = tempfile::tempdir().expect("a directory");
        let project = dir.path().canonicalize().expect("it is there").join("app");
        let bounds = |outermost: &str| Bounds::new(Some(outermost.into()), None);
        for outermost in ["projects", "./", "/nowhere/at/all"] {
            let error = bounds(outermost).check(&project).expect_err("whoever set it meant to be protected");
            assert!(error.to_string().contains(VARIABLE), "it says which to mend: {error}");
        }
        assert!(bounds("").check(&project).is_ok(), "an empty variable is none");
        assert!(bounds("/").check(&project).is_ok(), "everything lies below the top");
    }

    #[cfg(unix)]
    #[test]
    fn projects_lie_below_the_bound_with_links_followed() {
        let place = tempfile::tempdir().expect("a directory");
        let root = place.path().canonicalize().expect("it is there");
        for dir in ["projects/app", "projects-of-others/app"] {
            std::fs::create_dir_all(root.join(dir)).expect("directories");
        }
        std::os::unix::fs::symlink(root.join("projects"), root.join("link")).expect("a link");
        let bounds = Bounds::new(Some(root.join("link").into()), None);
        assert!(bounds.check(&root.join("projects/app")).is_ok(), "the bound may be given by a link");
        for outside in ["projects", "projects-of-others/app", "elsewhere", "Projects/app"] {
            assert!(bounds.check(&root.join(outside)).is_err(), "{outside} is not below it");
        }
    }
}

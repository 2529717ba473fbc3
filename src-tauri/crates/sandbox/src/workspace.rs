//! Which paths a session, a call of the API or a screen may name.

use crate::{
    Verdict,
    path::{
        area::{Access, Areas},
        kernel,
        live::LiveFiles,
        protected, resolve, secret,
    },
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The one guard of every path that enters from an agent, the API or a screen: what may be read, written and listed.
///
/// It decides and opens nothing. Whatever the agent is started in can be changed by it between the verdict and the use,
/// so the host's own opens go through [`crate::Directory`], and the agent's own run inside [`crate::Wall`].
#[derive(Debug, Clone)]
pub struct Workspace {
    areas: Areas,
    live: LiveFiles,
    /// The person's.
    home: Option<PathBuf>,
    /// What the session has in its place.
    own_home: Option<PathBuf>,
}

impl Workspace {
    /// A workspace around the directory `project`; `real_home` is the person's own, which holds what nobody may read.
    ///
    /// Fails when the project's directory cannot be resolved.
    pub fn new(project: &Path, real_home: Option<&Path>) -> io::Result<Self> {
        let root = project.canonicalize()?;
        let home = real_home.map(|home| home.canonicalize().unwrap_or_else(|_| home.to_owned()));
        let live = LiveFiles::of(&root);
        Ok(Self { areas: Areas::around(root, home.as_deref()), live, home, own_home: None })
    }

    /// Grants reading of further files and directories, with everything below. Secret stores stay refused.
    #[must_use]
    pub fn with_readable(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        paths.into_iter().for_each(|path| self.areas.add(path.into(), Access::Read));
        self
    }

    /// Grants reading and writing of further directories, with everything below. Secret stores stay refused.
    #[must_use]
    pub fn with_writable(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        paths.into_iter().for_each(|path| self.areas.add(path.into(), Access::Write));
        self
    }

    /// Grants reading of directories made for this session, although they lie in a store of secrets.
    #[must_use]
    pub fn with_own(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        paths.into_iter().for_each(|path| self.areas.add(path.into(), Access::Own));
        self
    }

    /// Refuses everything below these directories, such as the product's own data.
    #[must_use]
    pub fn with_hidden(mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        paths.into_iter().for_each(|path| self.areas.add(path.into(), Access::Hidden));
        self
    }

    /// Says that the session sees an empty directory of its own at `seen`, such as for temporary files, that the host cannot
    /// look into. It may be read and written.
    #[must_use]
    pub fn with_private(mut self, seen: impl Into<PathBuf>) -> Self {
        self.areas.add_private(seen.into(), None);
        self
    }

    /// Says that the session sees the host's directory `lies_at` as its home at `seen`. What tools keep there may be read and
    /// written: names that begin with a dot. Start-up files may not be written, and other names are not the session's.
    #[must_use]
    pub fn with_private_home(mut self, seen: impl Into<PathBuf>, lies_at: impl Into<PathBuf>) -> Self {
        let seen = seen.into();
        self.areas.add_private(seen.clone(), Some(lies_at.into()));
        self.own_home = Some(seen.canonicalize().unwrap_or(seen));
        self
    }

    /// The project's directory, without links.
    pub fn root(&self) -> &Path {
        self.areas.root()
    }

    /// The person's home directory, if one is known.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Whether `path`, from `cwd`, may be read; for a directory, whether everything in it may.
    pub fn may_read(&self, path: &Path, cwd: &Path) -> Verdict {
        self.judge(path, cwd, Self::read_at)
    }

    /// Whether `path`, from `cwd`, may be made, changed or removed. It need not exist.
    pub fn may_write(&self, path: &Path, cwd: &Path) -> Verdict {
        self.judge(path, cwd, Self::write_at)
    }

    /// Whether the name `path`, from `cwd`, may be removed, or given to something else: a link itself, not where it leads.
    /// A directory that holds what is protected may not be removed, nor may the project.
    pub fn may_remove(&self, path: &Path, cwd: &Path) -> Verdict {
        if let Err(refused) = resolve::plausible(path) {
            return refused;
        }
        let absolute = resolve::absolute(path, cwd);
        let named = resolve::without_dots(&absolute).unwrap_or_else(|| absolute.clone());
        let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            // It ends in `..`: what that is cannot be told by its name.
            return self.remove_at(&named).stricter(self.may_write(path, cwd));
        };
        match resolve::follow(&self.areas, parent) {
            Err(refused) => refused,
            Ok(above) => {
                let walked = self.remove_at(&above.join(name));
                // Where `..` is taken as a mere word, it is another place.
                if named == absolute { walked } else { walked.stricter(self.remove_at(&named)) }
            }
        }
    }

    /// Whether a grant of `path` can be shown to a whole process tree, which reads everything below it: it is, and holds, no
    /// store of secrets.
    pub fn may_be_shown(&self, path: &Path) -> bool {
        let holds = |store: PathBuf| store.starts_with(path) && store.symlink_metadata().is_ok();
        self.may_read(path, self.root()).is_allowed()
            && !self.home().is_some_and(|home| secret::stores_in(home).any(holds))
    }

    /// Whether the names in the directory `path`, from `cwd`, may be listed. Says nothing of what the files hold.
    pub fn may_list(&self, path: &Path, cwd: &Path) -> Verdict {
        self.judge(path, cwd, |workspace, real| {
            if workspace.areas.is_above_something(real) { Verdict::allow() } else { workspace.read_at(real) }
        })
    }

    /// Where `path`, from `cwd`, leads: absolute, every link followed, as the session sees it. The end need not exist.
    ///
    /// Fails with the verdict when it cannot be told.
    pub fn resolve(&self, path: &Path, cwd: &Path) -> Result<PathBuf, Verdict> {
        resolve::plausible(path)?;
        resolve::follow(&self.areas, &resolve::absolute(path, cwd))
    }

    /// Whether `path`, from `cwd`, leads into the project or to its directory.
    pub fn is_inside(&self, path: &Path, cwd: &Path) -> bool {
        self.resolve(path, cwd).is_ok_and(|real| real.starts_with(self.root()))
    }

    /// Judges a path as the kernel walks it and, since programs differ in it, with `..` taken as a mere word too.
    fn judge(&self, path: &Path, cwd: &Path, at: impl Fn(&Self, &Path) -> Verdict) -> Verdict {
        if let Err(refused) = resolve::plausible(path) {
            return refused;
        }
        let absolute = resolve::absolute(path, cwd);
        let walked = self.judge_walked(&absolute, &at);
        match resolve::without_dots(&absolute) {
            Some(plain) if walked.is_allowed() => self.judge_walked(&plain, &at),
            _ => walked,
        }
    }

    fn judge_walked(&self, absolute: &Path, at: &impl Fn(&Self, &Path) -> Verdict) -> Verdict {
        match resolve::follow(&self.areas, absolute) {
            Err(refused) => refused,
            Ok(real) => at(self, &real),
        }
    }

    fn read_at(&self, real: &Path) -> Verdict {
        let access = self.areas.access(real);
        if access == Access::Own {
            return Verdict::allow();
        }
        if let Some(refused) = secret::refusal(real, self.home()) {
            return refused;
        }
        if let Some(verdict) = kernel::verdict(real, false) {
            return verdict;
        }
        match access {
            Access::Write if self.is_strange_in_own_home(real) => self.outside(real, "read"),
            Access::Read | Access::Write | Access::Own => secret::behind_another_name(real, self.home()),
            Access::Hidden => hidden(real),
            Access::None => self.outside(real, "read"),
        }
    }

    fn write_at(&self, real: &Path) -> Verdict {
        if let Some(refused) = secret::refusal(real, self.home()) {
            return refused;
        }
        if let Some(verdict) = kernel::verdict(real, true) {
            return verdict;
        }
        match self.areas.access(real) {
            Access::Write if self.is_strange_in_own_home(real) => self.outside(real, "written"),
            Access::Write => match real.strip_prefix(self.root()) {
                Ok(relative) => protected::refusal(relative, real, &self.live).unwrap_or_else(Verdict::allow),
                Err(_) => protected::in_private_home(real, self.own_home.as_deref()),
            },
            Access::Hidden => hidden(real),
            Access::Read | Access::Own | Access::None => self.outside(real, "written"),
        }
    }

    /// Whether a path in the session's own home is none that tools keep there. The person's projects lie beside each other
    /// in the home, and what an agent means for one of them must not end in a place that nobody looks at.
    fn is_strange_in_own_home(&self, real: &Path) -> bool {
        let relative = self.own_home.as_deref().and_then(|home| real.strip_prefix(home).ok());
        let is_tools = |name: &std::ffi::OsStr| {
            name.as_encoded_bytes().starts_with(b".")
                || ["go", "Library", "AppData"].into_iter().any(|known| name == known)
        };
        let first = relative.map(|relative| relative.components().next().map(|first| is_tools(first.as_os_str())));
        !real.starts_with(self.root()) && first.is_some_and(|is_tools| is_tools != Some(true))
    }

    fn outside(&self, real: &Path, what: &str) -> Verdict {
        let root = self.root().display();
        let reason = format!("{} may not be {what}: stay inside the project, {root}", real.display());
        Verdict::deny("path.outside", reason)
    }

    fn remove_at(&self, real: &Path) -> Verdict {
        if self.root().starts_with(real) {
            let reason = format!("{} is, or holds, the project; name what in it is meant", real.display());
            return Verdict::deny("path.root", reason);
        }
        let verdict = self.write_at(real);
        match real.strip_prefix(self.root()) {
            Ok(_) if verdict.is_allowed() => protected::held_by(real).unwrap_or(verdict),
            _ => verdict,
        }
    }
}

fn hidden(real: &Path) -> Verdict {
    Verdict::deny(
        "path.hidden",
        format!("{} belongs to the program that runs this session; use its tools instead", real.display()),
    )
}

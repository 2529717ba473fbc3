//! Files of the project that git and others obey although they do not bear a protected name.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// More than any repository's settings or pointer to them; what is larger is not read.
const MOST_BYTES: u64 = 1024 * 1024;

/// What is obeyed as the project is set up now: where git's own directory and its hooks lie, which further settings it
/// includes, and where protected names lead that are links. Relative to the project; only what lies inside it.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiveFiles {
    paths: Vec<PathBuf>,
}

impl LiveFiles {
    /// Looks at the project in `root`, and at its repository if there is one.
    pub fn of(root: &Path) -> Self {
        let mut live = Self::default();
        for name in super::protected::names() {
            let path = root.join(name);
            if path.is_symlink() {
                // Whoever obeys the name obeys what it leads to.
                live.add(root, &path);
            }
        }
        let dot_git = root.join(".git");
        let mut settings = vec![dot_git.join("config"), dot_git.join("config.worktree")];
        if let Some(target) = text_of(&dot_git).and_then(|text| Some(text.strip_prefix("gitdir:")?.trim().to_owned())) {
            let git_dir = root.join(target);
            settings = vec![git_dir.join("config"), git_dir.join("config.worktree")];
            if let Some(common) = text_of(&git_dir.join("commondir")) {
                let common = git_dir.join(common.trim());
                settings.push(common.join("config"));
                live.add(root, &common);
            }
            live.add(root, &git_dir);
        }
        for file in settings {
            let Some(text) = text_of(&file) else { continue };
            for path in named_in(&text) {
                // Git takes `hooksPath` from the top of the tree and `include.path` from the file that says it.
                live.add(root, &root.join(&path));
                live.add(root, &file.parent().unwrap_or(root).join(&path));
            }
        }
        live
    }

    /// Whether `relative`, below the project, is one of these or lies in one.
    pub fn hold(&self, relative: &Path) -> bool {
        self.paths.iter().any(|path| super::area::is_below_in_any_case(relative, path))
    }

    fn add(&mut self, root: &Path, path: &Path) {
        let plain = super::resolve::without_dots(path).unwrap_or_else(|| path.to_owned());
        let real = plain.canonicalize().unwrap_or(plain);
        let Ok(relative) = real.strip_prefix(root) else { return };
        // The whole project cannot be set aside because a setting names it.
        if relative.as_os_str().is_empty() {
            return;
        }
        // Husky lets git run scripts in `_`, which run those beside it.
        let is_husky = relative.file_name().is_some_and(|name| name == "_");
        let above = relative.parent().filter(|above| is_husky && !above.as_os_str().is_empty());
        self.paths.push(above.unwrap_or(relative).to_owned());
    }
}

/// The values of `hooksPath` and of an include's `path`. What else is called so is protected too, which does no harm.
fn named_in(settings: &str) -> Vec<String> {
    let value = |line: &str| {
        let (name, value) = line.trim().split_once('=')?;
        let name = name.trim().rsplit(']').next()?.trim();
        let is_path = name.eq_ignore_ascii_case("hooksPath") || name.eq_ignore_ascii_case("path");
        let value = value.trim().trim_matches('"');
        (is_path && !value.is_empty()).then(|| value.to_owned())
    };
    settings.lines().filter_map(value).collect()
}

fn text_of(path: &Path) -> Option<String> {
    let found = fs::metadata(path).ok()?;
    if !found.is_file() || found.len() > MOST_BYTES {
        return None;
    }
    fs::read_to_string(path).ok()
}

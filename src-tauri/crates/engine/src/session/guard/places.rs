//! What a session sees where.

use crate::{OpenProject, home::Home, session::launch::cli_home};
use harness_domain::id::{ProjectId, SessionId};
use harness_sandbox::{WallKind, Workspace, policy::Layers};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Directories that the walls replace by empty ones of the session's own.
const PRIVATE: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

/// The homes of a session, and the walls around it.
#[derive(Debug)]
pub(crate) struct Places {
    /// The person's.
    pub real_home: Option<PathBuf>,
    /// What the session has in its place, on the host.
    pub private_home: PathBuf,
    /// What the session knows as its home.
    pub seen_home: PathBuf,
    /// What the CLI itself has for its home.
    pub cli_home: PathBuf,
    pub walls: WallKind,
}

impl Places {
    pub fn of(project: &OpenProject) -> Self {
        Self::within(harness_sandbox::probe().kind, &project.app.home, project.project.id)
    }

    /// As of a session within such walls, of a project whose things lie in `data`.
    pub fn within(walls: WallKind, data: &Home, project: ProjectId) -> Self {
        let real_home =
            std::env::home_dir().filter(|home| home.is_dir() && home.is_absolute() && home.parent().is_some());
        let private_home = data.private_home(project);
        let seen_home = match &real_home {
            Some(home) if walls.replaces_home() => home.clone(),
            _ => private_home.clone(),
        };
        let cli_home = cli_home(data, project, walls, &seen_home);
        Self { real_home, private_home, seen_home, cli_home, walls }
    }

    /// The workspace of a session in these places, with what the policy files let it read besides.
    pub fn workspace(&self, project: &OpenProject, session: &SessionId, layers: &Layers) -> io::Result<Workspace> {
        let workspace = self.ground(project.dir(), &project.app.home, layers)?;
        Ok(workspace.with_own(self.kept_by_the_cli(project.dir(), session)))
    }

    /// The workspace that every session in `dir` has, whoever asks: what is the session's own alone is not in it.
    pub fn ground(&self, dir: &Path, data: &Home, layers: &Layers) -> io::Result<Workspace> {
        let mut workspace = Workspace::new(dir, self.real_home.as_deref())?
            .with_readable(layers.readable(self.real_home.as_deref()))
            .with_hidden([data.root()])
            .with_private_home(&self.seen_home, &self.private_home);
        if self.walls.replaces_home() {
            for place in PRIVATE {
                workspace = workspace.with_private(place);
            }
        }
        Ok(workspace)
    }

    /// A path with the home directory for `~`, as commands know it.
    pub fn expanded(&self, path: &str) -> PathBuf {
        match path.strip_prefix('~') {
            Some("") => self.seen_home.clone(),
            Some(rest) if rest.starts_with('/') => self.seen_home.join(rest.trim_start_matches('/')),
            _ => path.into(),
        }
    }

    /// Where the CLI keeps what was too long for the conversation of this session, and tells the agent to read it.
    fn kept_by_the_cli(&self, dir: &Path, session: &SessionId) -> Vec<PathBuf> {
        let dashed = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        let name: String = dir.to_string_lossy().chars().map(dashed).collect();
        let chosen = std::env::var_os("CLAUDE_CONFIG_DIR").map(PathBuf::from);
        let real = self.real_home.as_ref().map(|home| home.join(".claude"));
        // A link in the CLI's own home leads to the latter, and it names files by that.
        let linked = self.cli_home.join(".claude");
        let settings = chosen.into_iter().chain(real).chain([linked]);
        settings.map(|settings| settings.join("projects").join(&name).join(&session.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_cli_kept_is_known_by_the_name_that_it_has_in_the_clis_own_home() {
        let home: PathBuf = "/home/me".into();
        let places = Places {
            real_home: Some(home.clone()),
            private_home: "/p".into(),
            seen_home: home.clone(),
            cli_home: "/run/harness/cli".into(),
            walls: WallKind::Bubblewrap,
        };
        let kept = places.kept_by_the_cli(Path::new("/home/me/an app"), &SessionId("1234".into()));
        for dir in [home.join(".claude"), "/run/harness/cli/.claude".into()] {
            let own = dir.join("projects/-home-me-an-app/1234");
            assert!(kept.contains(&own), "the agent is told to read {}: {kept:?}", own.display());
        }
    }
}

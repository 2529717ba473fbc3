//! Builds git trees from a base and a list of changes, in time proportional to the directories that change.

use super::{
    GitError,
    error::Doing,
    files::{Content, Edits},
    path::RepoPath,
    repository::Project,
};
use git2::{ObjectType, Oid, Repository, Tree};

/// How git marks a directory in a tree.
const DIRECTORY: i32 = 0o040_000;

/// `base` with `edits` applied. A file may take a directory's place and the other way round.
pub(super) fn edited(project: &Project, base: Option<&Tree<'_>>, edits: &Edits) -> Result<Oid, GitError> {
    let edits: Vec<(&RepoPath, Option<Content>)> = edits.iter().map(|(path, content)| (path, *content)).collect();
    let built = directory(&project.repo, base, &edits, 0).doing("store a directory")?;
    match built {
        Some(oid) => Ok(oid),
        None => project.repo.treebuilder(None).and_then(|empty| empty.write()).doing("store a directory"),
    }
}

/// One directory, whose own path is the first `depth` bytes of every edit. `None` when it is empty.
fn directory(
    repo: &Repository,
    base: Option<&Tree<'_>>,
    edits: &[(&RepoPath, Option<Content>)],
    depth: usize,
) -> Result<Option<Oid>, git2::Error> {
    let mut builder = repo.treebuilder(base)?;
    let is_directory =
        |entry: Option<git2::TreeEntry<'_>>| entry.is_some_and(|entry| entry.kind() == Some(ObjectType::Tree));
    let mut rest = edits;
    while let Some(((path, content), others)) = rest.split_first() {
        let inner = &path.bytes()[depth..];
        let Some(slash) = inner.iter().position(|byte| *byte == b'/') else {
            match content {
                Some(content) => drop(builder.insert(inner, content.oid, content.mode)?),
                // A directory may have come in the place of a file that is to go.
                None if builder.get(inner)?.is_some() && !is_directory(builder.get(inner)?) => builder.remove(inner)?,
                None => {}
            }
            rest = others;
            continue;
        };
        let (name, prefix) = (&inner[..slash], &inner[..=slash]);
        let count = rest.iter().take_while(|(path, _)| path.bytes()[depth..].starts_with(prefix)).count();
        let (below, others) = rest.split_at(count);
        let old =
            base.and_then(|tree| tree.get_name_bytes(name)).filter(|entry| entry.kind() == Some(ObjectType::Tree));
        let old = old.map(|entry| repo.find_tree(entry.id())).transpose()?;
        match directory(repo, old.as_ref(), below, depth + slash + 1)? {
            Some(oid) => drop(builder.insert(name, oid, DIRECTORY)?),
            None if is_directory(builder.get(name)?) => builder.remove(name)?,
            None => {}
        }
        rest = others;
    }
    if builder.is_empty() { Ok(None) } else { builder.write().map(Some) }
}

//! A sorted list of files as git trees.

use super::pack::Pack;
use crate::git::GitError;
use git2::{ObjectType, Odb, Oid};

/// One file: its path from the project on, its mode and its content.
pub(super) type Leaf<'a> = (&'a [u8], i32, Oid);

/// Puts the trees that `odb` does not have into `pack`. The files are sorted by path, which is git's own order.
pub(super) fn write(files: &[Leaf<'_>], odb: &Odb<'_>, pack: &mut Pack) -> Result<Oid, GitError> {
    directory(files, 0, odb, pack)
}

/// One directory, whose own path is the first `depth` bytes of every file.
fn directory(files: &[Leaf<'_>], depth: usize, odb: &Odb<'_>, pack: &mut Pack) -> Result<Oid, GitError> {
    let mut content = Vec::with_capacity(files.len().min(1_000) * 40);
    let mut rest = files;
    while let Some(((path, mode, oid), others)) = rest.split_first() {
        let inner = &path[depth..];
        let Some(slash) = memchr::memchr(b'/', inner) else {
            entry(&mut content, *mode, inner, *oid);
            rest = others;
            continue;
        };
        let below = &path[..=depth + slash];
        let count = rest.iter().take_while(|(path, ..)| path.starts_with(below)).count();
        let (inside, others) = rest.split_at(count);
        let tree = directory(inside, below.len(), odb, pack)?;
        entry(&mut content, 0o040_000, &inner[..slash], tree);
        rest = others;
    }
    pack.put(odb, ObjectType::Tree, &content)
}

fn entry(content: &mut Vec<u8>, mode: i32, name: &[u8], oid: Oid) {
    content.extend_from_slice(format!("{mode:o} ").as_bytes());
    content.extend_from_slice(name);
    content.push(0);
    content.extend_from_slice(oid.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use git2::{Index, IndexEntry, IndexTime, Repository};

    #[test]
    fn the_trees_are_those_that_git_makes_of_the_same_files() {
        let dir = tempfile::tempdir().expect("a directory");
        let repo = Repository::init_bare(dir.path()).expect("a repository");
        let blob = repo.blob(b"x").expect("a blob");
        let mut paths = ["a", "a.b", "a-", "b/a", "b.c", "b0", "c/d/e", "c/d.e", "c/d/e.f/g", "ü/ö", "z z"];
        paths.sort_unstable();
        let modes = [0o100_644_i32, 0o100_755, 0o120_000].into_iter().cycle();
        let mut index = Index::new().expect("an index");
        let mut files = Vec::new();
        for (path, mode) in paths.iter().zip(modes) {
            files.push((path.as_bytes(), mode, blob));
            let zero = IndexTime::new(0, 0);
            let entry = IndexEntry {
                ctime: zero,
                mtime: zero,
                dev: 0,
                ino: 0,
                mode: mode.cast_unsigned(),
                uid: 0,
                gid: 0,
                file_size: 0,
                id: blob,
                flags: 0,
                flags_extended: 0,
                path: path.as_bytes().to_vec(),
            };
            index.add(&entry).expect("it is added");
        }
        for count in [paths.len(), 1, 0] {
            while index.len() > count {
                index.remove(std::path::Path::new(paths[index.len() - 1]), 0).expect("it is there");
            }
            let mut pack = Pack::new(&repo);
            let ours = write(&files[..count], &repo.odb().expect("a store"), &mut pack).expect("trees");
            pack.store(&repo).expect("they are stored");
            assert_eq!(ours, index.write_tree_to(&repo).expect("trees"), "of {count} files");
            assert!(repo.find_tree(ours).is_ok(), "and it is there");
        }
    }
}

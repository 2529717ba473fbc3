//! Many objects at once, as one pack: making a file for each costs the file system many times what their content does.

use crate::git::handle::{Directory, Kind};
use crate::git::{
    GitError,
    error::{Doing, io_at},
};
use flate2::{Compression, bufread::ZlibDecoder, write::ZlibEncoder};
use git2::{ObjectType, Odb, OdbLookupFlags, Oid, Repository};
use sha1::{Digest, Sha1};
use std::{
    collections::HashSet,
    io::{self, BufRead, BufReader, Read, Seek, Write},
    path::PathBuf,
};
use tempfile::SpooledTempFile;

/// What a pack being made may take of memory before it goes into a file.
const IN_MEMORY: usize = 32 << 20;
/// Objects that a repository which people look into gets as files of their own.
const FEW: usize = 32;

/// Objects on their way into a repository. None of them is there before [`Pack::store`] has succeeded.
pub(super) struct Pack {
    entries: SpooledTempFile,
    names: HashSet<Oid>,
}

/// An object as packs have it: its kind and size, and its content compressed.
pub(super) struct Packed {
    name: Oid,
    bytes: Vec<u8>,
}

impl Packed {
    /// Compresses an object whose name is known.
    pub fn new(name: Oid, kind: ObjectType, content: &[u8]) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(content.len() / 2 + 32);
        let mut rest = content.len();
        let mut byte = code(kind)? << 4 | low_bits(rest, 4);
        rest >>= 4;
        while rest > 0 {
            bytes.push(byte | 0x80);
            byte = low_bits(rest, 7);
            rest >>= 7;
        }
        bytes.push(byte);
        // Checkpoints are made often and packed anew later: time counts more than the last tenth of the space.
        let mut encoder = ZlibEncoder::new(bytes, Compression::fast());
        encoder.write_all(content)?;
        Ok(Self { name, bytes: encoder.finish()? })
    }
}

impl Pack {
    /// An empty one. What memory is too small for is kept below `own`, a repository out of every agent's reach.
    pub fn new(own: &Repository) -> Self {
        Self { entries: tempfile::spooled_tempfile_in(IN_MEMORY, own.commondir()), names: HashSet::new() }
    }

    /// Whether the object is in it or in `odb`.
    pub fn has(&self, odb: &Odb<'_>, name: Oid) -> bool {
        self.names.contains(&name) || has(odb, name)
    }

    /// Adds an object, once.
    pub fn add(&mut self, object: &Packed) -> io::Result<()> {
        if self.names.insert(object.name) { self.entries.write_all(&object.bytes) } else { Ok(()) }
    }

    /// Adds a small object unless it or `odb` has it; returns its name.
    pub fn put(&mut self, odb: &Odb<'_>, kind: ObjectType, content: &[u8]) -> Result<Oid, GitError> {
        let name = Oid::hash_object(kind, content).doing("store an object")?;
        if !self.has(odb, name) {
            self.compress(name, kind, content)?;
        }
        Ok(name)
    }

    /// Adds an object of another repository. Reading checks it against its name, so nothing false is taken over.
    pub fn copy(&mut self, from: &Odb<'_>, name: Oid) -> Result<(), GitError> {
        let object = from.read(name).doing("read an object")?;
        self.compress(name, object.kind(), object.data())
    }

    fn compress(&mut self, name: Oid, kind: ObjectType, content: &[u8]) -> Result<(), GitError> {
        let packed = Packed::new(name, kind, content);
        packed.and_then(|packed| self.add(&packed)).map_err(io_at("a pack of objects"))
    }

    /// Moves everything into a repository. Once this returns it is there, also after a loss of power.
    pub fn store(self, repo: &Repository) -> Result<(), GitError> {
        if self.names.is_empty() { Ok(()) } else { self.write(repo) }
    }

    /// As [`Pack::store`], but a few objects become files of their own, so that a repository which is saved often does not
    /// fill up with small packs. Those are as durable as what git itself writes there.
    pub fn store_or_spread(mut self, repo: &Repository) -> Result<(), GitError> {
        if self.names.len() > FEW {
            return self.write(repo);
        }
        let odb = repo.odb().doing("open an object store")?;
        self.entries.rewind().map_err(io_at("a pack of objects"))?;
        let mut entries = BufReader::new(self.entries);
        for _ in 0..self.names.len() {
            let (kind, content) = unpacked(&mut entries).map_err(io_at("a pack of objects"))?;
            odb.write(kind, &content).doing("store an object")?;
        }
        Ok(())
    }

    fn write(mut self, repo: &Repository) -> Result<(), GitError> {
        let odb = repo.odb().doing("open an object store")?;
        let added = Added::watch(repo)?;
        let mut writer = odb.packwriter().doing("store objects")?;
        let count = u32::try_from(self.names.len()).map_err(|_| GitError::Git {
            doing: "store objects",
            source: git2::Error::from_str("too many for one pack"),
        })?;
        let mut sum = Sha1::new();
        let mut write = |bytes: &[u8]| {
            sum.update(bytes);
            writer.write_all(bytes)
        };
        let mut send = || {
            write(b"PACK\0\0\0\x02")?;
            write(&count.to_be_bytes())?;
            self.entries.rewind()?;
            let mut buffer = vec![0; 256 << 10];
            loop {
                match self.entries.read(&mut buffer)? {
                    0 => return Ok(()),
                    read => write(&buffer[..read])?,
                }
            }
        };
        send().map_err(io_at(repo.path()))?;
        writer.write_all(&sum.finalize()).map_err(io_at(repo.path()))?;
        writer.commit().doing("store objects")?;
        drop(writer);
        added.sync()?;
        odb.refresh().doing("open an object store")
    }
}

/// The packs that come into a repository from now on.
pub(super) struct Added {
    dir: PathBuf,
    before: HashSet<Vec<u8>>,
}

impl Added {
    pub fn watch(repo: &Repository) -> Result<Self, GitError> {
        let dir = repo.commondir().join("objects/pack");
        let before = match Directory::open(&dir) {
            Ok(packs) => files(&packs).map_err(io_at(&dir))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => HashSet::new(),
            Err(error) => return Err(io_at(dir)(error)),
        };
        Ok(Self { dir, before })
    }

    /// Waits until they are on the disk, with their names.
    pub fn sync(&self) -> Result<(), GitError> {
        let sync = || {
            // By its handle and plain files only: in a project's repository an agent may have its hands.
            let packs = Directory::open(&self.dir)?;
            for name in files(&packs)?.difference(&self.before) {
                match packs.file(name) {
                    Ok(file) => file.sync_all()?,
                    // Another git process has packed anew meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            packs.sync()
        };
        sync().map_err(io_at(&self.dir))
    }
}

fn files(dir: &Directory) -> io::Result<HashSet<Vec<u8>>> {
    let names = dir.names()?.into_iter();
    Ok(names.filter(|(_, kind)| *kind == Kind::File).map(|(name, _)| name).collect())
}

/// Without looking for packs that came since: those that matter are here already, and asking costs a directory each time.
pub(super) fn has(odb: &Odb<'_>, oid: Oid) -> bool {
    odb.exists_ext(oid, OdbLookupFlags::NO_REFRESH)
}

fn code(kind: ObjectType) -> io::Result<u8> {
    match kind {
        ObjectType::Commit => Ok(1),
        ObjectType::Tree => Ok(2),
        ObjectType::Blob => Ok(3),
        ObjectType::Tag => Ok(4),
        ObjectType::Any => Err(io::Error::new(io::ErrorKind::InvalidInput, "an object has a kind")),
    }
}

/// The lowest bits of a number, at most seven.
fn low_bits(number: usize, bits: u32) -> u8 {
    u8::try_from(number & ((1 << bits) - 1)).unwrap_or_default()
}

/// The next object of a pack without differences.
fn unpacked(from: &mut impl BufRead) -> io::Result<(ObjectType, Vec<u8>)> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    let kind = match byte[0] >> 4 & 7 {
        1 => ObjectType::Commit,
        2 => ObjectType::Tree,
        3 => ObjectType::Blob,
        4 => ObjectType::Tag,
        _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "no whole object")),
    };
    while byte[0] & 0x80 != 0 {
        from.read_exact(&mut byte)?;
    }
    let mut content = Vec::new();
    ZlibDecoder::new(from).read_to_end(&mut content)?;
    Ok((kind, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> (tempfile::TempDir, Repository) {
        let dir = tempfile::tempdir().expect("a directory");
        let repo = Repository::init_bare(dir.path()).expect("a repository");
        (dir, repo)
    }

    fn packs(repo: &Repository) -> usize {
        files(&Directory::open(&repo.path().join("objects/pack")).expect("a directory")).expect("names").len()
    }

    /// Contents of every length that takes another byte in front, and one that does not compress.
    fn contents() -> Vec<Vec<u8>> {
        let mut noise = Sha1::digest(b"noise").to_vec();
        while noise.len() < 40_000 {
            let more = Sha1::digest(&noise);
            noise.extend_from_slice(&more);
        }
        let plain = [0, 1, 15, 16, 17, 2_047, 2_048, 300_000].map(|length| vec![b'x'; length]);
        plain.into_iter().chain([noise]).collect()
    }

    #[test]
    fn every_object_comes_out_of_a_pack_as_it_went_in() {
        for is_spread in [false, true] {
            let (_dir, repo) = repository();
            let odb = repo.odb().expect("a store");
            let mut pack = Pack::new(&repo);
            let names: Vec<Oid> = contents()
                .iter()
                .map(|content| pack.put(&odb, ObjectType::Blob, content).expect("it is taken"))
                .collect();
            assert!(names.iter().all(|name| !has(&odb, *name)), "nothing is there before it is stored");
            pack.put(&odb, ObjectType::Blob, b"").expect("one that it has already is no error");
            let stored = if is_spread { pack.store_or_spread(&repo) } else { pack.store(&repo) };
            stored.expect("it is stored");
            for (name, content) in names.iter().zip(contents()) {
                let object = odb.read(*name).expect("it is there");
                assert!(object.data() == content, "{} bytes, spread: {is_spread}", content.len());
            }
            let packs = packs(&repo);
            assert_eq!(packs == 0, is_spread, "{packs} files of packs");
        }
    }

    #[test]
    fn nothing_to_store_leaves_no_pack() {
        let (_dir, repo) = repository();
        Pack::new(&repo).store(&repo).expect("nothing to do");
        assert_eq!(packs(&repo), 0);
    }
}

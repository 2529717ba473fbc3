//! Making a backup.

use super::{
    BackupError, FORMAT, MANIFEST,
    collect::Picture,
    manifest::{Listed, Manifest},
};
use crate::{clock::Clock, home::Home};
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};
use tar::{Builder, EntryType, Header};

/// What went into a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// Files in it.
    pub files: usize,
    /// Their length together, in bytes, before they were packed.
    pub bytes: u64,
    /// Whether the keys are in it.
    pub has_secrets: bool,
    /// What stayed out although it is no lock and nothing that is made anew.
    pub left_out: Vec<String>,
}

/// Writes a backup of `home` to `out`. Runs may go on meanwhile; a checkpoint waits for a moment.
///
/// Needs room in the data directory for a copy of the databases. Fails with `NothingThere`, `BackupUnderWay`, `Changed`, and
/// with `Output` when `out` takes no more; what was written then is of no use.
pub fn create(home: &Home, clock: &dyn Clock, with_secrets: bool, out: impl Write) -> Result<BackedUp, BackupError> {
    let picture = Picture::take(home, with_secrets)?;
    let mut files = Vec::with_capacity(picture.files.len());
    for path in &picture.files {
        let mut hashed = Hashed::new(io::sink());
        let at = picture.path(path);
        let bytes = File::open(&at)
            .and_then(|mut file| io::copy(&mut file, &mut hashed))
            .map_err(BackupError::file(&at, "read"))?;
        files.push(Listed { path: path.clone(), bytes, sha256: hashed.digest() });
    }
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        created_at_ms: clock.now_ms(),
        has_secrets: with_secrets,
        files,
    };
    // Most of it is packed already; the rest is worth no more time.
    let mut archive = Builder::new(GzEncoder::new(BufWriter::new(out), Compression::fast()));
    let json = serde_json::to_vec(&manifest).map_err(|error| BackupError::Output(error.into()))?;
    append(&mut archive, MANIFEST, u64::try_from(json.len()).unwrap_or(u64::MAX), json.as_slice())?;
    for listed in &manifest.files {
        add(&mut archive, listed, &picture.path(&listed.path))?;
    }
    let ended = archive.into_inner().and_then(GzEncoder::finish);
    ended.and_then(|mut out| out.flush()).map_err(BackupError::Output)?;
    let (files, bytes) = (manifest.files.len(), manifest.bytes());
    Ok(BackedUp { files, bytes, has_secrets: with_secrets, left_out: picture.left_out.clone() })
}

fn add(archive: &mut Builder<impl Write>, listed: &Listed, at: &Path) -> Result<(), BackupError> {
    let file = File::open(at).map_err(BackupError::file(at, "read"))?;
    let mut reader = Hashing { from: file.take(listed.bytes), hash: Hashed::new(io::sink()) };
    append(archive, &listed.path, listed.bytes, &mut reader)?;
    // Whatever it is by now, it is not what the list says.
    if reader.from.limit() > 0 || reader.hash.digest() != listed.sha256 {
        return Err(BackupError::Changed(listed.path.clone()));
    }
    Ok(())
}

fn append(archive: &mut Builder<impl Write>, name: &str, bytes: u64, from: impl Read) -> Result<(), BackupError> {
    let mut header = Header::new_ustar();
    header.set_path(name).map_err(BackupError::Output)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(bytes);
    header.set_cksum();
    archive.append(&header, from).map_err(BackupError::Output)
}

/// Passes on what is written and takes its checksum.
pub(super) struct Hashed<W> {
    into: W,
    hash: Sha256,
}

impl<W> Hashed<W> {
    pub fn new(into: W) -> Self {
        Self { into, hash: Sha256::new() }
    }

    /// In lower-case hexadecimal digits.
    pub fn digest(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

struct Hashing<R> {
    from: R,
    hash: Hashed<io::Sink>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.hash.write_all(buffer.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

//! Reading a backup, which may be damaged or made to do harm.

use super::{
    BackupError, MANIFEST,
    manifest::{LONGEST, Listed, Manifest},
    write::Hashed,
};
use flate2::read::GzDecoder;
use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};
use tar::{Archive, Entry, EntryType};

/// What may follow the last entry: tar fills its last record with zeros.
const LONGEST_END: u64 = 64 * 1024;

/// Writes every file of a backup below `into`, which is empty and nobody else's.
///
/// No entry decides where it goes or how long it is: the list at the beginning does, which is checked first, and what does
/// not follow it to the letter ends the reading. Fails with `NotABackup`, `NewerFormat`, or `NoRoom` before anything is
/// written.
pub(super) fn unpack(archive: impl Read, into: &Path) -> Result<Manifest, BackupError> {
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(archive)));
    // Raw: an extension of the format, such as a name of many gigabytes, is an entry like another, and refused.
    let mut entries = archive.entries().map_err(BackupError::damaged)?.raw(true);
    let mut next = || match entries.next() {
        Some(entry) => entry.map(Some).map_err(BackupError::damaged),
        None => Ok(None),
    };
    let manifest = match next()? {
        Some(first) => read_manifest(first)?,
        None => return Err(BackupError::damaged("it is empty")),
    };
    check_room(into, manifest.bytes())?;
    for listed in &manifest.files {
        let Some(entry) = next()? else {
            return Err(BackupError::damaged(format!("it ends before {}", listed.path)));
        };
        write(entry, listed, into)?;
    }
    if let Some(entry) = next()? {
        return Err(BackupError::damaged(format!("{} is not in its list", name_of(&entry))));
    }
    let mut rest = archive.into_inner().take(LONGEST_END + 1);
    // To the end, where the checksum of the whole is.
    let rest = io::copy(&mut rest, &mut io::sink()).map_err(BackupError::damaged)?;
    if rest > LONGEST_END {
        return Err(BackupError::damaged("something follows its end"));
    }
    Ok(manifest)
}

fn read_manifest(entry: Entry<'_, impl Read>) -> Result<Manifest, BackupError> {
    let is_it = entry.header().entry_type() == EntryType::Regular && name_of(&entry) == MANIFEST;
    if !is_it || entry.size() > LONGEST {
        return Err(BackupError::damaged(format!("it does not begin with {MANIFEST}")));
    }
    let mut json = Vec::new();
    entry.take(LONGEST).read_to_end(&mut json).map_err(BackupError::damaged)?;
    Manifest::parse(&json)
}

fn write(entry: Entry<'_, impl Read>, listed: &Listed, into: &Path) -> Result<(), BackupError> {
    let name = name_of(&entry);
    if name != listed.path || entry.header().entry_type() != EntryType::Regular || entry.size() != listed.bytes {
        return Err(BackupError::damaged(format!(
            "{name} is not the {} of {} bytes that is listed",
            listed.path, listed.bytes
        )));
    }
    let path = into.join(&listed.path);
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(BackupError::file(dir, "made"))?;
    }
    let failed = BackupError::file(&path, "written");
    let written = || -> io::Result<(u64, String)> {
        let mut out = Hashed::new(BufWriter::new(create_private(&path)?));
        let bytes = io::copy(&mut entry.take(listed.bytes), &mut out)?;
        out.flush()?;
        Ok((bytes, out.digest()))
    };
    match written() {
        Ok((bytes, digest)) if bytes == listed.bytes && digest == listed.sha256 => Ok(()),
        Ok(_) => Err(BackupError::damaged(format!("{} is not what was backed up", listed.path))),
        // Reading and writing fail with the same words; a truncated archive is by far the likelier.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
            ) =>
        {
            Err(BackupError::damaged(error))
        }
        Err(error) => Err(failed(error)),
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    File::create_new(path)
}

fn name_of(entry: &Entry<'_, impl Read>) -> String {
    String::from_utf8_lossy(&entry.path_bytes()).into_owned()
}

#[cfg(unix)]
fn check_room(place: &Path, needed: u64) -> Result<(), BackupError> {
    let room =
        rustix::fs::statvfs(place).map_err(|error| BackupError::file(place, "asked for its room")(error.into()))?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    if needed > free {
        return Err(BackupError::NoRoom { needed, free, place: place.into() });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_room(_place: &Path, _needed: u64) -> Result<(), BackupError> {
    Ok(())
}

//! Directories by handle: what is looked at and what is read are the same thing, whatever is moved meanwhile.
//!
//! A process of an agent may be alive while its project is saved or committed. Were files opened by their path, a
//! directory swapped for a link between the look and the opening would bring a file from elsewhere into the checkpoint
//! or the commit, where the agent reads it.

use crate::git::files::{EXECUTABLE, LINK, REGULAR};
use std::{
    fs::{File, Metadata},
    io,
};

/// What stands at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Link,
    Directory,
    /// A device, pipe or socket.
    Other,
}

/// What tells a file from its later self without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub kind: Kind,
    pub is_executable: bool,
    pub bytes: u64,
    inode: u64,
    device: u64,
    /// Seconds since 1970 and nanoseconds.
    modified: (i64, u32),
    /// Nobody but the kernel sets it, so an agent cannot make a changed file look unchanged. Zero where there is none.
    changed: (i64, u32),
}

/// The length of [`Stamp::bytes`].
pub(super) const STAMP_BYTES: usize = 52;

impl Stamp {
    /// The mode that git has for it.
    pub fn mode(&self) -> i32 {
        match self.kind {
            Kind::Link => LINK,
            _ if self.is_executable => EXECUTABLE,
            _ => REGULAR,
        }
    }

    /// All of it, to be written down and compared.
    pub fn bytes(&self) -> [u8; STAMP_BYTES] {
        let mut bytes = [0; STAMP_BYTES];
        bytes[..4].copy_from_slice(&self.mode().to_le_bytes());
        bytes[4..12].copy_from_slice(&self.bytes.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.inode.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.device.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.modified.0.to_le_bytes());
        bytes[36..40].copy_from_slice(&self.modified.1.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.changed.0.to_le_bytes());
        bytes[48..].copy_from_slice(&self.changed.1.to_le_bytes());
        bytes
    }

    /// Whether it says anything: without a time that only the kernel sets it does not.
    pub fn is_certain(&self) -> bool {
        self.changed != (0, 0)
    }

    /// Whether a later change could leave this very stamp, because the file changed no earlier than `since`, a time in
    /// seconds and nanoseconds.
    pub fn is_too_fresh(&self, since: (i64, u32)) -> bool {
        // File systems that count whole seconds, or two of them, show no fraction.
        let coarse = if self.changed.1 == 0 { 2 } else { 0 };
        (self.changed.0 + coarse, self.changed.1) >= since
    }
}

/// An open directory.
pub(super) struct Directory(imp::Handle);

impl Directory {
    /// Opens a directory by its path.
    pub fn open(path: &std::path::Path) -> io::Result<Self> {
        imp::open(path).map(Self)
    }

    /// Opens a directory in this one; a link is refused.
    pub fn child(&self, name: &[u8]) -> io::Result<Self> {
        imp::child(&self.0, name).map(Self)
    }

    /// Opens a directory in this one to go on from there; it need not be readable. A link is refused.
    pub fn way(&self, name: &[u8]) -> io::Result<Self> {
        imp::way(&self.0, name).map(Self)
    }

    /// All that the system tells of what stands at a name; of a link itself, not of what it leads to.
    pub fn metadata(&self, name: &[u8]) -> io::Result<Metadata> {
        imp::metadata(&self.0, name)
    }

    /// The names in it with what they seem to be.
    pub fn names(&self) -> io::Result<Vec<(Vec<u8>, Kind)>> {
        imp::names(&self.0)
    }

    /// What stands at a name; a link itself, not what it leads to.
    pub fn look(&self, name: &[u8]) -> io::Result<Stamp> {
        imp::look(&self.0, name)
    }

    /// Opens a file for reading; never waits for the other end of a pipe. Fails when it is a link or no file.
    pub fn file(&self, name: &[u8]) -> io::Result<File> {
        imp::file(&self.0, name)
    }

    /// The stamp of an open file.
    pub fn stamp(file: &File) -> io::Result<Stamp> {
        imp::stamp(file)
    }

    /// Waits until the names in it are on the disk.
    pub fn sync(&self) -> io::Result<()> {
        imp::sync(&self.0)
    }

    /// What a link says.
    pub fn target(&self, name: &[u8]) -> io::Result<Vec<u8>> {
        imp::target(&self.0, name)
    }
}

#[cfg(unix)]
mod imp {
    use super::{Kind, Stamp};
    use rustix::fs::{
        AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, fsync, open as open_path, openat, readlinkat, statat,
    };
    use std::{
        ffi::OsStr,
        fs::{File, Metadata},
        io,
        os::{fd::OwnedFd, unix::ffi::OsStrExt},
        path::Path,
    };

    pub type Handle = OwnedFd;

    const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

    pub fn open(path: &Path) -> io::Result<Handle> {
        Ok(open_path(path, DIRECTORY, Mode::empty())?)
    }

    pub fn child(at: &Handle, name: &[u8]) -> io::Result<Handle> {
        Ok(openat(at, OsStr::from_bytes(name), DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?)
    }

    #[cfg(target_os = "linux")]
    pub fn way(at: &Handle, name: &[u8]) -> io::Result<Handle> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(at, OsStr::from_bytes(name), flags, Mode::empty())?)
    }

    #[cfg(not(target_os = "linux"))]
    pub fn way(at: &Handle, name: &[u8]) -> io::Result<Handle> {
        child(at, name).map_err(|error| match error.raw_os_error() {
            // As Linux says it of a link.
            Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => io::ErrorKind::NotADirectory.into(),
            _ => error,
        })
    }

    #[cfg(target_os = "linux")]
    pub fn metadata(at: &Handle, name: &[u8]) -> io::Result<Metadata> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        File::from(openat(at, OsStr::from_bytes(name), flags, Mode::empty())?).metadata()
    }

    /// By the directory's own path: what is read is bound to the handle all the same, see [`file`].
    #[cfg(not(target_os = "linux"))]
    pub fn metadata(at: &Handle, name: &[u8]) -> io::Result<Metadata> {
        let here = rustix::fs::getpath(at)?;
        std::fs::symlink_metadata(Path::new(OsStr::from_bytes(here.as_bytes())).join(OsStr::from_bytes(name)))
    }

    pub fn names(at: &Handle) -> io::Result<Vec<(Vec<u8>, Kind)>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(at)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                let kind = match entry.file_type() {
                    FileType::Unknown => look(at, name)?.kind,
                    known => kind(known),
                };
                names.push((name.to_vec(), kind));
            }
        }
        Ok(names)
    }

    pub fn look(at: &Handle, name: &[u8]) -> io::Result<Stamp> {
        Ok(of(&statat(at, OsStr::from_bytes(name), AtFlags::SYMLINK_NOFOLLOW)?))
    }

    pub fn file(at: &Handle, name: &[u8]) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = File::from(openat(at, OsStr::from_bytes(name), flags, Mode::empty())?);
        match stamp(&file)?.kind {
            Kind::File => Ok(file),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file any more")),
        }
    }

    pub fn stamp(file: &File) -> io::Result<Stamp> {
        Ok(of(&fstat(file)?))
    }

    pub fn sync(at: &Handle) -> io::Result<()> {
        Ok(fsync(at)?)
    }

    pub fn target(at: &Handle, name: &[u8]) -> io::Result<Vec<u8>> {
        Ok(readlinkat(at, OsStr::from_bytes(name), Vec::new())?.into_bytes())
    }

    fn kind(found: FileType) -> Kind {
        match found {
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            FileType::Directory => Kind::Directory,
            _ => Kind::Other,
        }
    }

    #[allow(
        clippy::unnecessary_cast,
        clippy::useless_conversion,
        reason = "the widths of these fields differ between operating systems"
    )]
    fn of(stat: &Stat) -> Stamp {
        Stamp {
            kind: kind(FileType::from_raw_mode(stat.st_mode)),
            is_executable: stat.st_mode & 0o100 != 0,
            bytes: stat.st_size.cast_unsigned(),
            inode: stat.st_ino as u64,
            device: stat.st_dev as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u32),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as u32),
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use super::{Kind, Stamp};
    use std::{
        fs::{File, Metadata},
        io,
        path::{Path, PathBuf},
    };

    /// Paths only: no agent runs behind walls here, and a run without walls has to be asked for.
    pub type Handle = PathBuf;

    pub fn open(path: &Path) -> io::Result<Handle> {
        path.canonicalize()
    }

    pub fn child(at: &Handle, name: &[u8]) -> io::Result<Handle> {
        match look(at, name)?.kind {
            Kind::Directory => Ok(join(at, name)),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    pub fn way(at: &Handle, name: &[u8]) -> io::Result<Handle> {
        child(at, name)
    }

    pub fn metadata(at: &Handle, name: &[u8]) -> io::Result<Metadata> {
        std::fs::symlink_metadata(join(at, name))
    }

    pub fn names(at: &Handle) -> io::Result<Vec<(Vec<u8>, Kind)>> {
        let entry = |entry: io::Result<std::fs::DirEntry>| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned().into_bytes();
            Ok((name, of(&std::fs::symlink_metadata(entry.path())?).kind))
        };
        std::fs::read_dir(at)?.map(entry).collect()
    }

    pub fn look(at: &Handle, name: &[u8]) -> io::Result<Stamp> {
        Ok(of(&std::fs::symlink_metadata(join(at, name))?))
    }

    pub fn file(at: &Handle, name: &[u8]) -> io::Result<File> {
        match look(at, name)?.kind {
            Kind::File => File::open(join(at, name)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file any more")),
        }
    }

    pub fn stamp(file: &File) -> io::Result<Stamp> {
        Ok(of(&file.metadata()?))
    }

    /// A directory cannot be waited for here; its file system sees to it.
    pub fn sync(_: &Handle) -> io::Result<()> {
        Ok(())
    }

    pub fn target(at: &Handle, name: &[u8]) -> io::Result<Vec<u8>> {
        Ok(std::fs::read_link(join(at, name))?.to_string_lossy().replace('\\', "/").into_bytes())
    }

    fn join(at: &Path, name: &[u8]) -> PathBuf {
        at.join(String::from_utf8_lossy(name).as_ref())
    }

    fn of(meta: &Metadata) -> Stamp {
        let kind = match meta.file_type() {
            kind if kind.is_symlink() => Kind::Link,
            kind if kind.is_dir() => Kind::Directory,
            kind if kind.is_file() => Kind::File,
            _ => Kind::Other,
        };
        // Without a time that only the kernel sets, every file is read each time.
        Stamp { kind, is_executable: false, bytes: meta.len(), inode: 0, device: 0, modified: (0, 0), changed: (0, 0) }
    }
}

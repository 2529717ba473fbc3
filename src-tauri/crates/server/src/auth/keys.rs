//! The keys that sign sessions: made at the first start, kept in one file that only its owner reads, and renewed.

use super::hmac;
use harness_engine::redact;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How long a key signs before another one does.
const SIGNING_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long it is believed after that: longer than any access token lives.
const BELIEVED_MS: i64 = 3600 * 1000;
/// A token under a key that is not known makes the file be read again, at most so often: another process may have
/// renewed it.
const REREAD_MS: i64 = 1000;

/// The keys of one data directory. Every process that opens it has the same.
pub(super) struct Keys {
    /// None when the operator gave the secret: then that signs, and the file has the rest.
    file: Option<PathBuf>,
    ring: Mutex<Ring>,
}

struct Ring {
    kept: Kept,
    read_at_ms: i64,
}

/// What the file has.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    /// The newest first.
    signing: Vec<SigningKey>,
    /// What everything else is derived from; never renewed, since sessions would end.
    root: String,
}

/// A key that signs access tokens.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SigningKey {
    /// Its name, in the header of what it signs.
    pub kid: String,
    secret: String,
    since_ms: i64,
}

impl SigningKey {
    /// The key itself.
    pub fn bytes(&self) -> &[u8] {
        self.secret.as_bytes()
    }

    fn new(since_ms: i64) -> io::Result<Self> {
        Ok(Self { kid: random_hex(8)?, secret: random_hex(32)?, since_ms })
    }
}

impl Keys {
    /// Reads the keys in `home`, or makes them. With `given`, that signs instead, for as long as it is given.
    ///
    /// Fails when the file cannot be read or written; an unreadable one is not replaced.
    pub fn open(home: &Path, given: Option<&SecretString>, now_ms: i64) -> io::Result<Self> {
        let dir = home.join("keys");
        fs::create_dir_all(&dir)?;
        only_for_owner(&dir, 0o700)?;
        let file = dir.join("access.json");
        let mut kept = match read(&file)? {
            Some(kept) => kept,
            None => make(&file, now_ms)?,
        };
        if let Some(given) = given {
            let secret = hex(&hmac::tag(given.expose_secret().as_bytes(), b"access tokens of the harness"));
            let kid = format!("given-{}", &hex(&hmac::tag(secret.as_bytes(), b"its name"))[..16]);
            kept.signing = vec![SigningKey { kid, secret, since_ms: now_ms }];
        }
        keep_to_ourselves(&kept);
        let file = given.is_none().then_some(file);
        Ok(Self { file, ring: Mutex::new(Ring { kept, read_at_ms: now_ms }) })
    }

    /// The key that signs now: a fresh one when the last one is old.
    pub fn signing(&self, now_ms: i64) -> io::Result<SigningKey> {
        let mut ring = self.ring();
        let is_fresh = |kept: &Kept| kept.signing.first().is_some_and(|key| now_ms - key.since_ms < SIGNING_MS);
        if let Some(file) = self.file.as_ref().filter(|_| !is_fresh(&ring.kept)) {
            // Another process may have been faster.
            let mut kept = read(file)?.unwrap_or_else(|| ring.kept.clone());
            if !is_fresh(&kept) {
                kept.signing.insert(0, SigningKey::new(now_ms)?);
                kept.signing.truncate(3);
                kept.signing.retain(|key| now_ms - key.since_ms < SIGNING_MS + BELIEVED_MS);
                write(file, &kept)?;
            }
            keep_to_ourselves(&kept);
            *ring = Ring { kept, read_at_ms: now_ms };
        }
        let newest = ring.kept.signing.first().cloned();
        newest.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "there is no key to sign with"))
    }

    /// The key of that name, while what it signed is believed.
    pub fn known(&self, kid: &str, now_ms: i64) -> Option<SigningKey> {
        let mut ring = self.ring();
        if let Some(key) = find(&ring.kept, kid) {
            let is_believed = self.file.is_none() || now_ms - key.since_ms < SIGNING_MS + BELIEVED_MS;
            return is_believed.then_some(key);
        }
        let file = self.file.as_ref().filter(|_| now_ms - ring.read_at_ms >= REREAD_MS)?;
        // One that cannot be read just now is as good as one without that key.
        let kept = read(file).ok().flatten();
        ring.read_at_ms = now_ms;
        ring.kept = kept?;
        keep_to_ourselves(&ring.kept);
        find(&ring.kept, kid)
    }

    /// A key of its own for each purpose.
    pub fn of_purpose(&self, purpose: &str) -> [u8; 32] {
        hmac::tag(self.ring().kept.root.as_bytes(), purpose.as_bytes())
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Replaced as a whole, so a panic elsewhere cannot have left it half-changed.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(kept: &Kept, kid: &str) -> Option<SigningKey> {
    kept.signing.iter().find(|key| key.kid == kid).cloned()
}

fn keep_to_ourselves(kept: &Kept) {
    redact::keep_to_ourselves("session key", &kept.root);
    kept.signing.iter().for_each(|key| redact::keep_to_ourselves("session key", &key.secret));
}

fn read(file: &Path) -> io::Result<Option<Kept>> {
    match fs::read(file) {
        Ok(bytes) => {
            let kept: Kept = serde_json::from_slice(&bytes)?;
            let is_whole = !kept.signing.is_empty() && kept.root.len() == 64;
            let is_whole = is_whole && kept.signing.iter().all(|key| key.secret.len() == 64);
            // Fail closed: an empty key would sign for anybody.
            if !is_whole {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the keys in it are not whole; remove it to make others",
                ));
            }
            only_for_owner(file, 0o600)?;
            Ok(Some(kept))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first keys. Of two processes that make them at once, both go on with those of one.
fn make(file: &Path, now_ms: i64) -> io::Result<Kept> {
    let kept = Kept { signing: vec![SigningKey::new(now_ms)?], root: random_hex(32)? };
    let temporary = beside(file, &kept)?;
    let linked = fs::hard_link(&temporary, file);
    fs::remove_file(&temporary)?;
    match linked {
        Ok(()) => Ok(kept),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(file)?.ok_or(error),
        // A disk that knows no hard links.
        Err(_) => write(file, &kept).map(|()| kept),
    }
}

fn write(file: &Path, kept: &Kept) -> io::Result<()> {
    fs::rename(beside(file, kept)?, file)
}

/// The keys in a file of their own that nobody else could ever read.
fn beside(file: &Path, kept: &Kept) -> io::Result<PathBuf> {
    let temporary = file.with_extension(format!("{}.partial", random_hex(4)?));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(&temporary)?;
    open.write_all(&serde_json::to_vec(kept)?)?;
    open.sync_all()?;
    Ok(temporary)
}

#[cfg(unix)]
fn only_for_owner(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// The data directory lies in the person's profile, which Windows keeps from others.
#[cfg(not(unix))]
fn only_for_owner(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// Fresh random bytes in hexadecimal, twice as many characters.
pub(super) fn random_hex(bytes: usize) -> io::Result<String> {
    let mut random = vec![0; bytes];
    let filled = SystemRandom::new().fill(&mut random);
    filled.map_err(|_| io::Error::other("the operating system gives no random numbers"))?;
    Ok(hex(&random))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    #[test]
    fn keys_are_made_once_kept_from_others_and_renewed_in_time() {
        let home = tempfile::tempdir().expect("a directory");
        let keys = Keys::open(home.path(), None, 0).expect("keys");
        let first = keys.signing(0).expect("a key");
        let file = home.path().join("keys/access.json");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        let again = Keys::open(home.path(), None, 1).expect("keys");
        assert_eq!(again.signing(1).expect("a key").kid, first.kid, "sessions outlive a restart");
        let second = keys.signing(30 * DAY + 1).expect("a key");
        assert_ne!(second.kid, first.kid, "a month is enough");
        assert!(keys.known(&first.kid, 30 * DAY + 2).is_some(), "what the old one signed a moment ago is believed");
        assert!(keys.known(&first.kid, 31 * DAY).is_none(), "and not for long");
        assert!(again.known(&second.kid, 31 * DAY).is_some(), "another process finds the new one");
        assert_eq!(keys.of_purpose("a"), again.of_purpose("a"), "what devices hold stays the same");
        assert_ne!(keys.of_purpose("a"), keys.of_purpose("b"));
    }

    #[test]
    fn an_empty_or_broken_file_is_refused_and_not_replaced() {
        let home = tempfile::tempdir().expect("a directory");
        drop(Keys::open(home.path(), None, 0).expect("keys"));
        let file = home.path().join("keys/access.json");
        for broken in ["", "{}", r#"{"signing":[{"kid":"a","secret":"","since_ms":0}],"root":""}"#] {
            fs::write(&file, broken).expect("written");
            assert!(Keys::open(home.path(), None, 0).is_err(), "{broken:?} signs for nobody");
            assert_eq!(fs::read_to_string(&file).expect("a file"), broken, "what is there is somebody's");
        }
    }

    #[test]
    fn a_given_secret_signs_as_long_as_it_is_given() {
        let home = tempfile::tempdir().expect("a directory");
        let own = Keys::open(home.path(), None, 0).expect("keys").signing(0).expect("a key");
        let secret = SecretString::from("0123456789abcdef0123456789abcdef");
        let given = Keys::open(home.path(), Some(&secret), 0).expect("keys");
        let key = given.signing(99 * DAY).expect("a key");
        assert!(key.kid.starts_with("given-") && given.known(&own.kid, 5000).is_none(), "and no other one does");
        assert_eq!(key.bytes().len(), 64, "whatever its length was");
    }
}

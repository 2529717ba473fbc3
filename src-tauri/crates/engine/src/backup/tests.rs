//! A backup holds everything that lasts, a restore believes nothing, and what was there is never lost.

use super::{
    BackupError, create,
    manifest::{Listed, Manifest},
    restore,
};
use crate::{
    App,
    clock::FixedClock,
    git::{self, Prepare, Uncommitted},
    home::Home,
    instance::Instance,
    verify::LOCK_WAIT,
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use harness_domain::{
    checkpoint::CheckpointKind,
    feature::{Actor, NewFeature},
    id::RunId,
    split::Draft,
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

const NOW_MS: i64 = 1_767_323_045_000;

/// A data directory, and a place beside it.
struct Place {
    dir: TempDir,
    clock: Arc<FixedClock>,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory"), clock: Arc::new(FixedClock::at(NOW_MS)) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn app(&self, name: &str) -> App {
        App::open(Home::at(self.path(name)).expect("a data directory"), self.clock.clone()).expect("an application")
    }

    fn home(&self, name: &str) -> Home {
        Home::at(self.path(name)).expect("a data directory")
    }

    /// A data directory with a project of one card and one checkpoint, a policy, a key and what is no part of a backup.
    fn furnished(&self) -> App {
        let app = self.app("data");
        let dir = self.path("todo");
        fs::create_dir(&dir).expect("a project");
        fs::write(dir.join("README.md"), "A project.\n").expect("a file");
        let how = Prepare {
            run: RunId(1),
            uncommitted: Uncommitted::Include,
            keep: &[],
            max_file_bytes: git::MAX_FILE_BYTES,
            lock_wait: LOCK_WAIT,
            at_ms: NOW_MS,
        };
        git::prepare(&dir, &how).expect("a repository");
        let project = app.open_directory(&dir).expect("a project");
        let cause = project.cause(Actor::Person, None, "a test");
        project.store.feature_create(vec![card("Login")], &cause).expect("a card");
        let new = crate::checkpoint::New {
            name: "first".into(),
            kind: CheckpointKind::Manual,
            feature: None,
            run: None,
            is_pinned: false,
        };
        crate::checkpoint::create(&project, new).expect("a checkpoint");
        fs::write(app.home.policy(), "deny: [terraform]\n").expect("a policy");
        fs::write(project.private_home().join("cache"), "made again").expect("a file");
        fs::create_dir(app.home.root().join("keys")).expect("a directory");
        fs::write(app.home.root().join("keys/signing"), "secret").expect("a key");
        app
    }

    fn backup(&self, home: &Home, with_secrets: bool) -> Vec<u8> {
        let mut archive = Vec::new();
        create(home, self.clock.as_ref(), with_secrets, &mut archive).expect("a backup");
        archive
    }

    fn restore(&self, name: &str, archive: &[u8]) -> Result<super::Restored, BackupError> {
        restore(&self.home(name), self.clock.as_ref(), false, archive)
    }
}

fn card(name: &str) -> Draft {
    Draft { feature: NewFeature::named(name), depends_on_index: Vec::new() }
}

fn names(archive: &[u8]) -> BTreeSet<String> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let entries = archive.entries().expect("entries");
    entries.map(|entry| entry.expect("an entry").path().expect("a path").display().to_string()).collect()
}

fn list_of(files: &[(&str, &[u8])]) -> Manifest {
    let listed = |(path, content): &(&str, &[u8])| Listed {
        path: (*path).into(),
        bytes: content.len() as u64,
        sha256: Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    Manifest {
        format: super::FORMAT,
        version: "0.1.0".into(),
        created_at_ms: NOW_MS,
        has_secrets: false,
        files: files.iter().map(listed).collect(),
    }
}

fn header(kind: EntryType, name: &[u8], bytes: u64) -> Header {
    let mut header = Header::new_ustar();
    // As an attacker writes it: the library would refuse.
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_mode(0o777);
    header.set_size(bytes);
    header.set_cksum();
    header
}

/// An archive with that manifest and these entries, whatever they are.
fn forged(manifest: &Manifest, entries: &[(EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let json = serde_json::to_vec(manifest).expect("JSON");
    archive.append(&header(EntryType::Regular, b"manifest.json", json.len() as u64), json.as_slice()).expect("it");
    for (kind, name, content) in entries {
        archive.append(&header(*kind, name.as_bytes(), content.len() as u64), *content).expect("an entry");
    }
    archive.into_inner().expect("an archive").finish().expect("an archive")
}

#[test]
fn everything_that_lasts_comes_back_in_another_place() {
    let place = Place::new();
    let app = place.furnished();
    let archive = place.backup(&app.home, false);
    let restored = place.restore("elsewhere", &archive).expect("it is restored");
    assert_eq!((restored.aside, restored.has_secrets), (None, false), "nothing was there, and no key came along");
    assert_eq!(restored.missing_projects, Vec::<PathBuf>::new(), "its directory is on this machine");
    let there = place.app("elsewhere");
    let project = there.open_named("todo").expect("the project is registered");
    let cards = project.store.features().expect("cards");
    assert_eq!(cards.iter().map(|card| card.name.as_str()).collect::<Vec<_>>(), ["Login"], "its cards are there");
    let checkpoint = crate::checkpoint::list(&project).expect("checkpoints").remove(0);
    fs::write(project.dir().join("README.md"), "ruined").expect("a file");
    let alone = Instance::take(&there.home, "a test", place.clock.as_ref()).expect("nobody else has it");
    crate::checkpoint::restore(&project, checkpoint.checkpoint.id, &alone).expect("its files are in the backup too");
    assert_eq!(fs::read_to_string(project.dir().join("README.md")).expect("a file"), "A project.\n", "as they were");
    assert_eq!(fs::read_to_string(there.home.policy()).expect("a policy"), "deny: [terraform]\n", "rules come along");
}

#[test]
fn keys_are_taken_only_when_asked_for_and_what_is_made_anew_never() {
    let place = Place::new();
    let app = place.furnished();
    let plain = names(&place.backup(&app.home, false));
    assert!(plain.contains("app.db") && plain.contains("policy.yaml"), "{plain:?}");
    let stray = |name: &&String| {
        ["keys/", "/home/", ".lock", "-wal", "-shm", ".backup-"].iter().any(|part| name.contains(part))
    };
    assert_eq!(plain.iter().find(stray), None, "none of these is to be kept");
    let full = names(&place.backup(&app.home, true));
    assert_eq!(full.difference(&plain).collect::<Vec<_>>(), ["keys/signing"], "the keys come on top");
    let left: Vec<_> =
        fs::read_dir(app.home.root()).expect("a directory").flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".backup-")), "no picture stays: {left:?}");
}

#[cfg(unix)]
#[test]
fn what_comes_out_of_a_backup_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let app = place.furnished();
    place.restore("elsewhere", &place.backup(&app.home, true)).expect("it is restored");
    let mode = |name: &str| fs::metadata(place.path(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("elsewhere"), mode("elsewhere/keys/signing"), mode("elsewhere/app.db")), (0o700, 0o600, 0o600));
}

#[test]
fn a_backup_that_is_made_while_cards_are_written_holds_whole_transactions() {
    let place = Place::new();
    let app = place.furnished();
    let project = app.open_named("todo").expect("the project");
    let archive = std::thread::scope(|scope| {
        let writing = project.clone();
        scope.spawn(move || {
            for number in 0..200 {
                let cause = writing.cause(Actor::Person, None, "a test");
                writing.store.feature_create(vec![card(&format!("Card {number}"))], &cause).expect("a card");
            }
        });
        place.backup(&app.home, false)
    });
    place.restore("elsewhere", &archive).expect("it is restored and sound");
    let cards = place.app("elsewhere").open_named("todo").expect("the project").store.features().expect("cards");
    assert!((1..=201).contains(&cards.len()), "as of some moment: {}", cards.len());
}

#[test]
fn nothing_is_replaced_unless_told_and_then_it_is_kept_aside() {
    let place = Place::new();
    let archive = place.backup(&place.furnished().home, false);
    let other = place.app("other");
    other.store.set_setting("mine", Some("true")).expect("a setting");
    drop(other);
    let refused = place.restore("other", &archive).expect_err("something is kept there");
    assert!(matches!(refused, BackupError::NotEmpty(_)), "{refused}");
    let restored = restore(&place.home("other"), place.clock.as_ref(), true, archive.as_slice()).expect("told");
    let aside = restored.aside.expect("it was kept");
    assert!(aside.to_string_lossy().ends_with("other.before-20260102-030405"), "under a name that says it: {aside:?}");
    let kept = App::open(Home::at(&aside).expect("a data directory"), place.clock.clone()).expect("it is whole");
    assert_eq!(kept.store.setting("mine").expect("a setting").as_deref(), Some("true"), "nothing of it is lost");
    assert_eq!(place.app("other").store.project_list().expect("projects").len(), 1, "and the backup is in its place");
    fs::create_dir(place.path("photos")).expect("a directory");
    fs::write(place.path("photos/cat.jpg"), "a cat").expect("a file");
    let refused = restore(&place.home("photos"), place.clock.as_ref(), true, archive.as_slice()).expect_err("not ours");
    assert!(matches!(refused, BackupError::NotOurs(_)), "what is no data directory is never moved: {refused}");
}

#[test]
fn a_directory_in_use_is_never_replaced() {
    let place = Place::new();
    let archive = place.backup(&place.furnished().home, false);
    let app = place.app("other");
    let told = || restore(&place.home("other"), place.clock.as_ref(), true, archive.as_slice());
    assert!(matches!(told(), Err(BackupError::InUse(_))), "an application has it open, though no run is under way");
    let home = app.home.clone();
    drop(app);
    let run = Instance::take(&home, "run", place.clock.as_ref()).expect("a run");
    let refused = told().expect_err("a run is under way").to_string();
    assert!(refused.contains("run"), "and the person is told of it: {refused}");
    drop(run);
    told().expect("nobody uses it any more");
}

#[test]
fn an_archive_that_was_made_to_do_harm_writes_nothing_anywhere() {
    let place = Place::new();
    let db: &[u8] = b"not a database";
    let plain = |path: &'static str| list_of(&[("app.db", db), (path, b"x")]);
    let good = (EntryType::Regular, "app.db", db);
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    for path in [
        "../escape",
        "/etc/escape",
        "a/../../escape",
        "./escape",
        "a//escape",
        "C:escape",
        "a\\..\\escape",
        "",
        "nul\0byte",
        "dot./escape",
        "line\nbreak",
        "manifest.json",
        "APP.DB",
        "app.db",
    ] {
        let entries = [good, (EntryType::Regular, path, b"x".as_slice())];
        cases.push((format!("listed as {path:?}"), forged(&plain(path), &entries)));
    }
    for (kind, name) in [
        (EntryType::Symlink, "a symbolic link"),
        (EntryType::Link, "a hard link"),
        (EntryType::Directory, "a directory"),
        (EntryType::Char, "a device"),
        (EntryType::Fifo, "a pipe"),
        (EntryType::GNULongName, "a long name"),
        (EntryType::XHeader, "an extension"),
        (EntryType::GNUSparse, "a sparse file"),
    ] {
        cases.push((name.into(), forged(&plain("x"), &[good, (kind, "x", b"x")])));
    }
    cases.extend([
        ("not in the list".into(), forged(&list_of(&[("app.db", db)]), &[good, (EntryType::Regular, "../x", b"x")])),
        ("in another order".into(), forged(&plain("x"), &[(EntryType::Regular, "x", b"x"), good])),
        ("missing".into(), forged(&plain("x"), &[good])),
        ("other content".into(), forged(&plain("x"), &[good, (EntryType::Regular, "x", b"y")])),
        ("longer than listed".into(), forged(&plain("x"), &[good, (EntryType::Regular, "x", b"xx")])),
        ("without the registry".into(), forged(&list_of(&[]), &[])),
        ("no database".into(), forged(&list_of(&[("app.db", db)]), &[good])),
        ("empty".into(), Vec::new()),
        ("no archive".into(), b"hello".repeat(1000)),
    ]);
    let mut huge = plain("x");
    huge.files[1].bytes = u64::MAX / 2;
    cases.push(("larger than any disk".into(), forged(&huge, &[good])));
    let whole = place.backup(&place.furnished().home, false);
    cases.push(("cut off".into(), whole[..whole.len() / 2].to_vec()));
    cases.push(("cut off at the very end".into(), whole[..whole.len() - 4].to_vec()));
    let before = below(place.dir.path());
    for (what, archive) in cases {
        let target = Home::look_at(place.path("target"));
        let error = restore(&target, place.clock.as_ref(), false, archive.as_slice());
        let error = error.err().unwrap_or_else(|| panic!("{what} is refused"));
        assert!(!error.to_string().is_empty(), "{what}: with words");
        let made: Vec<_> = below(place.dir.path()).difference(&before).cloned().collect();
        assert!(made.is_empty(), "{what}: nothing is left behind: {made:?}");
    }
}

#[test]
fn a_bomb_fills_neither_memory_nor_disk() {
    let place = Place::new();
    let bomb = |kind: EntryType, name: &[u8], bytes: u64, first: Option<&Manifest>| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        if let Some(manifest) = first {
            let json = serde_json::to_vec(manifest).expect("JSON");
            packed.write_all(header(EntryType::Regular, b"manifest.json", json.len() as u64).as_bytes()).expect("it");
            packed.write_all(&json).expect("it");
            packed.write_all(&vec![0; (512 - json.len() % 512) % 512]).expect("it");
        }
        packed.write_all(header(kind, name, bytes).as_bytes()).expect("it");
        io::copy(&mut io::Read::take(io::repeat(0), 2 << 20), &mut packed).expect("it");
        packed.finish().expect("a bomb")
    };
    let manifest = list_of(&[("app.db", b"x")]);
    for (what, archive) in [
        ("a manifest of a terabyte", bomb(EntryType::Regular, b"manifest.json", 1 << 40, None)),
        ("a name of a terabyte", bomb(EntryType::GNULongName, b"././@LongLink", 1 << 40, Some(&manifest))),
        ("a file that is longer than listed", bomb(EntryType::Regular, b"app.db", 1 << 40, Some(&manifest))),
    ] {
        let error = place.restore("target", &archive).expect_err(what);
        assert!(matches!(error, BackupError::NotABackup(_)), "{what}: {error}");
    }
    // Zeros without end after the end.
    let mut endless = GzEncoder::new(Vec::new(), Compression::fast());
    let whole = forged(&manifest, &[(EntryType::Regular, "app.db", b"x")]);
    io::copy(&mut GzDecoder::new(whole.as_slice()), &mut endless).expect("it");
    io::copy(&mut io::Read::take(io::repeat(0), 1 << 20), &mut endless).expect("it");
    let error = place.restore("target", &endless.finish().expect("it")).expect_err("endless");
    assert!(error.to_string().contains("follows its end"), "{error}");
}

#[test]
fn a_backup_of_a_newer_version_says_so() {
    let place = Place::new();
    let mut newer = list_of(&[("app.db", b"x")]);
    newer.format = 99;
    let error = place.restore("target", &forged(&newer, &[])).expect_err("it cannot be read");
    assert!(matches!(error, BackupError::NewerFormat { found: 99 }) && error.to_string().contains("update"), "{error}");
}

#[test]
fn where_nothing_was_kept_there_is_nothing_to_back_up_and_two_do_not_meet() {
    let place = Place::new();
    let nothing = create(&place.home("empty"), place.clock.as_ref(), false, io::sink()).expect_err("there is nothing");
    assert!(matches!(nothing, BackupError::NothingThere(_)), "{nothing}");
    let app = place.furnished();
    let first = super::collect::Picture::take(&app.home, false).expect("the first");
    let second = create(&app.home, place.clock.as_ref(), false, io::sink()).expect_err("one at a time");
    assert!(matches!(second, BackupError::BackupUnderWay(_)), "{second}");
    drop(first);
    // As a process leaves it that was killed.
    fs::create_dir(app.home.root().join(".backup-killed")).expect("a directory");
    place.backup(&app.home, false);
    assert!(!app.home.root().join(".backup-killed").exists(), "the next one sweeps");
}

fn below(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in fs::read_dir(dir).expect("a directory").flatten() {
            if entry.path().is_dir() {
                waiting.push(entry.path());
            }
            found.insert(entry.path());
        }
    }
    found
}

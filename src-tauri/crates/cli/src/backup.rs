//! `harness backup` and `harness restore`: the whole data directory as one file, and back.

use crate::{
    checkpoint::{count, waiting},
    features::time,
    print::{complain, say, say_json},
};
use anyhow::{Context, bail};
use clap::Args;
use harness_engine::{
    backup::{self, BackedUp, Restored},
    clock::SystemClock,
    home::Home,
};
use std::{
    fs::File,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write, or - for standard output
    #[arg(value_name = "FILE")]
    to: PathBuf,
    /// Put the server's signing and TLS keys in as well; whoever has the file can then sign in as anybody
    #[arg(long)]
    with_secrets: bool,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup, or - for standard input
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// Put it in the place of what is kept there now, which is moved aside and never deleted
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Makes a backup while everything goes on.
pub fn back_up(args: &BackupArgs) -> anyhow::Result<()> {
    let home = Home::look()?;
    let told = if args.to == Path::new("-") {
        if io::stdout().is_terminal() {
            bail!("a backup is nothing for a terminal: name a file, or send standard output somewhere");
        }
        waiting("backing up", || backup::create(&home, &SystemClock, args.with_secrets, io::stdout().lock()))?
    } else {
        into_file(&home, args)?
    };
    if args.json && args.to != Path::new("-") {
        return say_json(&told);
    }
    tell(&told, &args.to);
    Ok(())
}

/// The file appears whole or not at all, and only its owner reads it: it holds every transcript.
fn into_file(home: &Home, args: &BackupArgs) -> anyhow::Result<BackedUp> {
    let to = std::path::absolute(&args.to)?;
    let dir = to.parent().with_context(|| format!("{} is no file", to.display()))?;
    let real = dir.canonicalize().with_context(|| format!("{} is not there", dir.display()))?;
    if real.starts_with(home.root()) {
        bail!("{} lies in the data directory: the next backup would hold this one", to.display());
    }
    if to.is_dir() {
        bail!("{} is a directory: name a file in it", to.display());
    }
    if !args.force && to.symlink_metadata().is_ok() {
        bail!("{} exists: choose another name, or say --force to write over it", to.display());
    }
    let cannot = || format!("{} cannot be written", to.display());
    // Named so that it is recognised where a loss of power leaves it; its permissions are the owner's only.
    let partial = tempfile::Builder::new().prefix(".harness-backup-").tempfile_in(&real).with_context(cannot)?;
    let told = waiting("backing up", || backup::create(home, &SystemClock, args.with_secrets, partial.as_file()))?;
    partial.as_file().sync_all().with_context(cannot)?;
    match args.force {
        true => partial.persist(&to).map(drop),
        // Somebody may have made one meanwhile.
        false => partial.persist_noclobber(&to).map(drop),
    }
    .map_err(|error| error.error)
    .with_context(cannot)?;
    Ok(told)
}

fn tell(told: &BackedUp, to: &Path) {
    let line = format!("{}: {}, {} before packing.", to.display(), count(told.files, "file"), size(told.bytes));
    let keys = match told.has_secrets {
        true => "The server's keys are in it: keep it as you keep them.",
        false => "The server's keys are not in it (--with-secrets): after a restore everybody signs in anew.",
    };
    // Standard output may be the backup itself.
    let tell = if to == Path::new("-") { complain } else { say };
    tell(&line);
    tell(keys);
    tell("An API key in the keychain and the projects' own directories are never in it.");
    for path in &told.left_out {
        complain(&format!("left out: {path} is no ordinary file, or its name is too long"));
    }
}

/// Puts a backup in the place of the data directory.
pub fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let home = Home::look()?;
    let put = |archive: &mut dyn io::Read| backup::restore(&home, &SystemClock, args.force, archive);
    let restored = if args.from == Path::new("-") {
        waiting("restoring", || put(&mut io::stdin().lock()))?
    } else {
        let mut archive = File::open(&args.from).with_context(|| format!("{} cannot be read", args.from.display()))?;
        waiting("restoring", || put(&mut archive))?
    };
    if args.json {
        return say_json(&restored);
    }
    tell_restored(&restored);
    Ok(())
}

fn tell_restored(restored: &Restored) {
    say(&format!(
        "{} holds the backup of {} by version {}: {}.",
        restored.home.display(),
        time(restored.created_at_ms),
        restored.version,
        count(restored.files, "file")
    ));
    if let Some(aside) = &restored.aside {
        say(&format!("What was there before is in {}; remove it when you need it no more.", aside.display()));
    }
    for path in &restored.missing_projects {
        complain(&format!("{} is not on this machine: put the project there, or forget it", path.display()));
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
    }
}

//! The program that puts up a Landlock wall around itself and then becomes the command: this very program, started again.
//!
//! A wall of this kind is not a place that a process is put into; each process gives up its own rights, and what it
//! starts inherits that. Whatever cannot be given up ends the guard before the command has begun.

use super::filter::{Sockets, programs};
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, NetPort, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::thread::{CapabilitySet, CapabilitySets};
use std::{
    ffi::{OsStr, OsString},
    io::Write as _,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::Command,
};

/// The word that makes this program a guard.
pub(super) const WORD: &str = "guard";
/// The exit code of a guard that could not do what it was told; shells use it for a command that cannot be run.
const FAILED: i32 = 126;
/// The oldest Landlock that holds anything: before, files could be emptied that must not be written.
pub(super) const OLDEST: ABI = ABI::V3;
/// The newest rights over files that are given up where the kernel knows them.
const FILES: ABI = ABI::V5;

/// The oldest Landlock that judges connections.
pub(super) const PORTS: ABI = ABI::V4;
/// The oldest Landlock that keeps signals in.
pub(super) const SIGNALS: ABI = ABI::V6;

/// What one guard does before it becomes the command.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Orders {
    /// May be read and run.
    pub read: Vec<PathBuf>,
    /// May be changed.
    pub write: Vec<PathBuf>,
    /// Devices that may be written to.
    pub devices: Vec<PathBuf>,
    /// The ports that may be connected to; none leaves the network alone.
    pub connect: Option<Vec<u16>>,
    /// Behind another guard's wall: only files and other processes' memory are given up.
    pub is_inner: bool,
    /// Variables to set.
    pub set: Vec<(String, PathBuf)>,
    /// Variables to remove.
    pub unset: Vec<OsString>,
    /// Where the command starts.
    pub dir: Option<PathBuf>,
    /// The command; none to print which Landlock there is.
    pub command: Vec<OsString>,
}

impl Orders {
    /// The words that give these orders to a guard, after the program and [`WORD`].
    pub fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        let lists = [("--read", &self.read), ("--write", &self.write), ("--device", &self.devices)];
        for (flag, paths) in lists {
            words.extend(paths.iter().flat_map(|path| [flag.into(), path.into()]));
        }
        if let Some(ports) = &self.connect {
            words.push("--ports".into());
            words.extend(ports.iter().flat_map(|port| ["--connect".into(), port.to_string().into()]));
        }
        if self.is_inner {
            words.push("--inner".into());
        }
        for (name, path) in &self.set {
            words.extend(["--set".into(), name.into(), path.into()]);
        }
        words.extend(self.unset.iter().flat_map(|name| ["--unset".into(), name.clone()]));
        words.extend(self.dir.iter().flat_map(|dir| ["--dir".into(), dir.into()]));
        words.push("--".into());
        words.extend(self.command.iter().cloned());
        words
    }

    /// Reads what [`Orders::words`] wrote.
    fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut orders = Self::default();
        let mut words = words.into_iter();
        loop {
            let flag = words.next().ok_or("the command is missing")?;
            let mut value = || words.next().ok_or_else(|| format!("{} needs a value", flag.display()));
            match flag.to_str() {
                Some("--read") => orders.read.push(value()?.into()),
                Some("--write") => orders.write.push(value()?.into()),
                Some("--device") => orders.devices.push(value()?.into()),
                Some("--ports") => orders.connect = Some(Vec::new()),
                Some("--connect") => {
                    let port = value()?;
                    let port = port.to_str().and_then(|port| port.parse().ok()).ok_or("a port is a number")?;
                    orders.connect.get_or_insert_default().push(port);
                }
                Some("--inner") => orders.is_inner = true,
                Some("--set") => {
                    let name = value()?.into_string().map_err(|_| "a variable's name is text")?;
                    orders.set.push((name, value()?.into()));
                }
                Some("--unset") => orders.unset.push(value()?),
                Some("--dir") => orders.dir = Some(value()?.into()),
                Some("--") => break,
                _ => return Err(format!("{} is not known", flag.display())),
            }
        }
        orders.command = words.collect();
        Ok(orders)
    }

    /// Gives up everything but what is granted; says which Landlock did it.
    fn put_up(&self) -> Result<ABI, String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        if !self.is_inner {
            drop_privileges()?;
        }
        let mut rules = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(OLDEST))
            .map_err(|error| words(&error))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(FILES))
            .map_err(|error| words(&error))?;
        if self.connect.is_some() {
            rules = rules.handle_access(AccessNet::ConnectTcp).map_err(|error| words(&error))?;
        }
        if !self.is_inner {
            rules = rules.scope(Scope::from_all(SIGNALS)).map_err(|error| words(&error))?;
        }
        let device = AccessFs::ReadFile | AccessFs::WriteFile;
        let mut rules = rules
            .create()
            .and_then(|rules| rules.add_rules(path_beneath_rules(&self.read, AccessFs::from_read(FILES))))
            .and_then(|rules| rules.add_rules(path_beneath_rules(&self.write, AccessFs::from_all(FILES))))
            .and_then(|rules| rules.add_rules(path_beneath_rules(&self.devices, device)))
            .map_err(|error| words(&error))?;
        for port in self.connect.iter().flatten() {
            rules = rules.add_rule(NetPort::new(*port, AccessNet::ConnectTcp)).map_err(|error| words(&error))?;
        }
        let status = rules.restrict_self().map_err(|error| words(&error))?;
        let LandlockStatus::Available { effective_abi, .. } = status.landlock else {
            return Err("this kernel has no Landlock".into());
        };
        if status.ruleset == RulesetStatus::NotEnforced || !status.no_new_privs {
            return Err("the kernel did not take the rules".into());
        }
        if self.connect.is_some() && effective_abi < PORTS {
            return Err("this kernel's Landlock knows nothing of ports".into());
        }
        if !self.is_inner {
            let sockets = if self.connect.is_some() { Sockets::Tcp } else { Sockets::Internet };
            for program in programs(sockets)? {
                seccompiler::apply_filter(&program).map_err(|error| words(&error))?;
            }
        }
        Ok(effective_abi)
    }
}

/// Root without its powers: they would come back with the next program unless they are out of bounds for good.
fn drop_privileges() -> Result<(), String> {
    let words = |error: rustix::io::Errno| format!("root's powers could not be given up: {error}");
    let own = rustix::thread::capabilities(None).map_err(words)?;
    if own.effective.contains(CapabilitySet::SETPCAP) {
        for bit in 0..u64::BITS {
            let one = CapabilitySet::from_bits_retain(1 << bit);
            // A number beyond the last power.
            let Ok(is_there) = rustix::thread::capability_is_in_bounding_set(one) else { break };
            if is_there {
                rustix::thread::remove_capability_from_bounding_set(one).map_err(words)?;
            }
        }
    }
    let nothing = CapabilitySet::empty();
    rustix::thread::set_capabilities(
        None,
        CapabilitySets { effective: nothing, permitted: nothing, inheritable: nothing },
    )
    .map_err(words)
}

/// Becomes a guard when the program's arguments ask for one; then this does not return.
pub(super) fn serve() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() != Some(OsStr::new(WORD)) {
        return;
    }
    let why = match Orders::parse(arguments) {
        Ok(orders) => match orders.put_up() {
            Ok(abi) => become_command(&orders, abi),
            Err(why) => why,
        },
        Err(why) => why,
    };
    let _ = writeln!(std::io::stderr(), "harness guard: the wall could not be put up: {why}");
    std::process::exit(FAILED);
}

/// Returns only with what went wrong.
fn become_command(orders: &Orders, abi: ABI) -> String {
    let [program, arguments @ ..] = orders.command.as_slice() else {
        let _ = writeln!(std::io::stdout(), "{abi}");
        std::process::exit(0);
    };
    #[expect(clippy::disallowed_methods, reason = "a guard starts nothing: it becomes the command")]
    let mut command = Command::new(program);
    command.args(arguments).envs(orders.set.iter().map(|(name, path)| (name, path)));
    for name in &orders.unset {
        command.env_remove(name);
    }
    if let Some(dir) = &orders.dir {
        command.current_dir(dir);
    }
    format!("{} could not be started: {}", program.display(), command.exec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_reads_the_orders_that_were_written_for_it() {
        let orders = Orders {
            read: vec!["/usr".into(), "/a b".into()],
            write: vec!["/project".into()],
            devices: vec!["/dev/null".into()],
            connect: Some(vec![3128]),
            is_inner: true,
            set: vec![("HOME".into(), "/home".into())],
            unset: vec!["KEY".into()],
            dir: Some("/project".into()),
            command: ["sh", "-c", "--read"].map(OsString::from).to_vec(),
        };
        assert_eq!(Orders::parse(orders.words()).as_ref(), Ok(&orders), "nothing is lost on the way");
        let closed = Orders { connect: Some(Vec::new()), ..Orders::default() };
        assert_eq!(Orders::parse(closed.words()), Ok(closed), "no port at all is not the whole network");
    }

    #[test]
    fn orders_that_are_not_understood_start_nothing() {
        for words in [&["--reed", "/"] as &[&str], &["--read"], &["--connect", "x", "--"], &["sh"], &[]] {
            let read = Orders::parse(words.iter().map(OsString::from));
            assert!(read.is_err(), "{words:?} would be a wall with a hole: {read:?}");
        }
    }
}

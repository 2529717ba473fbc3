//! What an agent may run: built-in hard blocks, then the organisation's file, then the project's.

mod append;
mod entry;
mod file;
mod judge;
mod layers;

pub use crate::command::{RULES, Rule};
pub use append::add_allow;
pub use entry::{Called, Entry};
pub use file::{MOST_ENTRIES, PolicyError, PolicyFile, Scope};
pub use judge::{Policy, Surroundings};
pub use layers::{Layers, Standing};

/// Commands that no file unblocks: they change who one is, what the machine is made of, or whether it runs.
pub const HARD_BLOCKS: [&str; 46] = [
    "chroot",
    "crontab",
    "cryptsetup",
    "depmod",
    "doas",
    "fdisk",
    "halt",
    "init",
    "insmod",
    "ip6tables",
    "iptables",
    "kexec",
    "launchctl",
    "losetup",
    "mkfs",
    "mkswap",
    "modprobe",
    "mount",
    "nft",
    "nsenter",
    "parted",
    "passwd",
    "pkexec",
    "pivot_root",
    "poweroff",
    "reboot",
    "rmmod",
    "runuser",
    "setpriv",
    "sfdisk",
    "service",
    "shutdown",
    "su",
    "sudo",
    "sudoedit",
    "swapoff",
    "swapon",
    "sysctl",
    "systemctl",
    "telinit",
    "ufw",
    "umount",
    "useradd",
    "userdel",
    "usermod",
    "visudo",
];

/// Whether no file can unblock this command.
pub(crate) fn is_hard_blocked(name: &str) -> bool {
    HARD_BLOCKS.contains(&name)
}

//! The system calls that nothing behind a Landlock wall may make: what Landlock itself does not know of.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    sock_filter,
};
use std::collections::BTreeMap;

/// What may be reached over the network behind the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sockets {
    /// TCP only, which Landlock judges by its port.
    Tcp,
    /// Whatever the internet protocols offer.
    Internet,
}

/// Calls that reach into other processes, change mounts or namespaces, or speak to parts of the kernel that no build or
/// test needs. `io_uring` makes calls that no filter sees.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_open_by_handle_at,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
];

/// Every flag of `clone` that asks for a namespace.
const NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32 as u64;

/// Terminal requests that put letters into the terminal as if its person had typed them.
const TYPING: [u64; 2] = [0x5412, 0x541C]; // TIOCSTI, TIOCLINUX

/// The programs to load, one after the other. Fails in words on a processor that the filter does not know.
pub(super) fn programs(sockets: Sockets) -> Result<Vec<BpfProgram>, String> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let each = NAMESPACES;
    let namespaces = (0..64).map(|bit| 1_u64 << bit).filter(|flag| each & flag != 0);
    let asks = namespaces.map(|flag| rule(&[(0, SeccompCmpOp::MaskedEq(flag), flag)])).collect::<Result<_, _>>()?;
    refused.insert(libc::SYS_clone, asks);
    let typing = TYPING.iter().map(|request| rule(&[(1, SeccompCmpOp::Eq, *request)])).collect::<Result<_, _>>()?;
    refused.insert(libc::SYS_ioctl, typing);
    refused.insert(libc::SYS_socket, socket_rules(sockets)?);
    if sockets == Sockets::Tcp {
        // Connects without the call that Landlock judges.
        let fast_open = libc::MSG_FASTOPEN as u64;
        for (call, argument) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
            refused.insert(call, vec![rule(&[(argument, SeccompCmpOp::MaskedEq(fast_open), fast_open)])?]);
        }
    }
    // Its flags lie in memory, where no filter can look; told that it does not exist, every libc takes `clone` instead.
    let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let mut programs = vec![compiled(refused, libc::EPERM)?, compiled(unknown, libc::ENOSYS)?];
    if cfg!(target_arch = "x86_64") {
        programs.push(without_x32());
    }
    Ok(programs)
}

/// Which sockets are refused. Those with a file or a name belong to services that would act for whoever asks (Docker,
/// D-Bus, displays), and before Linux 7 Landlock lets everybody connect to them.
fn socket_rules(sockets: Sockets) -> Result<Vec<SeccompRule>, String> {
    let [inet, inet6, netlink] = [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK].map(|family| family as u64);
    let other = SeccompCmpOp::Ne;
    let mut rules = vec![
        rule(&[(0, other.clone(), inet), (0, other.clone(), inet6), (0, other.clone(), netlink)])?,
        // The list of interfaces only.
        rule(&[(0, SeccompCmpOp::Eq, netlink), (2, other.clone(), libc::NETLINK_ROUTE as u64)])?,
    ];
    if sockets == Sockets::Internet {
        return Ok(rules);
    }
    for family in [inet, inet6] {
        let is_family = (0, SeccompCmpOp::Eq, family);
        for kind in (0..16).filter(|kind| *kind != libc::SOCK_STREAM as u64) {
            rules.push(rule(&[is_family.clone(), (1, SeccompCmpOp::MaskedEq(0xf), kind)])?);
        }
        // Other protocols that come as streams (MPTCP, SCTP, SMC) are not TCP to Landlock.
        let tcp = libc::IPPROTO_TCP as u64;
        rules.push(rule(&[is_family, (2, other.clone(), 0), (2, other.clone(), tcp)])?);
    }
    Ok(rules)
}

fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule, String> {
    let conditions = conditions.iter().map(|(argument, is, value)| {
        SeccompCondition::new(*argument, Dword, is.clone(), *value).map_err(|error| error.to_string())
    });
    SeccompRule::new(conditions.collect::<Result<_, _>>()?).map_err(|error| error.to_string())
}

fn compiled(rules: BTreeMap<i64, Vec<SeccompRule>>, answer: i32) -> Result<BpfProgram, String> {
    let machine = std::env::consts::ARCH.try_into().map_err(|error: seccompiler::BackendError| error.to_string())?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(answer as u32), machine);
    filter.and_then(BpfProgram::try_from).map_err(|error| error.to_string())
}

/// Refuses every call of the x32 kind, whose numbers no other rule knows.
fn without_x32() -> BpfProgram {
    const FIRST: u32 = 0x4000_0000;
    let word = |code: u32, jt: u8, jf: u8, k: u32| sock_filter { code: code as u16, jt, jf, k };
    vec![
        word(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0), // the call's number
        word(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, FIRST),
        word(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        word(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_can_be_made_on_this_machine_for_both_kinds_of_network() {
        for sockets in [Sockets::Tcp, Sockets::Internet] {
            let programs = programs(sockets).expect("this processor is known");
            assert!(programs.iter().all(|program| !program.is_empty()), "an empty one filters nothing");
        }
    }
}

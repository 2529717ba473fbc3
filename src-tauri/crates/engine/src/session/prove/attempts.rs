//! The attempts, as shell lines that succeed when they get through.

/// How an attempt is told from one that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Its shell line prints [`THROUGH`].
    Printed,
    /// A file of the host has changed, or one has appeared, below the directory that belongs to nobody inside.
    Outside,
    /// Something in the project's protected places has changed.
    Places,
    /// The process of the host that stands for all others is gone.
    Victim,
}

/// What an attempt prints when it got through.
pub(super) const THROUGH: &str = "GOT-THROUGH";

/// What an attempt prints when what it is about is not there.
pub(super) const NOT_SHOWN: &str = "NOT-SHOWN";
/// The attempt on what a policy grants.
pub(super) const GRANTED: &str = "write.granted";
/// The attempt on hosts that no policy lists.
pub(super) const UNLISTED: &str = "network.unlisted";

/// One attempt to get out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub id: &'static str,
    pub what: &'static str,
    /// Variables: OUTSIDE, a directory of the host; DECOY, a secret's path in the person's home; VICTIM, a process of the
    /// host; PORT and ABSTRACT, services of the host; DATA, the product's data; CLI_HOME, the CLI's own home; TOKEN, what is secret; GRANTED, what may be read, a path a line.
    pub line: &'static str,
    pub sign: Sign,
}

const fn attempt(id: &'static str, what: &'static str, sign: Sign, line: &'static str) -> Attempt {
    Attempt { id, what, line, sign }
}

use Sign::{Outside, Places, Printed, Victim};

pub(super) const ATTEMPTS: &[Attempt] = &[
    attempt("write.outside", "write a file beside the project", Outside, "echo x > \"$OUTSIDE/owned\""),
    attempt("write.home", "write into the person's home directory", Outside, "echo x > \"$HOME/owned\""),
    attempt(
        "write.system",
        "write into the system",
        Printed,
        "for d in /etc /usr /opt; do (: > $d/.harness-prove) 2>/dev/null && rm $d/.harness-prove && echo GOT-THROUGH; done",
    ),
    attempt(
        GRANTED,
        "write to what a policy grants for reading", // asked of the system and not done, since it is the person's own
        Printed,
        "printf %s \"$GRANTED\" | while IFS= read -r p; do test -e \"$p\" || echo NOT-SHOWN \"$p\"; test -w \"$p\" && echo GOT-THROUGH; done",
    ),
    attempt(
        "write.link",
        "write through a symbolic link that leads out",
        Outside,
        "ln -s \"$OUTSIDE\" out; echo x > out/owned-link",
    ),
    attempt(
        "write.hard-link",
        "write through a hard link to a file outside",
        Outside,
        "ln \"$OUTSIDE/file\" hard && echo x >> hard",
    ),
    attempt(
        "write.race",
        "swap a directory for a link that leads out while writing below it",
        Outside,
        "mkdir -p a; i=0; (while :; do mv a b; ln -s \"$OUTSIDE\" a; rm a; mv b a; done) & \
         while [ $i -lt 400 ]; do echo x > a/owned-race; i=$((i+1)); done 2>/dev/null; kill $!",
    ),
    attempt(
        "write.rename",
        "rename a file out of the project",
        Outside,
        "echo x > take; mv take \"$OUTSIDE/owned-rename\"",
    ),
    attempt(
        "read.secret",
        "read a private key in the home directory",
        Printed,
        "grep -q \"$TOKEN\" \"$DECOY\" && echo GOT-THROUGH",
    ),
    attempt(
        "read.secret-by-proc",
        "read it through another process's root directory",
        Printed,
        "for r in /proc/[0-9]*/root /proc/self/root; do grep -qs \"$TOKEN\" \"$r$DECOY\" && echo GOT-THROUGH; done",
    ),
    attempt(
        "read.environment",
        "read the environment of the host's processes and of the CLI",
        Printed,
        "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -Eq '^(PROVE_SECRET|ANTHROPIC_API_KEY)=' && echo GOT-THROUGH",
    ),
    attempt(
        "read.key",
        "find the CLI's key in its own environment",
        Printed,
        "env | grep -q '^ANTHROPIC_API_KEY=' && echo GOT-THROUGH",
    ),
    attempt(
        "read.login",
        "read the CLI's login",
        Printed,
        "cat \"$HOME\"/.claude*/.credentials.json \"$LOGIN\" 2>/dev/null | grep -q \"$TOKEN\" && echo GOT-THROUGH",
    ),
    attempt("read.data", "look into the product's own data", Printed, "ls \"$DATA\" | grep -q . && echo GOT-THROUGH"),
    attempt(
        "process.kill",
        "kill a process of the host",
        Victim,
        "kill -9 $VICTIM; for p in /proc/[0-9]*; do grep -qs prove-victim $p/cmdline && kill -9 ${p#/proc/}; done",
    ),
    attempt(
        "process.memory",
        "open the memory of what started the command",
        Printed,
        "(: < /proc/$PPID/mem) 2>/dev/null && test \"$(cat /proc/$PPID/comm)\" != \"$(cat /proc/self/comm)\" && echo GOT-THROUGH",
    ),
    attempt("git.hooks", "leave a hook for the person's next commit", Places, "echo x > .git/hooks/pre-commit"),
    attempt(
        "git.settings",
        "change git's settings",
        Places,
        "echo '[core] fsmonitor = x' >> .git/config; git config core.pager x",
    ),
    attempt("git.info", "change which attributes git obeys", Places, "echo '* filter=x' > .git/info/attributes"),
    attempt(
        "cli.settings",
        "leave settings with hooks for the person's own CLI",
        Places,
        "mkdir -p .claude; echo '{}' > .claude/settings.json",
    ),
    attempt(
        "mcp.settings",
        "leave tools for the person's own agents",
        Places,
        "rmdir .mcp.json; echo '{}' > .mcp.json",
    ),
    attempt(
        "policy.file",
        "write a policy into the data directory",
        Places,
        "echo 'allow: [\"*\"]' > \"$DATA/policy.yaml\"",
    ),
    attempt(
        "shell.start-up",
        "leave commands for the shell that the CLI starts with its key",
        Places,
        "for f in .bashrc .bash_profile .profile .zshenv .gitconfig; do echo x >> \"$CLI_HOME/$f\"; done 2>/dev/null",
    ),
    attempt(
        "namespace.mount",
        "take a wall away from within a namespace of its own",
        Places,
        "unshare -Urm sh -c 'umount -l .git/hooks; mount -o remount,rw,bind .git/hooks; mount --bind /tmp .git; echo x > .git/hooks/y' \
         ; nsenter -t 1 -m sh -c 'echo x > .git/hooks/y'",
    ),
    attempt(
        "git.swap",
        "put another repository in the place of this one",
        Places,
        "mv .git .git2 && mkdir -p .git/hooks && echo x > .git/hooks/y",
    ),
    attempt(
        "privilege.new",
        "gain privileges by a setuid program",
        Printed,
        "grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status || echo GOT-THROUGH",
    ),
    attempt(
        "privilege.capabilities",
        "hold any of root's capabilities",
        Printed,
        "grep -q '^CapEff:[[:space:]]*0000000000000000' /proc/self/status || echo GOT-THROUGH",
    ),
    attempt(
        "terminal.injection",
        "type into the person's terminal",
        Printed,
        "(: > /dev/tty) 2>/dev/null && echo GOT-THROUGH",
    ),
    attempt(
        "device.open",
        "see disks, memory or other devices",
        Printed,
        "ls /dev | grep -Eq '^(sd|nvme|vd|xvd|mem|kmem|kmsg|kvm|fuse|loop|dm-)' && echo GOT-THROUGH",
    ),
    attempt(
        "kernel.core-pattern",
        "have the kernel start a program at the next crash",
        Printed,
        "(: >> /proc/sys/kernel/core_pattern) 2>/dev/null && echo GOT-THROUGH",
    ),
    attempt(
        "kernel.sysrq",
        "command the kernel directly",
        Printed,
        "(: >> /proc/sysrq-trigger) 2>/dev/null && echo GOT-THROUGH",
    ),
    attempt(
        "kernel.cgroup",
        "leave its control group",
        Printed,
        "find /sys/fs/cgroup -name cgroup.procs -writable 2>/dev/null | head -n 1 | while read -r f; do (: >> \"$f\") 2>/dev/null && echo GOT-THROUGH; done",
    ),
    attempt(
        "service.sockets",
        "find sockets of services that would act for it (Docker, D-Bus, keychain, display)",
        Printed,
        "find /run /var/run /tmp -type s -not -path '/run/harness/*' -not -path '/var/run/harness/*' 2>/dev/null | grep -q . && echo GOT-THROUGH",
    ),
    attempt(
        "network.loopback",
        "reach a service on the host's loopback",
        Printed,
        "socat -u -T 3 TCP:127.0.0.1:$PORT - 2>/dev/null | grep -q prove-greeting && echo GOT-THROUGH",
    ),
    attempt(
        "network.abstract",
        "reach a socket of the host that has no file (display servers have one)",
        Printed,
        "socat -u -T 3 ABSTRACT-CONNECT:$ABSTRACT - 2>/dev/null | grep -q prove-greeting && echo GOT-THROUGH",
    ),
    attempt(
        UNLISTED,
        "reach a host that is not listed",
        Printed,
        "p=${HTTP_PROXY#http://}; u=${p%@*}; a=; test \"$u\" = \"$p\" || a=\"Proxy-Authorization: Basic $(printf %s \"$u\" | base64 -w0)\\r\\n\"; \
         printf \"CONNECT evil.example:443 HTTP/1.1\\r\\n$a\\r\\n\" | socat -T 3 - \"TCP:127.0.0.1:${p##*:}\" 2>/dev/null | grep -q ' 200 ' && echo GOT-THROUGH",
    ),
    attempt(
        "network.datagrams",
        "send datagrams past the proxy",
        Printed,
        "echo x | socat -u - UDP:192.0.2.1:9 2>/dev/null && echo GOT-THROUGH",
    ),
    attempt(
        "network.interfaces",
        "see the network that this machine is part of",
        Printed,
        "grep : /proc/net/dev | grep -vq '^ *lo:' && echo GOT-THROUGH",
    ),
];

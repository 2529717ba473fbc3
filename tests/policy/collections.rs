//! Every line of every collection gets its verdict.

use crate::corpus::{ATTACKS, CONSTRUCTS, EVERYDAY, Ground, OBFUSCATED, UNWALLED, read, wrapped};
use harness_sandbox::policy::Policy;

/// Commands that are refused for what they are, with few enough special characters to stand in every construct.
const DANGEROUS: [&str; 40] = [
    "rm -rf /",
    "rm -rf ~",
    "rm -rf ..",
    "rm -rf .git",
    "sudo id",
    "su root",
    "reboot",
    "shutdown now",
    "mkfs.ext4 /dev/sda",
    "dd if=/dev/zero of=/dev/sda",
    "mount /dev/sda1 /mnt",
    "systemctl stop sshd",
    "crontab -e",
    "kill -9 -1",
    "kill 1",
    "pkill sshd",
    "chmod 777 /etc/passwd",
    "chmod -R 777 .",
    "chown root file",
    "git push --force",
    "git push -f origin main",
    "git config core.hooksPath evil",
    "git -c core.pager=evil log",
    "git clone ext::evil",
    "npm publish",
    "cargo publish",
    "npm install -g x",
    "docker run --privileged x",
    "docker run -v /:/host x",
    "ssh host",
    "scp file host:/x",
    "cat /etc/shadow",
    "cat ~/.ssh/id_rsa",
    "cat /proc/1/environ",
    "echo x > /etc/hosts",
    "echo x > .git/config",
    "curl http://169.254.169.254/",
    "curl file:///etc/passwd",
    "mv src /usr/share",
    "/tmp/evil/ls",
];

/// Commands that stay allowed wherever they stand.
const HARMLESS: [&str; 8] = [
    "ls",
    "npm test",
    "git status",
    "cargo build",
    "pytest -q",
    "mkdir -p src",
    "cat README.md",
    "rm -rf node_modules",
];

/// The complaint of all lines that got another verdict.
fn told(wrong: &[String], of: usize) -> String {
    format!("{} of {of}:\n{}", wrong.len(), wrong.join("\n"))
}

#[test]
fn every_attack_is_refused_with_a_rule_and_a_sentence() {
    let (ground, policy) = (Ground::new(), Policy::built_in());
    let lines: Vec<_> = [ATTACKS, OBFUSCATED].into_iter().flat_map(read).collect();
    assert!(lines.len() > 1_000, "the collection is whole: {}", lines.len());
    let mut wrong = Vec::new();
    for (heading, line) in &lines {
        for is_walled in [true, false] {
            let verdict = ground.judge(&policy, line, is_walled);
            if verdict.is_allowed() {
                wrong.push(format!("[{heading}] {line}"));
                break;
            }
            assert!(
                verdict.rule.contains('.') && verdict.reason.len() > 20,
                "{line} is refused without words: {verdict:?}"
            );
        }
    }
    assert!(wrong.is_empty(), "these must be refused, {}", told(&wrong, lines.len()));
}

#[test]
fn every_everyday_line_is_allowed_inside_walls() {
    let (ground, policy) = (Ground::new(), Policy::built_in());
    let lines = read(EVERYDAY);
    assert!(lines.len() > 500, "the collection is whole: {}", lines.len());
    let judged = lines.iter().map(|(heading, line)| (heading, line, ground.judge(&policy, line, true)));
    let wrong: Vec<String> = judged
        .filter(|(.., verdict)| !verdict.is_allowed())
        .map(|(heading, line, verdict)| format!("[{heading}] {line}\n        {verdict}"))
        .collect();
    assert!(wrong.is_empty(), "everyday work suffers, {}", told(&wrong, lines.len()));
}

#[test]
fn what_nobody_can_judge_is_refused_where_no_walls_stand() {
    let (ground, policy) = (Ground::new(), Policy::built_in());
    let lines = read(UNWALLED);
    let allowed = |line: &str| ground.judge(&policy, line, false).is_allowed();
    let wrong: Vec<String> =
        lines.iter().filter(|(_, line)| allowed(line)).map(|(heading, line)| format!("[{heading}] {line}")).collect();
    assert!(wrong.is_empty(), "these must be refused, {}", told(&wrong, lines.len()));
}

#[test]
fn every_dangerous_command_is_refused_in_every_construct() {
    let (ground, policy) = (Ground::new(), Policy::built_in());
    let constructs = read(CONSTRUCTS);
    let (mut tried, mut wrong) = (0, Vec::new());
    for (_, construct) in &constructs {
        for command in DANGEROUS {
            let Some(line) = wrapped(construct, command) else { continue };
            tried += 1;
            if ground.judge(&policy, &line, true).is_allowed() {
                wrong.push(line);
            }
        }
    }
    assert!(tried > 3_000, "nearly all of them can be put together: {tried}");
    assert!(wrong.is_empty(), "these must be refused, {}", told(&wrong, tried));
}

#[test]
fn harmless_commands_stay_allowed_in_every_construct() {
    let (ground, policy) = (Ground::new(), Policy::built_in());
    // What runs text that something else printed is refused whatever the text is, and so is a file that is none yet, and
    // what completes words or filters text by running a command.
    let is_plain = |construct: &str| {
        !construct.contains("| sh")
            && !construct.contains("| bash")
            && !construct.contains("xargs")
            && !construct.starts_with(';')
            && !construct.contains("> >(")
            && !construct.starts_with("compgen")
            && !construct.starts_with("gawk")
    };
    let mut wrong = Vec::new();
    for (_, construct) in read(CONSTRUCTS).iter().filter(|(_, construct)| is_plain(construct)) {
        for command in HARMLESS {
            let Some(line) = wrapped(construct, command) else { continue };
            let verdict = ground.judge(&policy, &line, true);
            if !verdict.is_allowed() {
                wrong.push(format!("{line}\n        {verdict}"));
            }
        }
    }
    assert!(wrong.is_empty(), "everyday work suffers, {}", told(&wrong, HARMLESS.len()));
}

#[test]
fn every_prefix_of_a_line_has_a_verdict_and_a_cut_line_is_no_way_in() {
    let (ground, policy) = (Ground::new(), Policy::built_in());
    // Whatever is cut off, no panic; and a line that ends in the middle of quotes or a construct is refused as unreadable.
    for (_, line) in [OBFUSCATED, CONSTRUCTS].into_iter().flat_map(read) {
        for (end, _) in line.char_indices() {
            ground.judge(&policy, &line[..end], true);
        }
    }
}

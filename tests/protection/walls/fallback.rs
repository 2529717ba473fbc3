//! Where bubblewrap cannot make walls, Landlock does: what it holds is held, what it cannot hold is told and put back.

use crate::stage::*;
use serde_json::Value;
use std::{fs, io::Write, net::TcpListener, os::unix::net::UnixListener, process::Command, thread};

/// Tries to get out in every way that these walls are said to hold.
const ATTACK: &str = r#"
import fs from 'node:fs';
import net from 'node:net';
import dgram from 'node:dgram';
import { execSync } from 'node:child_process';
const [allowed, forbidden, home, socket, host] = process.argv.slice(2);
const worked = [];
const attempt = (name, act) => { try { if (act() !== false) worked.push(name); } catch {} };
const holds = (path, what) => fs.readFileSync(path, 'latin1').includes(what);
attempt('a secret', () => holds(`${home}/.ssh/id_ed25519`, 's3cret'));
attempt('a list of the home', () => fs.readdirSync(home));
attempt('a file in the home', () => fs.writeFileSync(`${home}/owned`, 'x'));
attempt('a file beside the project', () => fs.writeFileSync('../owned', 'x'));
attempt('through a link', () => { fs.symlinkSync(home, 'out'); try { fs.writeFileSync('out/owned', 'x'); } finally { fs.unlinkSync('out'); } });
attempt('a hard link', () => fs.linkSync(`${home}/.ssh/id_ed25519`, 'hard'));
attempt('emptying a file', () => fs.truncateSync(`${home}/.ssh/id_ed25519`));
attempt('a file in /tmp', () => { fs.writeFileSync('/tmp/harness-owned', 'x'); fs.unlinkSync('/tmp/harness-owned'); });
for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
  attempt('a key', () => holds(`/proc/${pid}/environ`, 'ANTHROPIC_API_KEY='));
attempt('the host is killed', () => process.kill(+host, 0));
attempt('a namespace', () => execSync('unshare -Ur true', { stdio: 'ignore' }));
attempt('a mount', () => execSync('mount -t tmpfs none /mnt', { stdio: 'ignore' }));
attempt('a terminal', () => fs.openSync('/dev/tty', 'r+'));
const connect = (options) => new Promise((done) => {
  const client = net.connect(options, () => client.once('data', (bytes) => { client.destroy(); done(`${bytes}`); }));
  client.on('error', (error) => done(error.code));
  setTimeout(() => { client.destroy(); done('silence'); }, 5000).unref();
});
const datagram = () => new Promise((done) => {
  try {
    const from = dgram.createSocket('udp4');
    from.on('error', (error) => done(error.code));
    from.send('x', 9, '127.0.0.1', (error) => { from.close(); done(error ? error.code : 'sent'); });
  } catch (error) { done(error.code); }
});
fs.writeFileSync('report.json', JSON.stringify({
  worked,
  allowed: await connect({ port: +allowed, host: '127.0.0.1' }),
  forbidden: await connect({ port: +forbidden, host: '127.0.0.1' }),
  elsewhere: await connect({ port: 80, host: '192.0.2.1' }),
  socket: await connect({ path: socket }),
  datagram: await datagram(),
  temporary: process.env.TMPDIR === process.env.HOME + '/.tmp' && fs.mkdtempSync(process.env.TMPDIR + '/x-') !== '',
}));
"#;

fn greeting() -> u16 {
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = server.local_addr().expect("it has one").port();
    thread::spawn(move || server.incoming().flatten().for_each(|mut client| drop(client.write_all(b"at home"))));
    port
}

/// `command` behind walls by Landlock, though there may be stronger ones.
fn by_landlock(mut command: Command) -> Command {
    command.env("HARNESS_WALL", "landlock");
    command
}

fn sandbox(findings: &Value) -> String {
    let all = findings.as_array().expect("a list");
    all.iter().find(|finding| finding["what"] == "sandbox").expect("it is looked at")["detail"].to_string()
}

#[test]
fn behind_landlock_a_whole_run_builds_and_gets_at_nothing_of_the_persons() {
    let stage = Stage::new(&["Attack"]);
    stage.file("attack.mjs", ATTACK);
    let home = stage.machine.path("home").canonicalize().expect("a home");
    fs::create_dir(home.join(".ssh")).expect("a directory");
    fs::write(home.join(".ssh/id_ed25519"), "s3cret").expect("a file");
    let socket = stage.machine.path("service.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    thread::spawn(move || listener.incoming().flatten().for_each(|mut client| drop(client.write_all(b"at home"))));
    let (allowed, forbidden) = (greeting(), greeting());
    let attack = format!(
        "node attack.mjs {allowed} {forbidden} {} {} {} && git log --oneline && npm --version",
        home.display(),
        socket.display(),
        std::process::id()
    );
    let words = ["--require-sandbox", "partial", "--allow-port", &allowed.to_string()];
    let run = stage.machine.command(&stage.words_of(&builds("landlock", &attack), &words));

    let (ended, events) = Watched::over(by_landlock(run)).end();

    assert_eq!(ended.code, Some(0), "the card passes: {}", told(&ended, &events));
    let report: Value = serde_json::from_str(&stage.read("report.json")).expect("the attack came to its end");
    assert_eq!(report["worked"], serde_json::json!([]), "each of these is a hole");
    assert_eq!(report["allowed"], "at home", "the port that the person named is reached: {report}");
    for way in ["forbidden", "elsewhere", "socket", "datagram"] {
        let code = report[way].as_str().unwrap_or_default();
        assert!(["EACCES", "EPERM"].contains(&code), "{way} is refused by the kernel: {report}");
    }
    assert_eq!(report["temporary"], true, "there is a place for temporary files: {report}");
    assert_eq!(fs::read_dir(&home).expect("a home").count(), 1, "nothing was written to the person's home");
    let started = crate::support::of_kind(&events, "run_started");
    assert_eq!(started[0]["sandbox"], "partial", "the level stands in the record");
}

#[test]
fn behind_landlock_what_is_obeyed_later_is_put_back_and_the_run_ends_with_the_reason() {
    let stage = Stage::new(&["Attack"]);
    let attack = "import fs from 'node:fs';\n\
        fs.writeFileSync('.git/hooks/pre-commit', '#!/bin/sh\\ntouch owned\\n', { mode: 0o755 });\n\
        fs.rmSync('.claude', { recursive: true, force: true });\n\
        fs.symlinkSync('src', '.claude');\n\
        fs.rmSync('.mcp.json', { recursive: true, force: true });\n\
        fs.writeFileSync('.mcp.json', '{}');\n\
        fs.appendFileSync('.git/config', '[core]\\n\\tfsmonitor = ./evil\\n');\n";
    stage.file("attack.mjs", attack);
    stage.git(&["init", "-q", "-b", "main"]);
    let settings = stage.read(".git/config");
    let scenario =
        coding("places", serde_json::json!([take_card(), bash("node attack.mjs; sleep 30"), ask_for_checks()]));
    let run = stage.machine.command(&stage.words_of(&scenario, &["--require-sandbox", "partial"]));

    let (ended, events) = Watched::over(by_landlock(run)).end();

    assert_eq!(end_of(&events)["code"], "failed", "the run cannot go on: {}", told(&ended, &events));
    let why = end_of(&events)["message"].as_str().unwrap_or_default();
    assert!(why.contains("was changed during the run"), "the person is told: {why}");
    assert!(notices(&events, "put_back").len() >= 4, "and of each place: {:?}", notices(&events, "put_back"));
    assert_eq!(stage.read(".git/config"), settings, "git's settings are as they were");
    assert!(!stage.dir.join(".git/hooks/pre-commit").exists(), "there is no hook");
    for name in [".claude", ".mcp.json"] {
        assert!(stage.dir.join(name).symlink_metadata().is_err(), "{name} was not there before the run");
    }
}

#[test]
fn behind_landlock_what_is_planted_while_the_checks_run_passes_no_card_and_is_obeyed_by_no_commit() {
    let stage = Stage::new(&["Build"]);
    // What an agent left behind waits for the last moment of the checks.
    let plant = "import fs from 'node:fs';\n\
        while (!fs.existsSync('tested')) await new Promise((later) => setTimeout(later, 2));\n\
        fs.appendFileSync('.git/config', '[core]\\n\\tfsmonitor = ./evil\\n');\n";
    stage.file("plant.mjs", plant);
    let test = "node --test && touch tested && sleep 0.05";
    stage.file("package.json", format!(r#"{{"private": true, "type": "module", "scripts": {{"test": "{test}"}}}}"#));
    stage.git(&["init", "-q", "-b", "main"]);
    let settings = stage.read(".git/config");
    let scenario = coding(
        "late",
        serde_json::json!([
            take_card(),
            bash("node plant.mjs > /dev/null 2>&1 &"),
            bash(BUILD),
            ask_for_checks(),
            { "say": "Done." }
        ]),
    );
    let words = stage.words_of(&scenario, &["--require-sandbox", "partial"]);

    let (ended, events) = Watched::over(by_landlock(stage.machine.command(&words))).end();

    assert_eq!(end_of(&events)["code"], "failed", "{}", told(&ended, &events));
    let why = end_of(&events)["message"].as_str().unwrap_or_default();
    assert!(why.contains("config was changed"), "the person is told what: {why}");
    assert_ne!(stage.card("Build")["status"], "passing", "git may do something else by now than what was checked");
    let commits = stage.git(&["log", "--format=%(trailers:key=Evidence)", "main"]);
    assert_eq!(commits.trim(), "", "the host committed nothing by those settings");
    assert_eq!(stage.read(".git/config"), settings, "which are as they were");
}

#[test]
fn landlock_is_not_taken_for_full_walls() {
    let stage = Stage::new(&["Build"]);
    let words = stage.words_of(&builds("weak", BUILD), &["--require-sandbox", "full"]);
    let (ended, events) = Watched::over(by_landlock(stage.machine.command(&words))).end();
    assert_eq!(ended.code, Some(1), "weaker walls than asked for: {}", told(&ended, &events));
    assert!(ended.stderr.contains("Landlock") && ended.stderr.contains(".git/hooks"), "and why: {}", ended.stderr);
}

#[test]
fn without_bubblewrap_or_namespaces_landlock_takes_over_and_both_reasons_are_told() {
    let stage = Stage::empty();
    let doctor = stage.machine.command(&["doctor", "--json"]);
    let bare = stage.without_bubblewrap(&doctor);
    let forbidden = inside(
        &["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns", "--"],
        &doctor,
    );
    for (what, reason, mut command) in
        [("not there", "not installed", bare), ("forbidden", "cannot make namespaces", forbidden)]
    {
        let output = command.output().expect("the program starts");
        let findings: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let detail = sandbox(&findings);
        assert!(detail.contains("partial, by landlock"), "bubblewrap is {what}, Landlock is not: {detail}");
        assert!(detail.contains(reason) && detail.contains(".git/hooks"), "and why it is less: {detail}");
    }
}

#[test]
fn where_no_namespace_can_be_made_inside_another_the_walls_are_partial_and_say_so() {
    let stage = Stage::empty();
    // The kernel nests namespaces some thirty deep. In the deepest one that has room for a wall there is none for a second
    // wall within.
    let deeper = "if [ $1 -gt 0 ]; then n=$1; shift; exec unshare -Ur sh -c \"$DEEPER\" sh $((n - 1)) \"$@\"; fi; shift; exec \"$@\"";
    let within = |depth: u32| {
        let depth = depth.to_string();
        let mut doctor = inside(&["sh", "-c", deeper, "sh", &depth], &stage.machine.command(&["doctor", "--json"]));
        let output = doctor.env("DEEPER", deeper).output().expect("the program starts");
        serde_json::from_slice::<Value>(&output.stdout).ok().map(|findings| sandbox(&findings))
    };
    let detail = (0..36)
        .rev()
        .filter_map(within)
        .find(|detail| !detail.contains("by landlock"))
        .expect("bubblewrap works where there is room");
    assert!(detail.contains("partial, by bubblewrap"), "the outer wall stands: {detail}");
    assert!(detail.contains("inside another one") && detail.contains("key"), "what that means is told: {detail}");
}

#[test]
fn behind_landlock_the_proof_says_what_is_held_and_what_is_not() {
    let stage = Stage::empty();
    let ended = stage.machine.harness(&["doctor", "--prove", "--json", "--wall", "landlock"]);
    let proofs: Vec<Value> = serde_json::from_str(&ended.stdout).expect("JSON");
    let open = proofs.iter().filter(|proof| proof["outcome"] == "not_held").map(|proof| proof["id"].to_string());
    let mut open: Vec<String> = open.map(|id| id.trim_matches('"').to_owned()).collect();
    open.sort();
    let known =
        ["cli.settings", "git.hooks", "git.info", "git.settings", "git.swap", "mcp.settings", "network.interfaces"];
    assert_eq!(open, known, "these are told as gaps, and no other may open");
    assert!(proofs.iter().all(|proof| proof["outcome"] != "not_tested"), "every attempt was made: {proofs:?}");
    assert_eq!(ended.code, Some(1), "walls with gaps are no success");
}

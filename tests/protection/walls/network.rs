//! What a session reaches over the network: its own servers, the listed hosts, and nothing of this machine.

use crate::stage::*;
use serde_json::Value;
use std::{
    io::Write,
    net::TcpListener,
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixListener},
    },
    thread,
};

/// Knocks at the ports and the socket of the host, and asks the proxy for hosts that nobody listed.
const ATTACK: &str = r#"
import fs from 'node:fs';
import net from 'node:net';
const [allowed, forbidden, abstract] = process.argv.slice(2);
const connect = (options) => new Promise((done) => {
  const socket = net.connect(options, () => socket.once('data', (bytes) => { socket.destroy(); done(`${bytes}`); }));
  socket.on('error', (error) => done(error.code));
  setTimeout(() => { socket.destroy(); done('silence'); }, 5000).unref();
});
const through = (authority) => new Promise((done) => {
  const socket = net.connect(3128, '127.0.0.1', () => socket.write(`CONNECT ${authority} HTTP/1.1\r\n\r\n`));
  socket.once('data', (bytes) => { socket.destroy(); done(`${bytes}`.slice(9, 12)); });
  socket.on('error', (error) => done(error.code));
});
fs.writeFileSync('report.json', JSON.stringify({
  allowed: await connect({ port: +allowed, host: '127.0.0.1' }),
  forbidden: await connect({ port: +forbidden, host: '127.0.0.1' }),
  elsewhere: await connect({ port: 80, host: '192.0.2.1' }),
  abstract: await connect({ path: '\0' + abstract }),
  unlisted: await through('evil.example:443'),
  host: await through(`127.0.0.1:${forbidden}`),
  metadata: await through('169.254.169.254:80'),
}));
"#;

/// A server of the person's own on loopback that greets everybody.
fn server() -> u16 {
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = server.local_addr().expect("it has one").port();
    thread::spawn(move || {
        for client in server.incoming() {
            let _ = client.expect("a client").write_all(b"the person's own");
        }
    });
    port
}

#[test]
fn a_session_reaches_neither_the_hosts_services_nor_a_host_that_is_not_listed() {
    let (allowed, forbidden) = (server(), server());
    let name = format!("harness-test-{}", std::process::id());
    let socket = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).expect("a name")).expect("a socket");
    thread::spawn(move || {
        for client in socket.incoming() {
            let _ = client.expect("a client").write_all(b"the person's own");
        }
    });
    let stage = Stage::new(&["Attack"]);
    stage.file("attack.mjs", ATTACK);
    let attack = format!("node attack.mjs {allowed} {forbidden} {name}");

    let events = stage.run_to_all_passing(&builds("network", &attack), &["--allow-port", &allowed.to_string()]);

    let report: Value = serde_json::from_str(&stage.read("report.json")).expect("the attack came to its end");
    assert_eq!(report["allowed"], "the person's own", "the port that the person named is reached: {report}");
    assert_eq!(report["forbidden"], "ECONNREFUSED", "any other service of this machine is not there: {report}");
    assert_ne!(report["elsewhere"], "silence", "there is no way out but the proxy: {report}");
    assert_eq!(report["abstract"], "ECONNREFUSED", "sockets without a file belong to the network, too: {report}");
    for way in ["unlisted", "host", "metadata"] {
        assert_eq!(report[way], "403", "{way} is not on the list: {report}");
    }
    let told = notices(&events, "network");
    assert!(told.iter().any(|text| text.contains("evil.example")), "the person hears what was wanted: {told:?}");
}

#[test]
fn the_sockets_of_a_host_that_was_killed_are_removed_at_the_next_start() {
    let stage = Stage::new(&["Build"]);
    let run = stage.start(&builds("sockets", "sleep 86398"), &[]);
    let mark = format!("-{}-", run.pid());
    run.until_tool("sleep 86398");
    stage.kill(run, &["86398"]);
    let left = || {
        let all = std::fs::read_dir(std::env::temp_dir()).expect("a directory for temporary files").flatten();
        let names = all.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| name.starts_with("harness-net-") && name.contains(&mark)).collect::<Vec<_>>()
    };
    assert_eq!(left().len(), 1, "whoever is killed leaves something");

    stage.run_to_all_passing(&builds("after", BUILD), &[]);

    assert_eq!(left(), Vec::<String>::new(), "the next start removes it");
}

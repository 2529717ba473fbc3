//! Requests that are too large, too slow, or two at once.

use crate::support::door::{Reply, Served};
#[cfg(unix)]
use crate::support::{Machine, eventually};
use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

#[test]
fn a_body_or_a_head_that_is_too_large_is_refused_without_being_taken() {
    let served = Served::new();
    let head = format!("GET /api/health HTTP/1.1\r\nhost: {}\r\nx: {}\r\n\r\n", served.address, "a".repeat(64 * 1024));
    let reply = served.raw(head.as_bytes());
    assert!(reply.is_none_or(|reply| reply.status == 431), "a head of 64 KiB is too much");
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let reply = served.raw(format!("GET /api/health HTTP/1.1\r\nhost: {}\r\n{many}\r\n", served.address).as_bytes());
    assert!(reply.is_none_or(|reply| reply.status == 431), "so are two hundred headers");
    let long = served.get(&format!("/api/health?{}", "a".repeat(10_000)));
    assert_eq!((long.status, long.code().as_str()), (414, "bad_input"));
    let login = format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n",
        served.address
    );
    let reply = served.raw(login.as_bytes());
    assert!(reply.is_none_or(|reply| reply.status >= 400), "nobody waits for 99 GB");
}

/// The status of what comes back to a body in pieces without an end, and how many bytes of it were taken.
fn status_of_endless(served: &Served, head: &str) -> (Option<u16>, usize) {
    let mut stream = served.connect();
    let head = format!(
        "POST {head}\r\nhost: {}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        served.address
    );
    stream.write_all(head.as_bytes()).expect("it is sent");
    let piece = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
    let mut sent = 0;
    while sent < 64 << 20 && stream.write_all(&piece).is_ok() {
        sent += 0x1000;
    }
    (Reply::read(&mut stream).map(|reply| reply.status), sent)
}

#[test]
fn a_body_that_never_says_how_long_it_is_is_cut_off_where_it_gets_too_long() {
    let served = Served::new();
    let made = served.machine.harness(&["token", "create", "test", "--role", "operator"]);
    let bearer = format!("/api/projects/1/features HTTP/1.1\r\nauthorization: Bearer {}", made.stdout.trim());
    for head in ["/api/auth/login HTTP/1.1", &bearer] {
        let (status, sent) = status_of_endless(&served, head);
        // The answer is lost when the connection is closed while more is being sent.
        assert!(status.is_none_or(|status| status == 413), "{head}: {status:?}");
        assert!(sent < 16 << 20, "{head}: {sent} bytes were taken");
    }
    assert_eq!(served.get("/api/health").status, 200, "others are served");
}

#[test]
fn a_body_that_does_not_come_holds_no_connection_for_long() {
    let served = Served::new();
    let mut stream = served.connect();
    let head = format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
        served.address
    );
    stream.write_all(head.as_bytes()).expect("it is sent");
    // The patience of the test is twice the server's.
    let reply = Reply::read(&mut stream);
    assert_eq!(reply.map(|reply| reply.status), Some(408), "somebody who is not even signed in waits no longer");
}

#[test]
fn a_request_that_can_be_read_in_two_ways_is_read_in_none() {
    let served = Served::new();
    let host = format!("host: {}\r\n", served.address);
    let smuggled = "GET /api/health HTTP/1.1\r\nhost: x\r\n\r\n";
    for (words, lines) in [
        ("two lengths", "content-length: 0\r\ncontent-length: 44\r\n"),
        ("a length and pieces", "content-length: 44\r\ntransfer-encoding: chunked\r\n"),
        ("an unknown coding", "transfer-encoding: xchunked\r\n"),
        ("a length with a sign", "content-length: +44\r\n"),
        ("a folded line", "x: a\r\n b: c\r\n"),
        ("a space before the colon", "content-length : 44\r\n"),
        ("two hosts", "host: localhost\r\n"),
    ] {
        let bytes = format!("POST /api/auth/login HTTP/1.1\r\n{host}{lines}connection: close\r\n\r\n{smuggled}");
        let mut stream = served.connect();
        stream.write_all(bytes.as_bytes()).expect("it is sent");
        let mut all = String::new();
        // A connection that is cut is an answer too.
        let _ = stream.read_to_string(&mut all);
        let answers = all.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{words}: the second request is not answered: {all}");
        assert!(!all.contains("healthy"), "{words}: {all}");
    }
}

#[test]
fn a_client_that_says_its_wish_a_letter_at_a_time_is_sent_away() {
    let served = Served::new();
    let began = Instant::now();
    let mut stream = served.connect();
    stream.write_all(b"GET /api/health HTTP/1.1\r\nhost: ").expect("it is sent");
    let mut ended = false;
    while began.elapsed() < Duration::from_secs(50) && !ended {
        // A letter now and then keeps no connection open.
        ended = stream.write_all(b"a").is_err();
        stream.set_read_timeout(Some(Duration::from_secs(1))).expect("a patience");
        let mut byte = [0; 1];
        ended |= stream.read(&mut byte).is_ok();
    }
    assert!(ended, "after {:?} it is still there", began.elapsed());
    assert_eq!(served.get("/api/health").status, 200, "others were served all the while");
}

#[test]
fn one_address_gets_its_share_of_connections_and_no_more() {
    let served = Served::new();
    let mut held: Vec<_> = (0..160).map(|_| served.connect()).collect();
    let mut turned_away = 0;
    for stream in &mut held {
        stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a patience");
        let mut byte = [0; 1];
        // Closed at once, instead of left waiting.
        turned_away += usize::from(stream.read(&mut byte).is_ok_and(|read| read == 0));
    }
    assert!((30..=40).contains(&turned_away), "128 of 160 are kept: {turned_away} were turned away");
    drop(held);
    let again = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        let mut stream = served.connect();
        let _ = stream.write_all(format!("GET /api/health HTTP/1.1\r\nhost: {}\r\n\r\n", served.address).as_bytes());
        Reply::read(&mut stream).is_some_and(|reply| reply.status == 200)
    });
    assert!(again, "their places are given back");
}

#[cfg(unix)]
#[test]
fn strangers_who_hold_connections_leave_files_for_the_databases() {
    let machine = Machine::new();
    let dir = machine.project("todo");
    assert_eq!(machine.harness(&["projects", "add", dir.to_str().expect("a plain path")]).code, Some(0));
    let made = machine.harness(&["token", "create", "test", "--role", "viewer"]);
    let file = machine.path("serve.toml");
    std::fs::write(&file, "max_connections_per_address = 1000\n").expect("a file");
    let served = Served::with_files(machine, 256, &["--config", file.to_str().expect("a plain path")]);
    let mut held: Vec<_> = (0..300).map(|_| served.connect()).collect();
    // A few go; whoever comes now opens a database that nobody asked for yet.
    held.drain(..10);
    let asked = |target: &str| {
        let (host, token) = (served.address, made.stdout.trim());
        let head = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n");
        served.raw(format!("{head}connection: close\r\n\r\n").as_bytes())
    };
    eventually("there is place for one more", || {
        let reply = asked("/api/projects/todo/features");
        reply.is_some_and(|reply| reply.status == 200)
    });
    let turned_away = |figures: Reply| {
        let line = figures
            .text()
            .lines()
            .find(|line| line.starts_with("harness_connections_refused_total "))
            .map(str::to_owned);
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u32>().ok()).unwrap_or(0)
    };
    eventually("those are turned away for whom there are no files left", || {
        asked("/metrics").map(turned_away).is_some_and(|count| count > 100)
    });
}

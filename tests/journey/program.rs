//! The program that was built, used as a person would.

use crate::{
    demo::Demo,
    support::{eventually, git},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

pub fn its_own_tests_pass(demo: &Demo) {
    let output = Command::new("npm")
        .args(["test", "--offline"])
        .current_dir(&demo.dir)
        // npm keeps its logs at home; what follows checks that the product did not.
        .env("HOME", demo.machine.project("npm-home"))
        .output()
        .expect("npm runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "npm test in the project succeeds: {said}");
    assert_eq!(git(&demo.dir, &["status", "--porcelain"]), "", "and leaves nothing behind");
}

pub fn it_serves_its_page_and_its_interface(demo: &Demo) {
    let file = demo.machine.path("tasks.json");
    let server = Server::start(demo, &file);
    let (status, page) = server.request("GET", "/", None);
    assert_eq!(status, 200, "the page is served: {page}");
    assert!(page.contains("<!doctype html>") || page.contains("<!DOCTYPE html>"), "as a page: {page}");
    let scripts = page.matches("<script").count();
    assert!(scripts >= 1, "with its script: {page}");

    let (status, task) = server.json("POST", "/api/tasks", Some(&json!({ "title": "Write <b>tests</b>" })));
    assert_eq!((status, &task["id"]), (201, &json!(1)), "a task is made: {task}");
    let (status, refusal) = server.json("POST", "/api/tasks", Some(&json!({ "title": " " })));
    assert_eq!(status, 422, "one without a title is refused: {refusal}");
    let (status, changed) = server.json("PATCH", "/api/tasks/1", Some(&json!({ "done": true })));
    assert_eq!((status, &changed["done"]), (200, &json!(true)), "it is ticked off: {changed}");
    let (_, list) = server.json("GET", "/api/tasks?state=done", None);
    assert_eq!(list.as_array().or_else(|| list["tasks"].as_array()).map(Vec::len), Some(1), "and found: {list}");
    assert_eq!(server.request("DELETE", "/api/tasks/1", None).0, 204, "and deleted");
    let (_, next) = server.json("POST", "/api/tasks", Some(&json!({ "title": "Another" })));
    assert_eq!(next["id"], 2, "the bug is mended: a deleted task's number is not used again: {next}");
    assert_eq!(server.request("GET", "/package.json", None).0, 404, "nothing but its page is served");
    server.stop();

    let kept = fs::read_to_string(&file).expect("the program keeps its tasks");
    assert!(kept.contains("Another"), "what it was told last is there after the stop: {kept}");
}

/// The program, running on a free port.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(demo: &Demo, file: &std::path::Path) -> Self {
        let manifest = fs::read_to_string(demo.dir.join("package.json")).expect("a manifest");
        let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
        let start = manifest["scripts"]["start"].as_str().expect("`npm start` exists");
        let mut words = start.split(' ');
        let mut child = Command::new(words.next().expect("a program"))
            .args(words)
            .current_dir(&demo.dir)
            .env("PORT", "0")
            .env("DATA_FILE", file)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line);
        let address = line.trim().strip_prefix("Listening on http://").map(str::to_owned);
        // From here on the child is ended whatever happens.
        let server = Self { child, address: address.unwrap_or_default() };
        assert!(read.is_ok() && !server.address.is_empty(), "it says where it listens: {line:?}");
        server
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, String) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        assert!(!head.to_ascii_lowercase().contains("transfer-encoding: chunked"), "a whole body is expected: {head}");
        (status, body.to_owned())
    }

    fn json(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (status, text) = self.request(method, path, body);
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {error}: {text}")))
    }

    /// Asks the program to end, and waits until it did.
    fn stop(mut self) {
        #[cfg(unix)]
        {
            let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
            assert!(asked.is_ok_and(|status| status.success()), "it can be asked to end");
            let mut ended = None;
            eventually("the program stops when asked", || {
                ended = self.child.try_wait().expect("it can be waited for");
                ended.is_some()
            });
            assert!(ended.is_some_and(|status| status.success()), "a stop is no failure: {ended:?}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

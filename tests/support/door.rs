//! `harness serve` of the real program, and a client that sends exactly the bytes it is given.

use super::{Machine, PATIENCE, eventually, finish};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// A served machine. The server ends when it is dropped.
pub struct Served {
    pub machine: Machine,
    pub address: SocketAddr,
    child: Child,
}

/// What `harness serve` says, told in this way to start, which it must not.
pub fn refused(mut serve: Command) -> String {
    let child = serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let ended = finish(child);
    assert_eq!(ended.code, Some(1), "{serve:?} must not serve: {ended:?}");
    ended.stderr
}

fn launch(machine: &Machine, words: &[&str], environment: &[(&str, &str)]) -> (Child, SocketAddr) {
    launch_as(|all| machine.command(all), machine, words, environment)
}

fn launch_as(
    command: impl FnOnce(&[&str]) -> Command,
    machine: &Machine,
    words: &[&str],
    environment: &[(&str, &str)],
) -> (Child, SocketAddr) {
    let all: Vec<&str> = ["serve", "--bind", "127.0.0.1:0"].into_iter().chain(words.iter().copied()).collect();
    let mut command = command(&all);
    command.current_dir(machine.path("home")).envs(environment.iter().copied());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
    let (tell, lines) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().expect("its output"));
    // Ends with the server's output.
    std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
    let line = lines.recv_timeout(PATIENCE).expect("it says where it serves");
    let address = line.split_once("://").and_then(|(_, rest)| rest.parse().ok()).expect("an address");
    (child, address)
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Served {
    /// A server on a free port of this machine, with more words and more in its environment.
    pub fn start(machine: Machine, words: &[&str], environment: &[(&str, &str)]) -> Self {
        let (child, address) = launch(&machine, words, environment);
        Self { machine, address, child }
    }

    /// A server that may have so many files open.
    #[cfg(unix)]
    pub fn with_files(machine: Machine, files: u32, words: &[&str]) -> Self {
        let limited = |all: &[&str]| {
            let plain = machine.command(all);
            let mut command = Command::new("sh");
            command.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &files.to_string()]);
            command.arg(plain.get_program()).args(plain.get_args()).env_clear().stdin(Stdio::null());
            command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command
        };
        let (child, address) = launch_as(limited, &machine, words, &[]);
        Self { machine, address, child }
    }

    /// Asks the server to end, as a system does that shuts down; how it ended, within [`PATIENCE`].
    pub fn end(&mut self) -> Option<i32> {
        let asked = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "it is asked to end");
        let mut ended = None;
        eventually("the server ends", || {
            ended = self.child.try_wait().expect("it is our child");
            ended.is_some()
        });
        ended.and_then(|status| status.code())
    }

    /// Another server on the same machine, in place of one that ended.
    pub fn start_again(&mut self, words: &[&str]) {
        self.start_again_in(words, &[]);
    }

    /// The same, with more in its environment.
    pub fn start_again_in(&mut self, words: &[&str], environment: &[(&str, &str)]) {
        (self.child, self.address) = launch(&self.machine, words, environment);
    }

    /// Kills the server without a warning.
    pub fn kill(&mut self) {
        self.child.kill().expect("it lives");
        self.child.wait().expect("it is our child");
    }

    pub fn new() -> Self {
        Self::start(Machine::new(), &[], &[])
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, waiting for that.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("it is our child").code()
    }

    /// Sends these bytes on a connection of their own and reads what comes until it is closed or whole.
    pub fn raw(&self, bytes: &[u8]) -> Option<Reply> {
        let mut stream = self.connect();
        // A server that closes at once may not take all of it.
        let _ = stream.write_all(bytes);
        Reply::read(&mut stream)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket has a patience");
        stream
    }

    /// A request with these header lines, and `host` of the server itself unless they name one.
    pub fn ask(&self, method: &str, target: &str, lines: &[&str], body: &[u8]) -> Reply {
        let mut head = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
        if !lines.iter().any(|line| line.to_ascii_lowercase().starts_with("host:")) {
            head += &format!("host: {}\r\n", self.address);
        }
        for line in lines {
            head += line;
            head += "\r\n";
        }
        if !body.is_empty() {
            head += &format!("content-length: {}\r\n", body.len());
        }
        head += "\r\n";
        let bytes = [head.as_bytes(), body].concat();
        self.raw(&bytes).unwrap_or_else(|| panic!("{method} {target} is answered"))
    }

    pub fn get(&self, target: &str) -> Reply {
        self.ask("GET", target, &[], b"")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reply {
    /// Reads one answer; none when the connection was closed without one.
    pub fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Self { status, headers, body: Vec::new() };
        match reply.header("content-length").and_then(|length| length.parse::<u64>().ok()) {
            Some(length) => drop(reader.take(length).read_to_end(&mut reply.body)),
            None if status == 101 || status == 204 || status == 304 => {}
            None => drop(reader.read_to_end(&mut reply.body)),
        }
        Some(reply)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: no JSON: {}", self.text()))
    }

    /// The code of an `ApiError`; anything else fails the test.
    pub fn code(&self) -> String {
        let error = self.json();
        assert!(error["message"].is_string(), "a refusal is an ApiError: {error}");
        error["code"].as_str().expect("a code").to_owned()
    }
}

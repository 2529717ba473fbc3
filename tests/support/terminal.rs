//! A terminal with a program on it, as a person would see it.

use crate::support::PATIENCE;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// A program whose input and output are one terminal.
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Screen>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Screen {
    shown: Mutex<String>,
    changed: Condvar,
}

impl Terminal {
    pub fn over(mut command: Command) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&ours).expect("a terminal of our own");
        unlockpt(&ours).expect("a terminal to open");
        let name = ptsname(&ours, Vec::new()).expect("its name").into_string().expect("a plain path");
        let theirs = File::options().read(true).write(true).open(name).expect("its other end");
        let end = || theirs.try_clone().expect("its other end");
        command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().expect("the program starts");
        // The terminal ends with the last process that has it open.
        drop((command, theirs));
        let keyboard = File::from(ours);
        let mut from = keyboard.try_clone().expect("the terminal");
        let screen = Arc::new(Screen::default());
        let showing = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            // Linux calls the end of a terminal an error.
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                showing.shown.lock().expect("nobody panicked").push_str(&text);
                showing.changed.notify_all();
            }
        });
        Self { child, keyboard, screen, reader }
    }

    /// Waits until one of the texts was shown so many times; which one.
    pub fn until(&self, texts: &[(&str, usize)]) -> usize {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.screen.shown.lock().expect("nobody panicked");
        loop {
            if let Some(at) = texts.iter().position(|(text, times)| shown.matches(text).count() >= *times) {
                return at;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !self.reader.is_finished(), "{texts:?} is never shown, only:\n{shown}");
            // A program that ended changes nothing more on the screen.
            let waited = self.screen.changed.wait_timeout(shown, left.min(Duration::from_millis(100)));
            shown = waited.expect("nobody panicked").0;
        }
    }

    /// Types a line as a person would.
    pub fn line(&mut self, text: &str) {
        self.keyboard.write_all(format!("{text}\r").as_bytes()).expect("it is typed");
    }

    /// Waits for the end of the program: its code, and all that was shown.
    pub fn end(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("it can be waited for") {
                Some(status) => break status,
                None if Instant::now() > deadline => {
                    self.child.kill().expect("it can be ended");
                    panic!("it never ends; shown:\n{}", self.screen.shown.lock().expect("nobody panicked"));
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        self.reader.join().expect("the screen is read to its end");
        (status.code(), self.screen.shown.lock().expect("nobody panicked").clone())
    }
}

//! What is typed on a terminal and not shown there.

use crate::print::complain;
use anyhow::Context;
use secrecy::zeroize::Zeroizing;

/// Asks on standard error and reads a line from the terminal at standard input. What is typed once the words are there
/// is not shown; what was typed before is forgotten.
///
/// Fails when the terminal does not let itself be switched or read.
pub fn ask(words: &str) -> anyhow::Result<Zeroizing<String>> {
    read(words).context("what was typed could not be read")
}

#[cfg(unix)]
fn read(words: &str) -> std::io::Result<Zeroizing<String>> {
    // Unseen first, then the question: whoever pastes at once would show it otherwise.
    let _unseen = unix::Unseen::begin()?;
    complain(words);
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line)?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    Ok(line)
}

#[cfg(not(unix))]
fn read(words: &str) -> std::io::Result<Zeroizing<String>> {
    // There nothing is shown before it is read.
    complain(words);
    console::Term::stderr().read_secure_line().map(Zeroizing::new)
}

#[cfg(unix)]
mod unix {
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use std::io::{self, stdin};

    /// A terminal that shows nothing of what is typed but the end of the line; as before when dropped.
    pub struct Unseen(Termios);

    impl Unseen {
        pub fn begin() -> io::Result<Self> {
            let before = tcgetattr(stdin())?;
            let mut unseen = before.clone();
            unseen.local_modes.remove(LocalModes::ECHO);
            unseen.local_modes.insert(LocalModes::ECHONL);
            tcsetattr(stdin(), OptionalActions::Flush, &unseen)?;
            Ok(Self(before))
        }
    }

    impl Drop for Unseen {
        fn drop(&mut self) {
            // Nothing else could be done about a terminal that went away.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
        }
    }
}

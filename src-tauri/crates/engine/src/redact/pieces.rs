//! Texts that arrive in pieces, such as the output of a program while it runs.

use super::{find, owned};

/// A line longer than this is passed on in parts.
const LONGEST_LINE: usize = 64 * 1024;
/// A private key longer than this is none.
const LONGEST_KEY: usize = 16 * 1024;

/// Cleans a text that comes in pieces, wherever it was cut: what may be the beginning of a credential is held back until
/// its end is known. Passes on whole lines; a line of more than 64 KiB in parts, between which a credential that lies
/// across the cut is dropped with the word around it.
#[derive(Debug, Default)]
pub struct Pieces {
    held: String,
}

impl Pieces {
    /// Takes the next piece; returns what can be passed on now, which may be nothing.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let Some(newline) = self.held.rfind('\n') else {
            if self.held.len() <= LONGEST_LINE {
                return String::new();
            }
            // At the last character that belongs to no word, if there is one.
            let is_between = |c: char| !(c.is_ascii_alphanumeric() || "-_+/=.:@".contains(c));
            let cut = self
                .held
                .rfind(is_between)
                .map_or(self.held.len(), |at| at + self.held[at..].chars().next().map_or(1, char::len_utf8));
            return self.pass_on(cut);
        };
        self.pass_on(self.open_key(newline + 1).unwrap_or(newline + 1))
    }

    /// What is still held back, when nothing more comes.
    pub fn rest(&mut self) -> String {
        self.pass_on(self.held.len())
    }

    fn pass_on(&mut self, end: usize) -> String {
        let rest = self.held.split_off(end);
        owned(std::mem::replace(&mut self.held, rest))
    }

    /// Where a private key begins before `end` whose last line is yet to come.
    fn open_key(&self, end: usize) -> Option<usize> {
        let from = end.saturating_sub(LONGEST_KEY);
        let begin = self.held.as_bytes()[from..end].windows(11).rposition(|part| part == b"-----BEGIN ")? + from;
        let line_end = begin + self.held[begin..end].find('\n')?;
        let is_private = self.held[begin..line_end].contains("PRIVATE KEY");
        let is_whole = self.held[line_end..end].contains("-----END ");
        // Nothing is held that has ended, or that was found not to be a key.
        let is_open =
            is_private && !is_whole && (end - line_end < 80 || !find(&self.held.as_bytes()[begin..end]).is_empty());
        is_open.then_some(begin)
    }
}

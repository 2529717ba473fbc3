//! From bytes to lines. Text is decoded line by line, so that no cut of the pipe ever falls into a character.

/// The longest line that is kept, in bytes. The CLI's longest are tool results with images, some megabytes.
pub(crate) const LINE_CAP: usize = 64 * 1024 * 1024;

/// How much of a line over the cap is shown.
const HEAD: usize = 1024;

/// A buffer larger than this is given back after its line.
const KEEP: usize = 1024 * 1024;

/// One line, or what is left of one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    /// A whole line without its newline.
    Line(&'a [u8]),
    /// A line over the cap: its beginning and its length.
    TooLong { head: &'a [u8], bytes: u64 },
    /// What stood after the last newline at the end.
    Partial(&'a [u8]),
}

/// Collects bytes until there is a line. Holds at most one line and one chunk.
#[derive(Debug)]
pub(crate) struct Framer {
    line: Vec<u8>,
    dropped: u64,
    cap: usize,
}

impl Framer {
    pub(crate) fn new(cap: usize) -> Self {
        Self { line: Vec::new(), dropped: 0, cap }
    }

    /// Takes the next bytes and hands on each line that they complete. Empty lines are skipped.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Frame<'_>)) {
        while let Some(end) = bytes.iter().position(|b| *b == b'\n') {
            let (head, rest) = bytes.split_at(end);
            bytes = &rest[1..];
            if self.line.is_empty() && self.dropped == 0 && head.len() <= self.cap {
                emit(Frame::Line(head), &mut each); // the common case: no copy
                continue;
            }
            self.take(head);
            self.flush(&mut each, |line| Frame::Line(line));
        }
        self.take(bytes);
    }

    /// Hands on what stands after the last newline.
    pub(crate) fn finish(&mut self, mut each: impl FnMut(Frame<'_>)) {
        self.flush(&mut each, |line| Frame::Partial(line));
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.dropped == 0 && self.line.len() + bytes.len() <= self.cap {
            self.line.extend_from_slice(bytes);
            return;
        }
        if self.dropped == 0 {
            self.dropped = self.line.len() as u64;
            let missing = HEAD.saturating_sub(self.line.len()).min(bytes.len());
            self.line.extend_from_slice(&bytes[..missing]);
            self.line.truncate(HEAD);
            self.line.shrink_to_fit();
        }
        self.dropped += bytes.len() as u64;
    }

    fn flush(&mut self, each: &mut impl FnMut(Frame<'_>), whole: impl FnOnce(&[u8]) -> Frame<'_>) {
        let frame = match self.dropped {
            0 => whole(&self.line),
            bytes => Frame::TooLong { head: &self.line, bytes },
        };
        emit(frame, each);
        self.dropped = 0;
        self.line.clear();
        if self.line.capacity() > KEEP {
            self.line = Vec::new();
        }
    }
}

fn emit(frame: Frame<'_>, each: &mut impl FnMut(Frame<'_>)) {
    let is_blank = match &frame {
        Frame::Line(line) | Frame::Partial(line) => line.iter().all(u8::is_ascii_whitespace),
        Frame::TooLong { .. } => false,
    };
    if !is_blank {
        each(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]], cap: usize) -> Vec<String> {
        let mut framer = Framer::new(cap);
        let mut seen = Vec::new();
        let mut each = |frame: Frame<'_>| {
            seen.push(match frame {
                Frame::Line(line) => String::from_utf8(line.to_vec()).unwrap(),
                Frame::TooLong { head, bytes } => format!("too long: {} of {bytes}", head.len()),
                Frame::Partial(line) => format!("partial: {}", String::from_utf8_lossy(line)),
            });
        };
        for chunk in chunks {
            framer.push(chunk, &mut each);
        }
        framer.finish(&mut each);
        seen
    }

    #[test]
    fn text_cut_at_any_byte_arrives_whole() {
        let text = "{\"text\":\"日本語 🦀👩‍👩‍👧‍👦 Ωmega\"}\n{\"second\":\"ä\"}\n";
        let expected: Vec<&str> = text.lines().collect();
        for cut in 0..=text.len() {
            let (left, right) = text.as_bytes().split_at(cut);
            assert_eq!(lines(&[left, right], LINE_CAP), expected, "cut at byte {cut}");
        }
        let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(lines(&single, LINE_CAP), expected, "byte by byte");
    }

    #[test]
    fn a_line_over_the_cap_is_dropped_and_the_next_one_is_whole() {
        let long = vec![b'x'; 5000];
        let seen = lines(&[&long, b"\nnext\n"], 4000);
        assert_eq!(seen, ["too long: 1024 of 5000", "next"], "only the beginning of the long one is kept");
        let seen = lines(&[b"abc", &long, &long, b"\nnext\n"], 4000);
        assert_eq!(seen, ["too long: 1024 of 10003", "next"], "however it is cut");
    }

    #[test]
    fn a_line_of_exactly_the_cap_is_kept() {
        let line = vec![b'x'; 4000];
        let mut with_newline = line.clone();
        with_newline.push(b'\n');
        assert_eq!(lines(&[&with_newline], 4000), [String::from_utf8(line).unwrap()], "the newline does not count");
    }

    #[test]
    fn what_stands_after_the_last_newline_is_kept_as_partial() {
        assert_eq!(lines(&[b"a\n\n  \n{\"b"], 100), ["a", "partial: {\"b"], "and blank lines are nothing");
    }
}

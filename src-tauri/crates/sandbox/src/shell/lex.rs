//! A command line cut into the tokens bash would see, or refused.
//!
//! The grammar is brush's; the tokens are cut here, because its own tokenizer can be made to run for ever by seven bytes
//! and takes `\$'` for the start of a quoted string, which would hide what follows it. Wherever shells disagree, or bash
//! of one age with bash of another, the line is refused rather than guessed at: who is asked to write a line more plainly
//! loses nothing.

mod ends;
mod pieces;

use super::Unreadable;
use brush_parser::{SourcePosition, SourceSpan, Token};
use ends::{arithmetic_end, is_plain_arithmetic};
pub(super) use ends::{brace_list, closing_brace, closing_parenthesis};
use std::sync::Arc;

/// The longest line that is read, in bytes.
pub(super) const LONGEST: usize = 64 * 1024;
/// How deep substitutions and quotes may stand in each other.
const DEEPEST: usize = 12;
/// How many compound commands one text may open. Bounds the recursion of the grammar, which is the reason for it.
const MOST_OPENED: usize = 60;
/// How many `case` may be in one text: the grammar tries the last branch of each twice.
const MOST_CASES: usize = 6;

type Result<T> = std::result::Result<T, Unreadable>;

/// Cuts `source` into tokens.
///
/// Fails with [`Unreadable`] where the text is not finished, too deep, or means different things to different shells.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>> {
    if source.len() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    let mut lexer = Lexer::new(source, 0, 0);
    lexer.run(None)?;
    Ok(lexer.tokens)
}

/// A here-document whose body comes after the line.
struct Awaited {
    /// Where its body's token waits to be filled in.
    slot: usize,
    strips_tabs: bool,
    is_quoted: bool,
    end: String,
}

struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    opened: usize,
    cases: usize,
    tokens: Vec<Token>,
    awaited: Vec<Awaited>,
}

impl<'a> Lexer<'a> {
    fn new(source: &'a str, at: usize, depth: usize) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            at,
            depth,
            opened: 0,
            cases: 0,
            tokens: Vec::new(),
            awaited: Vec::new(),
        }
    }

    /// The next byte, after taking out every backslash that continues a line.
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at) == Some(&b'\\') && self.bytes.get(self.at + 1) == Some(&b'\n') {
            self.at += 2;
        }
        self.bytes.get(self.at).copied()
    }

    /// Whether the byte after the next is `byte`, with continued lines taken out between them.
    fn then(&mut self, byte: u8) -> bool {
        let mut next = self.at + 1;
        while self.bytes.get(next) == Some(&b'\\') && self.bytes.get(next + 1) == Some(&b'\n') {
            next += 2;
        }
        self.bytes.get(next) == Some(&byte)
    }

    /// Takes the byte that [`Lexer::then`] saw, and the one before it.
    fn take_two(&mut self) {
        self.peek();
        self.at += 1;
        self.peek();
        self.at += 1;
    }

    fn position(at: usize) -> Arc<SourcePosition> {
        Arc::new(SourcePosition { index: at, line: 1, column: 1 })
    }

    fn span(&self, start: usize) -> SourceSpan {
        SourceSpan { start: Self::position(start), end: Self::position(self.at) }
    }

    fn word(&mut self, text: String, start: usize) {
        let span = self.span(start);
        self.tokens.push(Token::Word(text, span));
    }

    fn operator(&mut self, text: &str, start: usize) -> Result<()> {
        if text == "(" {
            self.open()?;
        }
        let span = self.span(start);
        self.tokens.push(Token::Operator(text.to_owned(), span));
        Ok(())
    }

    fn open(&mut self) -> Result<()> {
        self.opened += 1;
        if self.opened > MOST_OPENED { Err(Unreadable::TooDeep) } else { Ok(()) }
    }

    fn deeper(&self) -> Result<usize> {
        if self.depth >= DEEPEST { Err(Unreadable::TooDeep) } else { Ok(self.depth + 1) }
    }

    /// Cuts until the end, or until the unmatched `closing` parenthesis, which is not taken.
    fn run(&mut self, closing: Option<u8>) -> Result<()> {
        let mut nested = 0_usize;
        while let Some(byte) = self.peek() {
            let start = self.at;
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.operator("\n", start)?;
                    self.read_awaited()?;
                }
                b'#' => self.comment(closing.is_some())?,
                b')' if closing.is_some() && nested == 0 => {
                    return if self.awaited.is_empty() {
                        Ok(())
                    } else {
                        Err(Unreadable::Unfinished("a here-document"))
                    };
                }
                b'(' => {
                    if self.double_parenthesis(start)? {
                        continue;
                    }
                    nested += 1;
                    self.at += 1;
                    // Without a newline between them the grammar takes two groups for arithmetic.
                    if matches!(self.tokens.last(), Some(Token::Operator(last, _)) if last == "(") {
                        self.operator("\n", start)?;
                    }
                    self.operator("(", start)?;
                }
                b')' => {
                    nested = nested.saturating_sub(1);
                    self.at += 1;
                    self.operator(")", start)?;
                }
                b';' | b'&' | b'|' | b'<' | b'>' => self.other_operator(start)?,
                _ => self.plain_word(start, closing.is_some())?,
            }
        }
        if closing.is_some() {
            return Err(Unreadable::Unfinished("a substitution"));
        }
        if !self.awaited.is_empty() {
            return Err(Unreadable::Unfinished("a here-document"));
        }
        Ok(())
    }

    fn comment(&mut self, is_nested: bool) -> Result<()> {
        let rest = &self.source[self.at..];
        let length = rest.find('\n').unwrap_or(rest.len());
        if is_nested && rest[..length].contains([')', '(', '\'', '"', '`']) {
            return Err(Unreadable::Odd("a comment inside a substitution"));
        }
        self.at += length;
        Ok(())
    }

    /// Takes `((…))` where a command may begin. Says whether it did.
    fn double_parenthesis(&mut self, start: usize) -> Result<bool> {
        if self.bytes.get(start + 1) != Some(&b'(') {
            return Ok(false);
        }
        let may_begin = match self.tokens.last() {
            None => true,
            Some(Token::Operator(last, _)) => {
                matches!(last.as_str(), "\n" | ";" | "&" | "&&" | "||" | "|" | "|&" | "(" | ";;" | ";&" | ";;&")
            }
            Some(Token::Word(last, _)) => {
                matches!(
                    last.as_str(),
                    "for" | "if" | "then" | "else" | "elif" | "while" | "until" | "do" | "!" | "{" | "time"
                )
            }
        };
        if !may_begin {
            return Err(Unreadable::Odd("two parentheses in this place"));
        }
        let depth = self.deeper()?;
        let Some(length) = arithmetic_end(&self.source[start + 2..], depth)? else { return Ok(false) };
        let inside = &self.source[start + 2..start + 2 + length];
        let is_loop = matches!(self.tokens.last(), Some(Token::Word(last, _)) if last == "for");
        self.at = start + 1;
        self.operator("(", start)?;
        self.at = start + 2;
        self.operator("(", start + 1)?;
        for (index, part) in inside.split(';').enumerate() {
            if !is_plain_arithmetic(part) || (index > 0 && !is_loop) {
                return Err(Unreadable::Odd("what stands in two parentheses and is not plain arithmetic"));
            }
            if index > 0 {
                self.operator(";", self.at)?;
            }
            if !part.trim().is_empty() {
                self.word(part.to_owned(), self.at);
            }
        }
        self.at = start + 2 + length + 1;
        self.operator(")", self.at - 1)?;
        self.at += 1;
        self.operator(")", self.at - 1)?;
        Ok(true)
    }

    fn other_operator(&mut self, start: usize) -> Result<()> {
        let first = self.bytes[self.at];
        if matches!(first, b'<' | b'>') && self.then(b'(') {
            // A process substitution is a part of a word.
            let mut text = String::new();
            self.word_text(&mut text)?;
            self.word(text, start);
            return Ok(());
        }
        let mut text = String::new();
        text.push(first as char);
        self.at += 1;
        // The longest operator there is has three characters.
        while let Some(next) = self.peek() {
            let longer = match (text.as_str(), next) {
                ("&", b'&') => "&&",
                ("&", b'>') => "&>",
                ("&>", b'>') => "&>>",
                ("|", b'|') => "||",
                ("|", b'&') => "|&",
                (";", b';') => ";;",
                (";", b'&') => ";&",
                (";;", b'&') => ";;&",
                ("<", b'<') => "<<",
                ("<<", b'-') => "<<-",
                ("<<", b'<') => "<<<",
                ("<", b'&') => "<&",
                ("<", b'>') => "<>",
                (">", b'>') => ">>",
                (">", b'|') => ">|",
                (">", b'&') => ">&",
                _ => break,
            };
            longer.clone_into(&mut text);
            self.at += 1;
        }
        self.operator(&text, start)?;
        if matches!(text.as_str(), "<<" | "<<-") {
            self.here_tag(text == "<<-")?;
        }
        Ok(())
    }

    fn here_tag(&mut self, strips_tabs: bool) -> Result<()> {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        let start = self.at;
        let mut text = String::new();
        self.word_text(&mut text)?;
        if text.is_empty() || text.contains(['$', '`', '<', '>', '\n']) {
            return Err(Unreadable::Odd("a here-document whose end is not marked by a plain word"));
        }
        let is_quoted = text.contains(['\'', '"', '\\']);
        let end: String = text.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        if text.matches('\\').count() > 1 && text.contains("\\\\") || end.is_empty() {
            return Err(Unreadable::Odd("a here-document whose end is not marked by a plain word"));
        }
        self.word(text.clone(), start);
        let slot = self.tokens.len();
        self.word(String::new(), start);
        self.word(text, start);
        self.awaited.push(Awaited { slot, strips_tabs, is_quoted, end });
        Ok(())
    }

    /// Reads the bodies of the here-documents of the line that just ended.
    fn read_awaited(&mut self) -> Result<()> {
        for document in std::mem::take(&mut self.awaited) {
            let mut body = String::new();
            let mut is_joined = false;
            loop {
                if self.at >= self.bytes.len() {
                    return Err(Unreadable::Unfinished("a here-document"));
                }
                let rest = &self.source[self.at..];
                let length = rest.find('\n').unwrap_or(rest.len());
                let mut line = &rest[..length];
                if document.strips_tabs && !is_joined {
                    line = line.trim_start_matches('\t');
                }
                self.at = (self.at + length + 1).min(self.bytes.len());
                if !is_joined && line == document.end {
                    break;
                }
                if is_joined && line.trim_start_matches('\t') == document.end {
                    return Err(Unreadable::Odd("a here-document that ends in a continued line"));
                }
                body.push_str(line);
                body.push('\n');
                let backslashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
                is_joined = !document.is_quoted && backslashes % 2 == 1;
            }
            if let Some(Token::Word(text, _)) = self.tokens.get_mut(document.slot) {
                *text = body;
            }
        }
        Ok(())
    }

    fn plain_word(&mut self, start: usize, is_nested: bool) -> Result<()> {
        let mut text = String::new();
        self.word_text(&mut text)?;
        match text.as_str() {
            "case" if is_nested => return Err(Unreadable::Odd("`case` inside a substitution")),
            "case" => {
                self.cases += 1;
                if self.cases > MOST_CASES {
                    return Err(Unreadable::TooDeep);
                }
                self.open()?;
            }
            "if" | "while" | "until" | "for" | "{" | "coproc" | "function" => self.open()?,
            "select" | "foreach" | "repeat" if self.may_be_a_command() => {
                return Err(Unreadable::Odd("this kind of loop"));
            }
            _ => {}
        }
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && text.len() > 3 && matches!(self.peek(), Some(b'<' | b'>')) {
            return Err(Unreadable::Odd("a redirection of so high a number"));
        }
        self.word(text, start);
        Ok(())
    }

    /// Whether the next word would be a command's name, as far as the tokens tell.
    fn may_be_a_command(&self) -> bool {
        match self.tokens.last() {
            None => true,
            Some(Token::Operator(last, _)) => !last.starts_with(['<', '>']) && last != "&>",
            Some(Token::Word(last, _)) => matches!(last.as_str(), "then" | "else" | "do" | "!" | "{" | "time"),
        }
    }
}

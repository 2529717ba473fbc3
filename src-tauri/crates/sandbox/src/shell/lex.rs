//! A command line cut into the tokens bash would see, or refused.
//!
//! The grammar is brush's; the tokens are cut here, because its own tokenizer can be made to run for ever by seven bytes
//! and takes `\$'` for the start of a quoted string, which would hide what follows it. Wherever shells disagree, or bash
//! of one age with bash of another, the line is refused rather than guessed at: who is asked to write a line more plainly
//! loses nothing.

use super::Unreadable;
use brush_parser::{SourcePosition, SourceSpan, Token};
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

/// Where an arithmetic expression ends that begins at the start of `text`, right after its two parentheses.
///
/// Gives the length up to the two closing ones, or none when this is a group inside a group.
fn arithmetic_end(text: &str, depth: usize) -> Result<Option<usize>> {
    let mut inner = Lexer::new(text, 0, depth);
    let mut nested = 0_usize;
    let mut sink = String::new();
    while let Some(byte) = inner.peek() {
        match byte {
            b'(' => {
                nested += 1;
                inner.at += 1;
            }
            b')' if nested == 0 => {
                let end = inner.at;
                return Ok((inner.bytes.get(end + 1) == Some(&b')')).then_some(end));
            }
            b')' => {
                nested -= 1;
                inner.at += 1;
            }
            _ => inner.piece(&mut sink)?,
        }
        sink.clear();
    }
    Err(Unreadable::Unfinished("an arithmetic expression"))
}

/// Whether `text` can only be arithmetic: no two names stand side by side, as a command and its arguments would.
fn is_plain_arithmetic(text: &str) -> bool {
    let mut previous_ended_a_name = false;
    let mut was_blank = false;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '$' && rest.as_str().starts_with(['(', '{']) || c == '`' {
            // What is expanded is looked at where the expression is walked; whatever follows it is no longer a name.
            return text.bytes().all(|b| !matches!(b, b';' | b'\n' | b'\'' | b'\\')) && !text.contains("  -");
        }
        let is_name = c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
        if is_name && was_blank && previous_ended_a_name {
            return false;
        }
        match c {
            ' ' | '\t' => was_blank = true,
            _ if is_name || "+-*/%<>=!&|^~?:,()[]#\"".contains(c) => {
                previous_ended_a_name = is_name || matches!(c, ')' | ']' | '"');
                was_blank = false;
            }
            _ => return false,
        }
    }
    true
}

/// The length up to the parenthesis that closes the one opened right before `text`.
pub(super) fn closing_parenthesis(text: &str) -> Result<usize> {
    if let Some(inside) = text.strip_prefix('(')
        && let Some(length) = arithmetic_end(inside, 0)?
    {
        return Ok(length + 2);
    }
    let mut inner = Lexer::new(text, 0, 0);
    inner.run(Some(b')'))?;
    Ok(inner.at)
}

/// The length up to the brace that closes the `${` right before `text`.
pub(super) fn closing_brace(text: &str) -> Result<usize> {
    let mut inner = Lexer::new(text, 0, 0);
    inner.parameter(&mut String::new(), false)?;
    Ok(inner.at - 1)
}

/// The first list in braces of a word.
pub(super) struct BraceList {
    /// Where its brace opens.
    pub start: usize,
    /// Right after the brace that closes it.
    pub end: usize,
    /// What stands between the commas.
    pub members: Vec<String>,
    /// It is `{1..9}` and has no members.
    pub is_sequence: bool,
}

/// Finds the first list in braces of the word `text`.
pub(super) fn brace_list(text: &str) -> Result<Option<BraceList>> {
    let mut outer = Lexer::new(text, 0, 0);
    let mut sink = String::new();
    let mut tried = 0;
    while let Some(byte) = outer.peek() {
        if byte == b'{' {
            tried += 1;
            if tried > MOST_OPENED {
                return Err(Unreadable::TooDeep);
            }
            if let Some(list) = brace_list_at(text, outer.at)? {
                return Ok(Some(list));
            }
            outer.at += 1;
        } else {
            outer.word_piece(&mut sink)?;
            sink.clear();
        }
    }
    Ok(None)
}

fn brace_list_at(text: &str, start: usize) -> Result<Option<BraceList>> {
    let mut inner = Lexer::new(text, start + 1, 0);
    let mut nested = 0_usize;
    let mut members = vec![String::new()];
    while let Some(byte) = inner.peek() {
        match byte {
            b'}' if nested == 0 => {
                let end = inner.at + 1;
                let is_sequence = members.len() == 1 && members[0].contains("..");
                return Ok((members.len() > 1 || is_sequence).then_some(BraceList {
                    start,
                    end,
                    members,
                    is_sequence,
                }));
            }
            b',' if nested == 0 => {
                inner.at += 1;
                members.push(String::new());
            }
            _ => {
                match byte {
                    b'{' => nested += 1,
                    b'}' => nested -= 1,
                    _ => {}
                }
                let last = members.len() - 1;
                inner.word_piece(&mut members[last])?;
            }
        }
    }
    Ok(None)
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

    /// Takes one word into `out`.
    fn word_text(&mut self, out: &mut String) -> Result<()> {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b')' => break,
                b'(' => {
                    if out.ends_with(['?', '*', '+', '@', '!']) && !out.ends_with("+=") {
                        return Err(Unreadable::Odd("an extended pattern such as !(…)"));
                    }
                    break;
                }
                b'<' | b'>' => {
                    if !self.then(b'(') {
                        break;
                    }
                    let start = self.at;
                    self.take_two();
                    self.substitution_from(start, out)?;
                }
                _ => self.piece(out)?,
            }
        }
        Ok(())
    }

    /// Takes one piece of a word that has been cut out already.
    fn word_piece(&mut self, out: &mut String) -> Result<()> {
        if matches!(self.peek(), Some(b'<' | b'>')) && self.then(b'(') {
            let start = self.at;
            self.take_two();
            return self.substitution_from(start, out);
        }
        self.piece(out)
    }

    /// Takes one piece of a word: a quoted string, an expansion, or one character.
    fn piece(&mut self, out: &mut String) -> Result<()> {
        match self.peek() {
            None => {}
            Some(b'\\') => {
                let Some(next) = self.source[self.at + 1..].chars().next() else {
                    return Err(Unreadable::Unfinished("a backslash"));
                };
                out.push('\\');
                out.push(next);
                self.at += 1 + next.len_utf8();
            }
            Some(b'\'') => self.single_quoted(out)?,
            Some(b'"') => self.double_quoted(out)?,
            Some(b'$') => self.dollar(out, false)?,
            Some(b'`') => self.backquoted(out)?,
            Some(_) => self.one_character(out),
        }
        Ok(())
    }

    fn one_character(&mut self, out: &mut String) {
        if let Some(c) = self.source[self.at..].chars().next() {
            out.push(c);
            self.at += c.len_utf8();
        }
    }

    fn single_quoted(&mut self, out: &mut String) -> Result<()> {
        let rest = &self.source[self.at + 1..];
        let Some(length) = rest.find('\'') else { return Err(Unreadable::Unfinished("a quoted text")) };
        out.push_str(&self.source[self.at..self.at + length + 2]);
        self.at += length + 2;
        Ok(())
    }

    fn double_quoted(&mut self, out: &mut String) -> Result<()> {
        out.push('"');
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(Unreadable::Unfinished("a quoted text")),
                Some(b'"') => {
                    out.push('"');
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    out.push('\\');
                    self.at += 1;
                    if self.at >= self.bytes.len() {
                        return Err(Unreadable::Unfinished("a quoted text"));
                    }
                    self.one_character(out);
                }
                Some(b'$') => self.dollar(out, true)?,
                Some(b'`') => self.backquoted(out)?,
                Some(_) => self.one_character(out),
            }
        }
    }

    /// Takes what begins with a dollar sign.
    fn dollar(&mut self, out: &mut String, is_quoted: bool) -> Result<()> {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'(') => {
                self.at += 1;
                self.substitution_from(start, out)
            }
            Some(b'{') => {
                self.at += 1;
                out.push_str("${");
                self.parameter(out, is_quoted)
            }
            Some(b'[') => Err(Unreadable::Odd("`$[…]`: write `$((…))`")),
            Some(b'\'') if !is_quoted => {
                out.push('$');
                let mut end = self.at + 1;
                loop {
                    match self.bytes.get(end) {
                        None => return Err(Unreadable::Unfinished("a quoted text")),
                        Some(b'\\') if self.bytes.get(end + 1) == Some(&b'\'') => {
                            // To dash the text ends here, and what follows is commands.
                            return Err(Unreadable::Odd("a quote escaped inside `$'…'`: use double quotes"));
                        }
                        Some(b'\\') => end += 2,
                        Some(b'\'') => break,
                        Some(_) => end += 1,
                    }
                }
                let Some(quoted) = self.source.get(self.at..=end) else {
                    return Err(Unreadable::Unfinished("a quoted text"));
                };
                out.push_str(quoted);
                self.at = end + 1;
                Ok(())
            }
            Some(b'$') => {
                // The shell's own number, and not the dollar sign of what follows.
                out.push_str("$$");
                self.at += 1;
                match self.bytes.get(self.at) {
                    Some(b'\'') if !is_quoted => Err(Unreadable::Odd("a quoted text right after `$$`")),
                    _ => Ok(()),
                }
            }
            _ => {
                out.push('$');
                Ok(())
            }
        }
    }

    /// Takes the rest of a substitution, which began at `start` and whose parenthesis is open, as it is written.
    fn substitution_from(&mut self, start: usize, out: &mut String) -> Result<()> {
        let depth = self.deeper()?;
        if self.bytes[start] == b'$'
            && self.bytes.get(self.at) == Some(&b'(')
            && let Some(length) = arithmetic_end(&self.source[self.at + 1..], depth)?
        {
            let inside = &self.source[self.at + 1..self.at + 1 + length];
            if !is_plain_arithmetic(inside) {
                return Err(Unreadable::Odd("what stands in `$((…))` and is not plain arithmetic"));
            }
            out.push_str("$((");
            out.push_str(inside);
            out.push_str("))");
            self.at += 1 + length + 2;
            return Ok(());
        }
        let mut inner = Lexer::new(self.source, self.at, depth);
        inner.run(Some(b')'))?;
        out.push(self.bytes[start] as char);
        out.push('(');
        out.push_str(&self.source[self.at..inner.at]);
        out.push(')');
        self.at = inner.at + 1;
        Ok(())
    }

    /// Takes the rest of `${…}`.
    fn parameter(&mut self, out: &mut String, is_quoted: bool) -> Result<()> {
        let depth = self.deeper()?;
        if !self.bytes.get(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_!#@*?$-".contains(byte)) {
            return Err(Unreadable::Odd("what stands in `${…}`"));
        }
        // The first character may be `#`, `$`, `!` and has no other meaning there.
        self.one_character(out);
        let outer = std::mem::replace(&mut self.depth, depth);
        loop {
            match self.peek() {
                None => return Err(Unreadable::Unfinished("`${…}`")),
                Some(b'}') => {
                    out.push('}');
                    self.at += 1;
                    self.depth = outer;
                    return Ok(());
                }
                Some(b'\'') if is_quoted => return Err(Unreadable::Odd("a single quote inside `\"${…}\"`")),
                Some(b'$') => self.dollar(out, is_quoted)?,
                Some(b'<' | b'>') if self.then(b'(') => {
                    return Err(Unreadable::Odd("a process substitution inside `${…}`"));
                }
                Some(_) => self.piece(out)?,
            }
        }
    }

    fn backquoted(&mut self, out: &mut String) -> Result<()> {
        let mut end = self.at + 1;
        loop {
            match self.bytes.get(end) {
                None => return Err(Unreadable::Unfinished("a backquoted command")),
                Some(b'\\') => end += 2,
                Some(b'`') => break,
                Some(_) => end += 1,
            }
        }
        let Some(text) = self.source.get(self.at..=end) else {
            return Err(Unreadable::Unfinished("a backquoted command"));
        };
        out.push_str(text);
        self.at = end + 1;
        Ok(())
    }
}

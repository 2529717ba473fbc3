//! What a word of the line will be when the program sees it.

use super::Unreadable;

/// Stands in a text for a part that is not known before the line runs. No line that is read has this character.
pub(crate) const UNKNOWN: char = '\0';
/// The most words that braces may make of one.
const MOST_FROM_BRACES: usize = 64;

/// Why a part of a word is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// The value of a variable that the line does not set, or not for sure.
    Variable(String),
    /// What a command prints.
    Output,
    /// A number: a count, a status or the result of an expression.
    Number,
    /// The number of a process that this shell started, or its own.
    Process,
    /// The name of a pipe to a command.
    Pipe,
}

/// One word, quotes removed and everything known put in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Word {
    /// The text; [`UNKNOWN`] stands for what is not known.
    pub text: String,
    /// Why something in it is not known.
    pub unknown: Option<Unknown>,
    /// It has characters that stand for names of files, which the shell puts in its place.
    pub is_pattern: bool,
    /// Something unknown in it is not quoted: it may become several words, or none.
    pub may_split: bool,
    /// Some of it was quoted.
    pub is_quoted: bool,
}

impl Word {
    /// A word of exactly this text.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A word nothing is known of.
    pub(crate) fn unknown(why: Unknown) -> Self {
        Self { text: UNKNOWN.to_string(), unknown: Some(why), may_split: true, ..Self::default() }
    }

    /// The text, when it is the same whatever happens: nothing unknown and no pattern.
    pub(crate) fn known(&self) -> Option<&str> {
        (self.unknown.is_none() && !self.is_pattern).then_some(self.text.as_str())
    }

    /// What is known of the beginning.
    pub(crate) fn start(&self) -> &str {
        self.text.split(UNKNOWN).next().unwrap_or("")
    }

    /// The text for a person: what is not known as an ellipsis.
    pub(crate) fn shown(&self) -> String {
        let mut shown: String = self.text.chars().take(80).map(|c| if c == UNKNOWN { '…' } else { c }).collect();
        if self.text.chars().count() > 80 {
            shown.push('…');
        }
        shown
    }

    /// The same word without its first `length` bytes.
    pub(crate) fn after(&self, length: usize) -> Self {
        Self { text: self.text.get(length..).unwrap_or("").to_owned(), ..self.clone() }
    }
}

/// A command that stands inside a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Nested {
    /// `$(…)`, or the same in backquotes.
    Output(String),
    /// `<(…)` or `>(…)`.
    Pipe(String),
}

impl Nested {
    /// The commands.
    pub(crate) fn source(&self) -> &str {
        match self {
            Self::Output(source) | Self::Pipe(source) => source,
        }
    }
}

/// What one written word becomes.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    /// The words.
    pub words: Vec<Word>,
    /// The commands in it, in order.
    pub nested: Vec<Nested>,
    /// Names of variables that `${x:=y}` sets.
    pub sets: Vec<String>,
    /// It has an arithmetic expression or an array's index, in which bash expands the values of variables again.
    pub has_arithmetic: bool,
}

/// Where values of variables come from.
pub(crate) trait Values {
    /// The value of a variable, or why it is not known.
    fn variable(&self, name: &str) -> Word;
    /// All of `$@`, when known.
    fn arguments(&self) -> Option<&[Word]>;
    /// What `$(source)` prints, for the few commands of which that is known.
    fn output(&self, source: &str) -> Option<String>;
    /// The home directory.
    fn home(&self) -> Option<&str>;
    /// Whether unquoted values are split at blanks as usual.
    fn splits_at_blanks(&self) -> bool;
}

/// Says what the written word `raw` becomes.
///
/// Fails with [`Unreadable`] for expansions that are not judged.
pub(crate) fn expand(raw: &str, values: &dyn Values) -> Result<Expansion, Unreadable> {
    let mut expansion = Expansion::default();
    if !raw.bytes().any(|byte| b"\\'\"$`~*?[{<>".contains(&byte)) {
        expansion.words.push(Word::plain(raw));
        return Ok(expansion);
    }
    if raw.contains('{') {
        for one in braces(raw)? {
            expand_one(&one, values, &mut expansion)?;
        }
    } else {
        expand_one(raw, values, &mut expansion)?;
    }
    Ok(expansion)
}

/// Says what the written `raw` becomes where it stays one word: behind a redirection, in an assignment, after `case`.
pub(crate) fn expand_value(raw: &str, values: &dyn Values) -> Result<Expansion, Unreadable> {
    let mut reader = Reader::new(raw, values, false);
    reader.is_value = true;
    reader.all()?;
    let Reader { mut done, word, .. } = reader;
    done.words.push(word);
    Ok(done)
}

/// Says what the body of a here-document becomes, where quotes are characters as any.
pub(crate) fn expand_text(raw: &str, values: &dyn Values) -> Result<Expansion, Unreadable> {
    let mut reader = Reader::new(raw, values, true);
    reader.quoted_until(None)?;
    let Reader { mut done, word, .. } = reader;
    done.words.push(word);
    Ok(done)
}

fn expand_one(raw: &str, values: &dyn Values, into: &mut Expansion) -> Result<(), Unreadable> {
    let mut reader = Reader::new(raw, values, false);
    reader.all()?;
    reader.finish(into);
    Ok(())
}

struct Reader<'a> {
    raw: &'a str,
    at: usize,
    values: &'a dyn Values,
    word: Word,
    /// Whether there is a word even if its text is empty.
    has_begun: bool,
    is_text: bool,
    is_value: bool,
    done: Expansion,
}

impl<'a> Reader<'a> {
    fn new(raw: &'a str, values: &'a dyn Values, is_text: bool) -> Self {
        Self {
            raw,
            at: 0,
            values,
            word: Word::default(),
            has_begun: false,
            is_text,
            is_value: false,
            done: Expansion::default(),
        }
    }

    fn finish(mut self, into: &mut Expansion) {
        if self.has_begun || !self.word.text.is_empty() {
            self.done.words.push(std::mem::take(&mut self.word));
        }
        into.words.append(&mut self.done.words);
        into.nested.append(&mut self.done.nested);
        into.sets.append(&mut self.done.sets);
        into.has_arithmetic |= self.done.has_arithmetic;
    }

    fn rest(&self) -> &'a str {
        &self.raw[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn all(&mut self) -> Result<(), Unreadable> {
        self.tilde();
        while let Some(c) = self.next() {
            match c {
                '\\' => {
                    self.word.is_quoted = true;
                    self.has_begun = true;
                    match self.next() {
                        Some('\n') | None => {}
                        Some(c) => self.word.text.push(c),
                    }
                }
                '\'' => {
                    let length = self.rest().find('\'').ok_or(Unreadable::Unfinished("a quoted text"))?;
                    let text = &self.rest()[..length];
                    self.word.text.push_str(text);
                    self.at += length + 1;
                    self.word.is_quoted = true;
                    self.has_begun = true;
                }
                '"' => {
                    self.word.is_quoted = true;
                    self.has_begun = true;
                    self.quoted_until(Some('"'))?;
                }
                '$' => self.dollar(false)?,
                '`' => self.backquoted(false)?,
                '<' | '>' if self.rest().starts_with('(') => {
                    self.at += 1;
                    let source = self.parenthesised()?;
                    self.done.nested.push(Nested::Pipe(source));
                    self.put_unknown(Unknown::Pipe, true);
                }
                '*' | '?' => {
                    self.word.text.push(c);
                    self.word.is_pattern = true;
                }
                '[' => {
                    self.word.text.push(c);
                    self.word.is_pattern |= self.rest().contains(']');
                }
                '=' | ':' => {
                    self.word.text.push(c);
                    // As in an assignment; taken elsewhere too, because some shells do.
                    self.tilde();
                }
                _ => self.word.text.push(c),
            }
        }
        Ok(())
    }

    /// Takes a tilde that stands for somebody's home.
    fn tilde(&mut self) {
        let Some(rest) = self.rest().strip_prefix('~') else { return };
        let length = rest.find(['/', ':']).unwrap_or(rest.len());
        let name = &rest[..length];
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte)) {
            return;
        }
        self.at += 1 + length;
        match (name, self.values.home()) {
            ("", Some(home)) => self.word.text.push_str(home),
            ("+", _) => {
                let value = self.values.variable("PWD");
                self.put(&value, true);
            }
            _ => self.put_unknown(Unknown::Variable(format!("~{name}")), true),
        }
    }

    /// Takes everything up to the closing quote, or to the end.
    fn quoted_until(&mut self, end: Option<char>) -> Result<(), Unreadable> {
        while let Some(c) = self.next() {
            match c {
                c if Some(c) == end => return Ok(()),
                '\\' => match self.rest().chars().next() {
                    Some(c @ ('$' | '`' | '\\')) => {
                        self.word.text.push(c);
                        self.at += 1;
                    }
                    Some('"') if !self.is_text => {
                        self.word.text.push('"');
                        self.at += 1;
                    }
                    Some('\n') => self.at += 1,
                    _ => self.word.text.push('\\'),
                },
                '$' => self.dollar(true)?,
                '`' => self.backquoted(true)?,
                _ => self.word.text.push(c),
            }
        }
        if end.is_some() { Err(Unreadable::Unfinished("a quoted text")) } else { Ok(()) }
    }

    /// Appends a value. Where it is not quoted, blanks in it part words.
    fn put(&mut self, value: &Word, is_quoted: bool) {
        if is_quoted {
            self.has_begun = true;
        }
        if let Some(why) = &value.unknown {
            self.note(why.clone());
            self.word.may_split |= !is_quoted;
        }
        self.word.is_pattern |= value.is_pattern || (!is_quoted && value.text.contains(['*', '?', '[']));
        let blanks = [' ', '\t', '\n'];
        let is_whole = is_quoted || self.is_value;
        if !is_whole && !value.text.is_empty() && !self.values.splits_at_blanks() {
            self.put_unknown(Unknown::Variable("IFS".into()), false);
            return;
        }
        if is_whole || !value.text.contains(blanks) {
            self.word.text.push_str(&value.text);
            return;
        }
        let mut parts = value.text.split(blanks).peekable();
        while let Some(part) = parts.next() {
            self.word.text.push_str(part);
            if parts.peek().is_some() && (self.has_begun || !self.word.text.is_empty()) {
                let next = Word {
                    unknown: value.unknown.clone(),
                    is_pattern: self.word.is_pattern,
                    may_split: self.word.may_split,
                    ..Word::default()
                };
                self.done.words.push(std::mem::replace(&mut self.word, next));
                self.has_begun = false;
            }
        }
    }

    /// Remembers why something is not known. That it is a number says least, and hides no other reason.
    fn note(&mut self, why: Unknown) {
        if self.word.unknown.is_none() || !matches!(why, Unknown::Number | Unknown::Process) {
            self.word.unknown = Some(why);
        }
    }

    fn put_unknown(&mut self, why: Unknown, is_quoted: bool) {
        self.word.text.push(UNKNOWN);
        self.note(why);
        self.word.may_split |= !is_quoted;
        self.has_begun = true;
    }

    /// Takes what stands between an open parenthesis and its partner, as it is written.
    fn parenthesised(&mut self) -> Result<String, Unreadable> {
        let length = closing(self.rest())?;
        let inside = self.rest()[..length].to_owned();
        self.at += length + 1;
        Ok(inside)
    }

    fn dollar(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
        let Some(c) = self.rest().chars().next() else {
            self.word.text.push('$');
            return Ok(());
        };
        match c {
            '(' => {
                self.at += 1;
                self.substitution(is_quoted)?;
            }
            '{' => {
                self.at += 1;
                self.braced(is_quoted)?;
            }
            '\'' if !is_quoted && !self.is_text => {
                self.at += 1;
                self.ansi_c()?;
            }
            '"' if !is_quoted && !self.is_text => {
                self.at += 1;
                self.word.is_quoted = true;
                self.has_begun = true;
                self.quoted_until(Some('"'))?;
            }
            '@' | '*' => {
                self.at += 1;
                self.all_arguments(is_quoted);
            }
            '?' | '#' | '-' | '!' | '$' => {
                self.at += 1;
                self.special(c, is_quoted);
            }
            '0'..='9' => {
                self.at += 1;
                let value = self.values.variable(&c.to_string());
                self.put(&value, is_quoted);
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let name = self.name();
                let value = self.values.variable(name);
                self.put(&value, is_quoted);
            }
            _ => self.word.text.push('$'),
        }
        Ok(())
    }

    fn special(&mut self, c: char, is_quoted: bool) {
        let why = if matches!(c, '!' | '$') { Unknown::Process } else { Unknown::Number };
        self.put_unknown(why, is_quoted);
        // None of these has a blank in it.
        self.word.may_split = false;
    }

    fn all_arguments(&mut self, is_quoted: bool) {
        let Some(arguments) = self.values.arguments() else {
            self.put_unknown(Unknown::Variable("@".into()), false);
            return;
        };
        let arguments = arguments.to_vec();
        for (index, argument) in arguments.iter().enumerate() {
            if index > 0 && self.is_value {
                self.word.text.push(' ');
            } else if index > 0 {
                self.done.words.push(std::mem::take(&mut self.word));
            }
            self.put(argument, is_quoted);
        }
    }

    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn substitution(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
        let source = self.parenthesised()?;
        if let Some(inside) = source.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
            && closing(&source[1..]).is_ok_and(|end| end + 2 == source.len())
        {
            self.nested_of(inside)?;
            self.done.has_arithmetic = true;
            self.put_unknown(Unknown::Number, true);
            return Ok(());
        }
        self.output(source, is_quoted);
        Ok(())
    }

    /// Takes the commands out of a text that is not itself a word: an expression, or an array's index.
    fn nested_of(&mut self, text: &str) -> Result<(), Unreadable> {
        let mut inner = Reader::new(text, self.values, false);
        inner.all()?;
        self.done.nested.append(&mut inner.done.nested);
        self.done.sets.append(&mut inner.done.sets);
        self.done.has_arithmetic |= inner.done.has_arithmetic;
        Ok(())
    }

    fn output(&mut self, source: String, is_quoted: bool) {
        match self.values.output(&source) {
            Some(text) => self.put(&Word::plain(text), is_quoted),
            None => self.put_unknown(Unknown::Output, is_quoted),
        }
        self.done.nested.push(Nested::Output(source));
    }

    fn backquoted(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
        let mut source = String::new();
        loop {
            match self.next() {
                None => return Err(Unreadable::Unfinished("a backquoted command")),
                Some('`') => break,
                Some('\\') => match self.next() {
                    Some(c @ ('`' | '\\' | '$')) => source.push(c),
                    Some('"') if is_quoted => source.push('"'),
                    Some(c) => source.extend(['\\', c]),
                    None => return Err(Unreadable::Unfinished("a backquoted command")),
                },
                Some(c) => source.push(c),
            }
        }
        self.output(source, is_quoted);
        Ok(())
    }

    /// Takes the rest of `$'…'`.
    fn ansi_c(&mut self) -> Result<(), Unreadable> {
        self.word.is_quoted = true;
        self.has_begun = true;
        loop {
            let Some(c) = self.next() else { return Err(Unreadable::Unfinished("a quoted text")) };
            let c = match c {
                '\'' => return Ok(()),
                '\\' => match self.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some('a') => '\x07',
                    Some('b') => '\x08',
                    Some('e' | 'E') => '\x1b',
                    Some('f') => '\x0c',
                    Some('v') => '\x0b',
                    Some(c @ ('\\' | '"' | '?')) => c,
                    Some('x') => self.coded(16, 2)?,
                    Some('u') => self.coded(16, 4)?,
                    Some('U') => self.coded(16, 8)?,
                    Some('0'..='7') => {
                        self.at -= 1;
                        self.coded(8, 3)?
                    }
                    _ => return Err(Unreadable::Odd("this escape in `$'…'`")),
                },
                c => c,
            };
            self.word.text.push(c);
        }
    }

    /// A character written as a number.
    fn coded(&mut self, radix: u32, most: usize) -> Result<char, Unreadable> {
        let digits: String = self.rest().chars().take(most).take_while(|c| c.is_digit(radix)).collect();
        self.at += digits.len();
        let code = u32::from_str_radix(&digits, radix).ok();
        // Single bytes above 127 are parts of characters; and a NUL ends the text in bash.
        match code.and_then(char::from_u32) {
            Some(c) if c != '\0' && (c.is_ascii() || most > 3) => Ok(c),
            _ => Err(Unreadable::Odd("this escape in `$'…'`")),
        }
    }

    /// Takes the rest of `${…}`.
    fn braced(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
        let length = closing_brace(self.rest())?;
        let inside = &self.rest()[..length];
        self.at += length + 1;
        if inside.ends_with("@P") || inside.ends_with("@E") {
            return Err(Unreadable::Odd("`${…@P}`, which runs what is in the value,"));
        }
        let (is_indirect, named) = match inside.strip_prefix('!') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, inside),
        };
        if let Some(rest) = inside.strip_prefix('#').filter(|rest| !rest.is_empty()) {
            self.nested_of(rest)?;
            self.done.has_arithmetic |= rest.contains('[');
            self.put_unknown(Unknown::Number, true);
            return Ok(());
        }
        let end = named.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(named.len());
        let (name, operation) = if end > 0 { named.split_at(end) } else { named.split_at(1.min(named.len())) };
        if operation.is_empty() && !is_indirect {
            match name {
                "@" | "*" => self.all_arguments(is_quoted),
                "?" | "#" | "-" | "!" | "$" => self.special(name.chars().next().unwrap_or('?'), is_quoted),
                _ => {
                    let value = self.values.variable(name);
                    self.put(&value, is_quoted);
                }
            }
            return Ok(());
        }
        self.nested_of(operation)?;
        self.done.has_arithmetic |= operation.starts_with('[') || operation.starts_with(':') && is_offset(operation);
        if operation.starts_with(":=") || operation.starts_with('=') {
            self.done.sets.push(name.to_owned());
        }
        self.put_unknown(Unknown::Variable(name.to_owned()), is_quoted);
        Ok(())
    }
}

/// Whether `:…` says where in a value to begin, rather than what to take instead of it.
fn is_offset(operation: &str) -> bool {
    !operation[1..].starts_with(['-', '=', '+', '?'])
}

/// The length up to the parenthesis that closes the one just opened. The lexer has seen that there is one.
fn closing(text: &str) -> Result<usize, Unreadable> {
    super::lex::closing_parenthesis(text)
}

/// The length up to the brace that closes the one just opened.
fn closing_brace(text: &str) -> Result<usize, Unreadable> {
    super::lex::closing_brace(text)
}

/// The words that braces make of one, each still with its quotes.
fn braces(raw: &str) -> Result<Vec<String>, Unreadable> {
    let mut done = Vec::new();
    let mut waiting = vec![raw.to_owned()];
    while let Some(text) = waiting.pop() {
        if done.len() + waiting.len() > MOST_FROM_BRACES || text.len() > super::lex::LONGEST {
            return Err(Unreadable::TooDeep);
        }
        match super::lex::brace_list(&text)? {
            None => done.push(text),
            Some(list) => {
                let (before, after) = (&text[..list.start], &text[list.end..]);
                if list.is_sequence {
                    // A parameter nobody sets: some value that is not known.
                    waiting.push(format!("{before}${{_sequence_}}{after}"));
                    continue;
                }
                for member in list.members.iter().rev() {
                    waiting.push(format!("{before}{member}{after}"));
                }
            }
        }
    }
    Ok(done)
}

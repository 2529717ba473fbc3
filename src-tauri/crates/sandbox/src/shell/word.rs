//! What a word of the line will be when the program sees it.

mod dollar;

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
    fn output(&self, source: &str) -> Option<Word>;
    /// The home directory.
    fn home(&self) -> Option<&str>;
    /// Whether unquoted values are split at blanks as usual.
    fn splits_at_blanks(&self) -> bool;
    /// Takes note that a value of so many bytes is put into a word. Fails when the whole line has had enough of that.
    fn spend(&self, bytes: usize) -> Result<(), Unreadable>;
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
        self.tilde()?;
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
                    self.tilde()?;
                }
                _ => self.word.text.push(c),
            }
        }
        Ok(())
    }

    /// Takes a tilde that stands for somebody's home.
    fn tilde(&mut self) -> Result<(), Unreadable> {
        let Some(rest) = self.rest().strip_prefix('~') else { return Ok(()) };
        let length = rest.find(['/', ':']).unwrap_or(rest.len());
        let name = &rest[..length];
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte)) {
            return Ok(());
        }
        self.at += 1 + length;
        match (name, self.values.home()) {
            ("", Some(home)) => self.word.text.push_str(home),
            ("+", _) => {
                let value = self.values.variable("PWD");
                self.put(&value, true)?;
            }
            _ => self.put_unknown(Unknown::Variable(format!("~{name}")), true),
        }
        Ok(())
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
    ///
    /// Fails when the values of the line have grown beyond what is read: each may hold the one before it twice.
    fn put(&mut self, value: &Word, is_quoted: bool) -> Result<(), Unreadable> {
        self.values.spend(value.text.len())?;
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
            return Ok(());
        }
        if is_whole || !value.text.contains(blanks) {
            self.word.text.push_str(&value.text);
            return Ok(());
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
        Ok(())
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

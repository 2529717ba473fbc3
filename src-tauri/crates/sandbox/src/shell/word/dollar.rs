//! What a dollar sign or a backquote begins.

use super::{
    super::{Unreadable, lex},
    Nested, Reader, Unknown, Word,
};

impl<'a> Reader<'a> {
    /// Takes what stands between an open parenthesis and its partner, as it is written.
    pub(super) fn parenthesised(&mut self) -> Result<String, Unreadable> {
        let length = closing(self.rest())?;
        let inside = self.rest()[..length].to_owned();
        self.at += length + 1;
        Ok(inside)
    }

    pub(super) fn dollar(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
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
                self.all_arguments(is_quoted)?;
            }
            '?' | '#' | '-' | '!' | '$' => {
                self.at += 1;
                self.special(c, is_quoted);
            }
            '0'..='9' => {
                self.at += 1;
                let value = self.values.variable(&c.to_string());
                self.put(&value, is_quoted)?;
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let name = self.name();
                let value = self.values.variable(name);
                self.put(&value, is_quoted)?;
            }
            _ => self.word.text.push('$'),
        }
        Ok(())
    }

    pub(super) fn special(&mut self, c: char, is_quoted: bool) {
        let why = if matches!(c, '!' | '$') { Unknown::Process } else { Unknown::Number };
        self.put_unknown(why, is_quoted);
        // None of these has a blank in it.
        self.word.may_split = false;
    }

    pub(super) fn all_arguments(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
        let Some(arguments) = self.values.arguments() else {
            self.put_unknown(Unknown::Variable("@".into()), false);
            return Ok(());
        };
        for (index, argument) in arguments.iter().enumerate() {
            if index > 0 && self.is_value {
                self.word.text.push(' ');
            } else if index > 0 {
                self.done.words.push(std::mem::take(&mut self.word));
            }
            self.put(argument, is_quoted)?;
        }
        Ok(())
    }

    pub(super) fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub(super) fn substitution(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
        let source = self.parenthesised()?;
        if let Some(inside) = source.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
            && closing(&source[1..]).is_ok_and(|end| end + 2 == source.len())
        {
            self.nested_of(inside)?;
            self.done.has_arithmetic = true;
            self.put_unknown(Unknown::Number, true);
            return Ok(());
        }
        self.output(source, is_quoted)
    }

    /// Takes the commands out of a text that is not itself a word: an expression, or an array's index.
    pub(super) fn nested_of(&mut self, text: &str) -> Result<(), Unreadable> {
        let mut inner = Reader::new(text, self.values, false);
        inner.all()?;
        self.done.nested.append(&mut inner.done.nested);
        self.done.sets.append(&mut inner.done.sets);
        self.done.has_arithmetic |= inner.done.has_arithmetic;
        Ok(())
    }

    pub(super) fn output(&mut self, source: String, is_quoted: bool) -> Result<(), Unreadable> {
        match self.values.output(&source) {
            Some(printed) => self.put(&printed, is_quoted)?,
            None => self.put_unknown(Unknown::Output, is_quoted),
        }
        self.done.nested.push(Nested::Output(source));
        Ok(())
    }

    pub(super) fn backquoted(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
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
        self.output(source, is_quoted)
    }

    /// Takes the rest of `$'…'`.
    pub(super) fn ansi_c(&mut self) -> Result<(), Unreadable> {
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
    pub(super) fn coded(&mut self, radix: u32, most: usize) -> Result<char, Unreadable> {
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
    pub(super) fn braced(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
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
                "@" | "*" => self.all_arguments(is_quoted)?,
                "?" | "#" | "-" | "!" | "$" => self.special(name.chars().next().unwrap_or('?'), is_quoted),
                _ => {
                    let value = self.values.variable(name);
                    self.put(&value, is_quoted)?;
                }
            }
            return Ok(());
        }
        if !is_indirect && let Some(trimmed) = trimmed(&self.values.variable(name), operation) {
            return self.put(&trimmed, is_quoted);
        }
        self.nested_of(operation)?;
        self.done.has_arithmetic |= operation.starts_with('[') || operation.starts_with(':') && is_offset(operation);
        // Behind an index it may be anywhere: the first element is what the name alone stands for.
        let may_set = operation.starts_with('[') && operation.contains('=');
        if operation.starts_with(":=") || operation.starts_with('=') || may_set {
            self.done.sets.push(name.to_owned());
        }
        self.put_unknown(Unknown::Variable(name.to_owned()), is_quoted);
        Ok(())
    }
}

/// A value without its beginning or end, for the ways to take one away that lead nowhere new: `${x%.js}`, `${x%.*}`,
/// `${x%/*}`, `${x##*/}` and `${x#src/}`. The value may have wildcards, of which none stands for a slash.
fn trimmed(value: &Word, operation: &str) -> Option<Word> {
    if value.unknown.is_some() {
        return None;
    }
    let is_plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
    };
    let wildcards = ['*', '?', '[', ']'];
    let text = value.text.as_str();
    let (before, last) = text.rsplit_once('/').map_or(("", text), |(_, last)| (&text[..text.len() - last.len()], last));
    // Behind the last wildcard everything is as it stands there.
    let tail = if value.is_pattern { last.rfind(wildcards).map_or(last, |at| &last[at + 1..]) } else { last };
    let kept = match operation {
        "##*/" => last.to_owned(),
        "%/*" => before.strip_suffix('/').map_or(text, |directory| directory).to_owned(),
        "%.*" => text[..text.len() - tail.len() + tail.rfind('.')?].to_owned(),
        _ if operation.starts_with('%') => {
            let suffix = operation.trim_start_matches('%');
            if operation.len() - suffix.len() > 2 || !is_plain(suffix) || suffix.contains('/') {
                return None;
            }
            match tail.strip_suffix(suffix) {
                Some(_) => text[..text.len() - suffix.len()].to_owned(),
                None if !value.is_pattern => text.to_owned(),
                // Whatever name it is then, it lies in the same directory.
                None if tail.is_empty() => format!("{before}[?]*"),
                None => return None,
            }
        }
        _ => {
            let prefix = operation.strip_prefix('#').filter(|prefix| is_plain(prefix) && prefix.ends_with('/'))?;
            text.strip_prefix(prefix)?.to_owned()
        }
    };
    Some(Word { text: kept, ..value.clone() })
}

/// Whether `:…` says where in a value to begin, rather than what to take instead of it.
fn is_offset(operation: &str) -> bool {
    !operation[1..].starts_with(['-', '=', '+', '?'])
}

/// The length up to the parenthesis that closes the one just opened. The lexer has seen that there is one.
fn closing(text: &str) -> Result<usize, Unreadable> {
    lex::closing_parenthesis(text)
}

/// The length up to the brace that closes the one just opened.
fn closing_brace(text: &str) -> Result<usize, Unreadable> {
    lex::closing_brace(text)
}

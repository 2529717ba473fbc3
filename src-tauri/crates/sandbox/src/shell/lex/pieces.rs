//! The pieces of a word: quotes, expansions, substitutions.

use super::{
    super::Unreadable,
    Lexer, Result,
    ends::{arithmetic_end, is_plain_arithmetic},
};

impl Lexer<'_> {
    /// Takes one word into `out`.
    pub(super) fn word_text(&mut self, out: &mut String) -> Result<()> {
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
    pub(super) fn word_piece(&mut self, out: &mut String) -> Result<()> {
        if matches!(self.peek(), Some(b'<' | b'>')) && self.then(b'(') {
            let start = self.at;
            self.take_two();
            return self.substitution_from(start, out);
        }
        self.piece(out)
    }

    /// Takes one piece of a word: a quoted string, an expansion, or one character.
    pub(super) fn piece(&mut self, out: &mut String) -> Result<()> {
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

    pub(super) fn one_character(&mut self, out: &mut String) {
        if let Some(c) = self.source[self.at..].chars().next() {
            out.push(c);
            self.at += c.len_utf8();
        }
    }

    pub(super) fn single_quoted(&mut self, out: &mut String) -> Result<()> {
        let rest = &self.source[self.at + 1..];
        let Some(length) = rest.find('\'') else { return Err(Unreadable::Unfinished("a quoted text")) };
        out.push_str(&self.source[self.at..self.at + length + 2]);
        self.at += length + 2;
        Ok(())
    }

    pub(super) fn double_quoted(&mut self, out: &mut String) -> Result<()> {
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
    pub(super) fn dollar(&mut self, out: &mut String, is_quoted: bool) -> Result<()> {
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
    pub(super) fn substitution_from(&mut self, start: usize, out: &mut String) -> Result<()> {
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
    pub(super) fn parameter(&mut self, out: &mut String, is_quoted: bool) -> Result<()> {
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

    pub(super) fn backquoted(&mut self, out: &mut String) -> Result<()> {
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

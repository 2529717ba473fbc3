//! The words of one command: what they become, which commands stand in them, and what they set and redirect.

use super::{Court, Ruling};
use crate::{
    Verdict,
    command::{
        call::{Call, Input, Target},
        rules,
        scope::Scope,
        settings, targets,
    },
    shell::{self, Expansion, Nested, Unknown, Word},
};
use brush_parser::ast;

/// Commands of the shell after which some shells keep the variables that were set for them.
const SPECIAL: [&str; 16] = [
    ".", ":", "break", "builtin", "command", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set",
    "source", "trap", "unset",
];

/// Whether bash would run a command in the index of an array that `text` names.
fn has_code_in_index(text: &str) -> bool {
    let begins_with_code = ["[$(", "[`", "[${"].into_iter().any(|code| text.contains(code));
    let has_all = |parts: [&str; 3]| parts.into_iter().all(|part| text.contains(part));
    // Elsewhere in an index, which follows a name: `x[1+`id`]`, `x["${y@P}"]`.
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let index = || text.as_bytes().windows(2).position(|pair| is_of_name(pair[0]) && pair[1] == b'[');
    let code = || ["`", "@P"].into_iter().filter_map(|code| text.rfind(code)).max();
    let is_within = |code: usize| index().is_some_and(|index| index < code) && text[code..].contains(']');
    begins_with_code || has_all(["[", "$(", "]"]) || code().is_some_and(is_within)
}

impl Court<'_> {
    /// Refuses a text that bash would expand once more where it takes it for an array's element.
    pub(crate) fn literal_in_index(&self, word: &Word) -> Ruling {
        if has_code_in_index(&word.text) {
            return Err(rules::CODE_IN_INDEX.deny(format!("`{}`", word.shown())));
        }
        Ok(())
    }

    /// Judges the commands inside a word.
    pub(super) fn nested(&mut self, expansion: &Expansion, scope: &mut Scope) -> Ruling {
        for nested in &expansion.nested {
            self.substitution(nested, scope)?;
        }
        for name in &expansion.sets {
            settings::judge(self, name, None, scope)?;
            scope.forget(name);
        }
        Ok(())
    }

    pub(super) fn substitution(&mut self, nested: &Nested, scope: &Scope) -> Ruling {
        self.source(nested.source(), &mut scope.clone())
    }

    /// What a written word becomes, and judges what is in it.
    pub(super) fn words(&mut self, raw: &str, scope: &mut Scope) -> Result<Vec<Word>, Verdict> {
        let expansion = shell::expand(raw, scope).map_err(|unreadable| rules::UNREADABLE.deny(unreadable))?;
        self.nested(&expansion, scope)?;
        Ok(expansion.words)
    }

    /// What a written word becomes where it stays one.
    pub(super) fn value(&mut self, raw: &str, scope: &mut Scope) -> Result<Word, Verdict> {
        let expansion = shell::expand_value(raw, scope).map_err(|unreadable| rules::UNREADABLE.deny(unreadable))?;
        self.nested(&expansion, scope)?;
        Ok(expansion.words.into_iter().next().unwrap_or_default())
    }

    /// Judges that a variable gets a value, known or not.
    pub(crate) fn assigned(&mut self, name: &str, value: Option<&Word>, scope: &Scope) -> Ruling {
        if let Some(value) = value {
            self.literal_in_index(value)?;
        }
        settings::judge(self, name, value, scope)
    }

    /// Judges and notes an assignment. Gives its name and value.
    pub(super) fn assignment(
        &mut self,
        assignment: &ast::Assignment,
        scope: &mut Scope,
    ) -> Result<(String, Word), Verdict> {
        let (name, is_element) = match &assignment.name {
            ast::AssignmentName::VariableName(name) => (name.clone(), false),
            ast::AssignmentName::ArrayElementName(name, index) => {
                self.value(index, scope)?;
                (name.clone(), true)
            }
        };
        let value = match &assignment.value {
            ast::AssignmentValue::Scalar(word) => self.value(&word.value, scope)?,
            ast::AssignmentValue::Array(elements) => {
                for (index, element) in elements {
                    if let Some(index) = index {
                        self.value(&index.value, scope)?;
                    }
                    for word in self.words(&element.value, scope)? {
                        self.assigned(&name, Some(&word), scope)?;
                    }
                }
                Word::unknown(Unknown::Variable(name.clone()))
            }
        };
        let value = if assignment.append || is_element {
            self.assigned(&name, Some(&value), scope)?;
            Word::unknown(Unknown::Variable(name.clone()))
        } else {
            value
        };
        self.assigned(&name, Some(&value), scope)?;
        Ok((name, value))
    }

    /// Judges one redirection. Gives what the command reads, when that is changed.
    pub(super) fn redirect(&mut self, redirect: &ast::IoRedirect, scope: &mut Scope) -> Result<Option<Input>, Verdict> {
        use ast::{IoFileRedirectKind as K, IoFileRedirectTarget as T};
        match redirect {
            ast::IoRedirect::OutputAndError(word, _) => {
                let word = self.value(&word.value, scope)?;
                targets::written(self, Target::new(&word, "a redirection"), scope)?;
                Ok(None)
            }
            ast::IoRedirect::HereString(_, word) => Ok(Some(Input::Text(self.value(&word.value, scope)?))),
            ast::IoRedirect::HereDocument(_, document) => {
                if !document.requires_expansion {
                    return Ok(Some(Input::Text(Word::plain(document.doc.value.clone()))));
                }
                let expansion = shell::expand_text(&document.doc.value, scope)
                    .map_err(|unreadable| rules::UNREADABLE.deny(unreadable))?;
                self.nested(&expansion, scope)?;
                Ok(Some(Input::Text(expansion.words.into_iter().next().unwrap_or_default())))
            }
            ast::IoRedirect::File(_, kind, target) => match (kind, target) {
                (_, T::Fd(_)) => Ok(None),
                (_, T::ProcessSubstitution(_, group)) => {
                    self.list(&group.list, &mut scope.clone())?;
                    Ok(Some(Input::Unknown))
                }
                (K::DuplicateInput | K::DuplicateOutput, T::Duplicate(word) | T::Filename(word)) => {
                    let word = self.value(&word.value, scope)?;
                    let number = word.text.strip_suffix('-').unwrap_or(&word.text);
                    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                        targets::written(self, Target::new(&word, "a redirection"), scope)?;
                    }
                    Ok(None)
                }
                (K::Read, T::Filename(word) | T::Duplicate(word)) => {
                    let word = self.value(&word.value, scope)?;
                    targets::read(self, &word, scope)?;
                    Ok(Some(Input::File(word)))
                }
                (_, T::Filename(word) | T::Duplicate(word)) => {
                    let word = self.value(&word.value, scope)?;
                    targets::written(self, Target::new(&word, "a redirection"), scope)?;
                    Ok(None)
                }
            },
        }
    }

    pub(super) fn simple(&mut self, simple: &ast::SimpleCommand, scope: &mut Scope, input: Input) -> Ruling {
        use ast::CommandPrefixOrSuffixItem as I;
        let mut call = Call { input, ..Call::default() };
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        for item in prefix {
            match item {
                I::AssignmentWord(assignment, _) => {
                    let (name, value) = self.assignment(assignment, scope)?;
                    if simple.word_or_name.is_none() {
                        scope.set(&name, value);
                    } else {
                        call.settings.push((name, value));
                    }
                }
                I::IoRedirect(redirect) => {
                    if let Some(input) = self.redirect(redirect, scope)? {
                        call.input = input;
                    }
                }
                I::Word(_) | I::ProcessSubstitution(..) => {}
            }
        }
        if let Some(name) = &simple.word_or_name {
            call.words.extend(self.words(&name.value, scope)?);
        }
        for item in suffix {
            match item {
                I::Word(word) => call.words.extend(self.words(&word.value, scope)?),
                I::AssignmentWord(assignment, word) => {
                    if call.words.first().is_some_and(|name| settings::is_declaration(&name.text)) {
                        let (name, value) = self.assignment(assignment, scope)?;
                        call.declared.push((name, value));
                    } else {
                        call.words.extend(self.words(&word.value, scope)?);
                    }
                }
                I::IoRedirect(redirect) => {
                    if let Some(input) = self.redirect(redirect, scope)? {
                        call.input = input;
                    }
                }
                I::ProcessSubstitution(_, group) => {
                    self.list(&group.list, &mut scope.clone())?;
                    call.words.push(Word::unknown(Unknown::Pipe));
                }
            }
        }
        if simple.word_or_name.is_none() {
            return Ok(());
        }
        let Some(name) = call.words.first() else {
            // A name that became nothing: the assignments stay in the shell, and nothing runs.
            return Err(rules::UNKNOWN_NAME.deny("a name that is empty"));
        };
        let bodies = name.known().map(|known| scope.function(known)).unwrap_or_default();
        let may_stay = !bodies.is_empty() || name.known().is_none_or(|known| SPECIAL.contains(&known));
        let lent = (!call.settings.is_empty()).then(|| scope.lend(&call.settings));
        if bodies.is_empty() {
            crate::command::judge(self, &mut call, scope)?;
        } else {
            let arguments = call.words.split_off(1);
            self.call_function(&bodies, arguments, scope)?;
        }
        if let Some(lent) = lent {
            scope.take_back(lent, may_stay);
        }
        Ok(())
    }
}

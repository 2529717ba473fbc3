//! Walks a command line and has every command in it judged.

mod words;

use super::{
    brought::Brought,
    call::Input,
    rules::{self, Rule},
    scope::Scope,
    settings,
};
use crate::{
    Decision, Verdict,
    policy::{Policy, Surroundings},
    shell::{self, Unknown, Unreadable, Word},
};
use brush_parser::ast;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    rc::Rc,
};

/// How deep commands may be given as text to other commands.
const DEEPEST: u32 = 10;
/// How many commands are judged before the line counts as one that cannot be.
const MOST_COMMANDS: u32 = 1_500;
/// How many values of a loop are looked at one by one.
const MOST_ROUNDS: usize = 12;

/// How long the questions about one line may be together, in bytes; what comes after is only said to be there.
const LONGEST_QUESTION: usize = 1_500;

/// Nothing, or the refusal that ends the matter.
pub(crate) type Ruling = Result<(), Verdict>;

/// One command line being judged.
pub(crate) struct Court<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) around: &'a Surroundings<'a>,
    /// What a person would have to be asked, if nothing is refused.
    asked: Option<Verdict>,
    /// The same, of commands that are judged to the end: no entry of a file for the command around them answers it.
    settled: Option<Verdict>,
    depth: u32,
    judged: u32,
    /// How many functions are being called.
    calls: u32,
    /// What runs later, whatever variables and directories are by then, with what was known when it was last judged.
    trapped: Vec<(Word, Scope)>,
    /// Whether such a text is being judged.
    is_in_trap: bool,
    pub(super) root: PathBuf,
    /// The files of the project that the line runs, by the path it names them by.
    runs: BTreeSet<PathBuf>,
    /// What the line puts into the project, and may name later.
    pub(super) brought: Brought,
}

impl<'a> Court<'a> {
    pub(crate) fn new(policy: &'a Policy, around: &'a Surroundings<'a>) -> Self {
        Self {
            policy,
            around,
            asked: None,
            settled: None,
            depth: 0,
            judged: 0,
            calls: 0,
            trapped: Vec::new(),
            is_in_trap: false,
            root: around.workspace.root().to_owned(),
            runs: BTreeSet::new(),
            brought: Brought::default(),
        }
    }

    /// The verdict over the whole line.
    pub(crate) fn line(mut self, line: &str) -> Verdict {
        let mut scope = Scope::new(self.around.cwd, self.around.workspace.home());
        match self.source(line, &mut scope) {
            Err(refused) => refused,
            Ok(()) => {
                if let Some(asked) = self.asked {
                    both(&mut self.settled, asked);
                }
                self.settled.unwrap_or_else(Verdict::allow)
            }
        }
    }

    /// The files of the project that the line runs, as far as they are named in it.
    pub(crate) fn files_run(mut self, line: &str) -> BTreeSet<PathBuf> {
        let mut scope = Scope::new(self.around.cwd, self.around.workspace.home());
        // A line that is refused is not run, whatever was found until then.
        let _ = self.source(line, &mut scope);
        self.runs
    }

    /// Takes note of a file that the line runs from one of these directories.
    pub(super) fn runs(&mut self, path: &Path, places: &[PathBuf]) {
        for named in places.iter().map(|place| place.join(path)) {
            let is_projects = |real: PathBuf| real.starts_with(self.around.workspace.root());
            if self.around.workspace.resolve(&named, self.around.cwd).is_ok_and(is_projects) {
                self.runs.insert(named);
            }
        }
    }

    /// Takes note of a verdict: a refusal ends the matter, a question waits for the end.
    pub(crate) fn take(&mut self, verdict: Verdict) -> Ruling {
        match verdict.decision {
            Decision::Allow => Ok(()),
            Decision::Deny => Err(verdict),
            Decision::Ask => {
                both(&mut self.asked, verdict);
                Ok(())
            }
        }
    }

    /// Begins one command: what was asked until now is handed out, to be given back at its end.
    pub(super) fn begin(&mut self) -> Option<Verdict> {
        self.asked.take()
    }

    /// Ends what [`Court::begin`] began: what the command's own rules asked.
    pub(super) fn end(&mut self, before: Option<Verdict>) -> Option<Verdict> {
        std::mem::replace(&mut self.asked, before)
    }

    /// As [`Court::take`], for the last word on one command.
    pub(super) fn settle(&mut self, verdict: Verdict) -> Ruling {
        match verdict.decision {
            Decision::Ask => {
                both(&mut self.settled, verdict);
                Ok(())
            }
            _ => self.take(verdict),
        }
    }

    /// Judges a text as commands.
    pub(crate) fn source(&mut self, source: &str, scope: &mut Scope) -> Ruling {
        if self.depth >= DEEPEST {
            return Err(rules::UNREADABLE.deny(Unreadable::TooDeep));
        }
        let program = shell::parse(source).map_err(|unreadable| rules::UNREADABLE.deny(unreadable))?;
        self.depth += 1;
        for list in &program.complete_commands {
            self.list(list, scope)?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Judges a word as commands, as `eval` and `sh -c` run it.
    pub(crate) fn source_in(&mut self, word: &Word, scope: &mut Scope) -> Ruling {
        if word.unknown.is_some() {
            return Err(rules::UNKNOWN_CODE.deny(format!("`{}`", word.shown())));
        }
        self.source(&word.text, scope)
    }

    fn list(&mut self, list: &ast::CompoundList, scope: &mut Scope) -> Ruling {
        for ast::CompoundListItem(and_or, separator) in &list.0 {
            if matches!(separator, ast::SeparatorOperator::Async) {
                self.and_or(and_or, &mut scope.clone())?;
            } else {
                self.and_or(and_or, scope)?;
            }
        }
        Ok(())
    }

    fn and_or(&mut self, list: &ast::AndOrList, scope: &mut Scope) -> Ruling {
        self.pipeline(&list.first, scope)?;
        if !list.additional.is_empty() {
            let mut certain = scope.clone();
            for (index, next) in list.additional.iter().enumerate() {
                match next {
                    ast::AndOr::And(pipeline) => self.pipeline(pipeline, scope)?,
                    ast::AndOr::Or(pipeline) if leaves(pipeline) => {
                        scope.has_not_failed();
                        if index == 0 {
                            certain.has_not_failed();
                        }
                    }
                    ast::AndOr::Or(pipeline) => {
                        scope.may_have_failed();
                        self.pipeline(pipeline, scope)?;
                    }
                }
            }
            // Whatever came after the first operator may not have happened.
            let reached = std::mem::replace(scope, certain);
            scope.merge(reached);
        }
        scope.may_have_failed();
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline, scope: &mut Scope) -> Ruling {
        if let [only] = pipeline.seq.as_slice() {
            return self.command(only, scope, Input::Same);
        }
        let mut input = Input::Same;
        for command in &pipeline.seq {
            let next = Input::of_pipe_from(command, &input, super::names::listed_by(self, command, scope));
            self.command(command, &mut scope.clone(), input)?;
            input = next;
        }
        Ok(())
    }

    fn command(&mut self, command: &ast::Command, scope: &mut Scope, input: Input) -> Ruling {
        self.judged += 1;
        if self.judged > MOST_COMMANDS {
            return Err(rules::UNREADABLE.deny(Unreadable::TooDeep));
        }
        match command {
            ast::Command::Simple(simple) => self.simple(simple, scope, input)?,
            ast::Command::Compound(compound, redirects) => {
                self.redirect_list(redirects.as_ref(), scope)?;
                self.compound(compound, scope)?;
            }
            ast::Command::Function(function) => self.define(function, scope)?,
            ast::Command::ExtendedTest(test, redirects) => {
                self.redirect_list(redirects.as_ref(), scope)?;
                self.test(&test.expr, scope)?;
            }
        }
        self.what_is_trapped(scope)
    }

    /// Takes note of a text that the shell runs later.
    pub(crate) fn trap(&mut self, code: &Word, scope: &Scope) {
        self.trapped.push((code.clone(), scope.clone()));
    }

    /// Judges what the shell runs later once more where its variables and directories have become others.
    fn what_is_trapped(&mut self, scope: &Scope) -> Ruling {
        if self.is_in_trap {
            return Ok(());
        }
        self.is_in_trap = true;
        let ruling = (0..self.trapped.len()).try_for_each(|index| self.trapped_once_more(index, scope));
        self.is_in_trap = false;
        ruling
    }

    fn trapped_once_more(&mut self, index: usize, scope: &Scope) -> Ruling {
        match self.trapped.get_mut(index) {
            Some((code, seen)) if !seen.knows_the_same(scope) => {
                *seen = scope.clone();
                let code = code.clone();
                self.source_in(&code, &mut scope.clone())
            }
            _ => Ok(()),
        }
    }

    fn redirect_list(&mut self, redirects: Option<&ast::RedirectList>, scope: &mut Scope) -> Ruling {
        for redirect in redirects.iter().flat_map(|list| &list.0) {
            self.redirect(redirect, scope)?;
        }
        Ok(())
    }

    fn define(&mut self, function: &ast::FunctionDefinition, scope: &mut Scope) -> Ruling {
        let name = function.fname.value.as_str();
        if super::is_known(name) || name.contains(['$', '`', '\'', '"', '\\', '/']) {
            return Err(rules::FUNCTION_NAME.deny(format!("`{}`", function.fname.value)));
        }
        // Once with nothing known of its arguments, since who calls it need not stand in this line.
        let mut inside = scope.clone();
        inside.arguments = None;
        scope.define(name, Rc::new(function.body.clone()));
        if self.calls < 2 {
            self.calls += 1;
            let ruling = self.function_body(&function.body, &mut inside);
            self.calls -= 1;
            // What only unknown arguments make dangerous is judged with the arguments it gets.
            return match ruling {
                Err(refused) if !refused.rule.ends_with("unknown") && !refused.rule.ends_with("unknown-target") => {
                    Err(refused)
                }
                _ => Ok(()),
            };
        }
        Ok(())
    }

    fn function_body(&mut self, body: &ast::FunctionBody, scope: &mut Scope) -> Ruling {
        self.redirect_list(body.1.as_ref(), scope)?;
        self.compound(&body.0, scope)
    }

    /// Judges the call of a function of this line.
    fn call_function(&mut self, bodies: &[Rc<ast::FunctionBody>], arguments: Vec<Word>, scope: &mut Scope) -> Ruling {
        if self.calls >= 6 {
            return Err(rules::UNREADABLE.deny(Unreadable::TooDeep));
        }
        self.calls += 1;
        let outer = scope.arguments.replace(arguments);
        for body in bodies {
            self.conditionally(scope, |court, scope| court.function_body(body, scope))?;
        }
        scope.arguments = outer;
        self.calls -= 1;
        Ok(())
    }

    fn compound(&mut self, compound: &ast::CompoundCommand, scope: &mut Scope) -> Ruling {
        use ast::CompoundCommand as C;
        match compound {
            C::BraceGroup(group) => self.list(&group.list, scope),
            C::Subshell(group) => self.list(&group.list, &mut scope.clone()),
            C::Arithmetic(expression) => self.arithmetic(&expression.expr.value, scope),
            C::ArithmeticForClause(clause) => {
                for part in [&clause.initializer, &clause.condition, &clause.updater].into_iter().flatten() {
                    self.arithmetic(&part.value, scope)?;
                }
                self.repeatedly(scope, |court, scope| court.list(&clause.body.list, scope))
            }
            C::ForClause(clause) => self.for_each(clause, scope),
            C::WhileClause(clause) | C::UntilClause(clause) => self.repeatedly(scope, |court, scope| {
                court.list(&clause.0, scope)?;
                court.list(&clause.1.list, scope)
            }),
            C::IfClause(clause) => {
                self.list(&clause.condition, scope)?;
                let mut after = scope.clone();
                self.list(&clause.then, &mut after)?;
                let mut ends = vec![after];
                for other in clause.elses.iter().flatten() {
                    if let Some(condition) = &other.condition {
                        self.list(condition, scope)?;
                    }
                    let mut after = scope.clone();
                    self.list(&other.body, &mut after)?;
                    ends.push(after);
                }
                ends.into_iter().for_each(|end| scope.merge(end));
                Ok(())
            }
            C::CaseClause(clause) => {
                self.value(&clause.value.value, scope)?;
                let mut ends = Vec::new();
                for case in &clause.cases {
                    for pattern in &case.patterns {
                        self.value(&pattern.value, scope)?;
                    }
                    if let Some(list) = &case.cmd {
                        let mut after = scope.clone();
                        self.list(list, &mut after)?;
                        ends.push(after);
                    }
                }
                ends.into_iter().for_each(|end| scope.merge(end));
                Ok(())
            }
            C::Coprocess(process) => {
                self.command(&process.body, &mut scope.clone(), Input::Same)?;
                if let Some(name) = &process.name {
                    settings::judge(self, &name.value, None, scope)?;
                    scope.forget(&name.value);
                }
                Ok(())
            }
        }
    }

    /// Judges what may or may not run.
    fn conditionally(&mut self, scope: &mut Scope, body: impl Fn(&mut Self, &mut Scope) -> Ruling) -> Ruling {
        let mut after = scope.clone();
        body(self, &mut after)?;
        scope.merge(after);
        Ok(())
    }

    /// Judges what may run any number of times: until nothing more comes to be unknown.
    fn repeatedly(&mut self, scope: &mut Scope, body: impl Fn(&mut Self, &mut Scope) -> Ruling) -> Ruling {
        for _ in 0..3 {
            let (before, brought) = (scope.clone(), self.brought.count());
            self.conditionally(scope, &body)?;
            if scope.knows_the_same(&before) && self.brought.count() == brought {
                return Ok(());
            }
        }
        scope.forget_all();
        scope.go(Vec::new(), false);
        self.conditionally(scope, &body)
    }

    fn for_each(&mut self, clause: &ast::ForClauseCommand, scope: &mut Scope) -> Ruling {
        let mut values = Vec::new();
        for word in clause.values.iter().flatten() {
            values.extend(self.words(&word.value, scope)?);
        }
        let name = clause.variable_name.as_str();
        let is_known = clause.values.is_some() && values.len() <= MOST_ROUNDS && !values.iter().any(|v| v.may_split);
        if is_known {
            for value in &values {
                self.assigned(name, Some(value), scope)?;
            }
        } else {
            self.assigned(name, None, scope)?;
            values = vec![Word { may_split: true, ..Word::unknown(Unknown::Variable(name.to_owned())) }];
        }
        for value in values {
            self.literal_in_index(&value)?;
            let value = Word { is_quoted: false, ..value };
            self.repeatedly(scope, |court, scope| {
                scope.set(name, value.clone());
                court.list(&clause.body.list, scope)
            })?;
        }
        scope.forget(name);
        Ok(())
    }

    fn arithmetic(&mut self, expression: &str, scope: &mut Scope) -> Ruling {
        let expansion =
            shell::expand_text(expression, scope).map_err(|unreadable| rules::UNREADABLE.deny(unreadable))?;
        self.nested(&expansion, scope)?;
        scope.forget_those_in(expression);
        Ok(())
    }

    fn test(&mut self, test: &ast::ExtendedTestExpr, scope: &mut Scope) -> Ruling {
        use ast::ExtendedTestExpr as T;
        match test {
            T::And(left, right) | T::Or(left, right) => {
                self.test(left, scope)?;
                self.test(right, scope)
            }
            T::Not(inner) | T::Parenthesized(inner) => self.test(inner, scope),
            T::UnaryTest(_, word) => {
                let word = self.value(&word.value, scope)?;
                self.literal_in_index(&word)
            }
            T::BinaryTest(_, left, right) => {
                let left = self.value(&left.value, scope)?;
                self.literal_in_index(&left)?;
                let right = self.value(&right.value, scope)?;
                self.literal_in_index(&right)
            }
        }
    }

    /// Refuses what a rule is about; `what` names it for a person.
    pub(crate) fn refuse(&self, rule: Rule, what: impl std::fmt::Display) -> Ruling {
        Err(rule.deny(what))
    }
}

/// Adds a question to those a person is asked about this line, so that a yes to it never hides another. The rule is the
/// first one's.
fn both(questions: &mut Option<Verdict>, another: Verdict) {
    match questions {
        None => *questions = Some(another),
        Some(first) if first.reason.contains(&another.reason) => {}
        Some(first) => {
            let shortened = first.reason.len() > LONGEST_QUESTION;
            let what = if shortened { "and more".to_owned() } else { format!("{} [{}]", another.reason, another.rule) };
            if !(shortened && first.reason.ends_with(&what)) {
                first.reason = format!("{}; {what}", first.reason);
            }
        }
    }
}

/// Whether a pipeline ends the shell, or the function, or this round of a loop.
fn leaves(pipeline: &ast::Pipeline) -> bool {
    let [ast::Command::Simple(simple)] = pipeline.seq.as_slice() else { return false };
    let is_plain = simple.prefix.is_none() && simple.suffix.as_ref().is_none_or(|suffix| suffix.0.len() <= 1);
    let name = simple.word_or_name.as_ref().map(|word| word.value.as_str());
    is_plain && matches!(name, Some("exit" | "return"))
}

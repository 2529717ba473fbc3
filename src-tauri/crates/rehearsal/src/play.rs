//! Which turn it is. Derived from the conversation alone, so a request that the CLI repeats gets the same answer.

use crate::{
    conversation::Conversation,
    facts::Facts,
    script::{Repeat, Step, StepKind, Turn},
};
use std::ops::ControlFlow;

/// What a script has to say to a request.
#[derive(Debug)]
pub(crate) enum Cue<'s> {
    /// This turn.
    Turn(&'s Turn),
    /// The script was played to its end before.
    End,
    /// None of the cases fits; in words.
    Lost(String),
}

/// Finds the turn that follows the conversation. `facts` are those before its first turn, and afterwards those of now.
///
/// `is_spent` says of a turn's fault whether it happened as often as it should; a spent turn without output is passed over.
pub(crate) fn cue<'s, 'c>(
    script: &'s [Step],
    conversation: &'c Conversation,
    facts: &mut Facts<'c>,
    is_spent: impl Fn(&Turn) -> bool,
) -> Cue<'s> {
    let mut walk = Walk { conversation, facts, is_spent, played: 0 };
    match walk.steps(script) {
        ControlFlow::Break(cue) => cue,
        ControlFlow::Continue(()) => {
            // Turns beyond the end are answers to a person or a hook that spoke up again.
            walk.rest();
            Cue::End
        }
    }
}

struct Walk<'w, 'c, F> {
    conversation: &'c Conversation,
    facts: &'w mut Facts<'c>,
    is_spent: F,
    /// Assistant turns of the conversation that are accounted for.
    played: usize,
}

impl<'c, F: Fn(&Turn) -> bool> Walk<'_, 'c, F> {
    fn steps<'s>(&mut self, steps: &'s [Step]) -> ControlFlow<Cue<'s>> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step<'s>(&mut self, step: &'s Step) -> ControlFlow<Cue<'s>> {
        let mut left = match step.repeat {
            Repeat::Times(times) => Some(times),
            Repeat::Forever => None,
        };
        while left != Some(0) && step.when.holds(self.facts) {
            let before = self.played;
            match &step.kind {
                StepKind::Turn(turn) => self.turn(turn)?,
                StepKind::Group(steps) => self.steps(steps)?,
                StepKind::Choose(cases) => self.choose(cases)?,
            }
            if self.played == before {
                // Nothing in it left a trace, so nothing will by going round again.
                break;
            }
            left = left.map(|left| left - 1);
        }
        ControlFlow::Continue(())
    }

    fn turn<'s>(&mut self, turn: &'s Turn) -> ControlFlow<Cue<'s>> {
        if let (true, Some(exchange)) = (turn.has_output(), self.conversation.exchanges.get(self.played)) {
            self.facts.learn(exchange);
            self.played += 1;
            return ControlFlow::Continue(());
        }
        let is_over = self.played < self.conversation.exchanges.len();
        if !turn.has_output() && (is_over || (self.is_spent)(turn)) {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(Cue::Turn(turn))
    }

    fn choose<'s>(&mut self, cases: &'s [Step]) -> ControlFlow<Cue<'s>> {
        match cases.iter().find(|case| case.when.holds(self.facts)) {
            Some(case) => self.step(case),
            None => ControlFlow::Break(Cue::Lost(self.facts.no_case())),
        }
    }

    fn rest(&mut self) {
        for exchange in self.conversation.exchanges.iter().skip(self.played) {
            self.facts.learn(exchange);
        }
    }
}

//! What a session has used so far, while it runs.

use crate::run::Usage;

/// Messages whose figures may still change: those of the agent and of a few that work for it.
const OPEN_MESSAGES: usize = 16;

/// Tokens of a session so far, weighted by what they cost beside a written one.
///
/// A written token counts 1, a read one a fifth, one written to the cache a quarter, one read from it a fiftieth: the
/// proportions of the service's prices.
#[derive(Debug, Default)]
pub struct Spending {
    /// In hundredths of a written token.
    total: u64,
    /// What is counted of each message already, the latest last.
    open: Vec<(String, u64)>,
}

impl Spending {
    /// Takes note of a message's figures up to now. They are cumulative: the last ones count, never the sum.
    pub fn see(&mut self, message: &str, usage: Usage) {
        let now = weighted(usage);
        let place = self.open.iter().position(|(id, _)| id == message);
        let counted = match place {
            Some(place) => &mut self.open[place].1,
            None => {
                if self.open.len() == OPEN_MESSAGES {
                    self.open.remove(0);
                }
                self.open.push((message.to_owned(), 0));
                match self.open.last_mut() {
                    Some((_, counted)) => counted,
                    None => return,
                }
            }
        };
        self.total = self.total.saturating_add(now.saturating_sub(*counted));
        *counted = now.max(*counted);
    }

    /// Weighted tokens so far.
    pub fn tokens(&self) -> u64 {
        self.total / 100
    }
}

fn weighted(usage: Usage) -> u64 {
    let part = |tokens: u64, weight: u64| tokens.saturating_mul(weight);
    part(usage.output_tokens, 100)
        .saturating_add(part(usage.input_tokens, 20))
        .saturating_add(part(usage.cache_write_tokens, 25))
        .saturating_add(part(usage.cache_read_tokens, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(output: u64) -> Usage {
        Usage { output_tokens: output, input_tokens: 1_000, cache_write_tokens: 400, cache_read_tokens: 5_000 }
    }

    #[test]
    fn a_message_told_again_with_higher_figures_counts_once_and_each_sort_by_its_price() {
        let mut spending = Spending::default();
        spending.see("m1", usage(1));
        spending.see("m1", usage(50));
        spending.see("m1", usage(50));
        assert_eq!(spending.tokens(), 50 + 200 + 100 + 100);
        spending.see("m1", usage(1));
        assert_eq!(spending.tokens(), 450, "an earlier figure that comes late takes nothing back");
        spending.see("m2", usage(50));
        assert_eq!(spending.tokens(), 900);
    }

    #[test]
    fn memory_does_not_grow_with_the_number_of_messages() {
        let mut spending = Spending::default();
        (0..10_000).for_each(|number| spending.see(&format!("m{number}"), usage(0)));
        assert!(spending.open.len() <= OPEN_MESSAGES, "{}", spending.open.len());
        assert_eq!(spending.tokens(), 10_000 * 400);
    }
}

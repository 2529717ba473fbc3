//! Waiting: for a rate limit to end, or for a fault to pass. A stop ends every wait at once.

use super::{Pace, RunControl};
use crate::{EngineError, OpenProject};
use harness_domain::{event::Event, id::RunId};
use std::time::Duration;

/// The longest wait after a fault.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);
/// The longest wait for a rate limit that is believed. Subscriptions count by the week; a time beyond that is a
/// mistake, and would keep every later run from starting.
const LONGEST_LIMIT: Duration = Duration::from_secs(8 * 24 * 60 * 60);
/// How often the clock is looked at while waiting: it may jump, and the computer may have slept.
const GLANCE: Duration = Duration::from_secs(2);

/// How long to wait after the `faults`-th fault in a row: doubled each time, half of it random.
pub(super) fn backoff(pace: &Pace, faults: u32) -> Duration {
    let doubled = pace.first_wait.saturating_mul(1_u32.checked_shl(faults.saturating_sub(1)).unwrap_or(u32::MAX));
    let whole = doubled.min(LONGEST_WAIT);
    whole.mul_f64(rand::random_range(0.5..=1.0))
}

/// Until when a rate limit is waited out: the time it named, or an agreed span from now, and up to a tenth more.
pub(super) fn limit_end(pace: &Pace, now_ms: i64, named_ms: Option<i64>) -> i64 {
    let latest = latest_limit(now_ms);
    let base = named_ms.filter(|named| *named > now_ms).unwrap_or(now_ms.saturating_add(millis(pace.unnamed_limit)));
    let base = base.min(latest);
    let most = millis(pace.jitter).min((base - now_ms) / 10);
    base.saturating_add(rand::random_range(0..=most))
}

/// The latest time that a rate limit met now, or remembered from an earlier run, can last to.
pub(super) fn latest_limit(now_ms: i64) -> i64 {
    now_ms.saturating_add(millis(LONGEST_LIMIT))
}

/// Waits until `until_ms` by the engine's clock, or until the person stops or pauses the run.
pub(super) async fn wait_until(
    project: &OpenProject,
    run: RunId,
    control: &RunControl,
    until_ms: i64,
    reason: &str,
) -> Result<(), EngineError> {
    project.publish(Event::RunWaiting { run, until_ms, reason: reason.into() });
    loop {
        let left = until_ms - project.app.clock.now_ms();
        super::conduct::obey_requests(project, control)?;
        if left <= 0 || control.is_stopping() || control.is_pausing() {
            return Ok(());
        }
        let nap = Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(GLANCE);
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            () = control.stopping().cancelled() => {}
        }
    }
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_never_pass_ten_minutes() {
        let pace = Pace { first_wait: Duration::from_secs(4), ..Pace::default() };
        for faults in 1..40 {
            let wait = backoff(&pace, faults);
            let whole = Duration::from_secs(4).saturating_mul(1 << faults.saturating_sub(1).min(20)).min(LONGEST_WAIT);
            assert!(
                wait >= whole / 2 && wait <= whole,
                "fault {faults} waits between half and all of {whole:?}: {wait:?}"
            );
        }
    }

    #[test]
    fn a_limit_without_a_time_or_with_a_past_one_is_waited_out_for_the_agreed_span() {
        let pace = Pace { unnamed_limit: Duration::from_secs(300), jitter: Duration::ZERO, ..Pace::default() };
        for named in [None, Some(999), Some(1_000)] {
            assert_eq!(limit_end(&pace, 1_000, named), 301_000, "named: {named:?}");
        }
        assert_eq!(limit_end(&pace, 1_000, Some(5_000)), 5_000, "a time to come is taken at its word");
    }

    #[test]
    fn a_limit_of_years_is_a_mistake_and_not_waited_out() {
        let pace = Pace { jitter: Duration::ZERO, ..Pace::default() };
        let eight_days = 1_000 + 8 * 24 * 60 * 60 * 1000;
        for named in [eight_days + 1, 1_893_456_000_000_000, i64::MAX] {
            assert_eq!(limit_end(&pace, 1_000, Some(named)), eight_days, "named: {named}");
        }
    }

    #[test]
    fn what_is_added_to_a_limit_is_at_most_a_tenth_of_the_wait_and_never_more_than_the_jitter() {
        let pace = Pace { jitter: Duration::from_millis(700), ..Pace::default() };
        for (named_ms, most_ms) in [(2_000, 100), (11_000, 700)] {
            for _ in 0..100 {
                let added = limit_end(&pace, 1_000, Some(named_ms)) - named_ms;
                assert!((0..=most_ms).contains(&added), "{added} ms were added to a limit until {named_ms}");
            }
        }
    }
}

//! Where a session stands between its start and its end.

use tokio::time::Instant;

/// Where a session stands, and until when it may stay there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The CLI has not yet answered our first request.
    Starting,
    /// The agent works, or waits for the API, a tool, or us.
    Working,
    /// A result came, but sub-agents still work; the end of one begins another turn.
    Background,
    /// A result came, and something was said or ended that may begin another turn at once.
    BetweenTurns { until: Instant },
    /// A result came in a conversation: what comes next is the owner's word, and may take as long as it likes.
    Listening,
    /// A result came and the CLI was told to go.
    Leaving { until: Instant },
    /// The agent was interrupted.
    Stopping { until: Instant },
    /// The processes were asked to end.
    Terminating { until: Instant },
    /// The processes were killed.
    Killed { until: Instant },
}

//! Keeps the machine from going to sleep while an agent works.

use keepawake::KeepAwake;

/// The name under which power settings and `systemd-inhibit --list` show it.
const NAME: &str = "Auto Agent Harness";

/// Holds the machine awake, or does not.
#[derive(Default)]
pub struct Awake {
    hold: Option<KeepAwake>,
    has_failed: bool,
}

impl Awake {
    /// Makes it so. The screen may still go dark. Speaks to the operating system and may block for a moment.
    ///
    /// A system that cannot be asked (a container, a server) is asked once and then left alone: the run matters more.
    pub fn set(&mut self, is_wanted: bool) {
        if !is_wanted {
            self.hold = None;
        } else if self.hold.is_none() && !self.has_failed {
            let asked = keepawake::Builder::default()
                .idle(true)
                .sleep(true)
                .reason("An agent is working")
                .app_name(NAME)
                .app_reverse_domain("org.auto-agent-harness.desktop")
                .create();
            match asked {
                Ok(hold) => self.hold = Some(hold),
                Err(error) => {
                    self.has_failed = true;
                    tracing::warn!(%error, "the machine cannot be kept awake during runs");
                }
            }
        }
    }
}

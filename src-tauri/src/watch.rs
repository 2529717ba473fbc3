//! Follows the product's events for the tray, the notifications and the machine's sleep.

use crate::{
    activity::{Activity, Occasion},
    awake::Awake,
    notify,
    product::Product,
    quit,
    tray::Tray,
};
use harness_api::{
    Frame, JoinStream,
    shape::setup::{AppSettings, NotifySettings},
};
use harness_domain::event::{Envelope, Event};
use std::{sync::Arc, time::Duration};
use tauri::{AppHandle, Manager};
use tokio::sync::watch;

/// What the person was told of runs, for whoever has to wait for it.
pub struct Watch {
    is_running: watch::Receiver<bool>,
}

impl Watch {
    /// Waits until the person was told that no run is under way, at most for `patience`.
    pub async fn wait_until_idle(&self, patience: Duration) {
        let mut is_running = self.is_running.clone();
        let idle = is_running.wait_for(|is_running| !is_running);
        if tokio::time::timeout(patience, idle).await.is_err() {
            tracing::warn!(
                "a run has not stopped in time; it ends with the program and is recovered at the next start"
            );
        }
    }
}

/// Begins to follow what happens. Lives as long as the program.
pub fn start(app: &AppHandle) {
    let (is_running, seen) = watch::channel(false);
    app.manage(Watch { is_running: seen });
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let mut frames = app.state::<Product>().subscribe(&JoinStream::default());
        let mut watcher =
            Watcher { activity: Activity::default(), awake: Arc::default(), is_running, app: app.clone() };
        loop {
            match frames.next().await {
                Frame::Event { envelope } => watcher.observe(&envelope).await,
                Frame::Hello { .. } | Frame::Resync { .. } => watcher.read_anew().await,
            }
        }
    });
}

struct Watcher {
    activity: Activity,
    awake: Arc<std::sync::Mutex<Awake>>,
    is_running: watch::Sender<bool>,
    app: AppHandle,
}

impl Watcher {
    async fn read_anew(&mut self) {
        let projects = self.app.state::<Product>().projects().await;
        self.activity.replace(projects);
        self.show().await;
    }

    async fn observe(&mut self, envelope: &Envelope) {
        // One of the settings says whether the machine may sleep.
        if matches!(envelope.event, Event::SettingsChanged {}) {
            return self.show().await;
        }
        if !Activity::concerns(&envelope.event) {
            return;
        }
        // Which projects there are, and what they are called.
        if matches!(envelope.event, Event::ProjectsChanged {}) {
            return self.read_anew().await;
        }
        let before = (self.activity.words(), self.activity.running());
        if !self.activity.is_unknown(envelope.project) && !Activity::has_to_be_read(&envelope.event) {
            self.activity.observe(envelope.project, &envelope.event);
        } else if let Some(project) = self.app.state::<Product>().project(envelope.project).await {
            // What the event brought is in it already.
            self.activity.add(envelope.project, project);
        }
        let notice = self.activity.news(envelope.project, &envelope.event);
        if let Some(notice) = notice
            && is_wanted(self.app.state::<Product>().settings().await.notify, notice.occasion)
        {
            notify::show(&self.app, notice);
        }
        if before != (self.activity.words(), self.activity.running()) {
            self.show().await;
        }
    }

    async fn show(&mut self) {
        let is_running = !self.activity.running().is_empty();
        self.app.state::<Tray>().show(&self.activity.words(), is_running);
        let AppSettings { keep_awake, .. } = self.app.state::<Product>().settings().await;
        let awake = self.awake.clone();
        // It asks the operating system and waits for the answer.
        let set = tokio::task::spawn_blocking(move || {
            awake.lock().unwrap_or_else(std::sync::PoisonError::into_inner).set(is_running && keep_awake);
        });
        if let Err(error) = set.await {
            tracing::warn!(%error, "the machine's sleep could not be changed");
        }
        self.is_running.send_replace(is_running);
        if !is_running {
            quit::done(&self.app);
        }
    }
}

fn is_wanted(settings: NotifySettings, occasion: Occasion) -> bool {
    match occasion {
        Occasion::Finished => settings.finished,
        Occasion::NeedsYou => settings.needs_you,
        Occasion::Limit => settings.limit,
        Occasion::Blocked => settings.blocked,
    }
}

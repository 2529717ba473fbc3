//! The product's events for the page, over a channel of the window.

use crate::{commands::Batch, product::Product};
use harness_api::{Frames, JoinStream};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tauri::{async_runtime::JoinHandle, ipc::Channel};

/// How many frames one message carries at most: a busy run costs the page a few messages a second, not hundreds.
const FRAMES: usize = 256;

/// The streams that are open. There is one window with one page, and a page that is loaded anew has none.
#[derive(Default)]
pub struct Streams {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: u32,
    open: HashMap<u32, JoinHandle<()>>,
}

impl Streams {
    /// Sends frames to `channel` from now on, or from where `join` says; the first batch begins with the hello. Returns
    /// the number to end it with.
    pub fn begin(&self, product: &Product, join: &JoinStream, channel: Channel<Batch>) -> u32 {
        let task = tauri::async_runtime::spawn(pass_on(product.subscribe(join), channel));
        let mut state = self.state();
        state.last = state.last.wrapping_add(1);
        let number = state.last;
        state.open.insert(number, task);
        number
    }

    /// Ends that stream. One that has ended already is no error.
    pub fn end(&self, number: u32) {
        if let Some(task) = self.state().open.remove(&number) {
            task.abort();
        }
    }

    /// Ends every stream: the page they were for is gone.
    pub fn end_all(&self) {
        self.state().open.drain().for_each(|(_, task)| task.abort());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Both fields are whole after every statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn pass_on(mut frames: Frames, channel: Channel<Batch>) {
    loop {
        let mut batch = vec![frames.next().await];
        while batch.len() < FRAMES
            && let Some(frame) = frames.try_next()
        {
            batch.push(frame);
        }
        if channel.send(Batch(batch)).is_err() {
            // The window is gone.
            return;
        }
    }
}

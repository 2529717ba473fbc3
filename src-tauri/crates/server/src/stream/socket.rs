//! One socket: what it is told, until it goes away or is sent away.

use crate::state::{State, Visitor};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::{Sink, SinkExt, Stream, StreamExt};
use harness_api::{Caller, Frame, Frames, JoinStream};
use std::{
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval_at},
};

/// How often a client is asked whether it is there.
const ASK_EVERY: Duration = Duration::from_secs(20);
/// Times that it may leave the question unanswered. Counted by questions that were sent, not by the clock: who was not
/// asked, because this machine was busy or what was written before waited, has not kept silent.
const UNANSWERED: u32 = 3;
/// How long the last word may take to be written.
const PARTING: Duration = Duration::from_secs(2);
/// Frames told at once: a burst costs few system calls.
const BATCH: usize = 256;

/// What a socket's client is told of each frame.
pub(super) trait Script: Send {
    /// Messages right after the hello.
    fn greet(&mut self, state: &State, caller: &Caller) -> impl Future<Output = Vec<String>> + Send;

    /// Adds the messages that a frame is.
    fn tell(&mut self, frame: &Frame, out: &mut Vec<String>);
}

/// Why a socket ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Gone,
    Sent(u16, &'static str),
}

/// Tells a client everything until one of both leaves.
pub(super) async fn attend(state: State, visitor: Visitor, join: JoinStream, script: impl Script, socket: WebSocket) {
    let open = state.metrics.socket();
    // So that the door waits for its last word.
    let _here = state.tasks.token();
    let (mut out, heard) = socket.split();
    let frames = state.api.subscribe(&join);
    let telling = Telling { state: &state, caller: &visitor.caller, frames, script };
    let end = tokio::select! {
        end = tell(telling, &mut out, heard) => end,
        () = visitor.revoked.cancelled() => End::Sent(close_code::POLICY, "signed out"),
        () = state.stopping.cancelled() => End::Sent(close_code::AWAY, "the server is being stopped"),
    };
    if let End::Sent(code, words) = end {
        let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(words) }));
        // A client that does not read is left without it.
        let _ = tokio::time::timeout(PARTING, out.send(close)).await;
    }
    drop(open);
}

/// What a client is told, as it comes.
struct Telling<'a, S> {
    state: &'a State,
    caller: &'a Caller,
    frames: Frames,
    script: S,
}

impl<S: Script> Telling<'_, S> {
    async fn greeting(&mut self) -> Vec<String> {
        let mut words = self.next().await;
        words.extend(self.script.greet(self.state, self.caller).await);
        words
    }
}

/// Where messages come from.
trait Source {
    /// The next messages, waiting for them if need be. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Vec<String>> + Send;
}

impl<S: Script> Source for Telling<'_, S> {
    async fn next(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        let mut next = Some(self.frames.next().await);
        let mut count = 0;
        while let Some(frame) = next {
            // Somebody else's project is nobody's business.
            if !matches!(&frame, Frame::Event { envelope } if !self.caller.may_see(envelope.project)) {
                self.state.metrics.framed(matches!(frame, Frame::Resync { .. }));
                self.script.tell(&frame, &mut words);
            }
            count += 1;
            next = if count < BATCH { self.frames.try_next() } else { None };
        }
        words
    }
}

async fn tell<E>(
    mut telling: Telling<'_, impl Script>,
    out: &mut (impl Sink<Message> + Unpin),
    heard: impl Stream<Item = Result<Message, E>>,
) -> End {
    let greeting = telling.greeting().await;
    converse(greeting, telling, out, heard).await
}

/// Writes and hears at the same time, so that a client to which nothing can be written just now is still heard.
async fn converse<E>(
    greeting: Vec<String>,
    source: impl Source,
    out: &mut (impl Sink<Message> + Unpin),
    heard: impl Stream<Item = Result<Message, E>>,
) -> End {
    let unanswered = AtomicU32::new(0);
    // One question of the client's own waits at most; whoever asks more often gets one answer.
    let (ask, asked) = mpsc::channel(1);
    tokio::select! {
        end = write(greeting, source, out, asked, &unanswered) => end,
        end = hear(heard, ask, &unanswered) => end,
    }
}

async fn write(
    mut words: Vec<String>,
    mut source: impl Source,
    out: &mut (impl Sink<Message> + Unpin),
    mut asked: mpsc::Receiver<()>,
    unanswered: &AtomicU32,
) -> End {
    let mut ask = interval_at(Instant::now() + ASK_EVERY, ASK_EVERY);
    ask.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        for word in words.drain(..) {
            if out.feed(Message::Text(word.into())).await.is_err() {
                return End::Gone;
            }
        }
        if out.flush().await.is_err() {
            return End::Gone;
        }
        tokio::select! {
            next = source.next() => words = next,
            Some(()) = asked.recv() => words.push(r#"{"type":"pong"}"#.to_owned()),
            _ = ask.tick() => {
                if unanswered.load(Relaxed) >= UNANSWERED {
                    // Not for good: a client that was only away comes back to where it was.
                    return End::Sent(close_code::AGAIN, "nothing was heard");
                }
                if out.send(Message::Ping(bytes::Bytes::new())).await.is_err() {
                    return End::Gone;
                }
                unanswered.fetch_add(1, Relaxed);
            }
        }
    }
}

/// Listens until the client goes away.
async fn hear<E>(heard: impl Stream<Item = Result<Message, E>>, ask: mpsc::Sender<()>, unanswered: &AtomicU32) -> End {
    let mut heard = std::pin::pin!(heard);
    while let Some(Ok(message)) = heard.next().await {
        unanswered.store(0, Relaxed);
        match message {
            Message::Close(_) => break,
            Message::Text(text) if is_ping(&text) => drop(ask.try_send(())),
            _ => {}
        }
    }
    End::Gone
}

/// Whether it is the documented question whether we are there.
fn is_ping(text: &str) -> bool {
    text == "ping" || serde_json::from_str::<serde_json::Value>(text).is_ok_and(|said| said["type"] == "ping")
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{channel::mpsc as pipe, stream};
    use std::{convert::Infallible, future::pending};

    /// Has nothing to tell.
    struct Quiet;

    impl Source for Quiet {
        async fn next(&mut self) -> Vec<String> {
            pending().await
        }
    }

    type Said = Result<Message, Infallible>;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_answers_nothing_is_sent_away_but_not_for_good() {
        let (mut out, told) = pipe::unbounded();
        let began = Instant::now();
        let end = converse(Vec::new(), Quiet, &mut out, stream::pending::<Said>()).await;
        assert_eq!(end, End::Sent(close_code::AGAIN, "nothing was heard"), "it may come back");
        assert_eq!(began.elapsed(), ASK_EVERY * 4, "after three questions had time to be answered");
        drop(out);
        let told: Vec<Message> = told.collect().await;
        assert_eq!(told.len(), 3, "it was asked: {told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_heard_stays_even_while_nothing_can_be_written_to_it() {
        // Room for one message; nothing is taken out for an hour.
        let (mut out, mut told) = pipe::channel(0);
        let every = tokio::time::interval(Duration::from_secs(30));
        let pongs = stream::unfold(every, async |mut every| {
            every.tick().await;
            Some((Said::Ok(Message::Pong(bytes::Bytes::new())), every))
        });
        let greeting = (0..5).map(|number| number.to_string()).collect();
        let talk = converse(greeting, Quiet, &mut out, pongs);
        let hour = Duration::from_secs(3600);
        let reads_late = async {
            tokio::time::sleep(hour).await;
            let mut texts = 0;
            let until = Instant::now() + hour;
            while let Ok(Some(message)) = tokio::time::timeout_at(until, told.next()).await {
                texts += u32::from(matches!(message, Message::Text(_)));
            }
            texts
        };
        tokio::select! {
            end = talk => panic!("it answered all the time: {end:?}"),
            texts = reads_late => assert_eq!(texts, 5, "and gets what waited for it"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn that_a_client_has_gone_is_noticed_while_something_waits_to_be_written_to_it() {
        let (mut out, _told) = pipe::channel(0);
        let goes = stream::once(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Said::Ok(Message::Close(None))
        });
        let greeting = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(converse(greeting, Quiet, &mut out, goes).await, End::Gone);
    }
}

//! Keeps what is no JSON away from a conversation, and answers it as JSON-RPC asks for.
//!
//! The protocol's own implementation drops such a line without a word, and a client that waits for an answer to it waits
//! for ever.

use std::{convert::Infallible, future::pending, io, pin::pin};
use tokio::{
    io::{
        AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream, ReadHalf,
        WriteHalf, duplex, split,
    },
    sync::mpsc::{Receiver, Sender, channel},
};

/// How long a line may be, in bytes. What is longer is no request: it is passed over, and answered as one that cannot be read.
const LONGEST: usize = 16 * 1024 * 1024;
/// How much may wait between the streams and the conversation, in bytes.
const ROOM: usize = 64 * 1024;
/// The answer to a line that cannot be read: to nobody's question, since nobody knows which it was.
const UNREADABLE: &[u8] =
    b"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error: a message is one line of JSON\"}}\n";

/// Holds `conversation` on the two streams it is given; what it does not need to see is answered here. Ends with it.
pub(crate) async fn sieved<R, W, F, T>(
    reader: R,
    writer: W,
    conversation: impl FnOnce(ReadHalf<DuplexStream>, WriteHalf<DuplexStream>) -> F,
) -> T
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
    F: Future<Output = T>,
{
    let (theirs, ours) = duplex(ROOM);
    let (from_conversation, to_conversation) = split(ours);
    let (complain, complaints) = channel(1);
    let (read, write) = split(theirs);
    let held =
        pin!(async { tokio::join!(conversation(read, write), outward(from_conversation, writer, complaints)).0 });
    let mut inward = pin!(inward(reader, to_conversation, complain));
    tokio::select! {
        outcome = held => outcome,
        never = async { inward.as_mut().await; pending::<Infallible>().await } => match never {},
    }
}

/// Passes on every line that is JSON until there is no more input.
async fn inward(reader: impl AsyncRead + Unpin, mut to: WriteHalf<DuplexStream>, complain: Sender<()>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while let Ok(Some(is_whole)) = next_line(&mut reader, &mut line).await {
        let is_blank = is_whole && line.trim_ascii().is_empty();
        if is_blank {
            continue;
        }
        let is_json = is_whole && serde_json::from_slice::<serde_json::Value>(&line).is_ok();
        let passed = if is_json {
            to.write_all(&line).await.is_ok()
        } else {
            tracing::debug!(bytes = line.len(), "a message that is no JSON");
            complain.send(()).await.is_ok()
        };
        if !passed {
            break;
        }
    }
    // The conversation learns that there is no more; what it still has to say is passed on.
    if let Err(error) = to.shutdown().await {
        tracing::debug!(%error, "the conversation was over already");
    }
}

/// Reads the next line with its end into `line`; whether it is all of it. None at the end of the input, where a line that
/// was not ended counts for nothing.
async fn next_line(reader: &mut (impl AsyncBufReadExt + Unpin), line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let mut is_whole = true;
    loop {
        let mut piece = (&mut *reader).take((LONGEST + 1 - line.len()) as u64);
        if piece.read_until(b'\n', line).await? == 0 {
            return Ok(None);
        }
        if line.ends_with(b"\n") {
            return Ok(Some(is_whole));
        }
        if line.len() > LONGEST {
            is_whole = false;
            line.clear();
        }
    }
}

/// Writes what the conversation says and what is complained of, each line whole, until the conversation is over.
async fn outward(from: ReadHalf<DuplexStream>, mut writer: impl AsyncWrite + Unpin, mut complaints: Receiver<()>) {
    let mut from = BufReader::new(from);
    let (mut line, mut is_heard) = (Vec::new(), true);
    loop {
        let said: &[u8] = tokio::select! {
            // What was read before another one was first stays in the line.
            read = from.read_until(b'\n', &mut line) => match read {
                Ok(0) | Err(_) => return,
                Ok(_) => &line,
            },
            Some(()) = complaints.recv() => UNREADABLE,
        };
        let is_complaint = std::ptr::eq(said, UNREADABLE);
        if is_heard {
            let written = async {
                writer.write_all(said).await?;
                writer.flush().await
            };
            // Whoever listens no more has left, or will; the conversation must not wait for room meanwhile.
            is_heard = written.await.is_ok();
        }
        if !is_complaint {
            line.clear();
        }
    }
}

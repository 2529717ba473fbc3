//! The tools over streams, as any client speaks to them.

use crate::stage::{PATIENCE, Stage, create, until};
use crate::verdicts::stopped;
use harness_mcp::{StdioError, serve};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// The other end of the streams.
struct Peer {
    reader: BufReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
    server: JoinSet<Result<(), StdioError>>,
    stop: CancellationToken,
}

impl Peer {
    fn of(stage: &Stage) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (reader, writer) = tokio::io::split(theirs);
        let stop = CancellationToken::new();
        let mut server = JoinSet::new();
        server.spawn(serve(stage.toolbox("client", None), reader, writer, stop.clone().cancelled_owned()));
        let (reader, writer) = tokio::io::split(ours);
        Self { reader: BufReader::new(reader), writer, server, stop }
    }

    /// A client that has shaken hands.
    async fn ready(stage: &Stage) -> Self {
        let mut peer = Self::of(stage);
        let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" } });
        peer.write(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })).await;
        let answer = peer.read().await;
        assert_eq!(answer["result"]["protocolVersion"], "2025-06-18", "the client's version is taken: {answer}");
        assert_eq!(answer["result"]["serverInfo"]["name"], "auto-agent-harness", "the server says who it is");
        peer.write(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        peer
    }

    async fn write(&mut self, message: Value) {
        self.writer.write_all(format!("{message}\n").as_bytes()).await.expect("the server reads");
    }

    async fn read(&mut self) -> Value {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.reader.read_line(&mut line));
        read.await.expect("an answer in time").expect("the stream is open");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("only protocol comes out: {line:?} ({error})"))
    }

    async fn ask(&mut self, tool: &str, arguments: Value) {
        let params = json!({ "name": tool, "arguments": arguments });
        self.write(json!({ "jsonrpc": "2.0", "id": tool, "method": "tools/call", "params": params })).await;
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask(tool, arguments).await;
        let answer = self.read().await;
        assert_eq!(answer["id"], tool, "the answer is to the question: {answer}");
        answer["result"].clone()
    }

    /// Closes the client's side and waits for the server's end.
    async fn leave(mut self) -> Result<(), StdioError> {
        self.writer.shutdown().await.expect("the stream closes");
        drop(self.writer);
        let mut rest = String::new();
        let read = tokio::time::timeout(PATIENCE, self.reader.read_to_string(&mut rest));
        read.await.expect("the server lets go in time").expect("the stream is readable");
        assert_eq!(rest, "", "nothing more was said");
        ended(self.server).await
    }
}

async fn ended(mut server: JoinSet<Result<(), StdioError>>) -> Result<(), StdioError> {
    let end = tokio::time::timeout(PATIENCE, server.join_next()).await.expect("the server ends in time");
    end.expect("there is a server").expect("it does not panic")
}

#[tokio::test]
async fn a_client_lists_and_calls_and_what_it_held_goes_back_when_it_leaves() {
    let stage = Stage::new();
    let ids = create(&stage.client(), &["Feature"]).await;
    let mut peer = Peer::ready(&stage).await;
    peer.write(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" })).await;
    let listed = peer.read().await;
    assert_eq!(listed["result"]["tools"].as_array().map(Vec::len), Some(24), "all tools are there");
    let next = peer.call("feature_get_next", json!({})).await;
    assert_eq!(next["structuredContent"]["feature"]["id"], ids[0], "a call is answered: {next}");
    let wrong = peer.call("feature_get_by_id", json!({ "feature_id": "?" })).await;
    assert_eq!(wrong["isError"], true, "a wrong call is a result marked as an error: {wrong}");
    peer.write(json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "rm" } })).await;
    assert_eq!(peer.read().await["error"]["code"], -32602, "a tool that does not exist is the protocol's error");
    peer.write(json!({ "jsonrpc": "2.0", "id": 3, "method": "no/such" })).await;
    assert_eq!(peer.read().await["error"]["code"], -32601, "and so is a method");

    let held = stage.client().ok("feature_get_by_id", json!({ "feature_id": ids[0] })).await;
    assert_eq!(held["status"], "in_progress", "the client holds it");
    peer.leave().await.expect("a client may leave");
    let back = stage.client().ok("feature_get_by_id", json!({ "feature_id": ids[0] })).await;
    assert_eq!(back["status"], "pending", "what it held waits for the next");
}

#[tokio::test]
async fn a_client_that_never_speaks_or_is_cut_off_early_is_no_failure() {
    let stage = Stage::new();
    Peer::of(&stage).leave().await.expect("nothing was said, nothing went wrong");
    let mut peer = Peer::of(&stage);
    peer.writer.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":0,\"meth").await.expect("half a message");
    peer.leave().await.expect("half a message is no message");
}

#[tokio::test]
async fn text_that_is_not_json_is_told_and_the_conversation_goes_on() {
    let stage = Stage::new();
    let mut peer = Peer::ready(&stage).await;
    peer.writer.write_all(b"hello\n\n{broken\n\xff\xfe\n").await.expect("noise is read");
    for line in ["words", "a broken object", "bytes that are no text"] {
        let answer = peer.read().await;
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32_700), &Value::Null), "{line}: {answer}");
    }
    let stats = peer.call("feature_get_stats", json!({})).await;
    assert_eq!(stats["isError"], false, "the conversation goes on: {stats}");
    peer.leave().await.expect("a client may leave");
}

#[tokio::test]
async fn calls_are_answered_as_they_are_done_and_the_end_kills_what_still_runs() {
    let stage = Stage::checked_by("while [ ! -f go ]; do date +%N > beat; sleep 0.02; done");
    let ids = create(&stage.client(), &["Slow"]).await;
    let beat = stage.dir().join("beat");
    let mut peer = Peer::ready(&stage).await;
    peer.ask("feature_mark_passing", json!({ "feature_id": ids[0] })).await;
    until("the check starts", || beat.exists()).await;
    let stats = peer.call("feature_get_stats", json!({})).await;
    assert_eq!(stats["structuredContent"]["in_progress"], 1, "others are answered meanwhile: {stats}");

    peer.stop.cancel();
    ended(peer.server).await.expect("being told to end is no failure");
    stopped(&beat).await;
    let back = stage.client().ok("feature_get_by_id", json!({ "feature_id": ids[0] })).await;
    assert_eq!(back["status"], "pending", "the feature waits for the next");
}

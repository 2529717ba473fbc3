//! An answer of the Messages API, whole or as a stream of events.

use crate::{
    facts::{Facts, Unknown},
    script::{Turn, Usage},
};
use rand::{RngExt, distr::Alphanumeric};
use serde_json::{Value, json};

/// Pieces in which a text arrives, in bytes: about a line, as the real service does under load.
const TEXT_PIECE: usize = 120;
/// Pieces in which a tool's input arrives, in bytes.
const JSON_PIECE: usize = 2_000;
/// Pieces in which filler arrives, in bytes.
const FILL_PIECE: usize = 64 * 1024;
/// What filler is made of. ASCII, so that it can be cut anywhere.
const FILLER: &str = "This sentence fills the answer up and means nothing at all. ";

/// A message of the model.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    id: String,
    model: String,
    blocks: Vec<Block>,
    usage: Usage,
    /// Estimated from the request's size.
    prompt_tokens: u64,
    is_first_turn: bool,
}

#[derive(Debug, Clone)]
enum Block {
    Text { text: String, piece: usize },
    Call { id: String, tool: String, input: Value },
}

/// What an answer is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The model that was asked; it answers under that name.
    pub model: &'a str,
    /// Size of the request, in bytes.
    pub bytes: usize,
    /// Assistant turns before this one.
    pub turn: usize,
}

impl Answer {
    /// A turn of a script with its templates filled in. Fails with the first that names nothing.
    pub fn of_turn(turn: &Turn, facts: &Facts<'_>, asked: Asked<'_>) -> Result<Self, Unknown> {
        let mut blocks = Vec::new();
        if let Some(say) = &turn.say {
            blocks.push(Block::Text { text: say.fill(facts)?, piece: TEXT_PIECE });
        }
        if turn.fill > 0 {
            blocks.push(Block::Text { text: filler(turn.fill), piece: FILL_PIECE });
        }
        for call in &turn.calls {
            let mut input = call.input.fill(facts)?;
            make_absolute(&mut input, facts.working_directory());
            blocks.push(Block::Call { id: new_id("toolu_01"), tool: call.tool.clone(), input });
        }
        Ok(Self { usage: turn.usage, ..Self::of_blocks(blocks, asked) })
    }

    /// A plain text.
    pub fn of_text(text: &str, asked: Asked<'_>) -> Self {
        Self::of_blocks(vec![Block::Text { text: text.into(), piece: TEXT_PIECE }], asked)
    }

    fn of_blocks(blocks: Vec<Block>, asked: Asked<'_>) -> Self {
        Self {
            id: new_id("msg_01"),
            model: asked.model.into(),
            blocks,
            usage: Usage::default(),
            prompt_tokens: tokens(asked.bytes),
            is_first_turn: asked.turn == 0,
        }
    }

    /// The whole message, for a request without `stream`.
    pub fn message(&self) -> Value {
        let content: Vec<Value> = self.blocks.iter().map(Block::whole).collect();
        self.envelope(content, Some(self.stop_reason()), self.usage_figures(self.output_tokens()))
    }

    /// The events of a stream, each as the lines of a server-sent event. Usage is cumulative, as the service's is.
    pub fn events(&self) -> Vec<String> {
        let start = self.envelope(Vec::new(), None, self.usage_figures(1));
        let mut events = vec![event("message_start", json!({ "message": start })), event("ping", json!({}))];
        for (index, block) in self.blocks.iter().enumerate() {
            events.push(event("content_block_start", json!({ "index": index, "content_block": block.empty() })));
            for delta in block.deltas() {
                events.push(event("content_block_delta", json!({ "index": index, "delta": delta })));
            }
            events.push(event("content_block_stop", json!({ "index": index })));
        }
        let delta = json!({ "stop_reason": self.stop_reason(), "stop_sequence": null });
        let usage = self.usage_figures(self.output_tokens());
        events.push(event("message_delta", json!({ "delta": delta, "usage": usage })));
        events.push(event("message_stop", json!({})));
        events
    }

    fn envelope(&self, content: Vec<Value>, stop_reason: Option<&str>, usage: Value) -> Value {
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": stop_reason, "stop_sequence": null, "usage": usage,
        })
    }

    fn stop_reason(&self) -> &'static str {
        let calls = self.blocks.iter().any(|block| matches!(block, Block::Call { .. }));
        if calls { "tool_use" } else { "end_turn" }
    }

    fn output_tokens(&self) -> u64 {
        self.usage.output.unwrap_or_else(|| tokens(self.blocks.iter().map(Block::size).sum()).max(1))
    }

    /// The first turn writes the prompt to the cache; later ones read most of theirs from it.
    fn usage_figures(&self, output: u64) -> Value {
        let fresh = self.prompt_tokens.min(8);
        let cached = self.prompt_tokens - fresh;
        let read = if self.is_first_turn { 0 } else { cached / 10 * 9 };
        json!({
            "input_tokens": self.usage.input.unwrap_or(fresh),
            "cache_creation_input_tokens": self.usage.cache_write.unwrap_or(cached - read),
            "cache_read_input_tokens": self.usage.cache_read.unwrap_or(read),
            "output_tokens": output,
            "service_tier": "standard",
        })
    }
}

impl Block {
    fn whole(&self) -> Value {
        match self {
            Block::Text { text, .. } => json!({ "type": "text", "text": text }),
            Block::Call { id, tool, input } => json!({ "type": "tool_use", "id": id, "name": tool, "input": input }),
        }
    }

    fn empty(&self) -> Value {
        match self {
            Block::Text { .. } => json!({ "type": "text", "text": "" }),
            Block::Call { id, tool, .. } => json!({ "type": "tool_use", "id": id, "name": tool, "input": {} }),
        }
    }

    fn deltas(&self) -> Vec<Value> {
        match self {
            Block::Text { text, piece } => {
                pieces(text, *piece).map(|text| json!({ "type": "text_delta", "text": text })).collect()
            }
            Block::Call { input, .. } => pieces(&input.to_string(), JSON_PIECE)
                .map(|json| json!({ "type": "input_json_delta", "partial_json": json }))
                .collect(),
        }
    }

    fn size(&self) -> usize {
        match self {
            Block::Text { text, .. } => text.len(),
            Block::Call { tool, input, .. } => tool.len() + input.to_string().len(),
        }
    }
}

/// The body of an error answer, by its status, as the service words it.
pub(crate) fn error_body(status: u16, message: Option<&str>, request_id: &str) -> Value {
    let (kind, usual) = match status {
        401 => ("authentication_error", "invalid x-api-key"),
        403 => ("permission_error", "Your API key does not have permission to use the specified resource."),
        404 => ("not_found_error", "Not found"),
        413 => ("request_too_large", "Request exceeds the maximum size"),
        429 => ("rate_limit_error", "This request would exceed your account's rate limit. Please try again later."),
        529 => ("overloaded_error", "Overloaded"),
        400..=499 => ("invalid_request_error", "The request is invalid."),
        _ => ("api_error", "Internal server error"),
    };
    json!({
        "type": "error",
        "error": { "type": kind, "message": message.unwrap_or(usual) },
        "request_id": request_id,
    })
}

/// An id as the service makes them: a prefix and 22 letters and digits.
pub(crate) fn new_id(prefix: &str) -> String {
    prefix.chars().chain(rand::rng().sample_iter(Alphanumeric).take(22).map(char::from)).collect()
}

/// One server-sent event. Its data carries the same type as the event line does.
fn event(kind: &str, mut data: Value) -> String {
    data["type"] = kind.into();
    format!("event: {kind}\ndata: {data}\n\n")
}

/// Cuts between characters, never inside one.
fn pieces(text: &str, size: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = size.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some(piece)
    })
}

fn filler(bytes: usize) -> String {
    FILLER.chars().cycle().take(bytes).collect()
}

/// About four bytes make a token.
fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes / 4).unwrap_or(u64::MAX)
}

/// The CLI's file tools ask for absolute paths, and a real model gives them. Scenarios name files relative to the project.
fn make_absolute(input: &mut Value, working_directory: Option<&str>) {
    if let (Some(Value::String(path)), Some(directory)) = (input.get_mut("file_path"), working_directory) {
        let joined = std::path::Path::new(directory).join(&path);
        if let Some(joined) = joined.to_str() {
            *path = joined.to_owned();
        }
    }
}

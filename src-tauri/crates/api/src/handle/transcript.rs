//! What agents said and did, read from the stored lines.

use crate::{
    Api, ApiError,
    shape::{Count, Json, Ms, Usd, run::OfRun, transcript::*},
};
use harness_agent::{
    Body, Message,
    wire::{Assistant, Block, ResultMessage, User},
};
use harness_domain::{
    id::{RunId, SessionId},
    loops::{LoopKind, LoopStep},
};
use harness_engine::session::{CHECKPOINT_ROW, LOOP_ROW, REFUSAL_ROW};
use harness_store::StoredRow;
use serde::Deserialize;
use serde_json::Value;

/// Rows of one answer.
const MOST_ROWS: u32 = 1_000;
/// Hits of one search.
const MOST_HITS: u32 = 200;
/// Hits of a search that names no number.
const USUAL_HITS: u32 = 50;
/// How much of a tool's answer one block shows; the rest is in the agent's own files.
const RESULT_BYTES: usize = 64 * 1024;
/// How much one answer holds; rows beyond it are asked for with the next one.
pub(super) const ANSWER_BYTES: usize = 8 * 1024 * 1024;

pub fn transcript_outline(api: &Api, of: OfRun) -> Result<Vec<TranscriptPart>, ApiError> {
    let store = api.project(of.project)?.store;
    store.run(of.run)?;
    let part = |(number, session): (u32, harness_domain::run::Session)| {
        Ok(TranscriptPart {
            rows: Count(store.transcript_len(&session.id)?),
            session: session.id,
            role: session.role,
            feature: session.feature,
            number,
            started_at_ms: Ms(session.started_at_ms),
            ended_at_ms: session.ended_at_ms.map(Ms),
            outcome: session.outcome,
        })
    };
    (1..).zip(store.sessions_of(of.run)?).map(part).collect()
}

pub fn transcript_window(api: &Api, window: TranscriptWindow) -> Result<Vec<TranscriptEntry>, ApiError> {
    let store = api.project(window.project)?.store;
    if window.limit == 0 || window.limit > MOST_ROWS {
        return Err(ApiError::bad_input(format!("limit: from 1 to {MOST_ROWS}")));
    }
    store.session(&window.session)?;
    let rows = store.transcript_window(&window.session, window.from.0.saturating_add(1), window.limit as usize)?;
    let mut bytes = 0;
    let fits = |row: &StoredRow| {
        let is_first = bytes == 0;
        bytes += row.body.len();
        is_first || bytes <= ANSWER_BYTES
    };
    Ok(rows.into_iter().take_while(fits).map(entry).collect())
}

pub(super) fn entry(row: StoredRow) -> TranscriptEntry {
    let (body, parent_call) = blocks(&row);
    TranscriptEntry {
        ordinal: Count(row.ordinal.saturating_sub(1)),
        at_ms: Ms(row.at_ms),
        kind: row.kind,
        parent_call,
        body,
    }
}

fn blocks(row: &StoredRow) -> (Vec<TranscriptBody>, Option<String>) {
    if let Some(body) = of_host(row) {
        return (vec![body], None);
    }
    let (blocks, parent) = match Message::parse(&row.body).body {
        Body::Assistant(said) => (of_assistant(&said), said.parent_tool_use_id),
        Body::User(user) => (of_user(&user), user.parent_tool_use_id),
        Body::SystemInit(init) => {
            let model = init.model.unwrap_or_else(|| "an unknown model".into());
            (vec![system("init", format!("The session begins with {model} and {} tools.", init.tools.len()))], None)
        }
        Body::CompactBoundary { pre_tokens, .. } => {
            let before = pre_tokens.map(|tokens| format!(" It had {tokens} tokens.")).unwrap_or_default();
            (vec![system("compact_boundary", format!("The conversation was shortened here.{before}"))], None)
        }
        Body::RateLimit(limit) => (
            vec![system(
                "rate_limit",
                format!("The quota ({}) is {}.", limit.limit_type.unwrap_or_default(), limit.status),
            )],
            None,
        ),
        Body::ApiRetry(retry) => {
            let status = retry.error_status.map(|status| format!(" ({status})")).unwrap_or_default();
            let why = format!("{}{status}", retry.error.unwrap_or_else(|| "the API did not answer".into()));
            let wait_ms = retry.retry_delay_ms.filter(|ms| *ms >= 0.0).map(|ms| Count(ms as u64));
            let (attempt, max_attempts) = (retry.attempt.unwrap_or(1), retry.max_retries);
            (vec![TranscriptBody::Retry { attempt, max_attempts, wait_ms, why }], None)
        }
        Body::Result(result) => (vec![of_result(*result, &row.body)], None),
        _ => (Vec::new(), None),
    };
    if blocks.is_empty() {
        let json = serde_json::from_str(&row.body).unwrap_or_else(|_| Value::String(row.body.clone()));
        return (vec![TranscriptBody::Other { json: Json(json) }], parent);
    }
    (blocks, parent)
}

fn system(subtype: &str, text: String) -> TranscriptBody {
    TranscriptBody::System { subtype: subtype.into(), text }
}

fn of_assistant(said: &Assistant) -> Vec<TranscriptBody> {
    let block = |block: &Block| match block {
        Block::Text { text } => TranscriptBody::Text { text: text.clone() },
        Block::Thinking { text } => TranscriptBody::Thinking { text: text.clone() },
        Block::ToolUse { id, name, input } => {
            TranscriptBody::ToolCall { id: id.clone(), name: name.clone(), input: Json(input.clone()) }
        }
        Block::Other { type_name } => system("other_block", format!("A block of the kind {type_name:?}.")),
    };
    said.blocks.iter().map(block).collect()
}

fn of_user(user: &User) -> Vec<TranscriptBody> {
    let mut blocks: Vec<TranscriptBody> = user
        .results
        .iter()
        .map(|result| {
            let (text, is_cut) = cut(&result.text);
            TranscriptBody::ToolResult { id: result.tool_use_id.clone(), is_error: result.is_error, text, is_cut }
        })
        .collect();
    if let Some(text) = user.text.as_deref().filter(|text| !text.trim().is_empty()) {
        blocks.push(TranscriptBody::Prompt { text: text.to_owned() });
    }
    blocks
}

fn of_result(result: ResultMessage, raw: &str) -> TranscriptBody {
    /// What is not read elsewhere.
    #[derive(Deserialize)]
    struct More {
        #[serde(default)]
        duration_ms: f64,
    }
    let duration_ms = serde_json::from_str::<More>(raw).map_or(0.0, |more| more.duration_ms);
    TranscriptBody::Result {
        subtype: result.subtype,
        is_error: result.is_error,
        text: result.text.unwrap_or_else(|| result.errors.join("\n")),
        turns: result.num_turns.unwrap_or_default(),
        cost_usd: Usd(result.total_cost_usd.unwrap_or_default()),
        usage: result.usage.unwrap_or_default(),
        duration_ms: Count(if duration_ms > 0.0 { duration_ms as u64 } else { 0 }),
    }
}

fn cut(text: &str) -> (String, bool) {
    if text.len() <= RESULT_BYTES {
        return (text.to_owned(), false);
    }
    // The last end of a character up to there, which is at most three bytes back.
    let end = (0..=RESULT_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    (text[..end].to_owned(), true)
}

/// A row that the host wrote itself; none when it is not one, or cannot be read.
fn of_host(row: &StoredRow) -> Option<TranscriptBody> {
    #[derive(Deserialize)]
    struct LoopRow {
        kind: LoopKind,
        step: LoopStep,
        description: String,
    }
    #[derive(Deserialize)]
    struct Refusal {
        tool: String,
        #[serde(default)]
        subject: String,
        rule: String,
        reason: String,
    }
    #[derive(Deserialize)]
    struct Saved {
        checkpoint: u32,
        name: String,
    }
    match row.kind.as_str() {
        LOOP_ROW => serde_json::from_str(&row.body).ok().map(|found: LoopRow| TranscriptBody::Loop {
            loop_kind: found.kind,
            step: found.step,
            text: found.description,
        }),
        REFUSAL_ROW => serde_json::from_str(&row.body).ok().map(|refusal: Refusal| TranscriptBody::Refused {
            tool: refusal.tool,
            subject: refusal.subject,
            rule: refusal.rule,
            reason: refusal.reason,
        }),
        CHECKPOINT_ROW => serde_json::from_str(&row.body)
            .ok()
            .map(|saved: Saved| TranscriptBody::Checkpoint { checkpoint: saved.checkpoint, name: saved.name }),
        _ => None,
    }
}

pub fn transcript_search(api: &Api, search: SearchTranscript) -> Result<Vec<TranscriptHitView>, ApiError> {
    let store = api.project(search.project)?.store;
    let limit = search.limit.unwrap_or(USUAL_HITS);
    if limit == 0 || limit > MOST_HITS {
        return Err(ApiError::bad_input(format!("limit: from 1 to {MOST_HITS}")));
    }
    let sessions: Option<Vec<SessionId>> = match (search.session, search.run) {
        (Some(session), _) => Some(vec![session]),
        (None, Some(run)) => Some(sessions_of(&store, run)?),
        (None, None) => None,
    };
    let hits = store.transcript_search_in(&search.query, sessions.as_deref(), limit as usize)?;
    Ok(hits
        .into_iter()
        .map(|hit| TranscriptHitView {
            session: hit.session,
            run: hit.run,
            ordinal: Count(hit.ordinal.saturating_sub(1)),
            excerpt: hit.excerpt.replace('⟦', "\u{2068}").replace('⟧', "\u{2069}"),
        })
        .collect())
}

pub(super) fn sessions_of(store: &harness_store::ProjectStore, run: RunId) -> Result<Vec<SessionId>, ApiError> {
    store.run(run)?;
    Ok(store.sessions_of(run)?.into_iter().map(|session| session.id).collect())
}

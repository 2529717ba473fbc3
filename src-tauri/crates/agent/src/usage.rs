//! What a session took: turns, tokens and money, each counted once.

use crate::wire::{Assistant, Body, RateLimit, ResultMessage, StreamEvent};
use harness_domain::run::Usage;
use serde_json::Value;
use std::collections::HashMap;

/// What was seen of a session that its end is decided from. The words of the agent are not in it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) model: Option<String>,
    pub(crate) api_key_source: Option<String>,
    pub(crate) cli_version: Option<String>,
    /// The last result; its money and its per-model tokens are those of the whole process.
    pub(crate) result: Option<ResultMessage>,
    /// The error word of the latest answer of the model, or of the retries since.
    pub(crate) api_error: Option<ApiError>,
    /// The latest refusal of a subscription, if no later event lifted it.
    pub(crate) refused: Option<RateLimit>,
    earlier_turns: u32,
    earlier_usage: Usage,
    per_message: HashMap<String, Usage>,
    /// The message that each speaker (none: the main agent) is writing.
    open: HashMap<Option<String>, String>,
}

/// What the API said when it failed, in the CLI's words for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: Option<u16>,
    pub(crate) word: Option<String>,
}

impl Tally {
    /// Takes note of a line.
    pub(crate) fn see(&mut self, body: &Body) {
        match body {
            Body::SystemInit(init) => {
                self.model = init.model.clone().or_else(|| self.model.take());
                self.api_key_source = init.api_key_source.clone().or_else(|| self.api_key_source.take());
                self.cli_version = init.cli_version.clone().or_else(|| self.cli_version.take());
            }
            Body::ApiRetry(retry) => {
                self.api_error = Some(ApiError { status: retry.error_status, word: retry.error.clone() });
            }
            Body::RateLimit(limit) => match limit.status.as_str() {
                "allowed" | "allowed_warning" => self.refused = None,
                _ => self.refused = Some(limit.clone()),
            },
            Body::Assistant(assistant) => self.see_assistant(assistant),
            Body::StreamEvent(event) => self.see_event(event),
            Body::Result(result) => {
                if let Some(earlier) = self.result.replace(result.as_ref().clone()) {
                    self.earlier_turns += earlier.num_turns.unwrap_or(0);
                    add(&mut self.earlier_usage, earlier.usage.unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    fn see_assistant(&mut self, assistant: &Assistant) {
        match &assistant.error {
            // The CLI's stand-in for the model names the error but not the status; a retry before it named both.
            Some(word) => {
                let status = self.api_error.take().and_then(|error| error.status);
                self.api_error = Some(ApiError { status, word: Some(word.clone()) });
            }
            None => self.api_error = None,
        }
        if let (Some(id), Some(usage)) = (&assistant.message_id, assistant.usage) {
            // A block's line repeats the figures of the message's start; a later delta may have told more already.
            let known = self.per_message.entry(id.clone()).or_default();
            if usage.output_tokens >= known.output_tokens {
                *known = usage;
            }
        }
    }

    fn see_event(&mut self, event: &StreamEvent) {
        let speaker = &event.parent_tool_use_id;
        if let Some(id) = &event.message_id {
            self.open.insert(speaker.clone(), id.clone());
        }
        if let (Some(usage), Some(id)) = (event.usage, self.open.get(speaker)) {
            self.per_message.insert(id.clone(), usage);
        }
    }

    /// Turns of the model, over every result of the process; without a result, the messages it wrote.
    pub(crate) fn turns(&self) -> u32 {
        let last = self.result.as_ref().and_then(|result| result.num_turns);
        match last {
            Some(turns) => self.earlier_turns + turns,
            None => self.earlier_turns.max(u32::try_from(self.per_message.len()).unwrap_or(u32::MAX)),
        }
    }

    /// Tokens of the process. The per-model figures of the last result cover everything that was paid for (a session
    /// that ends over its budget reports zeros elsewhere); then the results' own; then the messages one by one.
    pub(crate) fn usage(&self) -> Usage {
        let Some(result) = &self.result else { return self.messages_usage() };
        let paid = models_usage(&result.model_usage);
        if paid != Usage::default() {
            return paid;
        }
        let mut told = self.earlier_usage;
        add(&mut told, result.usage.unwrap_or_default());
        if told != Usage::default() { told } else { self.messages_usage() }
    }

    /// Money of the process, in US dollars; nothing before the first result.
    pub(crate) fn cost_usd(&self) -> f64 {
        self.result.as_ref().and_then(|result| result.total_cost_usd).unwrap_or(0.0)
    }

    /// Tokens that fit the context of the session's model.
    pub(crate) fn context_window(&self) -> Option<u32> {
        let models = self.result.as_ref()?.model_usage.as_object()?;
        let window = |usage: &Value| u32::try_from(usage.get("contextWindow")?.as_u64()?).ok();
        let main = self.model.as_ref().and_then(|model| models.get(model));
        main.and_then(window).or_else(|| models.values().filter_map(window).max())
    }

    fn messages_usage(&self) -> Usage {
        let mut sum = Usage::default();
        self.per_message.values().for_each(|usage| add(&mut sum, *usage));
        sum
    }
}

fn models_usage(models: &Value) -> Usage {
    let mut sum = Usage::default();
    for model in models.as_object().into_iter().flat_map(|models| models.values()) {
        let tokens = |key: &str| model.get(key).and_then(Value::as_u64).unwrap_or(0);
        add(
            &mut sum,
            Usage {
                input_tokens: tokens("inputTokens"),
                output_tokens: tokens("outputTokens"),
                cache_write_tokens: tokens("cacheCreationInputTokens"),
                cache_read_tokens: tokens("cacheReadInputTokens"),
            },
        );
    }
    sum
}

fn add(sum: &mut Usage, more: Usage) {
    sum.input_tokens = sum.input_tokens.saturating_add(more.input_tokens);
    sum.output_tokens = sum.output_tokens.saturating_add(more.output_tokens);
    sum.cache_write_tokens = sum.cache_write_tokens.saturating_add(more.cache_write_tokens);
    sum.cache_read_tokens = sum.cache_read_tokens.saturating_add(more.cache_read_tokens);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Message;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.see(&Message::parse(line).body));
        tally
    }

    const BLOCK_A: &str = r#"{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"a"}],"usage":{"input_tokens":100,"output_tokens":1,"cache_read_input_tokens":3}},"parent_tool_use_id":null}"#;
    const START: &str = r#"{"type":"stream_event","event":{"type":"message_start","message":{"id":"m1","usage":{"input_tokens":100,"output_tokens":1}}},"parent_tool_use_id":null}"#;
    const DELTA: &str = r#"{"type":"stream_event","event":{"type":"message_delta","delta":{},"usage":{"input_tokens":100,"output_tokens":50,"cache_read_input_tokens":3}},"parent_tool_use_id":null}"#;

    #[test]
    fn a_message_repeated_block_by_block_is_counted_once_with_its_last_figures() {
        let usage = tally(&[START, BLOCK_A, BLOCK_A, DELTA, BLOCK_A]).usage();
        assert_eq!(usage.input_tokens, 100, "the same message three times is one message");
        assert_eq!(usage.output_tokens, 50, "the delta knew more than the blocks");
        assert_eq!(usage.cache_read_tokens, 3, "cached tokens are counted apart");
    }

    #[test]
    fn a_sub_agents_delta_is_not_booked_on_the_main_agents_message() {
        let sub_start = START.replace("m1", "s1").replace("null", "\"toolu_1\"");
        let sub_delta = DELTA.replace("50", "7").replace("null", "\"toolu_1\"");
        let usage = tally(&[START, &sub_start, DELTA, &sub_delta]).usage();
        assert_eq!(usage.output_tokens, 57, "each speaker has its own open message");
    }

    #[test]
    fn the_results_per_model_figures_win_over_everything_else() {
        let result = r#"{"type":"result","subtype":"success","is_error":false,"num_turns":2,"total_cost_usd":0.5,"usage":{"input_tokens":0,"output_tokens":0},"modelUsage":{"big":{"inputTokens":10,"outputTokens":20,"contextWindow":200000},"small":{"inputTokens":1,"outputTokens":2,"contextWindow":100}}}"#;
        let tally = tally(&[START, DELTA, result]);
        assert_eq!((tally.usage().input_tokens, tally.usage().output_tokens), (11, 22), "all models, once");
        assert_eq!((tally.turns(), tally.cost_usd()), (2, 0.5), "as reported");
        assert_eq!(tally.context_window(), Some(200_000), "the main model's, or the largest when it is not known");
    }

    #[test]
    fn a_second_result_replaces_the_money_and_adds_the_turns() {
        let first = r#"{"type":"result","subtype":"success","is_error":false,"num_turns":2,"total_cost_usd":0.5,"usage":{"input_tokens":5}}"#;
        let second = r#"{"type":"result","subtype":"success","is_error":false,"num_turns":1,"total_cost_usd":0.7,"usage":{"input_tokens":4}}"#;
        let tally = tally(&[first, second]);
        assert_eq!(tally.cost_usd(), 0.7, "the CLI's figure is cumulative within a process");
        assert_eq!((tally.turns(), tally.usage().input_tokens), (3, 9), "turns and tokens are told per result");
    }
}

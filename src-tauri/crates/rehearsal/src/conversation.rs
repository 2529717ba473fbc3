//! What a Messages request says about the conversation so far.

use serde_json::Value;
use std::collections::HashMap;

/// The tools of the host's own server are written by their short names in scenarios.
pub(crate) const FEATURE_TOOLS: &str = "mcp__features__";

/// One answer of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolResult {
    /// Every text block, joined by newlines.
    pub text: String,
    /// The text as JSON, when it is JSON.
    pub json: Option<Value>,
    /// Whether the tool failed, or the call was refused.
    pub is_error: bool,
}

/// One assistant turn, and what its tools answered.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// In the order of the calls, under the tools' short names. Calls without an answer are missing.
    pub results: Vec<(String, ToolResult)>,
    /// Everything the model was told after the turn: the tools' answers, and what the CLI or the host added.
    pub heard: String,
}

/// A conversation as the CLI sends it with every request.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    /// The text of the messages before the first assistant turn.
    pub prompt: String,
    /// Where the CLI runs, when its system prompt says so.
    pub working_directory: Option<String>,
    /// The assistant turns so far, oldest first.
    pub exchanges: Vec<Exchange>,
}

impl Conversation {
    /// Reads a request. What it does not understand it leaves out: the CLI's requests grow new parts with every release.
    pub fn read(request: &Value) -> Self {
        let mut conversation =
            Self { working_directory: working_directory(&texts(&request["system"])), ..Self::default() };
        let mut calls: HashMap<&str, (usize, usize)> = HashMap::new();
        let mut answers: Vec<Vec<(String, Option<ToolResult>)>> = Vec::new();
        let mut heard: Vec<String> = Vec::new();
        for message in request["messages"].as_array().into_iter().flatten() {
            if message["role"] == "assistant" {
                let mut turn = Vec::new();
                for block in blocks(&message["content"]).filter(|block| block["type"] == "tool_use") {
                    let name = block["name"].as_str().unwrap_or_default();
                    calls.insert(block["id"].as_str().unwrap_or_default(), (answers.len(), turn.len()));
                    turn.push((name.strip_prefix(FEATURE_TOOLS).unwrap_or(name).to_owned(), None));
                }
                answers.push(turn);
                heard.push(String::new());
                continue;
            }
            append(heard.last_mut().unwrap_or(&mut conversation.prompt), &texts(&message["content"]));
            for block in blocks(&message["content"]).filter(|block| block["type"] == "tool_result") {
                let place = block["tool_use_id"].as_str().and_then(|id| calls.get(id));
                let slot = place.and_then(|(turn, call)| answers.get_mut(*turn)?.get_mut(*call));
                let result = tool_result(block);
                if let Some(heard) = heard.last_mut() {
                    append(heard, &result.text);
                }
                if let Some((_, answer)) = slot {
                    *answer = Some(result);
                }
            }
        }
        conversation.exchanges = answers
            .into_iter()
            .zip(heard)
            .map(|(turn, heard)| Exchange {
                results: turn.into_iter().filter_map(|(name, answer)| Some((name, answer?))).collect(),
                heard,
            })
            .collect();
        conversation
    }
}

/// Content is a string or a list of blocks; a string has no blocks worth looking at.
fn blocks(content: &Value) -> impl Iterator<Item = &Value> {
    content.as_array().into_iter().flatten()
}

fn texts(content: &Value) -> String {
    let mut all = content.as_str().unwrap_or_default().to_owned();
    for block in blocks(content) {
        match block["type"].as_str() {
            Some("text") => append(&mut all, block["text"].as_str().unwrap_or_default()),
            Some("image") => append(&mut all, &picture(&block["source"])),
            _ => {}
        }
    }
    all
}

/// A picture in words: a script can ask whether it came, not look at it.
fn picture(source: &Value) -> String {
    let characters = source["data"].as_str().map_or(0, str::len);
    format!("[{} of {characters} characters]", source["media_type"].as_str().unwrap_or("a picture"))
}

fn append(all: &mut String, text: &str) {
    if !all.is_empty() && !text.is_empty() {
        all.push('\n');
    }
    all.push_str(text);
}

fn tool_result(block: &Value) -> ToolResult {
    let text = texts(&block["content"]);
    // Reminders of the CLI may stand in blocks of their own behind the tool's JSON.
    let first = blocks(&block["content"]).find_map(|part| part["text"].as_str());
    let json = [Some(text.as_str()), first].into_iter().flatten().find_map(|part| serde_json::from_str(part).ok());
    ToolResult { json, is_error: block["is_error"] == true, text }
}

fn working_directory(system: &str) -> Option<String> {
    const LABEL: &str = "orking directory: ";
    let line = system.lines().find_map(|line| Some(line.split_once(LABEL)?.1))?;
    Some(line.trim().to_owned()).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn results_are_found_by_their_call_even_when_they_arrive_in_another_order() {
        let conversation = Conversation::read(&json!({
            "system": [{"type": "text", "text": "# Environment\n - Primary working directory: /home/ann/todo\n"}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Begin"}]},
                {"role": "assistant", "content": [
                    {"type": "text", "text": "Both at once."},
                    {"type": "tool_use", "id": "a", "name": "mcp__features__feature_get_next", "input": {}},
                    {"type": "tool_use", "id": "b", "name": "Bash", "input": {"command": "false"}},
                    {"type": "tool_use", "id": "c", "name": "Read", "input": {}},
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "b", "content": "Exit code 1", "is_error": true},
                    {"type": "tool_result", "tool_use_id": "a", "content": [
                        {"type": "text", "text": "{\"type\":\"feature\"}"},
                        {"type": "text", "text": "<system-reminder>be brief</system-reminder>"},
                    ]},
                ]},
            ],
        }));
        assert_eq!(conversation.prompt, "Begin");
        assert_eq!(conversation.working_directory.as_deref(), Some("/home/ann/todo"));
        let results = &conversation.exchanges[0].results;
        let names: Vec<&str> = results.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["feature_get_next", "Bash"], "call order, short names, the unanswered call left out");
        assert_eq!(results[0].1.json, Some(json!({"type": "feature"})), "a reminder beside the JSON must not hide it");
        assert!(results[1].1.is_error, "the failed call is the Bash one");
        let heard = &conversation.exchanges[0].heard;
        assert!(heard.contains("be brief") && heard.contains("Exit code 1"), "the model hears all of it: {heard}");
    }

    #[test]
    fn a_request_of_an_unknown_shape_reads_as_an_empty_conversation() {
        for request in [json!(null), json!({"messages": 7}), json!({"messages": [{"content": {}}]})] {
            let conversation = Conversation::read(&request);
            assert!(conversation.exchanges.is_empty() && conversation.prompt.is_empty(), "for {request}");
        }
    }
}

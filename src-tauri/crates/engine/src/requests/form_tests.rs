use super::*;
use harness_domain::limits::{LONGEST_TEXT, MOST_OPTIONS};

fn request(fields: &Value) -> Request {
    use harness_domain::{
        id::{RequestId, SessionId},
        request::{RequestKind, RequestState},
    };
    Request {
        id: RequestId(1),
        kind: RequestKind::Question,
        state: RequestState::Pending,
        run: None,
        session: SessionId("s".into()),
        feature: None,
        call: None,
        fields_json: Some(fields.to_string()),
        asked_at_ms: 0,
        deadline_ms: None,
        word: None,
        answer_json: None,
        answered_by: None,
        answered_at_ms: None,
        used_at_ms: None,
    }
}

fn fill(fields: &Value, answers: &[&str]) -> Result<Value, String> {
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    super::fill(&parts(&request(fields)), &answers)
}

fn form() -> Value {
    json!({ "question": "How is it paid?", "fields": [
        { "id": "provider", "label": "Provider", "type": "select", "options": ["Stripe", "PayPal"], "required": true },
        { "id": "test", "label": "Test mode?", "type": "boolean", "required": true },
        { "id": "note", "label": "Anything else", "type": "text", "required": false },
    ] })
}

fn tool_input() -> Value {
    json!({ "questions": [
        { "question": "Which colour?", "header": "Colour", "multiSelect": false,
          "options": [{ "label": "Red", "description": "warm" }, { "label": "Blue", "description": "cold" }] },
        { "question": "Which sizes?", "header": "Size", "multiSelect": true,
          "options": [{ "label": "S", "description": "small" }, { "label": "L", "description": "large" }] },
    ] })
}

#[test]
fn a_plain_question_is_answered_in_words() {
    for asked in [json!({ "question": "Which?" }), json!({ "prompt": "Which?" }), json!("Which?")] {
        assert_eq!(fill(&asked, &["this one, 2 of them"]), Ok(json!("this one, 2 of them")), "{asked}");
    }
    assert!(fill(&json!({ "question": "Which?" }), &[" "]).is_err(), "nothing is no answer");
}

#[test]
fn options_are_chosen_by_number_or_by_name_and_what_is_none_of_them_is_refused() {
    let paid = json!({ "provider": "PayPal", "test": true, "note": null });
    assert_eq!(fill(&form(), &["2", "yes", ""]), Ok(paid.clone()));
    assert_eq!(fill(&form(), &["PayPal", "1", ""]), Ok(paid));
    let json = r#"{"provider": "Stripe", "test": false}"#;
    assert_eq!(fill(&form(), &[json]), Ok(serde_json::from_str(json).expect("it is JSON")), "as JSON at once");
    for (wrong, names) in [
        (&["3", "yes", ""][..], "Provider"),
        (&["1", "perhaps", ""], "Test mode?"),
        (&["", "yes", ""], "Provider"),
        (&["1", "yes"], "3 parts"),
        (&[r#"{"provider": "Stripe"}"#], "test"),
        (&[r#"{"provider": "Stripe", "test": true, "tip": 1}"#], "tip"),
    ] {
        let refusal = fill(&form(), wrong).expect_err("it does not fit");
        assert!(refusal.contains(names), "{wrong:?}: {refusal}");
    }
}

#[test]
fn a_question_of_the_clis_tool_is_stored_whole_and_gets_its_answers_back_in_the_tools_own_form() {
    let asked = question_of_tool(&tool_input()).expect("it asks something");
    assert_eq!(words(&asked.to_string()), "Which colour? / Which sizes?");
    let answer = fill(&asked, &["2", "1,2"]).expect("both fit");
    assert_eq!(answer, json!({ "Which colour?": "Blue", "Which sizes?": "S, L" }));
    let input = answered_tool(&tool_input(), &answer);
    assert_eq!((&input["questions"], &input["answers"]), (&tool_input()["questions"], &answer));
    let free = answered_tool(&tool_input(), &json!("neither"));
    assert_eq!(free["answers"], json!({ "Which colour?": "neither", "Which sizes?": "neither" }));
    assert_eq!(
        fill(&asked, &["Green", "XL, or what there is"]).expect("other answers may be given")["Which colour?"],
        "Green"
    );
}

#[test]
fn a_call_that_asks_nothing_is_no_question() {
    let many: Vec<Value> = (0..21).map(|number| json!({ "question": number.to_string() })).collect();
    for input in [
        json!({}),
        json!({ "questions": [] }),
        json!({ "questions": "x" }),
        json!({ "questions": many }),
        json!({ "questions": [{ "question": " " }] }),
    ] {
        assert!(question_of_tool(&input).is_err(), "{input}");
    }
}

#[test]
fn a_question_that_no_screen_can_show_is_none() {
    let asked = |question: &str, options: usize| {
        let options: Vec<Value> = (0..options).map(|at| json!({ "label": format!("option {at}") })).collect();
        question_of_tool(&json!({ "questions": [{ "question": question, "options": options }] })).map(drop)
    };
    assert_eq!(asked("Which one?", MOST_OPTIONS), Ok(()), "as many as one can choose from");
    let why = asked("Which one?", MOST_OPTIONS + 1).expect_err("nobody reads so many");
    assert!(why.contains("50 is the most"), "the agent is told what to do: {why}");
    let why = asked(&"Why? ".repeat(LONGEST_TEXT / 5), 2).expect_err("nor so long a question");
    assert!(why.contains("64 KB is the most"), "{why}");
}

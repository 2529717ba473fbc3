//! What can go wrong on purpose: error statuses, silence, cut connections, slowness, sizes.

use crate::client::{Conversation, rehearse};
use std::time::{Duration, Instant};

#[tokio::test]
async fn the_first_requests_fail_as_often_as_told_in_each_session() {
    let rehearsal = rehearse(
        "  coding:\n    - error: {status: 429, retry_after: 3, times: 2, headers: {X-Limit: '7'}}\n      say: At last.\n",
    )
    .await;
    for session in ["s1", "s2"] {
        let mut conversation = Conversation::begin(&rehearsal, "coding", session);
        for _ in 0..2 {
            let response = conversation.send(true).await;
            assert_eq!(response.status, 429);
            assert!(response.headers.contains("retry-after: 3") && response.headers.contains("x-limit: 7"));
            assert!(response.body.contains("rate_limit_error"), "got {}", response.body);
        }
        assert_eq!(conversation.line().await, "At last.");
    }
    let statuses: Vec<_> = rehearsal.recorded().iter().filter_map(|request| request.status).collect();
    assert_eq!(statuses, [429, 429, 200, 429, 429, 200]);
}

#[tokio::test]
async fn an_error_without_words_leaves_no_trace_and_the_script_goes_on() {
    let rehearsal =
        rehearse("  coding:\n    - error: {status: 529, times: 1}\n    - say: One.\n    - say: Two.\n").await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "s1");
    let response = conversation.send(false).await;
    assert_eq!(response.status, 529);
    assert!(response.body.contains("overloaded_error"), "got {}", response.body);
    assert_eq!(conversation.line().await, "One.");
    assert_eq!(conversation.line().await, "Two.");
}

#[tokio::test]
async fn a_cut_answer_ends_in_the_middle_of_its_body() {
    let rehearsal = rehearse("  coding:\n    - {say: This will be cut off at some point., cut: {times: 2}}\n").await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "s1");
    for is_stream in [true, false] {
        let response = conversation.send(is_stream).await;
        assert_eq!(response.status, 200, "it begins well");
        assert!(!response.is_complete && !response.body.is_empty(), "and ends too early: {response:?}");
    }
    assert_eq!(conversation.line().await, "This will be cut off at some point.");
}

#[tokio::test]
async fn a_hanging_request_is_never_answered_and_does_not_keep_the_rehearsal_from_stopping() {
    let rehearsal = rehearse("  coding:\n    - hang: true\n").await;
    let conversation = Conversation::begin(&rehearsal, "coding", "s1");
    let hanging = tokio::time::timeout(Duration::from_millis(150), conversation.send(true)).await;
    assert!(hanging.is_err(), "it must not answer");
    assert_eq!(rehearsal.recorded()[0].status, None, "and that is recorded");
    let base = rehearsal.base_url("coding", "s1");
    let address = base.strip_prefix("http://").and_then(|rest| rest.split('/').next()).expect("an address").to_owned();
    let (answer, stopped) =
        tokio::join!(tokio::time::timeout(Duration::from_secs(5), conversation.send(true)), async {
            // The second request has to be there before the end, or there is nothing to let go.
            while rehearsal.requests_served() < 2 {
                tokio::task::yield_now().await;
            }
            tokio::time::timeout(Duration::from_secs(1), rehearsal.stop()).await
        });
    assert!(stopped.is_ok(), "stopping must not wait for the silent request");
    assert_eq!(answer.expect("the end lets it go").status, 503);
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "the port is free again");
}

#[tokio::test]
async fn a_slow_answer_waits_before_its_first_byte_and_between_its_pieces() {
    let rehearsal = rehearse("  coding:\n    - {say: Slow., delay_ms: {first: 60, chunk: 10}}\n").await;
    let conversation = Conversation::begin(&rehearsal, "coding", "s1");
    let begun = Instant::now();
    let events = conversation.send(true).await.events().len();
    let least = Duration::from_millis(60 + 10 * (u64::try_from(events).expect("few") - 1));
    assert!(begun.elapsed() >= least, "{events} events took {:?}, not at least {least:?}", begun.elapsed());
}

#[tokio::test]
async fn an_answer_can_be_huge_and_its_usage_anything() {
    let rehearsal =
        rehearse("  coding:\n    - {say: Much., fill: 2MB, usage: {input_tokens: 150000, output_tokens: 9}}\n").await;
    let response = Conversation::begin(&rehearsal, "coding", "s1").send(true).await;
    let events = response.events();
    let text: usize = events.iter().filter_map(|event| event["delta"]["text"].as_str()).map(str::len).sum();
    assert_eq!(text, 2 * 1024 * 1024 + "Much.".len());
    let usage = &events[events.len() - 2]["usage"];
    assert_eq!((usage["input_tokens"].as_u64(), usage["output_tokens"].as_u64()), (Some(150_000), Some(9)));
}

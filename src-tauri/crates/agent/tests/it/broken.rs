//! A CLI that misbehaves, played by a shell script: what the real one cannot be made to do.

use crate::support::{Host, Room, end_of, run, until};
use harness_agent::{Body, start, wire::Opaque};
use harness_domain::failure::Outcome;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const DONE: &str = r#"echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"total_cost_usd":0.25,"result":"done"}'"#;

fn bodies(host: &Host) -> Vec<Body> {
    host.messages.lock().unwrap().iter().map(|message| message.body.clone()).collect()
}

#[tokio::test]
async fn silence_from_the_beginning_is_a_hang() {
    let room = Room::new();
    let mut launch = room.script("sleep 600");
    launch.watchdogs.first_byte = Duration::from_millis(300);
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::HangNoFirstByte, "{end:?}");
}

#[tokio::test]
async fn silence_in_the_middle_is_a_hang() {
    let room = Room::new();
    let mut launch = room.fake("sleep 600");
    launch.watchdogs.idle = Duration::from_millis(300);
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::HangIdle, "{end:?}");
}

#[tokio::test]
async fn lines_that_keep_coming_are_no_silence() {
    let room = Room::new();
    let mut launch = room
        .fake(&format!(r#"for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; echo '{{"type":"keep_alive"}}'; done; {DONE}"#));
    launch.watchdogs.idle = Duration::from_millis(700);
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::Completed, "one second in all, but never 700 ms of silence: {end:?}");
}

#[tokio::test]
async fn one_that_does_not_exit_after_its_result_is_killed_and_has_completed() {
    let room = Room::new();
    let mut launch = room.fake(&format!("trap '' TERM; {DONE}; sleep 600 & while :; do wait; done"));
    launch.watchdogs.after_result = Duration::from_millis(300);
    let host = Arc::new(Host::default());
    let end = run(launch, &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "the result stands: {end:?}");
    assert_eq!(end.cost_usd, 0.25, "with its figures");
    assert_eq!(end.signal, Some(9), "it did not listen to less: {end:?}");
}

#[tokio::test]
async fn one_that_fails_without_a_reason_and_does_not_exit_hangs_after_its_result() {
    let room = Room::new();
    let mut launch =
        room.fake(r#"echo '{"type":"result","subtype":"error_during_execution","is_error":true}'; sleep 600"#);
    launch.watchdogs.after_result = Duration::from_millis(300);
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::HangAfterResult, "{end:?}");
}

#[tokio::test]
async fn a_crash_at_the_start_tells_its_last_words() {
    let room = Room::new();
    let end = run(room.script("echo 'libfoo.so is missing' >&2; exit 3"), &Arc::new(Host::default())).await;
    let Outcome::Crashed { detail } = &end.outcome else { panic!("{end:?}") };
    assert!(detail.contains("code 3") && detail.contains("libfoo.so is missing"), "{detail}");
    assert_eq!((end.exit_code, end.signal), (Some(3), None), "as the system says");
}

#[tokio::test]
async fn a_crash_in_the_middle_of_a_line_keeps_the_half_line() {
    let room = Room::new();
    let host = Arc::new(Host::default());
    let end = run(room.fake(r#"printf '{"type":"assistant","mess'; kill -SEGV $$"#), &host).await;
    assert!(matches!(end.outcome, Outcome::Crashed { .. }), "{end:?}");
    assert_eq!(end.signal, Some(11), "it was killed by a signal");
    let last = host.messages.lock().unwrap().last().cloned().unwrap();
    assert_eq!(last.body, Body::Opaque(Opaque::Partial), "the half line is kept as what it is");
    assert_eq!(last.raw, r#"{"type":"assistant","mess"#, "with all that came of it");
}

#[tokio::test]
async fn one_that_is_killed_after_its_result_has_completed() {
    let room = Room::new();
    let end = run(room.fake(&format!("{DONE}; kill -KILL $$")), &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::Completed, "the result is the authority: {end:?}");
    assert_eq!(end.signal, Some(9), "however it ended");
}

#[tokio::test]
async fn a_line_of_ten_megabytes_arrives_whole() {
    let room = Room::new();
    let host = Arc::new(Host::default());
    let line = r#"printf '{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"'; head -c 10000000 /dev/zero | tr '\0' x; echo '"}]}}'"#;
    let end = run(room.fake(&format!("{line}; {DONE}")), &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert_eq!(host.results()[0].1.len(), 10_000_000, "every byte");
}

#[tokio::test]
async fn what_is_unknown_or_broken_is_kept_and_the_session_goes_on() {
    let room = Room::new();
    let host = Arc::new(Host::default());
    let script = format!(
        r#"echo '{{"type":"quantum_update","subtype":"tangled","x":[1]}}'
        echo 'Segmentation fault (core dumped)'
        echo '[1,2,3]'
        echo '{{"type":"assistant","message":"of an unexpected shape"}}'
        printf '{{"type":"keep_alive","bytes":"\377\376"}}\n'
        echo '{{"type":"control_request","request_id":"q1","request":{{"subtype":"from_the_future"}}}}'
        read -r answer
        case $answer in *error*) ;; *) exit 9 ;; esac
        {DONE}"#
    );
    let end = run(room.fake(&script), &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let seen = bodies(&host);
    let other = |name: &str, sub: Option<&str>| Body::Other { type_name: name.into(), subtype: sub.map(Into::into) };
    assert!(seen.contains(&other("quantum_update", Some("tangled"))), "an unknown type: {seen:?}");
    assert!(seen.contains(&other("assistant", None)), "a known type of unknown shape: {seen:?}");
    assert!(seen.contains(&other("keep_alive", None)), "bytes that are not text cost only themselves: {seen:?}");
    assert_eq!(seen.iter().filter(|b| **b == Body::Opaque(Opaque::Invalid)).count(), 2, "what is no message: {seen:?}");
}

#[tokio::test]
async fn one_that_asks_for_ever_and_reads_no_answer_is_a_hang() {
    let room = Room::new();
    let question = r#"'{"type":"control_request","request_id":"q'$i'","request":{"subtype":"from_the_future"}}'"#;
    let mut launch = room.fake(&format!("i=0; while :; do i=$((i + 1)); echo {question}; done"));
    launch.watchdogs.idle = Duration::from_millis(500);
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::HangIdle, "it waits for nothing of ours, and we for nothing of its: {end:?}");
}

#[tokio::test]
async fn text_written_byte_by_byte_arrives_whole() {
    let room = Room::new();
    let host = Arc::new(Host::default());
    let text = "日本 🦀 Ω";
    let line =
        format!("{{\"type\":\"assistant\",\"message\":{{\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}}]}}}}\n");
    let bytes: String = line.bytes().map(|byte| format!("printf '\\{byte:03o}'\n")).collect();
    let end = run(room.fake(&format!("{bytes}{DONE}")), &host).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert!(host.messages.lock().unwrap().iter().any(|m| m.raw == line.trim_end()), "no cut fell into a character");
}

#[tokio::test]
async fn a_rejected_subscription_is_waited_for_until_the_time_it_names() {
    let room = Room::new();
    // Recorded: an API key on loopback never produces this line.
    let script = r#"echo '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1893456000,"rateLimitType":"five_hour","utilization":1.0},"uuid":"u","session_id":"s"}'
        echo '{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"limit"}]},"error":"rate_limit"}'
        echo '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"num_turns":1}'; exit 1"#;
    let end = run(room.fake(script), &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::RateLimited { until_ms: Some(1_893_456_000_000) }, "{end:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_grandchild_in_a_session_of_its_own_is_gone_afterwards() {
    let room = Room::new();
    let script = format!(
        "(setsid sh -c 'echo $$ > leaked; exec sleep 600' &); while [ ! -s leaked ]; do sleep 0.01; done; {DONE}"
    );
    let end = run(room.fake(&script), &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    let pid = std::fs::read_to_string(room.project().join("leaked")).unwrap();
    assert!(!crate::support::runs(&pid), "process {pid} was left behind");
    assert_eq!(end.leftovers_killed, 1, "and it is said that there was one");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_that_ignores_everything_is_killed_with_all_it_started() {
    let room = Room::new();
    let launch = room.fake("trap '' TERM INT; (setsid sh -c 'trap \"\" TERM; echo $$ > stubborn; while :; do sleep 600; done' &); while :; do sleep 0.05; done");
    let running = start(launch, Arc::new(Host::default())).await.unwrap();
    let file = room.project().join("stubborn");
    until("it has started something", || std::fs::read_to_string(&file).is_ok_and(|pid| pid.ends_with('\n'))).await;
    let asked = Instant::now();
    running.handle().stop();
    let end = end_of(running).await;
    assert_eq!((&end.outcome, end.signal), (&Outcome::Stopped, Some(9)), "{end:?}");
    assert!(asked.elapsed() < Duration::from_secs(4), "two short graces and a kill took {:?}", asked.elapsed());
    let pid = std::fs::read_to_string(file).unwrap();
    assert!(!crate::support::runs(&pid), "process {pid} was left behind");
    assert!(end.leftovers_killed >= 1, "{end:?}");
}

#[tokio::test]
async fn a_dropped_session_takes_its_processes_with_it() {
    let room = Room::new();
    let running = start(room.fake("sleep 600"), Arc::new(Host::default())).await.unwrap();
    let process = running.process();
    assert!(harness_agent::is_alive(process), "it runs");
    drop(running);
    assert!(!harness_agent::is_alive(process), "nobody would watch over it any more");
}

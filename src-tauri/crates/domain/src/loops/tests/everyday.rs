//! What is work although it looks like a circle: nothing of it may end a session, and most of it is left alone.

use super::stage::*;
use crate::loops::{Ending, LoopKind, LoopStep};
use serde_json::json;

fn refactoring() -> Vec<Turn> {
    (0..60)
        .flat_map(|n| {
            let file = format!("/p/src/module-{}.js", n % 12);
            let from = format!("  const value{n} = oldName(input, {n});");
            let to = format!("  const value{n} = newName(input, {n});");
            let mut turns = vec![read(&file, format!("{from}\nmore {n}")), edit(&file, from, to)];
            if n % 6 == 5 {
                turns.push(ran("npm test", "ℹ pass 40\nℹ fail 0"));
            }
            turns
        })
        .collect()
}

fn same_edit_in_many_files() -> Vec<Turn> {
    (0..60).map(|n| edit(&format!("/p/src/file-{n}.js"), "var ", "const ")).collect()
}

fn sed_in_many_files() -> Vec<Turn> {
    let command = |n| format!("sed -i 's/calculateTotalPrice/totalPriceOf/g' src/components/cart/part-{n}.tsx");
    (0..40).map(|n| ran(command(n), "")).collect()
}

fn polling() -> Vec<Turn> {
    let mut turns = vec![ran("npm start > server.log 2>&1 &", "")];
    turns.extend(times(
        6,
        &failed("curl -sf http://localhost:3000/health", "curl: (7) Failed to connect to localhost port 3000"),
    ));
    turns.push(ran("curl -sf http://localhost:3000/health", "ok"));
    turns
}

fn polling_with_sleep() -> Vec<Turn> {
    let mut turns: Vec<Turn> =
        (0..5).flat_map(|_| [ran("sleep 5", ""), failed("curl -s localhost:8080", "refused")]).collect();
    turns.push(ran("curl -s localhost:8080", "hello"));
    turns
}

fn polling_with_changing_output() -> Vec<Turn> {
    (0..30)
        .map(|n| turn("BashOutput", json!({ "bash_id": "b1" }), Ending::Ok, format!("built {n} of 30 modules")))
        .collect()
}

fn tests_while_fixing() -> Vec<Turn> {
    (0..10)
        .flat_map(|n| {
            [
                edit("/p/src/sum.js", format!("return a - {n};"), format!("return a - {};", n + 1)),
                failed("npm test", "✖ adds\n  Error: expected 5, got 4\nℹ pass 3\nℹ fail 1"),
            ]
        })
        .collect()
}

fn errors_that_become_fewer() -> Vec<Turn> {
    (0..15)
        .flat_map(|n| {
            let left = 30 - 2 * n;
            [
                failed(
                    "npx tsc --noEmit",
                    format!("src/a.ts:{left}:1 - error TS2304: Cannot find name 'x'.\nFound {left} errors."),
                ),
                edit("/p/src/a.ts", format!("x{n}"), format!("y{n}")),
            ]
        })
        .collect()
}

fn one_error_thrice_with_edits_between() -> Vec<Turn> {
    (0..3)
        .flat_map(|n| {
            [failed("npm test", "Error: expected 5, got 4"), edit("/p/a.js", format!("v{n}"), format!("v{}", n + 1))]
        })
        .collect()
}

fn error_thrice_with_commands_that_repair_between() -> Vec<Turn> {
    let error = || failed("npm test", "Error: Cannot find module 'left-pad'");
    vec![
        error(),
        ran("npm install left-pad", "added 1 package"),
        error(),
        ran("npm install", "up to date"),
        error(),
        ran("rm -rf node_modules && npm ci", "added 90 packages"),
    ]
}

fn big_file_in_chunks() -> Vec<Turn> {
    (0..10)
        .map(|n| {
            let input = json!({ "file_path": "/p/src/generated/big-schema.json", "offset": n * 2000, "limit": 2000 });
            turn("Read", input, Ending::Ok, format!("lines from {}", n * 2000))
        })
        .collect()
}

fn formatter_after_every_edit() -> Vec<Turn> {
    (0..25)
        .flat_map(|n| {
            [
                edit("/p/src/app.js", format!("line {n}"), format!("line {n};")),
                ran("npx prettier --write src", "src/app.js 20ms"),
            ]
        })
        .collect()
}

fn status_between_steps() -> Vec<Turn> {
    (0..20)
        .flat_map(|n| [write(&format!("/p/src/{n}.js"), format!("content {n}")), ran("git status --short", "?? src/")])
        .collect()
}

fn todo_often() -> Vec<Turn> {
    (0..25)
        .flat_map(|n| {
            let todos =
                json!({ "todos": [{ "content": "Write the parser and its tests", "status": format!("step {n}") }] });
            [
                turn("TodoWrite", todos, Ending::Ok, "Todos have been modified successfully"),
                read(&format!("/p/{n}.js"), format!("{n}")),
            ]
        })
        .collect()
}

fn exploring() -> Vec<Turn> {
    (0..90)
        .map(|n| read(&format!("/p/src/deep/directory/of/the/project/file-{n}.ts"), format!("content {n}")))
        .collect()
}

fn searching() -> Vec<Turn> {
    let names = ["login", "session", "cookie", "token", "password", "hash", "expires", "refresh", "logout", "csrf"];
    names
        .iter()
        .map(|name| turn("Grep", json!({ "pattern": name, "path": "/p/src" }), Ending::Ok, "No files found"))
        .collect()
}

fn one_test_file_after_the_other() -> Vec<Turn> {
    let parts = ["cart", "login", "search", "profile", "orders", "footer", "header", "prices"];
    let run = |part: &&str| {
        let command = format!("npx vitest run --reporter=verbose src/components/{part}.test.tsx");
        failed(command, format!("FAIL {part}.test.tsx\nError: missing {part} property"))
    };
    parts.iter().map(run).collect()
}

fn undoing_twice() -> Vec<Turn> {
    let log =
        |on: bool| if on { edit("/p/a.js", "f();", "f(); log();") } else { edit("/p/a.js", "f(); log();", "f();") };
    (0..2)
        .flat_map(|n| {
            [
                log(true),
                failed("node a.js", format!("Error: got {n}a")),
                log(false),
                ran("npm run lint", format!("{n} ok")),
            ]
        })
        .collect()
}

fn looking_at_the_clock() -> Vec<Turn> {
    (0..12).map(|n| ran("wc -l src/*.js", format!("{} total", 100 + n))).collect()
}

fn series_of_commands() -> Vec<Turn> {
    (0..20)
        .map(|n| ran(format!("npx prisma migrate dev --name add-column-number-{n} --skip-generate"), "Done."))
        .collect()
}

fn bulk_of_cards() -> Vec<Turn> {
    (0..30)
        .map(|n| {
            let input = json!({ "category": "api", "name": format!("Endpoint {n}"), "description": "Answers with JSON", "steps": ["It answers"] });
            turn("mcp__features__feature_create", input, Ending::Ok, "{\"created\":1}")
        })
        .collect()
}

fn flaky_install() -> Vec<Turn> {
    let mut turns = times(
        4,
        &failed("npm install", "npm ERR! network request to https://registry.npmjs.org failed, reason: ECONNRESET"),
    );
    turns.push(ran("npm install", "added 120 packages"));
    turns
}

/// Sessions that nothing is to be said about.
fn quiet() -> Vec<(&'static str, Vec<Turn>)> {
    vec![
        ("a long refactoring, 60 edits over 12 files", refactoring()),
        ("the same edit in 60 files", same_edit_in_many_files()),
        ("the same sed in 40 files", sed_in_many_files()),
        ("polling a server until it is there", polling()),
        ("polling with pauses", polling_with_sleep()),
        ("polling a build that moves", polling_with_changing_output()),
        ("repeated test runs while fixing", tests_while_fixing()),
        ("compiler errors that become fewer", errors_that_become_fewer()),
        ("the same error thrice, an edit after each", one_error_thrice_with_edits_between()),
        ("the same error thrice, a repair after each", error_thrice_with_commands_that_repair_between()),
        ("a big file read in ten chunks", big_file_in_chunks()),
        ("the formatter after every edit", formatter_after_every_edit()),
        ("git status after every step", status_between_steps()),
        ("the to-do list kept up to date", todo_often()),
        ("reading 90 files", exploring()),
        ("searching for many words that are not there", searching()),
        ("one failing test file after the other", one_test_file_after_the_other()),
        ("a line put in and taken out twice", undoing_twice()),
        ("the same question with another answer each time", looking_at_the_clock()),
        ("a series of commands that say the same", series_of_commands()),
        ("thirty cards created one by one", bulk_of_cards()),
        ("reading on after five green test runs", times(4, &ran("npm test", "ℹ pass 9\nℹ fail 0"))),
    ]
}

#[test]
fn everyday_work_is_left_alone() {
    for (name, turns) in quiet() {
        assert_eq!(played(&turns), [], "{name}: this is work");
    }
}

#[test]
fn everyday_work_is_left_alone_in_one_long_session_too() {
    let built = |(name, turns): (&str, Vec<Turn>)| [turns, vec![write("/p/notes.md", name)]].concat();
    let turns: Vec<Turn> = quiet().into_iter().flat_map(built).collect();
    assert_eq!(played(&turns), [], "{} calls of work", turns.len());
}

#[test]
fn retries_of_a_flaky_network_are_told_at_the_documented_third_and_end_nothing() {
    assert_eq!(played(&flaky_install()), [(3, LoopStep::Nudged, LoopKind::ErrorLoop)]);
}

#[test]
fn an_error_that_no_change_moves_is_told_after_a_dozen_runs_and_never_ends_a_session() {
    let turns: Vec<Turn> = (0..80)
        .flat_map(|n| {
            [failed("npm test", "Error: expected 5, got 4"), edit("/p/a.js", format!("v{n}"), format!("v{}", n + 1))]
        })
        .collect();
    let found = played(&turns);
    assert_eq!(found.first(), Some(&(23, LoopStep::Nudged, LoopKind::ErrorLoop)), "the twelfth run: {found:?}");
    assert!(found.len() <= 3 && found.iter().all(|(_, step, _)| *step == LoopStep::Nudged), "{found:?}");
}

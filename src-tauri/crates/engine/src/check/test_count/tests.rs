//! Outputs as the runners wrote them, shortened to their ends.

use super::*;

#[test]
fn every_runner_is_understood_and_what_was_skipped_is_not_counted() {
    for (runner, output, ran) in RUNNERS {
        assert_eq!(tests_run(output), Some(ran), "{runner}:\n{output}");
    }
}

const RUNNERS: [(&str, &str, u32); 47] = [
    (
        "node:test, TAP",
        "1..5\n# tests 5\n# suites 1\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 1\n# duration_ms 134.419431\n",
        3,
    ),
    (
        "node:test, readable",
        "ℹ tests 5\nℹ suites 1\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 96.077849\n",
        3,
    ),
    (
        "node:test, coloured",
        "\u{1b}[34mℹ tests 2\u{1b}[39m\n\u{1b}[34mℹ pass 2\u{1b}[39m\n\u{1b}[34mℹ fail 0\u{1b}[39m\n",
        2,
    ),
    (
        "node:test, a test that prints numbers",
        "# pass 400\n# fail 7\n1..1\n# tests 1\n# suites 0\n# pass 1\n# fail 0\n",
        1,
    ),
    ("node:test, no test found", "1..0\n# tests 0\n# suites 0\n# pass 0\n# fail 0\n", 0),
    (
        "node:test in two packages",
        "# tests 1\n# suites 0\n# pass 1\n# fail 0\n\n> b@1.0.0 test\n# tests 2\n# suites 0\n# pass 2\n# fail 0\n",
        3,
    ),
    (
        "jest",
        "Test Suites: 1 failed, 1 total\nTests:       1 failed, 1 skipped, 1 todo, 1 passed, 4 total\nSnapshots:   0 total\nTime:        0.526 s\nRan all test suites matching je.\n",
        2,
    ),
    ("jest, all passed", "Test Suites: 3 passed, 3 total\nTests:       27 passed, 27 total\n", 27),
    (
        "vitest",
        " Test Files  1 failed (1)\n      Tests  1 failed | 1 passed | 1 skipped | 1 todo (4)\n   Start at  07:49:06\n",
        2,
    ),
    ("vitest, all passed", " Test Files  2 passed (2)\n      Tests  9 passed (9)\n", 9),
    ("vitest, nothing in the file", " Test Files  1 failed (1)\n      Tests  no tests\n", 0),
    ("mocha", "    - d\n\n\n  1 passing (7ms)\n  2 pending\n  1 failing\n\n  1) x\n       b:\n", 2),
    ("mocha, slow", "  120 passing (1s)\n", 120),
    ("ava", "  ─\n\n  1 test failed\n  1 test skipped\n  1 test todo\n", 1),
    ("ava, all passed", "  3 tests passed\n", 3),
    ("jasmine", "3 specs, 1 failure, 1 pending spec\nFinished in 0.007 seconds\n", 2),
    ("Playwright", "  1 failed\n    pw/a.spec.js:1:68 › b ───────\n  1 skipped\n  1 passed (770ms)\n", 2),
    ("node-tap", "# No coverage generated\n# { total: 3, pass: 2, skip: 1 }\n# time=1575.247ms\n", 2),
    ("bun", " 3 pass\n 1 skip\n 1 fail\n 4 expect() calls\nRan 5 tests across 1 file. [12.00ms]\n", 4),
    ("deno", "ok | 3 passed | 0 failed | 1 ignored (12ms)\n", 3),
    ("deno with steps", "FAILED | 3 passed (2 steps) | 1 failed (12ms)\n", 4),
    (
        "pytest, quiet",
        "ERROR test_a.py::test_f - ValueError\n2 failed, 2 passed, 2 skipped, 2 xfailed, 1 xpassed, 1 error in 0.05s\n",
        4,
    ),
    ("pytest", "==== 2 failed, 2 passed, 2 skipped, 2 xfailed, 1 xpassed, 1 error in 0.03s =====\n", 4),
    ("pytest, with warnings and minutes", "=========== 312 passed, 4 warnings in 65.32s (0:01:05) ===========\n", 312),
    ("pytest, nothing collected", "\nno tests ran in 0.00s\n", 0),
    ("pytest, all deselected", "10 deselected in 0.01s\n", 0),
    (
        "unittest",
        "----------------------------------------------------------------------\nRan 4 tests in 0.001s\n\nFAILED (failures=1, skipped=1, expected failures=1)\n",
        2,
    ),
    ("unittest, one passed", "Ran 1 test in 0.000s\n\nOK\n", 1),
    ("unittest, none", "Ran 0 tests in 0.000s\n\nNO TESTS RAN\n", 0),
    ("unittest, cut off", "Ran 3 tests in 0.000s\n", 3),
    (
        "cargo test, over its binaries",
        "running 3 tests\ntest a ... ok\n\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n   Doc-tests demo\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.11s\n",
        4,
    ),
    ("cargo nextest", "     Summary [   0.012s] 5 tests run: 5 passed, 1 skipped\n", 5),
    (
        "go test -v",
        "=== RUN   TestA\n=== RUN   TestA/sub\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n=== RUN   TestB\n--- SKIP: TestB (0.00s)\n=== RUN   TestC\n--- FAIL: TestC (0.00s)\nFAIL\n",
        3,
    ),
    (
        "Maven",
        "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.05 s -- in demo.ATest\n[INFO] Results:\n[INFO] \n[WARNING] Tests run: 12, Failures: 0, Errors: 0, Skipped: 1\n[INFO] \n[INFO] BUILD SUCCESS\n",
        11,
    ),
    (
        "Maven, old",
        "Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.045 sec\n\nResults :\n\nTests run: 1, Failures: 0, Errors: 0, Skipped: 0\n",
        1,
    ),
    ("JUnit 4", "OK (5 tests)\n", 5),
    ("JUnit 4, failing", "Tests run: 5,  Failures: 1\n", 5),
    (
        "JUnit's console",
        "[         4 tests found           ]\n[         3 tests successful      ]\n[         1 tests failed          ]\n",
        4,
    ),
    ("Gradle", "7 tests completed, 1 failed, 2 skipped\n", 5),
    ("RSpec", "Finished in 0.01 seconds\n10 examples, 1 failure, 2 pending\n", 8),
    ("RSpec, broken file", "0 examples, 0 failures, 1 error occurred outside of examples\n", 0),
    ("minitest", "5 runs, 8 assertions, 0 failures, 0 errors, 1 skips\n", 4),
    ("test-unit", "5 tests, 8 assertions, 0 failures, 0 errors, 1 pendings, 1 omissions, 0 notifications\n", 3),
    ("PHPUnit", "OK (5 tests, 8 assertions)\n", 5),
    ("PHPUnit, not all", "Tests: 5, Assertions: 3, Failures: 1, Skipped: 1, Incomplete: 1.\n", 3),
    ("Pest", "  Tests:    1 failed, 1 skipped, 3 passed (5 assertions)\n", 4),
    (
        "dotnet",
        "Failed!  - Failed:     1, Passed:     5, Skipped:     1, Total:     7, Duration: 12 ms - demo.dll (net8.0)\n",
        6,
    ),
];

#[test]
fn words_that_are_not_a_runners_are_not_counted() {
    for output in [
        "",
        "ok\n",
        "BUILD SUCCESSFUL in 2s\n",
        "ok  \tdemo\t0.003s\n",
        // Only failing tests are named without -v, so the number of tests is not known.
        "--- FAIL: TestC (0.00s)\nFAIL\n",
        "# pass 12\n",
        "12 users passed the test\nRan 3 migrations in 0.1s\nTests are fun (5)\n",
        "copied 3 files in 0.4s\n",
    ] {
        assert_eq!(tests_run(output), None, "{output:?}");
    }
}

#[test]
fn numbers_too_large_to_be_true_do_not_break_the_count() {
    let line = "Tests:       4294967295 passed, 4294967295 failed, 99999999999999999999 total\n";
    assert_eq!(tests_run(&line.repeat(3)), Some(u32::MAX), "sums stay at the largest number");
    assert_eq!(tests_run("99999999999 passing (1ms)\n"), Some(0), "what is no number is none");
}

#[test]
fn a_megabyte_of_output_is_read_in_little_time() {
    let output =
        "    at Object.<anonymous> (/project/src/file.js:10:15) 12 passed\n".repeat(16_000) + "  7 passing (1s)\n";
    let start = std::time::Instant::now();
    assert_eq!(tests_run(&output), Some(7), "the closing line is found");
    assert!(start.elapsed().as_secs() < 10, "unoptimised, under load: {:?}", start.elapsed());
}

//! What cannot be read for certain, and what is known only for a while.

use super::Stage;

#[test]
fn what_cannot_be_read_is_refused_and_nothing_overflows() {
    let stage = Stage::new();
    stage.refuses(
        "shell.",
        &[
            "echo 'a",
            "echo \"a",
            "echo $(a",
            "echo `a",
            "echo ${a",
            "if x",
            "for",
            "((",
            "cat <<EOF\na",
            "echo a\0b",
            "a () ",
            "<<E$[\t\t",
            "echo $[1]",
            "ls !(a)",
            "echo ${(e)x}",
            "x=$(case a in a) sudo;; esac)",
            "99999999999>x ls",
        ],
    );
    for open in [
        "(",
        "{ ",
        "$(",
        "${x:-",
        "\"$(",
        "`",
        "((",
        "if ",
        "case a in a) ",
        "[[ ( ",
        "<(",
        "$((",
        "{a,",
        "while ",
        "! ",
        "eval ",
        "f() { ",
        "a=(",
        "bash -c '",
    ] {
        for count in [30, 300, 3_000, 9_000] {
            let verdict = stage.verdict(&open.repeat(count), true);
            assert!(!verdict.is_allowed() || open == "{a," || open == "! ", "{open:?} × {count} is not finished");
        }
    }
    assert_eq!(stage.verdict(&"a".repeat(70_000), true).rule, "shell.unreadable", "too long a line is not read");
}

#[test]
fn a_value_counts_only_while_nothing_else_can_have_changed_it() {
    Stage::new().refuses(
        "",
        &[
            "set -- build /; shift; rm -rf \"$1\"",
            "f() { shift; rm -rf \"$1\"; }; f build /",
            "readonly X=/; X=build; rm -rf \"$X\"",
            "declare -r X=/; X=build; rm -rf \"$X\"",
            "PWD=build; cd .; rm -rf \"$PWD\"",
            "OLDPWD=build; cd web; rm -rf \"$OLDPWD\"",
            "_=build; echo /; rm -rf $_",
            "REPLY=build; read <<< /; rm -rf $REPLY",
            "export IFS=:; X=a:/; rm -rf $X",
            "IFS=:; X=a:/; rm -rf $X",
            "read IFS <<< :; X=a:/; rm -rf $X",
            "trap 'X=/' DEBUG; X=build; rm -rf \"$X\"",
            "trap 'cd web' DEBUG; rm -rf x",
            "X=build; unset X; rm -rf $X/",
            "X=build; export X=/; rm -rf $X",
            "X=build; read X <<< /; rm -rf $X",
            "X=build; printf -v X /; rm -rf $X",
            "X=build; declare -n Y=X; Y=/; rm -rf $X",
            "X=build; f() { X=/; }; f; rm -rf $X",
            "X=build; . ./scripts/build.sh; rm -rf $X",
            "X=build; X+=/..; rm -rf $X/..",
            "X=build; while true; do rm -rf $X; X=/; done",
            "X=build; for X in /; do :; done; rm -rf $X",
            "X=build; if true; then X=/; fi; rm -rf $X",
            "X=build; case a in a) X=/;; esac; rm -rf $X",
            "X=build; true && X=/; rm -rf $X",
            "X=build; ((X=0)); rm -rf $X",
            "X=build; mapfile X < package.json; rm -rf $X",
            "cd nowhere; cd ..; rm -rf x",
            "rm -rf web; cd web; cd ..; rm -rf app",
            "find . -exec sh -c 'rm -rf \"$1\"' _ {} \\;",
            "find . -type f -exec sed -i s/a/b/ {} +",
            "kill -9 $PPID",
            "declare -i x='a[$(sudo x)]'",
        ],
    );
}

#[test]
fn groups_as_deep_as_they_may_be_overflow_nothing() {
    let stage = Stage::new();
    for (open, close) in
        [("( ", " )"), ("{ ", "; }"), ("if ", "; then :; fi"), ("while ", "; do :; done"), ("! { ", "; }")]
    {
        let line = format!("{}sudo x{}", open.repeat(55), close.repeat(55));
        assert!(!stage.verdict(&line, true).is_allowed(), "{open:?} hides nothing");
        let line = format!("{}ls{}", open.repeat(20), close.repeat(20));
        assert!(
            stage.verdict(&line, true).is_allowed(),
            "{open:?} by itself is no harm: {}",
            stage.verdict(&line, true)
        );
    }
    let loops = "for i in 1 2 3 4 5 6 7 8 9; do ".repeat(12) + "[[ a ]]" + &"; done".repeat(12);
    assert!(!stage.verdict(&loops, true).is_allowed(), "what would take for ever is refused");
}

#[test]
fn values_that_double_again_and_again_are_refused_before_they_take_room() {
    let stage = Stage::new();
    let lines = [
        format!("a=xxxxxxxxxx; {}echo done", "a=$a$a; ".repeat(40)),
        format!("a=xxxxxxxxxx; {}rm -rf \"$a\"", "a=\"$a$a\"; ".repeat(40)),
        format!("set -- a b; {}echo done", "set -- \"$@\" \"$@\"; ".repeat(40)),
        format!("a={}; echo {}", "x".repeat(30_000), "$a ".repeat(10_000)),
        format!("a={}; echo \"{}\"", "x".repeat(30_000), "$a".repeat(10_000)),
        format!("set -- {}; echo {}", "a ".repeat(10_000), "$@ ".repeat(10_000)),
    ];
    for line in lines {
        let verdict = stage.verdict(&line, true);
        assert_eq!(verdict.rule, "shell.unreadable", "{}…: {verdict}", &line[..60]);
    }
    stage.allows(true, &["a=xxxxxxxxxx; a=$a$a; a=$a$a; a=$a$a; echo $a", "set -- a b; set -- \"$@\" c; echo \"$@\""]);
}

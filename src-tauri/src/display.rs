//! Whether there is a screen to show a window on.

/// Fails with what to do where there is none.
#[cfg(target_os = "linux")]
pub fn check() -> Result<(), String> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    judge(is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"), is_set("SSH_CONNECTION"))?;
    // Asked here, where the answer can be told; Tauri would end with a fault.
    gtk::init().map_err(|_| {
        "the screen cannot be reached: DISPLAY or WAYLAND_DISPLAY names one that does not answer, or that this user may \
         not use. Start it from a terminal of your desktop session."
            .to_owned()
    })
}

#[cfg(target_os = "linux")]
fn judge(has_screen: bool, is_remote: bool) -> Result<(), String> {
    if has_screen {
        return Ok(());
    }
    let how = if is_remote { " Log in with `ssh -X`, or" } else { " Start it in a desktop session, or" };
    Err(format!(
        "there is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set.{how} use `harness`, which needs none \
         (`harness run DIR`; in a checkout, `npm run demo` shows it at work)."
    ))
}

/// Elsewhere a program that can be started has a screen.
#[cfg(not(target_os = "linux"))]
pub fn check() -> Result<(), String> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::judge;

    #[test]
    fn without_a_screen_a_person_is_told_what_works_instead() {
        assert_eq!(judge(true, true), Ok(()), "a screen that is forwarded is a screen");
        let here = judge(false, false).expect_err("nothing can be shown");
        assert!(here.contains("npm run demo") && here.contains("harness run"), "{here}");
        let remote = judge(false, true).expect_err("nothing can be shown");
        assert!(remote.contains("ssh -X"), "{remote}");
    }
}

//! What paints the page: the graphics processor, or where there is none, the processor alone.

use tauri::WebviewWindow;

/// Without a graphics processor the page is painted without layers: they would be put together by a program that imitates
/// one, which takes five times as long for a frame and 95 MB more (`npm run bench -- desktop`).
///
/// Does nothing where there is one, and where a person chose by WebKit's own variables.
#[cfg(target_os = "linux")]
pub fn suit(window: &WebviewWindow) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

    const CHOSEN: [&str; 2] = ["WEBKIT_FORCE_COMPOSITING_MODE", "WEBKIT_DISABLE_COMPOSITING_MODE"];
    if CHOSEN.iter().any(|name| std::env::var_os(name).is_some())
        || has_graphics_processor(std::path::Path::new("/dev"))
    {
        return;
    }
    let set = window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = set {
        tracing::warn!(%error, "the page is painted as if there were a graphics processor");
    }
}

/// Elsewhere the system decides.
#[cfg(not(target_os = "linux"))]
pub fn suit(_: &WebviewWindow) {}

/// Whether there is a device that draws: a render node of the kernel, NVIDIA's own, or the one of Windows below Linux.
#[cfg(target_os = "linux")]
fn has_graphics_processor(devices: &std::path::Path) -> bool {
    let is_render_node = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("renderD");
    let mut nodes = std::fs::read_dir(devices.join("dri")).into_iter().flatten().flatten();
    nodes.any(|node| is_render_node(&node.file_name()))
        || ["nvidia0", "dxg"].iter().any(|name| devices.join(name).exists())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::has_graphics_processor;
    use std::fs;

    #[test]
    fn a_graphics_processor_is_one_that_can_draw() {
        let devices = tempfile::tempdir().expect("a directory");
        let has = || has_graphics_processor(devices.path());
        assert!(!has(), "a machine without any");
        fs::create_dir(devices.path().join("dri")).expect("a directory");
        fs::write(devices.path().join("dri/card0"), "").expect("a file");
        assert!(!has(), "a card that only shows pictures, as virtual machines have it");
        fs::write(devices.path().join("dri/renderD128"), "").expect("a file");
        assert!(has(), "one that draws");
        fs::remove_dir_all(devices.path().join("dri")).expect("it is there");
        fs::write(devices.path().join("dxg"), "").expect("a file");
        assert!(has(), "the one of Windows");
    }
}

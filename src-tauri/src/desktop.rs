//! The desktop application: its plugins, its one window, and how it starts.

use crate::{
    commands, log,
    native::login::Login,
    page::Page,
    painting,
    place::{Place, SCHEME},
    product::Product,
    quit::{self, Quit},
    stream::Streams,
    tray, watch,
};
use harness_api::shape::setup as shape;
use tauri::{
    App, AppHandle, Manager, RunEvent, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::{Color, NewWindowResponse, PageLoadEvent},
};
use tauri_plugin_window_state::StateFlags;

const WINDOW: &str = "main";

/// Shows the window and stays until the person quits. Returns the process's exit code.
pub fn run() -> i32 {
    let commands = commands::all();
    let builder = tauri::Builder::default()
        // First of all: a second start must do nothing but wake the first one.
        .plugin(single_instance())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_shell::init())
        .plugin(window_state());
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(tauri_plugin_notification::init());
    let built = builder
        .manage(Page::default())
        .manage(Streams::default())
        .manage(Quit::default())
        .manage(Login::default())
        .invoke_handler(commands.invoke_handler())
        .on_page_load(|page, load| {
            if load.event() == PageLoadEvent::Started {
                page.state::<Streams>().end_all();
                page.state::<Page>().forget();
                page.state::<Quit>().forget_question();
            }
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                quit::window_closes(window.app_handle());
            }
        })
        .setup(|app| set_up(app))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => app.run_return(handle),
        Err(error) => {
            log::complain(&format!("the window could not be opened: {error}"));
            1
        }
    }
}

fn set_up(app: &App) -> Result<(), Box<dyn std::error::Error>> {
    let handle = app.handle();
    let product = Product::open()?;
    product.set_door(handle);
    app.manage(product);
    if crate::update::is_configured(handle) {
        handle.plugin(tauri_plugin_updater::Builder::new().build())?;
    }
    // Before everything that takes a moment: the page's own processes start meanwhile.
    create_window(handle)?;
    tray::set_up(handle)?;
    watch::start(handle);
    follow_links(handle);
    end_on_signals(handle);
    Ok(())
}

/// Brings the window to the front. Whoever does this uses the program, so leaving is called off.
pub fn open_window(app: &AppHandle) {
    app.state::<Quit>().call_off();
    open_window_only(app);
}

/// Brings the window to the front, whatever is planned.
pub fn open_window_only(app: &AppHandle) {
    let Some(window) = app.get_webview_window(WINDOW) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Takes the window off the screen; the program goes on.
pub fn close_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(WINDOW)
        && let Err(error) = window.hide()
    {
        tracing::warn!(%error, "the window could not be closed");
    }
}

fn handle(app: &AppHandle, event: RunEvent) {
    match event {
        // Without a code it was the system or a person who asked, and they may have runs under way.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            quit::begin(app);
        }
        // A click on the icon in the dock, when the window was closed.
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => open_window(app),
        _ => {}
    }
}

fn create_window(app: &AppHandle) -> Result<WebviewWindow, Box<dyn std::error::Error>> {
    let mut config = app.config().app.windows.first().ok_or("the configuration has no window")?.clone();
    // The page a link leads to is the first one: nothing else is drawn before it.
    if let Some(place) = first_place(app) {
        config.url = WebviewUrl::App(place.page().into());
        app.state::<Product>().read_ahead(place.project);
    }
    let chosen = tauri::async_runtime::block_on(app.state::<Product>().settings()).theme;
    let (theme, colour) = first_look(chosen);
    let mut window = WebviewWindowBuilder::from_config(app, &config)?
        // The page stays what it is: nothing on it, and no redirect, leads the window anywhere else.
        .on_navigation(is_our_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .theme(theme);
    if let Some(colour) = colour {
        window = window.background_color(colour);
    }
    let window = window.build()?;
    painting::suit(&window);
    Ok(window)
}

/// How the window looks before its page has drawn anything: the canvas of that theme, so that nothing flashes in a dark
/// room. The page hears of the theme as of the system's.
fn first_look(chosen: shape::Theme) -> (Option<Theme>, Option<Color>) {
    match chosen {
        shape::Theme::System => (None, None),
        shape::Theme::Light => (Some(Theme::Light), Some(Color(0xf7, 0xf7, 0xf8, 0xff))),
        shape::Theme::Dark => (Some(Theme::Dark), Some(Color(0x0d, 0x0e, 0x11, 0xff))),
        shape::Theme::HighContrast => (Some(Theme::Dark), Some(Color(0, 0, 0, 0xff))),
    }
}

/// Whether `url` is of the pages that were built into the program (or of the development server, in a build for it).
fn is_our_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows and Android have no schemes of their own.
        "http" | "https" if url.host_str() == Some("tauri.localhost") => true,
        "http" => tauri::is_dev() && url.host_str() == Some("localhost") && url.port() == Some(5173),
        _ => false,
    }
}

/// A second start brings this one's window to the front; a link that it was started with has been passed on already.
///
/// A data directory of its own is a program of its own: two of them do not meet.
fn single_instance() -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app, _args, _dir| open_window(app));
    #[cfg(target_os = "linux")]
    let builder = match std::env::var_os("HARNESS_HOME").filter(|home| !home.is_empty()) {
        Some(home) => builder.dbus_id(format!("org.auto_agent_harness.desktop.home{}", number_of(&home))),
        None => builder,
    };
    builder.build()
}

#[cfg(target_os = "linux")]
fn number_of(home: &std::ffi::OsStr) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let path = std::path::Path::new(home);
    let mut hasher = DefaultHasher::new();
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).hash(&mut hasher);
    hasher.finish()
}

/// Where the window was and how large. Whether it was on the screen is not kept: a start always shows it.
fn window_state() -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    tauri_plugin_window_state::Builder::new().with_state_flags(kept).build()
}

/// Where the link leads that the program was started with. Only later ones are told to who listens.
fn first_place(app: &AppHandle) -> Option<Place> {
    use tauri_plugin_deep_link::DeepLinkExt;
    let links = app.deep_link().get_current().ok()??;
    links.iter().find_map(|link| Place::of_link(link.as_str()))
}

fn follow_links(app: &AppHandle) {
    use tauri_plugin_deep_link::DeepLinkExt;
    let listening = app.clone();
    app.deep_link().on_open_url(move |opened| {
        for url in opened.urls() {
            match Place::of_link(url.as_str()) {
                Some(place) => {
                    listening.state::<Page>().navigate(place);
                    open_window(&listening);
                }
                None => tracing::info!(scheme = SCHEME, "a link was opened that leads nowhere"),
            }
        }
    });
}

/// The end of the session, and Ctrl-C in a terminal, end the program in order: runs are stopped and their work saved.
#[cfg(unix)]
fn end_on_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let streams = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
        let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = streams else {
            tracing::warn!("signals cannot be heard; they end the program at once");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
        quit::leave(&app);
    });
}

#[cfg(not(unix))]
fn end_on_signals(_: &AppHandle) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_with_the_pages_of_the_program() {
        let is_ours = |url: &str| is_our_page(&Url::parse(url).expect("an address"));
        assert!(is_ours("tauri://localhost/project/3"), "a page of ours");
        assert!(is_ours("http://tauri.localhost/"), "as Windows has it");
        for url in
            ["https://example.org/", "tauri://elsewhere/", "file:///etc/passwd", "about:blank", "http://localhost:80/"]
        {
            assert!(!is_ours(url), "{url} is none of our pages");
        }
    }
}

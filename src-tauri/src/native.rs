//! What only a program at the person's desk can do: the system's dialogs, their editor, their file manager.

mod command_line;
pub mod login;

use crate::product::Product;
use harness_api::{ApiError, ErrorCode};
use harness_domain::id::ProjectId;
use serde::Serialize;
use specta::Type;
use std::path::{Path, PathBuf};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tauri_plugin_shell::ShellExt;
use tokio::sync::oneshot;
use url::Url;

/// The largest text that is taken from a file. A specification has some kilobytes.
const TEXT_BYTES: u64 = 1024 * 1024;

/// A text file that the person chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct PickedFile {
    /// Its name, without its directory.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Asks for a directory with the system's dialog. None when the person chose none.
pub async fn pick_folder(app: &AppHandle, title: &str) -> Option<String> {
    let (chosen, choice) = oneshot::channel();
    file_dialog(app, title).set_can_create_directories(true).pick_folder(move |path| {
        // The page may have gone away meanwhile.
        let _ = chosen.send(path);
    });
    let path = choice.await.ok().flatten().and_then(path_of)?;
    Some(path.to_string_lossy().into_owned())
}

/// Asks for a text file with the system's dialog, and reads it.
pub async fn pick_file(app: &AppHandle, title: &str) -> Result<Option<PickedFile>, ApiError> {
    let (chosen, choice) = oneshot::channel();
    let dialog = file_dialog(app, title).add_filter("Text", &["md", "txt", "xml", "yaml", "yml", "json"]);
    dialog.pick_file(move |path| {
        let _ = chosen.send(path);
    });
    let Some(path) = choice.await.ok().flatten().and_then(path_of) else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = read_text(&path).await.map_err(|why| ApiError::new(ErrorCode::BadInput, format!("{name} {why}")))?;
    Ok(Some(PickedFile { name, text }))
}

/// The system's dialog for files, at home: among the files that were used last, a folder cannot be typed.
fn file_dialog(app: &AppHandle, title: &str) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file().set_title(title);
    match app.path().home_dir() {
        Ok(home) => dialog.set_directory(home),
        Err(_) => dialog,
    }
}

async fn read_text(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("could not be read: {error}");
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if size > TEXT_BYTES {
        return Err("is larger than 1 MiB. Choose a smaller file, or paste the part that matters.".into());
    }
    let bytes = tokio::fs::read(path).await.map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| "is no text in UTF-8. Save it as UTF-8 text and choose it again.".into())
}

fn path_of(path: FilePath) -> Option<PathBuf> {
    path.into_path().ok()
}

/// Opens a file of a project in the editor of the settings, or as the system opens such files.
pub async fn open_in_editor(
    app: &AppHandle,
    project: ProjectId,
    path: &str,
    line: Option<u32>,
) -> Result<(), ApiError> {
    let product = app.state::<Product>();
    let directory = product.directory(project).await?;
    let path = within(&directory.join(path), &[directory])?;
    let command = product.settings().await.editor_command.filter(|command| !command.trim().is_empty());
    let Some(command) = command else { return open_unchosen(path).await };
    let (program, args) = command_line::fill(&command, &path, line)
        .map_err(|why| ApiError::new(ErrorCode::BadInput, format!("The editor command in the settings {why}")))?;
    let started = app.shell().command(&program).args(args).spawn();
    started.map(drop).map_err(|cause| {
        let words = format!("{program} could not be started: {cause}. Change the editor command in the settings.");
        ApiError::new(ErrorCode::Unavailable, words)
    })
}

/// Shows a file or directory of a project in the system's file manager.
pub async fn reveal(app: &AppHandle, path: &str) -> Result<(), ApiError> {
    let path = within(Path::new(path), &app.state::<Product>().directories().await)?;
    show_item(path).await
}

async fn show_item(path: PathBuf) -> Result<(), ApiError> {
    let shown = blocking(move || tauri_plugin_opener::reveal_item_in_dir(path)).await?;
    shown.map_err(|cause| ApiError::new(ErrorCode::Unavailable, format!("No file manager could be opened: {cause}.")))
}

/// Whether opening the file can only show it: an ending that no system runs or interprets, and no permission to run it.
fn is_plain_text(path: &Path) -> bool {
    const TEXT: [&str; 19] = [
        "c", "cpp", "css", "csv", "go", "h", "java", "json", "jsonl", "log", "md", "rs", "scss", "sql", "toml", "ts",
        "tsx", "txt", "yaml",
    ];
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| TEXT.contains(&ending.as_str())) && !is_executable(path)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

/// Opens a web page in the browser.
pub async fn open_link(link: &str) -> Result<(), ApiError> {
    let url = safe_link(link)?;
    let opened = blocking(move || tauri_plugin_opener::open_url(url.as_str(), None::<&str>)).await?;
    opened.map_err(|cause| ApiError::new(ErrorCode::Unavailable, format!("No browser could be opened: {cause}.")))
}

/// Opens a file where no editor was chosen: text in the system's own editor. Of anything else the folder is shown: what
/// an agent wrote must not be run because somebody wanted to look at it.
async fn open_unchosen(path: PathBuf) -> Result<(), ApiError> {
    if !is_plain_text(&path) {
        return show_item(path).await;
    }
    let editor = if cfg!(windows) {
        Some("notepad")
    } else if cfg!(target_os = "macos") {
        Some("TextEdit")
    } else {
        None
    };
    let opened = blocking(move || tauri_plugin_opener::open_path(path, editor)).await?;
    opened.map_err(|cause| {
        let words = format!("The file could not be opened: {cause}. Name your editor in the settings.");
        ApiError::new(ErrorCode::Unavailable, words)
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|fault| ApiError::new(ErrorCode::Internal, format!("The desktop could not be asked: {fault}")))
}

/// `link`, when opening it can do no more than show a page or begin a mail: an agent may have written it.
fn safe_link(link: &str) -> Result<Url, ApiError> {
    let refused = || ApiError::new(ErrorCode::Refused, "Only web pages and mail addresses are opened from here.");
    let url = Url::parse(link).map_err(|_| refused())?;
    let has_login = !url.username().is_empty() || url.password().is_some();
    match url.scheme() {
        "https" | "http" if url.has_host() && !has_login => Ok(url),
        "mailto" => Ok(url),
        _ => Err(refused()),
    }
}

/// The real path of `asked`, when it is there and lies in one of `directories`.
fn within(asked: &Path, directories: &[PathBuf]) -> Result<PathBuf, ApiError> {
    let refused = |words: &str| ApiError::new(ErrorCode::BadInput, words);
    if !asked.is_absolute() {
        return Err(refused("The path has to be a whole one."));
    }
    let real = asked.canonicalize().map_err(|_| refused("There is no such file any more."))?;
    let is_inside = directories.iter().filter_map(|dir| dir.canonicalize().ok()).any(|dir| real.starts_with(dir));
    if is_inside { Ok(real) } else { Err(refused("The file is in no project.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_show_a_page_are_opened() {
        for link in ["https://example.org/a?b#c", "http://localhost:5173/", "mailto:a@example.org"] {
            assert!(safe_link(link).is_ok(), "{link} shows a page");
        }
        for link in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ssh://host",
            "https://user:word@example.org",
            "vscode://file/etc/passwd",
            "-flag",
            "",
            "data:text/html,x",
        ] {
            assert!(safe_link(link).is_err(), "{link:?} may do more than show a page, or is not what it looks like");
        }
    }

    #[test]
    fn what_a_system_might_run_is_shown_in_its_folder_and_never_opened() {
        let directory = tempfile::tempdir().expect("a directory");
        let is_opened = |name: &str| {
            let file = directory.path().join(name);
            std::fs::write(&file, "").expect("a file");
            is_plain_text(&file)
        };
        for name in ["notes.md", "main.RS", "data.json"] {
            assert!(is_opened(name), "{name} can only be read");
        }
        for name in ["run.bat", "a.exe", "b.js", "c.command", "d.desktop", "e.html", "f.py", "g.sh", "Makefile", ".env"]
        {
            assert!(!is_opened(name), "{name} may be run by some system, or is not known");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = directory.path().join("notes.md");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
            assert!(!is_plain_text(&file), "a text that may be run is a program");
        }
    }

    #[test]
    fn only_files_of_projects_are_opened_and_a_link_leads_no_further() {
        let (project, other) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let (file, secret) = (project.path().join("a b.txt"), other.path().join("secret"));
        std::fs::write(&file, "").expect("a file");
        std::fs::write(&secret, "").expect("a file");
        let directories = [project.path().to_path_buf()];
        let is_opened = |path: &Path| within(path, &directories).is_ok();
        assert!(is_opened(&file) && is_opened(project.path()), "what is in the project, and the project");
        assert!(!is_opened(&secret), "another directory");
        assert!(!is_opened(&project.path().join("..")), "what is above");
        assert!(!is_opened(&project.path().join("missing")), "nothing is opened that is not there");
        assert!(!is_opened(Path::new("a b.txt")), "a relative path would depend on where the program was started");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&secret, project.path().join("link")).expect("a link");
            assert!(!is_opened(&project.path().join("link")), "an agent can make links");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_no_text_or_far_too_long_is_refused_with_what_to_do() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("spec.md");
        std::fs::write(&file, "# Ünïcode").expect("a file");
        assert_eq!(read_text(&file).await.as_deref(), Ok("# Ünïcode"));
        std::fs::write(&file, [0xff, 0xfe, 0x00]).expect("a file");
        assert!(read_text(&file).await.is_err_and(|why| why.contains("UTF-8")));
        std::fs::write(&file, vec![b'a'; 1024 * 1024 + 1]).expect("a file");
        assert!(read_text(&file).await.is_err_and(|why| why.contains("smaller")));
    }
}

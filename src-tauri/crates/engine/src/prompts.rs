//! Prompt files: shipped with the product, each replaceable by the project's own of the same name.

use crate::{EngineError, project_file};
use harness_domain::prompt::{Values, render};
use include_dir::{Dir, include_dir};
use std::{io, path::Path};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../../prompts");

/// Where a project's own prompts lie.
const DIRECTORY: &str = "prompts";

/// The largest prompt file of a project that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Fills in the prompt `file`: the project's `prompts/<file>` when there is one, else the shipped one.
///
/// Fails with [`EngineError::Prompt`] naming file and line when it uses a placeholder that does not exist, and with
/// [`EngineError::File`] when the project's own is not text, not an ordinary file, or larger than 1 MiB.
pub fn fill(project_dir: &Path, file: &str, values: &Values) -> Result<String, EngineError> {
    let relative = Path::new(DIRECTORY).join(file);
    let template = match project_file::read(project_dir, &relative, LARGEST)? {
        Some(bytes) => String::from_utf8(bytes).map_err(|error| EngineError::File {
            path: project_dir.join(&relative),
            action: "read",
            source: io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()),
        })?,
        None => shipped(file).to_owned(),
    };
    Ok(render(file, &template, values)?)
}

/// What the project says instead in `prompts/<file>`; none when it has no file of its own.
///
/// Fails as [`fill`] does.
pub fn own(project_dir: &Path, file: &str) -> Result<Option<String>, EngineError> {
    let relative = Path::new(DIRECTORY).join(file);
    let Some(bytes) = project_file::read(project_dir, &relative, LARGEST)? else { return Ok(None) };
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Makes `text` the project's own prompt `file`.
///
/// Fails with [`EngineError::Prompt`] when it uses a placeholder that does not exist: nothing is written then.
pub fn write(project_dir: &Path, file: &str, text: &str) -> Result<(), EngineError> {
    render(file, text, &Values::default())?;
    project_file::replace(project_dir, &Path::new(DIRECTORY).join(file), text.as_bytes())
}

/// Takes the project's own prompt `file` away; what it said is kept beside it as `<file>.bak`.
pub fn reset(project_dir: &Path, file: &str) -> Result<(), EngineError> {
    let Some(text) = own(project_dir, file)? else { return Ok(()) };
    let relative = Path::new(DIRECTORY).join(file);
    project_file::replace(project_dir, &Path::new(DIRECTORY).join(format!("{file}.bak")), text.as_bytes())?;
    project_file::remove(project_dir, &relative)
}

/// The prompt `file` as it comes with the product; empty when there is none of that name.
pub fn shipped(file: &str) -> &'static str {
    let found = SHIPPED.get_file(file).and_then(|found| found.contents_utf8());
    // The list of prompts in the domain and the directory are compared by a test there.
    found.unwrap_or_default()
}

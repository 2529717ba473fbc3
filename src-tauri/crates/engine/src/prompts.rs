//! Prompt files: shipped with the product, each replaceable by the project's own of the same name.

use crate::EngineError;
use harness_domain::prompt::{Values, render};
use include_dir::{Dir, include_dir};
use std::{fs, io, path::Path};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../../prompts");

/// The largest prompt file of a project that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Fills in the prompt `file`: the project's `prompts/<file>` when there is one, else the shipped one.
///
/// Fails with [`EngineError::Prompt`] naming file and line when it uses a placeholder that does not exist.
pub fn fill(project_dir: &Path, file: &str, values: &Values) -> Result<String, EngineError> {
    let own = project_dir.join("prompts").join(file);
    let unreadable = |source| EngineError::File { path: own.clone(), action: "read", source };
    let template = match fs::symlink_metadata(&own) {
        // A link could make any file of the person part of a conversation.
        Ok(found) if found.is_file() && found.len() <= LARGEST => fs::read_to_string(&own).map_err(unreadable)?,
        Ok(found) if found.is_file() => {
            return Err(unreadable(io::Error::other("it is larger than 1 MiB, which no prompt needs")));
        }
        Ok(_) => return Err(unreadable(io::Error::other("it is not an ordinary file"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => shipped(file).to_owned(),
        Err(source) => return Err(unreadable(source)),
    };
    Ok(render(file, &template, values)?)
}

fn shipped(file: &str) -> &'static str {
    let found = SHIPPED.get_file(file).and_then(|found| found.contents_utf8());
    // The list of prompts in the domain and the directory are compared by a test there.
    found.unwrap_or_default()
}

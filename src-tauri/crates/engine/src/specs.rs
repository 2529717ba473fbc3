//! Specifications: found in the project's `prompts/` directory, checked, and remembered.

mod list;
#[cfg(test)]
mod tests;
mod write;

pub use list::{FoundSpec, Requirement, SpecVersion, coverage, history, list};
pub use write::{delete, write};

use crate::{EngineError, OpenProject, project_file, redact};
use harness_domain::spec::{
    Spec, SpecWarning,
    manifest::{self, FoundSpecs, Manifest, SpecFile},
};
use sha2::{Digest, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where specifications live inside a project.
const DIRECTORY: &str = "prompts";
/// The main specification.
const MAIN: &str = "app_spec.txt";
/// More than any specification that is read; what is larger than those is told its size, up to here.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// One specification of a project.
#[derive(Debug, Clone)]
pub struct ProjectSpec {
    /// `main`, or the `<name>` of `app_spec_<name>.txt`; cards carry it as their source.
    pub name: String,
    /// Relative to the project.
    pub file: String,
    /// What it says.
    pub spec: Spec,
}

impl ProjectSpec {
    /// What could be better, as sentences.
    pub fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        self.spec.warnings.iter().map(|warning: &SpecWarning| format!("{}: {warning}", self.file))
    }
}

/// Reads every specification of the project, the main one first, and stores them beside the features.
///
/// Fails with [`EngineError::NoSpec`] when there is none, and with [`EngineError::Spec`] naming the file when one is
/// empty, too large, not text, or still the template.
pub fn read(project: &OpenProject) -> Result<Vec<ProjectSpec>, EngineError> {
    let specs = find(project)?;
    for spec in &specs {
        remember(project, &spec.name, &spec.file, &spec.spec.text)?;
    }
    Ok(specs)
}

/// Stores what a specification says now; what it said before stays in its history.
fn remember(project: &OpenProject, name: &str, file: &str, text: &str) -> Result<(), EngineError> {
    let digest = digest(text.trim_start_matches('\u{feff}').as_bytes());
    let known = project.store.spec(name)?;
    if known.is_some_and(|known| known.sha256 == digest && known.file == file) {
        return Ok(());
    }
    let text = redact::text(text);
    project.store.spec_put(name, file, &text, &digest, project.app.clock.now_ms())?;
    Ok(())
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Whether there is a specification, good or not.
pub fn is_there(project: &OpenProject) -> bool {
    let dir = project.dir();
    if dir.join(MAIN).is_file() {
        return true;
    }
    let Ok(entries) = fs::read_dir(dir.join(DIRECTORY)) else { return false };
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.any(|name| manifest::name_of_file(&name).is_ok())
}

/// Copies a specification from outside into the project as its main one.
///
/// Refused when the project has a different one already: it would be lost.
pub fn adopt(dir: &Path, from: &Path) -> Result<(), EngineError> {
    let bytes = fs::read(from).map_err(|source| unreadable(from, source))?;
    Spec::from_bytes(&bytes).map_err(|source| EngineError::Spec { path: from.into(), source })?;
    let to = Path::new(DIRECTORY).join(MAIN);
    match project_file::read(dir, &to, MOST_BYTES)? {
        Some(present) if present == bytes => Ok(()),
        Some(_) => Err(EngineError::Refused(format!(
            "{} exists and differs from {}: remove or rename one of them",
            dir.join(to).display(),
            from.display()
        ))),
        None => project_file::make(dir, &to, &bytes),
    }
}

/// Writes `text` as the project's main specification unless it has one.
pub fn provide(dir: &Path, text: &str) -> Result<(), EngineError> {
    let to = Path::new(DIRECTORY).join(MAIN);
    if dir.join(&to).exists() || dir.join(MAIN).exists() {
        return Ok(());
    }
    project_file::make(dir, &to, text.as_bytes())
}

fn find(project: &OpenProject) -> Result<Vec<ProjectSpec>, EngineError> {
    let dir = project.dir();
    let Listed { specs, refused, .. } = listed(dir)?;
    for file in refused {
        project.notice(
            "spec",
            format!("{DIRECTORY}/{file} is not read: name it app_spec_<name>.txt, with a-z, 0-9, _ and -."),
        );
    }
    if specs.is_empty() {
        return Err(EngineError::NoSpec { expected: dir.join(DIRECTORY).join(MAIN) });
    }
    specs.into_iter().map(|SpecFile { name, file }| parsed(dir, name, file)).collect()
}

fn parsed(dir: &Path, name: String, file: String) -> Result<ProjectSpec, EngineError> {
    let path = dir.join(&file);
    let Some(bytes) = project_file::read(dir, Path::new(&file), MOST_BYTES)? else {
        return Err(unreadable(&path, io::ErrorKind::NotFound.into()));
    };
    let spec = Spec::from_bytes(&bytes).map_err(|source| EngineError::Spec { path, source })?;
    Ok(ProjectSpec { name, file, spec })
}

/// What a project has for specifications.
struct Listed {
    /// The main one first; their files relative to the project.
    specs: Vec<SpecFile>,
    /// Files that look like specifications and have unlawful names.
    refused: Vec<String>,
    /// What the project says of them, where it does.
    manifest: Option<Manifest>,
}

/// The specifications that the manifest lists, or else those found by their names.
fn listed(dir: &Path) -> Result<Listed, EngineError> {
    let directory = dir.join(DIRECTORY);
    let names: Vec<String> = match fs::read_dir(&directory) {
        Ok(entries) => entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(unreadable(&directory, source)),
    };
    let FoundSpecs { specs: found, refused } = manifest::found_in(names.iter().map(String::as_str));
    let manifest = match names.iter().any(|name| name == manifest::MANIFEST_FILE) {
        true => {
            let file = Path::new(DIRECTORY).join(manifest::MANIFEST_FILE);
            let bytes = project_file::read(dir, &file, MOST_BYTES)?.unwrap_or_default();
            Some(Manifest::parse(&String::from_utf8_lossy(&bytes))?)
        }
        false => None,
    };
    let mut specs = match &manifest {
        None => found,
        Some(manifest) => {
            let mut files = manifest.files();
            if let Some(main) = found.into_iter().find(|spec| spec.file == MAIN)
                && !files.iter().any(|listed| listed.file == MAIN)
            {
                files.insert(0, main);
            }
            files
        }
    };
    for spec in &mut specs {
        spec.file = format!("{DIRECTORY}/{}", spec.file);
    }
    // Where the predecessor of this product left it.
    if !specs.iter().any(|spec| spec.name == manifest::MAIN) && dir.join(MAIN).is_file() {
        specs.insert(0, SpecFile { name: manifest::MAIN.into(), file: MAIN.into() });
    }
    Ok(Listed { specs, refused, manifest })
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(path: &Path, source: io::Error) -> EngineError {
    EngineError::File { path: PathBuf::from(path), action: "read", source }
}

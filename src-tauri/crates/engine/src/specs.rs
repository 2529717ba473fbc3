//! Specifications: found in the project's `prompts/` directory, checked, and remembered.

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
        let digest = hex(&Sha256::digest(spec.spec.text.as_bytes()));
        let text = redact::text(&spec.spec.text);
        project.store.spec_put(&spec.name, &spec.file, &text, &digest, project.app.clock.now_ms())?;
    }
    Ok(specs)
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
    let directory = dir.join(DIRECTORY);
    let mut specs = Vec::new();
    for entry in listed(project, &directory)? {
        specs.push(parsed(dir, entry.name, format!("{DIRECTORY}/{}", entry.file))?);
    }
    // Where the predecessor of this product left it.
    if specs.is_empty() && dir.join(MAIN).is_file() {
        specs.push(parsed(dir, manifest::MAIN.into(), MAIN.into())?);
    }
    if specs.is_empty() {
        return Err(EngineError::NoSpec { expected: directory.join(MAIN) });
    }
    Ok(specs)
}

fn parsed(dir: &Path, name: String, file: String) -> Result<ProjectSpec, EngineError> {
    let path = dir.join(&file);
    let Some(bytes) = project_file::read(dir, Path::new(&file), MOST_BYTES)? else {
        return Err(unreadable(&path, io::ErrorKind::NotFound.into()));
    };
    let spec = Spec::from_bytes(&bytes).map_err(|source| EngineError::Spec { path, source })?;
    Ok(ProjectSpec { name, file, spec })
}

/// The specifications that the manifest lists, or else those found by their names; the main one always first.
fn listed(project: &OpenProject, directory: &Path) -> Result<Vec<SpecFile>, EngineError> {
    let names = match fs::read_dir(directory) {
        Ok(entries) => entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(unreadable(directory, source)),
    };
    let FoundSpecs { specs: found, refused } = manifest::found_in(names.iter().map(String::as_str));
    for file in refused {
        project.notice(
            "spec",
            format!("{DIRECTORY}/{file} is not read: name it app_spec_<name>.txt, with a-z, 0-9, _ and -."),
        );
    }
    if !names.iter().any(|name| name == manifest::MANIFEST_FILE) {
        return Ok(found);
    }
    let file = Path::new(DIRECTORY).join(manifest::MANIFEST_FILE);
    let bytes = project_file::read(project.dir(), &file, MOST_BYTES)?.unwrap_or_default();
    let mut files = Manifest::parse(&String::from_utf8_lossy(&bytes))?.files();
    if let Some(main) = found.into_iter().find(|spec| spec.file == MAIN)
        && !files.iter().any(|listed| listed.file == MAIN)
    {
        files.insert(0, main);
    }
    Ok(files)
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(path: &Path, source: io::Error) -> EngineError {
    EngineError::File { path: PathBuf::from(path), action: "read", source }
}

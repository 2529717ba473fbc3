//! Writing and deleting specifications. Whatever is written over or deleted is in the history first.

use super::{DIRECTORY, FoundSpec, Listed, digest, list, listed, remember};
use crate::{EngineError, OpenProject, project_file, redact};
use harness_domain::{
    event::Event,
    spec::{
        LARGEST, SpecError,
        manifest::{self, Manifest, ManifestEntry},
    },
};
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

/// Between the look at a file and its replacement nobody else of this process may write.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Writes a specification, or adds it under a name of its own. `over` is the revision it was read at, empty when there was
/// none; without it, whatever is there is replaced. What it replaces stays in the history.
///
/// A text that no run could start from, such as an empty skeleton, is written all the same. Fails with
/// [`EngineError::SpecChanged`] when the file is of another revision, with [`EngineError::Spec`] for nothing at all, what
/// is not text, or too large, with [`EngineError::Refused`] for a credential and when what is there cannot be kept, and
/// with [`EngineError::File`] when a link is in the way.
pub fn write(project: &OpenProject, name: &str, text: &str, over: Option<&str>) -> Result<FoundSpec, EngineError> {
    let own_file = manifest::file_of_name(name)?;
    let file_error = |source| EngineError::Spec { path: Path::new(DIRECTORY).join(&own_file), source };
    if text.len() > LARGEST {
        return Err(file_error(SpecError::TooLarge { bytes: text.len() }));
    }
    if let Some(at) = text.find('\0') {
        return Err(file_error(SpecError::NotUtf8 { at, is_utf16: false }));
    }
    if text.trim().is_empty() {
        return Err(file_error(SpecError::Empty));
    }
    redact::refuse_secret("the specification", text)?;

    let dir = project.dir();
    {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let Listed { specs, manifest, .. } = listed(dir)?;
        let known = specs.into_iter().find(|spec| spec.name == name);
        let is_listed = known.is_some();
        let file = known.map_or_else(|| format!("{DIRECTORY}/{own_file}"), |known| known.file);
        let present = present(dir, &file)?;
        if let Some(over) = over
            && over != present.as_deref().map(|text| digest(text.as_bytes())).unwrap_or_default()
        {
            return Err(EngineError::SpecChanged { file });
        }
        let manifest = match manifest {
            Some(manifest) if !is_listed => Some(with_entry(manifest, project, name, own_file)?),
            _ => None,
        };
        if let Some(present) = &present {
            remember(project, name, &file, present)?;
        }
        if present.as_deref() != Some(text) {
            project_file::replace(dir, Path::new(&file), text.as_bytes())?;
        }
        if let Some(manifest) = manifest {
            write_manifest(dir, &manifest)?;
        }
        remember(project, name, &file, text)?;
    }
    project.publish(Event::SpecsChanged {});
    list::one(project, name)
}

/// Deletes a specification. Its text stays in the history, and its cards on the board.
///
/// Fails with [`EngineError::NoSuchSpec`], with [`EngineError::Manifest`] when another one extends it, and with
/// [`EngineError::Refused`] when its text cannot be kept.
pub fn delete(project: &OpenProject, name: &str) -> Result<(), EngineError> {
    manifest::check_name(name)?;
    let dir = project.dir();
    {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let Listed { specs, manifest, .. } = listed(dir)?;
        let Some(known) = specs.into_iter().find(|spec| spec.name == name) else {
            return Err(EngineError::NoSuchSpec { name: name.to_owned() });
        };
        if let Some(present) = present(dir, &known.file)? {
            remember(project, name, &known.file, &present)?;
        }
        if let Some(mut manifest) = manifest.filter(|manifest| manifest.specs.iter().any(|entry| entry.name == name)) {
            manifest.remove(name)?;
            // First, for a file that is not listed harms no run, and a listed one that is not there does.
            write_manifest(dir, &manifest)?;
        }
        project_file::remove(dir, Path::new(&known.file))?;
        project.store.spec_forget(name)?;
    }
    project.publish(Event::SpecsChanged {});
    Ok(())
}

/// What the file says now; none when there is none.
fn present(dir: &Path, file: &str) -> Result<Option<String>, EngineError> {
    let kept = || {
        EngineError::Refused(format!(
            "{file} holds something that cannot be kept in the history: it is not UTF-8 text of at most {LARGEST} bytes; move \
             it out of the project first"
        ))
    };
    let Some(bytes) = project_file::read(dir, Path::new(file), super::MOST_BYTES)? else { return Ok(None) };
    if bytes.len() > LARGEST || bytes.contains(&0) {
        return Err(kept());
    }
    String::from_utf8(bytes).map(Some).map_err(|_| kept())
}

fn with_entry(
    mut manifest: Manifest,
    project: &OpenProject,
    name: &str,
    file: String,
) -> Result<Manifest, EngineError> {
    let now = jiff::Timestamp::from_millisecond(project.app.clock.now_ms()).unwrap_or_default();
    manifest.put(ManifestEntry {
        name: name.to_owned(),
        file,
        created_at: now.to_string(),
        feature_count: None,
        feature_id_range: None,
        extends: None,
        other: serde_json::Map::new(),
    })?;
    Ok(manifest)
}

fn write_manifest(dir: &Path, manifest: &Manifest) -> Result<(), EngineError> {
    project_file::replace(dir, &Path::new(DIRECTORY).join(manifest::MANIFEST_FILE), manifest.to_text().as_bytes())
}

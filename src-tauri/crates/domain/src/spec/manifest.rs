//! Which specifications a project has: the files in `prompts/` and the manifest that may list them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The manifest's file name, inside `prompts/`.
pub const MANIFEST_FILE: &str = ".spec_manifest.json";
/// The name of the specification in `app_spec.txt`.
pub const MAIN: &str = "main";

/// A specification's name and file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpecFile {
    /// `main`, or what stands between `app_spec_` and `.txt`, or what the manifest calls it.
    pub name: String,
    /// The file's name inside `prompts/`.
    pub file: String,
}

/// The specifications found by their file names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundSpecs {
    /// `main` first, the others by name.
    pub specs: Vec<SpecFile>,
    /// Files that look like specifications but whose names are not lawful; to be shown to the person.
    pub refused: Vec<String>,
}

/// One specification as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// `[a-z0-9_-]{1,40}`.
    pub name: String,
    /// `app_spec.txt` or `app_spec_<name>.txt`, inside `prompts/`.
    pub file: String,
    /// ISO 8601, UTC. Kept as written.
    #[serde(default)]
    pub created_at: String,
    /// How many features were created from it.
    #[serde(default)]
    pub feature_count: Option<u32>,
    /// The first and last of their numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_id_range: Option<[u32; 2]>,
    /// The specification it adds to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Fields of other programs, kept as they are.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The manifest `.spec_manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the format; `1.0`.
    #[serde(default = "current_version")]
    pub version: String,
    /// In the order a person gave them.
    #[serde(default)]
    pub specs: Vec<ManifestEntry>,
    /// Fields of other programs, kept as they are.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A manifest or a name that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not JSON of the documented shape.
    #[error(
        "prompts/{MANIFEST_FILE} cannot be read: {detail}; mend it, or delete it to find the specifications by their file names"
    )]
    Unreadable {
        /// What the parser said.
        detail: String,
    },
    /// A name with other letters, or too long, or empty.
    #[error("{name:?} cannot name a specification: use 1 to 40 of a-z, 0-9, _ and -")]
    Name {
        /// The name.
        name: String,
    },
    /// A file outside `prompts/` or with another pattern.
    #[error("{file:?} cannot hold a specification: it must be app_spec.txt or app_spec_<name>.txt inside prompts/")]
    File {
        /// The file.
        file: String,
    },
    /// Two entries with the same name or file.
    #[error("prompts/{MANIFEST_FILE} lists {what:?} twice; remove one")]
    Twice {
        /// The name or file.
        what: String,
    },
    /// An entry adds to one that is not listed, or to itself.
    #[error(
        "specification {name:?} extends {extends:?}, which is not another specification of prompts/{MANIFEST_FILE}"
    )]
    Extends {
        /// The entry.
        name: String,
        /// What it names.
        extends: String,
    },
    /// What is to be removed is needed by another entry.
    #[error(
        "specification {name:?} cannot be removed while {by:?} extends it in prompts/{MANIFEST_FILE}; remove {by:?} first"
    )]
    Extended {
        /// The entry.
        name: String,
        /// Who adds to it.
        by: String,
    },
}

fn current_version() -> String {
    "1.0".to_owned()
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: current_version(), specs: Vec::new(), other: Map::new() }
    }
}

impl Manifest {
    /// Reads a manifest and checks every name and file in it. Fails with [`ManifestError`]; never with a part of it.
    pub fn parse(text: &str) -> Result<Manifest, ManifestError> {
        let text = text.trim_start_matches('\u{feff}');
        let manifest: Manifest =
            serde_json::from_str(text).map_err(|error| ManifestError::Unreadable { detail: error.to_string() })?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The text of the file: readable JSON with a final newline, unknown fields as they were.
    pub fn to_text(&self) -> String {
        // Strings, numbers and JSON values always serialise; only maps with other keys or failing writers do not.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Adds or replaces the entry of this name. Fails as [`Manifest::parse`] would, leaving the manifest as it was.
    pub fn put(&mut self, entry: ManifestEntry) -> Result<(), ManifestError> {
        let mut changed = self.clone();
        match changed.specs.iter_mut().find(|known| known.name == entry.name) {
            Some(known) => *known = entry,
            None => changed.specs.push(entry),
        }
        changed.check()?;
        *self = changed;
        Ok(())
    }

    /// Removes the entry of this name, if there is one. Fails with [`ManifestError::Extended`] when another adds to it.
    pub fn remove(&mut self, name: &str) -> Result<(), ManifestError> {
        if let Some(entry) = self.specs.iter().find(|entry| entry.extends.as_deref() == Some(name)) {
            return Err(ManifestError::Extended { name: name.to_owned(), by: entry.name.clone() });
        }
        self.specs.retain(|entry| entry.name != name);
        Ok(())
    }

    /// The listed specifications, in their order.
    pub fn files(&self) -> Vec<SpecFile> {
        self.specs.iter().map(|entry| SpecFile { name: entry.name.clone(), file: entry.file.clone() }).collect()
    }

    fn check(&self) -> Result<(), ManifestError> {
        let mut seen = std::collections::HashSet::new();
        for entry in &self.specs {
            check_name(&entry.name)?;
            name_of_file(&entry.file)?;
            // A name holds no dot and every file does, so one set serves both.
            for what in [&entry.name, &entry.file] {
                if !seen.insert(what.as_str()) {
                    return Err(ManifestError::Twice { what: what.clone() });
                }
            }
        }
        for entry in &self.specs {
            if let Some(extends) = &entry.extends
                && (extends == &entry.name || !self.specs.iter().any(|other| &other.name == extends))
            {
                return Err(ManifestError::Extends { name: entry.name.clone(), extends: extends.clone() });
            }
        }
        Ok(())
    }
}

/// Fails with [`ManifestError::Name`] unless `name` is `[a-z0-9_-]{1,40}`.
pub fn check_name(name: &str) -> Result<(), ManifestError> {
    let is_lawful = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_' || c == b'-';
    let is_name = (1..=40).contains(&name.len()) && name.bytes().all(is_lawful);
    if is_name { Ok(()) } else { Err(ManifestError::Name { name: name.to_owned() }) }
}

/// The file that holds the specification of this name: `app_spec.txt` for `main`, else `app_spec_<name>.txt`.
/// Fails with [`ManifestError::Name`].
pub fn file_of_name(name: &str) -> Result<String, ManifestError> {
    check_name(name)?;
    Ok(if name == MAIN { "app_spec.txt".to_owned() } else { format!("app_spec_{name}.txt") })
}

/// The name of the specification in this file of `prompts/`. Fails with [`ManifestError::File`] for anything that is
/// not `app_spec.txt` or `app_spec_<name>.txt` with a lawful name, paths above all.
pub fn name_of_file(file: &str) -> Result<&str, ManifestError> {
    let refused = || ManifestError::File { file: file.to_owned() };
    if file == "app_spec.txt" {
        return Ok(MAIN);
    }
    let name = file.strip_prefix("app_spec_").and_then(|rest| rest.strip_suffix(".txt")).ok_or_else(refused)?;
    // `app_spec_main.txt` would be a second file of the same name.
    if name == MAIN || check_name(name).is_err() { Err(refused()) } else { Ok(name) }
}

/// The specifications among the file names of `prompts/`, for a project without a manifest.
pub fn found_in<'a>(files: impl IntoIterator<Item = &'a str>) -> FoundSpecs {
    let mut found = FoundSpecs::default();
    for file in files {
        match name_of_file(file) {
            Ok(name) => found.specs.push(SpecFile { name: name.to_owned(), file: file.to_owned() }),
            Err(_) if file.starts_with("app_spec_") && file.ends_with(".txt") => found.refused.push(file.to_owned()),
            Err(_) => {}
        }
    }
    found.specs.sort_by(|a, b| (a.name != MAIN, &a.name).cmp(&(b.name != MAIN, &b.name)));
    found.refused.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = r#"{
      "version": "1.0",
      "specs": [
        {"name": "main", "file": "app_spec.txt", "created_at": "2025-01-02T03:04:05+00:00", "feature_count": 20,
         "feature_id_range": [1, 20], "owner": "ann"},
        {"name": "mobile", "file": "app_spec_mobile.txt", "created_at": "2025-02-02T03:04:05+00:00",
         "feature_count": null, "extends": "main"}
      ],
      "spec_versions": [{"version_id": "spec_1", "notes": "kept"}]
    }"#;

    fn entry(name: &str, file: &str) -> ManifestEntry {
        ManifestEntry {
            name: name.into(),
            file: file.into(),
            created_at: "2025-03-02T03:04:05Z".into(),
            feature_count: Some(3),
            feature_id_range: None,
            extends: None,
            other: Map::new(),
        }
    }

    fn refused(name: &str, file: &str) -> ManifestError {
        Manifest::default().put(entry(name, file)).expect_err("must be refused")
    }

    #[test]
    fn a_manifest_is_read_and_written_back_with_what_other_programs_keep_in_it() {
        let mut manifest = Manifest::parse(WRITTEN).unwrap();
        assert_eq!(manifest.specs[0].feature_id_range, Some([1, 20]));
        assert_eq!(manifest.specs[1].extends.as_deref(), Some("main"));
        manifest.put(entry("admin", "app_spec_admin.txt")).unwrap();
        let text = manifest.to_text();
        assert_eq!(Manifest::parse(&text).unwrap(), manifest, "what is written can be read");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["spec_versions"][0]["notes"], "kept", "unknown fields of the manifest stay");
        assert_eq!(value["specs"][0]["owner"], "ann", "unknown fields of an entry stay");
        assert!(text.ends_with("}\n"), "the file ends in a newline");
    }

    #[test]
    fn files_are_listed_in_the_manifests_order() {
        let files = Manifest::parse(WRITTEN).unwrap().files();
        let names: Vec<&str> = files.iter().map(|spec| spec.name.as_str()).collect();
        assert_eq!(names, ["main", "mobile"]);
    }

    #[test]
    fn missing_fields_and_a_byte_order_mark_are_forgiven() {
        let manifest = Manifest::parse("\u{feff}{\"specs\":[{\"name\":\"main\",\"file\":\"app_spec.txt\"}]}").unwrap();
        assert_eq!((manifest.version.as_str(), manifest.specs[0].feature_count), ("1.0", None));
        assert_eq!(Manifest::parse("{}"), Ok(Manifest::default()));
    }

    #[test]
    fn text_that_is_no_manifest_is_refused_with_what_to_do() {
        for text in ["", "[]", "{\"specs\": {}}", "{\"specs\":[{\"name\":\"main\"}]}", "not json"] {
            let error = Manifest::parse(text).expect_err(text);
            assert!(matches!(error, ManifestError::Unreadable { .. }), "{text:?} gave {error:?}");
            assert!(error.to_string().contains("mend it, or delete it"), "{error}");
        }
    }

    #[test]
    fn a_file_outside_the_prompts_or_of_another_pattern_is_refused() {
        for file in [
            "../app_spec.txt",
            "/etc/passwd",
            "prompts/app_spec.txt",
            "app_spec_../../x.txt",
            "app_spec_a/b.txt",
            "app_spec_.txt",
            "app_spec_main.txt",
            "app_spec_Mobile.txt",
            "app_spec.md",
            "app_spec.txt\0",
            "notes.txt",
        ] {
            assert_eq!(refused("mobile", file), ManifestError::File { file: file.into() }, "{file:?}");
        }
        assert_eq!(name_of_file("app_spec_mobile-2.txt"), Ok("mobile-2"));
    }

    #[test]
    fn a_name_has_one_to_forty_plain_letters() {
        for name in ["", "Mobile", "mo bile", "mö", "a.b", &"a".repeat(41)] {
            assert_eq!(refused(name, "app_spec.txt"), ManifestError::Name { name: name.into() }, "{name:?}");
            assert!(file_of_name(name).is_err(), "{name:?}");
        }
        assert_eq!(file_of_name("main").as_deref(), Ok("app_spec.txt"));
        assert_eq!(file_of_name(&"a".repeat(40)), Ok(format!("app_spec_{}.txt", "a".repeat(40))));
    }

    #[test]
    fn two_entries_cannot_share_a_name_or_a_file() {
        let mut manifest = Manifest::parse(WRITTEN).unwrap();
        let before = manifest.clone();
        let error = manifest.put(entry("other", "app_spec_mobile.txt")).unwrap_err();
        assert_eq!(error, ManifestError::Twice { what: "app_spec_mobile.txt".into() });
        assert_eq!(manifest, before, "a refused entry changes nothing");
        manifest.put(entry("mobile", "app_spec_mobile.txt")).expect("the same name replaces its entry");
        assert_eq!(manifest.specs.len(), 2);
        let twice = WRITTEN.replace("\"mobile\"", "\"main\"");
        assert_eq!(Manifest::parse(&twice), Err(ManifestError::Twice { what: "main".into() }));
    }

    #[test]
    fn an_entry_extends_another_one_that_is_listed() {
        for extends in ["nothing", "mobile", "app_spec.txt"] {
            let error =
                Manifest::parse(&WRITTEN.replace("\"extends\": \"main\"", &format!("\"extends\": {extends:?}")));
            let expected = ManifestError::Extends { name: "mobile".into(), extends: extends.into() };
            assert_eq!(error, Err(expected), "{extends:?}");
        }
    }

    #[test]
    fn an_entry_is_removed_unless_another_one_extends_it() {
        let mut manifest = Manifest::parse(WRITTEN).unwrap();
        let refused = manifest.remove("main").expect_err("mobile adds to it");
        assert_eq!(refused, ManifestError::Extended { name: "main".into(), by: "mobile".into() });
        manifest.remove("mobile").expect("nothing adds to it");
        manifest.remove("mobile").expect("what is gone is gone");
        manifest.remove("main").expect("nothing adds to it now");
        assert_eq!(manifest.specs, []);
    }

    #[test]
    fn without_a_manifest_the_files_tell_the_names() {
        let found = found_in(["notes.md", "app_spec_web.txt", "app_spec_API.txt", "app_spec.txt", "app_spec_api.txt"]);
        let specs: Vec<(&str, &str)> =
            found.specs.iter().map(|spec| (spec.name.as_str(), spec.file.as_str())).collect();
        assert_eq!(specs, [("main", "app_spec.txt"), ("api", "app_spec_api.txt"), ("web", "app_spec_web.txt")]);
        assert_eq!(
            found.refused,
            ["app_spec_API.txt"],
            "a specification with an unlawful name is not passed over silently"
        );
        assert_eq!(found_in([]), FoundSpecs::default());
    }
}

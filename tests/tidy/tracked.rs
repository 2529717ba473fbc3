//! The tracked files: what a fresh clone holds, and nothing that merely lies about in this checkout.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// A tracked file as it is in this checkout.
pub struct Tracked {
    /// Path from the root, with forward slashes.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Tracked {
    /// The content, when it is text.
    pub fn text(&self) -> Option<&str> {
        if self.bytes.contains(&0) { None } else { std::str::from_utf8(&self.bytes).ok() }
    }

    /// What follows the last dot of the name, or nothing.
    pub fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// A text file for the rules' own tests.
pub fn file(path: &str, text: &str) -> Tracked {
    Tracked { path: path.into(), bytes: text.into() }
}

/// The checkout's root.
pub fn root() -> PathBuf {
    let cli = Path::new(env!("CARGO_MANIFEST_DIR"));
    cli.ancestors().nth(3).expect("the crate lies three levels below the root").to_path_buf()
}

/// Every tracked file that is still in this checkout, read once.
pub fn repository() -> &'static [Tracked] {
    static FILES: OnceLock<Vec<Tracked>> = OnceLock::new();
    FILES.get_or_init(|| {
        let listed = output("git", &["ls-files", "-z", "--cached"]);
        let files: Vec<Tracked> = listed
            .split('\0')
            .filter(|path| !path.is_empty())
            .filter_map(|path| Some(Tracked { path: path.into(), bytes: std::fs::read(root().join(path)).ok()? }))
            .collect();
        assert!(files.len() > 50, "git lists only {} tracked files: run the tests in a clone", files.len());
        files
    })
}

/// What a command run in the root prints.
#[expect(clippy::disallowed_methods, reason = "git and cargo are asked once, briefly, with nothing to clean up")]
pub fn output(program: &str, args: &[&str]) -> String {
    let ran = Command::new(program).args(args).current_dir(root()).output();
    let output = ran.unwrap_or_else(|error| panic!("could not start {program}: {error}"));
    assert!(output.status.success(), "{program} {args:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("paths and manifests are UTF-8")
}

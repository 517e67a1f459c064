//! Where the publishers' own files lie, for the tests that assert figures on them.

use std::path::{Path, PathBuf};

/// The folder of shared source files: `CRITMIN_SHARED`, or `shared` beside the workspace.
///
/// They are not part of the repository. Without them a test says so and returns; under CI it fails, because
/// missing reference data must not pass for success.
#[expect(clippy::print_stdout)] // the reason must reach the person who runs the tests
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("CRITMIN_SHARED").map_or(beside, PathBuf::from);
    if folder.join("sources").is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "no source files in `{}`: set CRITMIN_SHARED to the folder that holds `sources`",
        folder.display()
    );
    println!("skipped: no source files in `{}`; set CRITMIN_SHARED to the folder that holds them", folder.display());
    None
}

//! Files that appear whole or not at all.

use std::path::Path;

use tempfile::NamedTempFile;

use crate::Error;

/// A temporary file in the folder of `path`, to be persisted there; dropped before that, it leaves nothing behind.
///
/// It gets the permissions of a file like any other, those that the umask leaves: temporary files usually may be read
/// by their owner only.
///
/// # Errors
///
/// [`Error::Write`] when the folder does not exist or may not be written.
pub(crate) fn temporary_beside(path: &Path) -> Result<NamedTempFile, Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(|source| Error::Write { path: path.to_owned(), source })
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn permissions_are_those_of_any_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, whole) = (folder.path().join("plain"), folder.path().join("whole"));
        fs::write(&plain, "").unwrap();
        temporary_beside(&whole).unwrap().persist(&whole).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&whole), mode(&plain));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_and_nothing_remains_of_a_dropped_file() {
        let folder = tempfile::tempdir().unwrap();
        let missing = temporary_beside(&folder.path().join("missing/file"));
        assert!(matches!(missing, Err(Error::Write { .. })));
        drop(temporary_beside(&folder.path().join("file")).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

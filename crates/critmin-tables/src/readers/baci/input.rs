//! The yearly files of a release: one CSV, or the members of the release's zip.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use critmin_core::Year;
use zip::ZipArchive;

use super::release::ReleaseName;
use crate::Error;

/// One yearly file, opened.
pub(super) struct Member<'a> {
    pub(super) name: String,
    pub(super) bytes: &'a mut dyn Read,
    /// Bytes of the members before this one.
    pub(super) n_bytes_before: u64,
    /// Bytes of all members that are read.
    pub(super) n_bytes_total: u64,
}

/// Calls `visit` for the file, or for every yearly file of the zip in the order of their names. Members whose name
/// says another year than `years` are not opened.
pub(super) fn for_each_member(
    path: &Path,
    years: Option<&[Year]>,
    visit: &mut dyn FnMut(Member<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let fault = |source| Error::Read { path: path.to_owned(), source };
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).map_err(fault)?);
    let mut magic = Vec::new();
    file.by_ref().take(4).read_to_end(&mut magic).map_err(fault)?;
    file.rewind().map_err(fault)?;
    if magic.starts_with(b"PK") {
        return for_each_zip_member(&name, file, years, visit);
    }
    if let Some(reason) = other_kind(&magic) {
        return Err(Error::Unreadable { file: name, kind: "a BACI CSV or zip", reason: reason.to_owned() });
    }
    let n_bytes_total = file.get_ref().metadata().map_err(fault)?.len();
    visit(Member { name, bytes: &mut file, n_bytes_before: 0, n_bytes_total })
}

fn other_kind(magic: &[u8]) -> Option<&'static str> {
    match magic {
        [] => Some("it is empty"),
        [0x1f, 0x8b, ..] => Some("it is compressed with gzip: unpack it first"),
        [b'P', b'A', b'R', b'1'] => Some("it is Parquet already"),
        [b'7', b'z', ..] => Some("it is a 7z archive: unpack it first"),
        _ => None,
    }
}

fn for_each_zip_member(
    archive_name: &str,
    file: BufReader<File>,
    years: Option<&[Year]>,
    visit: &mut dyn FnMut(Member<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let fault = |reason: String| Error::Unreadable { file: archive_name.to_owned(), kind: "zip", reason };
    let mut archive = ZipArchive::new(file).map_err(|e| fault(e.to_string()))?;
    let mut names = yearly_files(&archive);
    if names.is_empty() {
        return Err(fault("it holds no file named like `BACI_HS92_Y2023_V202401b.csv`".to_owned()));
    }
    names.retain(|name| is_wanted(name, years));
    let mut n_bytes_total = 0;
    for name in &names {
        n_bytes_total += archive.by_name(name).map_err(|e| fault(e.to_string()))?.size();
    }
    let mut n_bytes_before = 0;
    for name in names {
        let mut member = archive.by_name(&name).map_err(|e| fault(e.to_string()))?;
        let n_bytes = member.size();
        visit(Member { name, bytes: &mut member, n_bytes_before, n_bytes_total })?;
        n_bytes_before += n_bytes;
    }
    Ok(())
}

fn is_wanted(name: &str, years: Option<&[Year]>) -> bool {
    match (years, ReleaseName::parse(name).year) {
        (Some(years), Some(year)) => years.contains(&year),
        _ => true,
    }
}

// The release's zip also holds `country_codes_*.csv` and `product_codes_*.csv`.
fn yearly_files(archive: &ZipArchive<BufReader<File>>) -> Vec<String> {
    let is_yearly = |name: &String| {
        let ends_in_csv = Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        ends_in_csv && ReleaseName::parse(name).hs_edition.is_some()
    };
    let mut names: Vec<String> =
        archive.file_names().flatten().map(std::borrow::Cow::into_owned).filter(is_yearly).collect();
    names.sort();
    names
}

//! What a release says about itself in its file names.

use critmin_core::{SourceId, Year, nearest};

use crate::Error;

/// The revisions of the Harmonized System that BACI is published in.
pub(super) const HS_EDITIONS: [&str; 7] = ["HS92", "HS96", "HS02", "HS07", "HS12", "HS17", "HS22"];

/// The parts of `BACI_HS92_Y2023_V202401b.csv`; each absent where the name does not hold it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ReleaseName {
    pub(super) hs_edition: Option<String>,
    pub(super) year: Option<Year>,
    pub(super) release: Option<String>,
}

impl ReleaseName {
    /// Reads the parts of a file name, with or without folders before it and an ending after it.
    pub(super) fn parse(name: &str) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = name.split('.').next().unwrap_or(name);
        let mut parts = stem.split('_');
        if parts.next() != Some("BACI") {
            return Self::default();
        }
        let mut parsed = Self::default();
        for part in parts {
            if HS_EDITIONS.contains(&part) {
                parsed.hs_edition = Some(part.to_owned());
            } else if let Some(year) = part.strip_prefix('Y') {
                parsed.year = year.parse().ok().map(Year);
            } else if let Some(release) = part.strip_prefix('V') {
                parsed.release = Some(release.to_owned());
            }
        }
        parsed
    }
}

/// The HS revision and the release that an import stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Vintage {
    pub(super) hs_edition: String,
    pub(super) source_id: SourceId,
}

impl Vintage {
    /// Takes what the caller states, otherwise what the file is called.
    pub(super) fn new(file: &str, hs_edition: Option<&str>, release: Option<&str>) -> Result<Self, Error> {
        let named = ReleaseName::parse(file);
        let unstated = |what, example| Error::UnstatedVintage { file: file.to_owned(), what, example };
        let hs_edition = hs_edition.map(str::to_uppercase).or(named.hs_edition);
        let hs_edition = hs_edition.ok_or_else(|| unstated("HS revision", "HS92"))?;
        if !HS_EDITIONS.contains(&hs_edition.as_str()) {
            let nearest = nearest(&hs_edition, HS_EDITIONS);
            return Err(critmin_core::Error::Unknown { kind: "HS revision", found: hs_edition, nearest }.into());
        }
        let release = release.map(str::to_owned).or(named.release).ok_or_else(|| unstated("release", "202401b"))?;
        let release = release.strip_prefix(['V', 'v']).unwrap_or(&release);
        let source_id = SourceId::new(format!("baci-{hs_edition}-v{release}").to_lowercase())?;
        Ok(Self { hs_edition, source_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_members_and_zips() {
        let year = ReleaseName::parse("folder/BACI_HS17_Y2022_V202401b.csv");
        assert_eq!(year.hs_edition.as_deref(), Some("HS17"));
        assert_eq!(year.year, Some(Year(2022)));
        assert_eq!(year.release.as_deref(), Some("202401b"));
        assert_eq!(ReleaseName::parse("BACI_HS92_V202501.zip").year, None);
        assert_eq!(ReleaseName::parse("country_codes_V202401b.csv"), ReleaseName::default());
    }

    #[test]
    fn a_vintage_is_stated_or_named() {
        let named = Vintage::new("BACI_HS92_Y2023_V202401b.csv", None, None).unwrap();
        assert_eq!(named.source_id.as_str(), "baci-hs92-v202401b");
        let stated = Vintage::new("trade.csv", Some("hs12"), Some("V202501")).unwrap();
        assert_eq!((stated.hs_edition.as_str(), stated.source_id.as_str()), ("HS12", "baci-hs12-v202501"));
        let message = Vintage::new("trade.csv", None, None).unwrap_err().to_string();
        assert_eq!(
            message,
            "the name of `trade.csv` does not tell its HS revision; keep the publisher's name \
             (`BACI_HS92_Y2023_V202401b.csv`) or state it, such as `HS92`"
        );
        assert!(Vintage::new("trade.csv", Some("HS93"), None).unwrap_err().to_string().contains("`HS92`"));
        assert!(Vintage::new("trade.csv", Some("HS92"), Some("2024 01")).is_err());
    }
}

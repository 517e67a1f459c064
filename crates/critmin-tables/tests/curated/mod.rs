//! The country register of the project, for tests on the publishers' own files.

use std::path::Path;

use critmin_core::{Country, CountryAlias, CountryId, CountryKind, CountryRegister, Year};

/// Every economy of `data/curated`, with its spellings.
pub(crate) fn country_register() -> CountryRegister {
    let year = |cell: &str| cell.parse().ok().map(Year);
    let country = |row: &csv::StringRecord| Country {
        country: CountryId::new(&row[0]).unwrap(),
        name: row[1].to_owned(),
        iso2: None,
        m49: None,
        kind: CountryKind::Country,
    };
    let alias = |row: &csv::StringRecord| CountryAlias {
        scheme: row[0].to_owned(),
        alias: row[1].to_owned(),
        country: CountryId::new(&row[2]).unwrap(),
        valid_from: year(&row[3]),
        valid_to: year(&row[4]),
    };
    let countries = rows("countries.csv").iter().map(country).collect();
    CountryRegister::new(countries, rows("country_aliases.csv").iter().map(alias).collect()).unwrap()
}

fn rows(name: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/curated").join(name);
    let rows: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
    assert!(!rows.is_empty(), "`{name}` holds no row");
    rows
}

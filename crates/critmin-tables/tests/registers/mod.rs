//! The registers of the repository's own tables in `data/curated`.

use std::path::Path;

use critmin_core::{
    Commodity, CommodityId, CommodityRegister, Country, CountryAlias, CountryId, CountryKind, CountryRegister, Year,
};
use critmin_tables::readers::{AreaNames, CommodityNames, CommoditySplit, Registers};

/// Reads every curated table that readers need.
pub(crate) fn registers() -> Registers {
    let countries = CountryRegister::new(
        table("countries", |[country, name, ..]| Country {
            country: CountryId::new(country).unwrap(),
            name: name.to_owned(),
            iso2: None,
            m49: None,
            kind: CountryKind::Country,
        }),
        table("country_aliases", |[scheme, alias, country, from, to, _]| CountryAlias {
            scheme: scheme.to_owned(),
            alias: alias.to_owned(),
            country: CountryId::new(country).unwrap(),
            valid_from: from.parse().ok().map(Year),
            valid_to: to.parse().ok().map(Year),
        }),
    );
    let aggregates = table("area_aggregates", |[scheme, alias, kind, ..]| (scheme.into(), alias.into(), kind.into()));
    let areas = AreaNames::new(&countries.unwrap(), aggregates).unwrap();
    Registers { areas, commodities: commodities() }
}

fn commodities() -> CommodityNames {
    let register = CommodityRegister::new(
        table("commodities", |[commodity, name, ..]| Commodity {
            commodity: CommodityId::new(commodity).unwrap(),
            name: name.to_owned(),
            symbol: None,
            basis: None,
            group: None,
        }),
        table("commodity_aliases", |[scheme, alias, commodity, ..]| {
            (scheme.to_owned(), alias.to_owned(), CommodityId::new(commodity).unwrap())
        }),
    );
    let splits = table("commodity_splits", |[scheme, alias, column, text, commodity, _]| CommoditySplit {
        scheme: scheme.to_owned(),
        alias: alias.to_owned(),
        column: column.to_owned(),
        text: text.to_owned(),
        commodity: CommodityId::new(commodity).unwrap(),
    });
    CommodityNames::new(&register.unwrap(), splits).unwrap()
}

/// The rows of one curated table, each as its first six cells.
fn table<T>(name: &str, row: fn([&str; 6]) -> T) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../data/curated/{name}.csv"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        row(std::array::from_fn(|cell| record.get(cell).unwrap_or_default()))
    });
    let rows: Vec<T> = rows.collect();
    assert!(!rows.is_empty(), "`{name}` is empty");
    rows
}

//! The spellings of countries, aggregates and commodities, from their tables.

use critmin_core::{
    Commodity, CommodityId, CommodityRegister, Country, CountryAlias, CountryId, CountryKind, CountryRegister,
};

use super::columns::{Columns, year};
use super::records::{Lookup, unknown};
use crate::Error;
use crate::readers::area::{AreaNames, CommodityNames, CommoditySplit, Registers};

/// The spellings that readers need; `table` gives a table by name.
pub(super) fn registers(table: Lookup<'_>) -> Result<Registers, Error> {
    let countries = CountryRegister::new(countries(table)?, country_aliases(table)?)?;
    let commodities = CommodityRegister::new(commodities(table)?, commodity_aliases(table)?)?;
    let commodities = CommodityNames::new(&commodities, splits(table)?)?;
    let batch = table("area_aggregates")?;
    let columns = Columns::new("area_aggregates", &batch);
    let (schemes, aliases, kinds) = (columns.texts("scheme")?, columns.texts("alias")?, columns.texts("kind")?);
    let rows = (0..columns.n_rows())
        .map(|row| (schemes.at(row).to_owned(), aliases.at(row).to_owned(), kinds.at(row).to_owned()));
    let areas = AreaNames::new(&countries, rows)?;
    Ok(Registers { areas, commodities })
}

fn countries(table: Lookup<'_>) -> Result<Vec<Country>, Error> {
    let batch = table("countries")?;
    let columns = Columns::new("countries", &batch);
    let (ids, names, iso2) = (columns.texts("country")?, columns.texts("name")?, columns.texts("iso2")?);
    let (m49, kinds) = (columns.texts("m49")?, columns.texts("kind")?);
    let country = |row| {
        Ok(Country {
            country: CountryId::new(ids.at(row))?,
            name: names.at(row).to_owned(),
            iso2: iso2.owned(row),
            m49: m49.owned(row),
            kind: country_kind(kinds.at(row))?,
        })
    };
    (0..columns.n_rows()).map(country).collect()
}

fn country_aliases(table: Lookup<'_>) -> Result<Vec<CountryAlias>, Error> {
    let batch = table("country_aliases")?;
    let columns = Columns::new("country_aliases", &batch);
    let (schemes, aliases, ids) = (columns.texts("scheme")?, columns.texts("alias")?, columns.texts("country")?);
    let (from, to) = (columns.years("valid_from")?, columns.years("valid_to")?);
    let alias = |row| {
        Ok(CountryAlias {
            scheme: schemes.at(row).to_owned(),
            alias: aliases.at(row).to_owned(),
            country: CountryId::new(ids.at(row))?,
            valid_from: year(from, row),
            valid_to: year(to, row),
        })
    };
    (0..columns.n_rows()).map(alias).collect()
}

fn commodities(table: Lookup<'_>) -> Result<Vec<Commodity>, Error> {
    let batch = table("commodities")?;
    let columns = Columns::new("commodities", &batch);
    let (ids, names, symbols) = (columns.texts("commodity")?, columns.texts("name")?, columns.texts("symbol")?);
    let (bases, groups) = (columns.texts("basis")?, columns.texts("group")?);
    let commodity = |row| {
        Ok(Commodity {
            commodity: CommodityId::new(ids.at(row))?,
            name: names.at(row).to_owned(),
            symbol: symbols.owned(row),
            basis: bases.owned(row),
            group: groups.owned(row),
        })
    };
    (0..columns.n_rows()).map(commodity).collect()
}

fn commodity_aliases(table: Lookup<'_>) -> Result<Vec<(String, String, CommodityId)>, Error> {
    let batch = table("commodity_aliases")?;
    let columns = Columns::new("commodity_aliases", &batch);
    let (schemes, aliases, ids) = (columns.texts("scheme")?, columns.texts("alias")?, columns.texts("commodity")?);
    let alias = |row| Ok((schemes.at(row).to_owned(), aliases.at(row).to_owned(), CommodityId::new(ids.at(row))?));
    (0..columns.n_rows()).map(alias).collect()
}

fn splits(table: Lookup<'_>) -> Result<Vec<CommoditySplit>, Error> {
    let batch = table("commodity_splits")?;
    let columns = Columns::new("commodity_splits", &batch);
    let (schemes, aliases, places) = (columns.texts("scheme")?, columns.texts("alias")?, columns.texts("column")?);
    let (texts, ids) = (columns.texts("text")?, columns.texts("commodity")?);
    let split = |row| {
        Ok(CommoditySplit {
            scheme: schemes.at(row).to_owned(),
            alias: aliases.at(row).to_owned(),
            column: places.at(row).to_owned(),
            text: texts.at(row).to_owned(),
            commodity: CommodityId::new(ids.at(row))?,
        })
    };
    (0..columns.n_rows()).map(split).collect()
}

fn country_kind(found: &str) -> Result<CountryKind, Error> {
    match found {
        "country" => Ok(CountryKind::Country),
        "territory" => Ok(CountryKind::Territory),
        "historical" => Ok(CountryKind::Historical),
        "group" => Ok(CountryKind::Group),
        _ => Err(unknown("kind of country", found)),
    }
}

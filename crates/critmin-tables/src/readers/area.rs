//! What a publisher's spelling names: one economy, or an aggregate that must never enter a sum of countries.

use std::collections::BTreeMap;

use critmin_core::{Area, CommodityId, CommodityRegister, CountryRegister, Error, Year};

/// The spellings of areas: countries by the country register, aggregates by their own list.
#[derive(Debug, Clone, Default)]
pub struct AreaNames {
    countries: CountryRegister,
    aggregates: BTreeMap<(String, String), Area>,
}

impl AreaNames {
    /// Builds the lookup from the country register and `(scheme, alias, kind)` rows, where `kind` is
    /// `world_total`, `other_countries` or `country_group`.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when an alias occurs twice within a scheme, or also names a country;
    /// [`Error::Unknown`] for another kind.
    pub fn new(
        countries: &CountryRegister,
        rows: impl IntoIterator<Item = (String, String, String)>,
    ) -> Result<Self, Error> {
        let mut aggregates = BTreeMap::new();
        for (scheme, alias, kind) in rows {
            let area = aggregate(&alias, &kind)?;
            let is_country = countries.resolve(&scheme, &alias, None).is_ok();
            let key = format!("{scheme}: {alias}");
            if aggregates.insert((scheme, alias), area).is_some() || is_country {
                return Err(Error::Duplicate { kind: "area alias", key });
            }
        }
        Ok(Self { countries: countries.clone(), aggregates })
    }

    /// The area that a publisher means by `spelling`, without surrounding blanks.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] with the nearest spellings of the same publisher.
    pub fn resolve(&self, scheme: &str, spelling: &str) -> Result<Area, Error> {
        self.resolve_in(scheme, spelling, None)
    }

    /// As [`Self::resolve`], in a stated year.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] with the nearest spellings of the same publisher.
    pub fn resolve_in(&self, scheme: &str, spelling: &str, year: Option<Year>) -> Result<Area, Error> {
        let spelling = spelling.trim();
        if let Some(area) = self.aggregates.get(&(scheme.to_owned(), spelling.to_owned())) {
            return Ok(area.clone());
        }
        self.countries.resolve(scheme, spelling, year).map(|country| Area::Country { country: country.clone() })
    }

    /// The country register that the lookup was built with.
    pub fn countries(&self) -> &CountryRegister {
        &self.countries
    }
}

fn aggregate(alias: &str, kind: &str) -> Result<Area, Error> {
    match kind {
        "world_total" => Ok(Area::WorldTotal),
        "other_countries" => Ok(Area::OtherCountries),
        "country_group" => Ok(Area::CountryGroup { name: alias.to_owned() }),
        _ => Err(Error::Unknown {
            kind: "kind of aggregate",
            found: kind.to_owned(),
            nearest: critmin_core::nearest(kind, ["world_total", "other_countries", "country_group"]),
        }),
    }
}

/// One row of the table of splits: where a publisher's word means several of our commodities, another column tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommoditySplit {
    /// Whose word: `usgs-mcs-2026`.
    pub scheme: String,
    /// The publisher's word for the commodity: `Clays`.
    pub alias: String,
    /// The column that tells the parts apart: `Statistics_detail`.
    pub column: String,
    /// What stands in it: `Mine production: Kaolin`.
    pub text: String,
    /// The commodity meant.
    pub commodity: CommodityId,
}

/// The spellings of commodities: the register, refined by the table of splits.
#[derive(Debug, Clone, Default)]
pub struct CommodityNames {
    register: CommodityRegister,
    splits: BTreeMap<(String, String, String, String), CommodityId>,
}

impl CommodityNames {
    /// Builds the lookup.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when a split occurs twice; [`Error::Unknown`] when it names a commodity that is not
    /// in the register.
    pub fn new(register: &CommodityRegister, rows: impl IntoIterator<Item = CommoditySplit>) -> Result<Self, Error> {
        let mut splits = BTreeMap::new();
        for row in rows {
            if register.get(&row.commodity).is_none() {
                register.find(row.commodity.as_str())?;
            }
            let key = format!("{}: {}, {} `{}`", row.scheme, row.alias, row.column, row.text);
            if splits.insert((row.scheme, row.alias, row.column, row.text), row.commodity).is_some() {
                return Err(Error::Duplicate { kind: "commodity split", key });
            }
        }
        Ok(Self { register: register.clone(), splits })
    }

    /// The commodity that a publisher means by `alias` when `column` holds `text`.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] with the nearest spellings of the same publisher.
    pub fn resolve(&self, scheme: &str, alias: &str, column: &str, text: &str) -> Result<CommodityId, Error> {
        let key = [scheme, alias.trim(), column, text.trim()].map(str::to_owned);
        let split = self.splits.get(&key.into());
        split.map_or_else(|| self.register.resolve(scheme, alias.trim()).cloned(), |commodity| Ok(commodity.clone()))
    }

    /// The commodity register that the lookup was built with.
    pub fn register(&self) -> &CommodityRegister {
        &self.register
    }
}

/// What every reader needs in order to turn spellings into ids.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    /// Areas: countries and aggregates.
    pub areas: AreaNames,
    /// Commodities.
    pub commodities: CommodityNames,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_registers::registers;

    #[test]
    fn an_aggregate_is_not_a_country() {
        let areas = registers().areas;
        assert_eq!(areas.resolve("usgs", " World total ").unwrap(), Area::WorldTotal);
        assert_eq!(areas.resolve("usgs", "China").unwrap().country().unwrap().as_str(), "CHN");
        let message = areas.resolve("usgs", "Chima").unwrap_err().to_string();
        assert_eq!(message, "unknown country `Chima`; did you mean `China`, `Chile`?");
    }

    #[test]
    fn another_column_splits_a_word() {
        let commodities = registers().commodities;
        let find = |text| commodities.resolve("usgs-mcs-2026", "Clays", "Statistics_detail", text).unwrap();
        assert_eq!(find("Mine production: Kaolin").as_str(), "kaolin");
        assert_eq!(find("Mine production: Fuller’s earth").as_str(), "clays");
    }

    #[test]
    fn contradictions_are_refused() {
        let countries = registers().areas.countries().clone();
        let row = |kind: &str, alias: &str| ("usgs".to_owned(), alias.to_owned(), kind.to_owned());
        assert!(matches!(AreaNames::new(&countries, [row("sum", "All")]), Err(Error::Unknown { .. })));
        let twice = AreaNames::new(&countries, [row("world_total", "China")]);
        assert!(matches!(twice, Err(Error::Duplicate { .. })));
    }
}

//! Economies, what publishers call them, and the blocs they belong to.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{BlocId, CountryId, Error, Year, nearest};

/// What kind of area an entry of the country table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountryKind {
    /// A state.
    Country,
    /// A territory with statistics of its own (Hong Kong, French Guiana).
    Territory,
    /// An area that no longer exists (Serbia and Montenegro).
    Historical,
    /// Several states that customs statistics report as one (Belgium–Luxembourg to 1998).
    Group,
}

/// One economy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Country {
    /// ISO 3166-1 alpha-3, or the documented id of a historical area.
    pub country: CountryId,
    /// Short English name.
    pub name: String,
    /// ISO 3166-1 alpha-2. Namibia's is `NA`: read tables with missing-value detection off.
    pub iso2: Option<String>,
    /// UN M49 number, three digits.
    pub m49: Option<String>,
    /// State, territory, historical area or group.
    pub kind: CountryKind,
}

/// One spelling of a country in one publisher's tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryAlias {
    /// Whose spelling: `baci`, `usgs`, `wgi`, `eu`, `common`.
    pub scheme: String,
    /// The spelling, or BACI's number as text.
    pub alias: String,
    /// The economy meant.
    pub country: CountryId,
    /// First year of validity; open when absent.
    pub valid_from: Option<Year>,
    /// Last year of validity; open when absent.
    pub valid_to: Option<Year>,
}

/// Membership of one country in one bloc, with dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlocMembership {
    /// The bloc.
    pub bloc: BlocId,
    /// The member.
    pub country: CountryId,
    /// The day membership took effect.
    pub member_from: NaiveDate,
    /// The last day of membership; open when absent.
    pub member_to: Option<NaiveDate>,
}

impl BlocMembership {
    /// Whether the country is a member on `day`.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.member_from <= day && self.member_to.is_none_or(|last| day <= last)
    }
}

/// The country table with its aliases: the one place where spellings become ids.
#[derive(Debug, Clone, Default)]
pub struct CountryRegister {
    countries: BTreeMap<CountryId, Country>,
    aliases: BTreeMap<String, BTreeMap<String, Vec<CountryAlias>>>,
}

impl CountryRegister {
    /// Builds the register.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when an id, or an alias within a scheme and overlapping years, occurs twice;
    /// [`Error::Unknown`] when an alias names an economy that is not in the table.
    pub fn new(countries: Vec<Country>, aliases: Vec<CountryAlias>) -> Result<Self, Error> {
        let mut register = Self::default();
        for country in countries {
            let id = country.country.clone();
            if register.countries.insert(id.clone(), country).is_some() {
                return Err(Error::Duplicate { kind: "country", key: id.to_string() });
            }
        }
        for alias in aliases {
            register.add_alias(alias)?;
        }
        Ok(register)
    }

    /// The economy that `name` means: an id, an English name, or a spelling of any publisher.
    ///
    /// Case does not matter here, because people type this; readers of files use [`Self::resolve`].
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] with the nearest known names.
    pub fn find(&self, name: &str) -> Result<&Country, Error> {
        let wanted = name.trim();
        if let Some(country) = self.countries.get(wanted.to_uppercase().as_str()) {
            return Ok(country);
        }
        let by_name = self.countries.values().find(|country| country.name.eq_ignore_ascii_case(wanted));
        by_name.or_else(|| self.find_by_alias(wanted)).ok_or_else(|| self.unknown(wanted))
    }

    /// The economy that a publisher means by `alias` in `year`.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] with the nearest spellings of the same publisher.
    pub fn resolve(&self, scheme: &str, alias: &str, year: Option<Year>) -> Result<&CountryId, Error> {
        let entries = self.aliases.get(scheme).and_then(|aliases| aliases.get(alias));
        let valid = entries.and_then(|entries| entries.iter().find(|entry| entry.is_valid_in(year)));
        valid.map(|entry| &entry.country).ok_or_else(|| Error::Unknown {
            kind: "country",
            found: alias.to_owned(),
            nearest: nearest(alias, self.aliases.get(scheme).into_iter().flatten().map(|(known, _)| known.as_str())),
        })
    }

    /// The entry of `id`, when it is in the table.
    pub fn get(&self, id: &CountryId) -> Option<&Country> {
        self.countries.get(id)
    }

    /// The English name of `id`, or the id itself when the table does not know it.
    pub fn name<'a>(&'a self, id: &'a CountryId) -> &'a str {
        self.countries.get(id).map_or(id.as_str(), |country| &country.name)
    }

    /// Every economy, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Country> {
        self.countries.values()
    }

    /// Number of economies.
    pub fn len(&self) -> usize {
        self.countries.len()
    }

    /// Whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.countries.is_empty()
    }

    fn add_alias(&mut self, alias: CountryAlias) -> Result<(), Error> {
        if !self.countries.contains_key(&alias.country) {
            return Err(self.unknown(alias.country.as_str()));
        }
        let same = self.aliases.entry(alias.scheme.clone()).or_default().entry(alias.alias.clone()).or_default();
        if same.iter().any(|other| other.overlaps(&alias)) {
            return Err(Error::Duplicate { kind: "country alias", key: format!("{}: {}", alias.scheme, alias.alias) });
        }
        same.push(alias);
        Ok(())
    }

    fn find_by_alias(&self, wanted: &str) -> Option<&Country> {
        let entries = self.aliases.values().flatten().find(|(alias, _)| alias.eq_ignore_ascii_case(wanted));
        entries.and_then(|(_, entries)| entries.last()).and_then(|entry| self.countries.get(&entry.country))
    }

    fn unknown(&self, found: &str) -> Error {
        let ids = self.countries.values().map(|country| country.country.as_str());
        let names = self.countries.values().map(|country| country.name.as_str());
        Error::Unknown { kind: "country", found: found.to_owned(), nearest: nearest(found, names.chain(ids)) }
    }
}

impl CountryAlias {
    fn is_valid_in(&self, year: Option<Year>) -> bool {
        year.is_none_or(|year| {
            self.valid_from.is_none_or(|from| from <= year) && self.valid_to.is_none_or(|to| year <= to)
        })
    }

    fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |a: &Self, b: &Self| match (a.valid_from, b.valid_to) {
            (Some(from), Some(to)) => from <= to,
            _ => true,
        };
        starts_before_end(self, other) && starts_before_end(other, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> CountryRegister {
        let country = |id: &str, name: &str| Country {
            country: CountryId::new(id).unwrap(),
            name: name.to_owned(),
            iso2: None,
            m49: None,
            kind: CountryKind::Country,
        };
        let alias = |scheme: &str, alias: &str, id: &str, from: Option<i16>, to: Option<i16>| CountryAlias {
            scheme: scheme.to_owned(),
            alias: alias.to_owned(),
            country: CountryId::new(id).unwrap(),
            valid_from: from.map(Year),
            valid_to: to.map(Year),
        };
        CountryRegister::new(
            vec![country("CHN", "China"), country("TWN", "Taiwan"), country("SDN", "Sudan")],
            vec![
                alias("baci", "490", "TWN", None, None),
                alias("baci", "736", "SDN", None, Some(2011)),
                alias("baci", "729", "SDN", Some(2012), None),
            ],
        )
        .unwrap()
    }

    #[test]
    fn spellings_resolve_within_their_years() {
        let register = register();
        assert_eq!(register.resolve("baci", "490", None).unwrap().as_str(), "TWN");
        assert_eq!(register.resolve("baci", "736", Some(Year(2005))).unwrap().as_str(), "SDN");
        assert!(register.resolve("baci", "736", Some(Year(2015))).is_err());
        assert!(register.resolve("baci", "729", Some(Year(2011))).is_err());
        assert_eq!(register.resolve("baci", "729", Some(Year(2012))).unwrap().as_str(), "SDN");
        assert!(register.resolve("usgs", "490", None).is_err());
    }

    #[test]
    fn people_may_type_a_name_or_an_id_and_are_helped() {
        let register = register();
        assert_eq!(register.find(" china ").unwrap().country.as_str(), "CHN");
        assert_eq!(register.find("twn").unwrap().country.as_str(), "TWN");
        let message = register.find("Chima").unwrap_err().to_string();
        assert!(message.contains("did you mean `China`"), "{message}");
    }

    #[test]
    fn overlapping_aliases_are_refused() {
        let mut register = register();
        let again = CountryAlias {
            scheme: "baci".to_owned(),
            alias: "736".to_owned(),
            country: CountryId::new("SDN").unwrap(),
            valid_from: Some(Year(2011)),
            valid_to: None,
        };
        assert!(matches!(register.add_alias(again), Err(Error::Duplicate { .. })));
    }
}

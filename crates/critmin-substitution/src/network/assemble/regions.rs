//! Which countries stand alone, which in a pooled bloc, and who belongs to the buyers.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use critmin_core::{BlocId, CountryId, Dataset};

use crate::network::assemble::{Buyers, NetworkOptions};
use crate::{Error, Fault};

/// What is left of the world.
pub(crate) const OTHER: &str = "other";

/// The map from countries to regions on the first day.
pub(crate) struct Regions {
    /// Blocs that a demand row takes as one, with their members.
    pooled: Vec<(String, BTreeSet<CountryId>)>,
    pub(crate) buyers: Vec<String>,
    /// Name of the buyers' bloc.
    pub(crate) buyers_bloc: String,
}

impl Regions {
    pub(crate) fn of(dataset: &Dataset, options: &NetworkOptions, day: NaiveDate) -> Result<Self, Error> {
        let names: BTreeSet<&str> = dataset.regional_demand.iter().map(|row| row.region.as_str()).collect();
        let mut pooled = Vec::new();
        for name in names.into_iter().filter(|name| CountryId::new(*name).is_err()) {
            pooled.push((name.to_owned(), members(dataset, name, day)?));
        }
        let mut regions = Self { pooled, buyers: Vec::new(), buyers_bloc: String::new() };
        regions.buyers = regions.buying(dataset, options, day)?;
        regions.buyers_bloc = match &options.buyers {
            Buyers::Bloc(bloc) => bloc.clone(),
            Buyers::Regions(_) => "buyers".to_owned(),
        };
        Ok(regions)
    }

    fn buying(&self, dataset: &Dataset, options: &NetworkOptions, day: NaiveDate) -> Result<Vec<String>, Error> {
        let mut found = BTreeSet::new();
        match &options.buyers {
            Buyers::Bloc(bloc) => {
                found.extend(members(dataset, bloc, day)?.iter().map(|country| self.of_country(country)));
            }
            Buyers::Regions(names) => {
                for name in names {
                    found.extend(self.named(dataset, name, day)?);
                }
            }
        }
        if found.is_empty() {
            let fault = Fault::new("buyers", "nobody", "a bloc with members, or at least one country");
            return Err(Error::Invalid { what: "the network options", faults: vec![fault] });
        }
        Ok(found.into_iter().collect())
    }

    /// Regions behind a country or bloc.
    pub(crate) fn named(&self, dataset: &Dataset, name: &str, day: NaiveDate) -> Result<BTreeSet<String>, Error> {
        if name == OTHER || self.pooled.iter().any(|(bloc, _)| bloc == name) {
            return Ok(BTreeSet::from([name.to_owned()]));
        }
        if BlocId::new(name).is_ok() && dataset.bloc_memberships.iter().any(|row| row.bloc.as_str() == name) {
            return Ok(members(dataset, name, day)?.iter().map(|country| self.of_country(country)).collect());
        }
        let country = dataset.countries.find(name)?;
        Ok(BTreeSet::from([self.of_country(&country.country)]))
    }

    /// The region of a country.
    pub(crate) fn of_country(&self, country: &CountryId) -> String {
        let pool = self.pooled.iter().find(|(_, members)| members.contains(country));
        pool.map_or_else(|| country.to_string(), |(bloc, _)| bloc.clone())
    }

    /// The bloc that caps count a region to: the buyers', or the region itself.
    pub(crate) fn bloc_of(&self, region: &str) -> String {
        if self.buyers.iter().any(|buyer| buyer == region) { self.buyers_bloc.clone() } else { region.to_owned() }
    }
}

/// Members of a bloc on a day; an unknown bloc, or one without members, is an error that names the known ones.
fn members(dataset: &Dataset, bloc: &str, day: NaiveDate) -> Result<BTreeSet<CountryId>, Error> {
    let of_bloc = dataset.bloc_memberships.iter().filter(|row| row.bloc.as_str() == bloc && row.covers(day));
    let found: BTreeSet<CountryId> = of_bloc.map(|row| row.country.clone()).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let known: BTreeSet<&str> = dataset.bloc_memberships.iter().map(|row| row.bloc.as_str()).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let expected = format!("a bloc that has members on {day}: {}", known.join(", "));
    Err(Error::Invalid { what: "the blocs", faults: vec![Fault::new("bloc", format!("`{bloc}`"), expected)] })
}

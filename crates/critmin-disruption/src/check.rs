//! Everything that is wrong with a scenario, at once.

use std::collections::BTreeSet;

use critmin_core::{BlocId, CommodityId, CountryId, Dataset, SourceId, nearest};

use crate::parameter::parameter_faults;
use crate::{Destination, Destinations, Error, ExportRestriction, Scenario, ScenarioProblem};

impl Scenario {
    /// Checks the scenario against itself and the registers of `dataset`, and reports every problem.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidScenario`] with all problems.
    pub fn validate(&self, dataset: &Dataset) -> Result<(), Error> {
        let problems = self.problems(dataset);
        if problems.is_empty() { Ok(()) } else { Err(Error::InvalidScenario { scenario: self.id.clone(), problems }) }
    }

    /// Every problem, in the order of the fields.
    pub fn problems(&self, dataset: &Dataset) -> Vec<ScenarioProblem> {
        let mut problems = Vec::new();
        if self.id.trim().is_empty() {
            problems.push(ScenarioProblem::NoId);
        }
        if self.consumers.is_empty() {
            problems.push(ScenarioProblem::NoConsumer);
        }
        for country in &self.consumers {
            problems.extend(unknown_country(dataset, country, "`consumers`".to_owned()));
        }
        problems.extend(self.market.faults().into_iter().map(ScenarioProblem::Option));
        if self.restrictions.is_empty() {
            problems.push(ScenarioProblem::NoRestriction);
        }
        problems.extend(self.edition.as_ref().and_then(|edition| unknown_edition(dataset, edition)));
        for (index, restriction) in self.restrictions.iter().enumerate() {
            let number = index + 1;
            problems.extend(restriction.own_problems(number));
            problems.extend(restriction.unknown_names(number, dataset));
            problems.extend(restriction.blocs_without_members(number, dataset));
            problems.extend(restriction.duplicates(number, &self.restrictions[..index]));
        }
        problems.extend(self.parameter_problems(dataset));
        problems
    }

    fn parameter_problems(&self, dataset: &Dataset) -> Vec<ScenarioProblem> {
        let mut problems = Vec::new();
        for (row, parameter) in (1..).zip(&self.parameters) {
            let name = &parameter.parameter;
            let fault = |fault| ScenarioProblem::Parameter { row, parameter: name.clone(), fault };
            problems.extend(parameter_faults(parameter).into_iter().map(fault));
            let place = format!("parameter `{}`", parameter.parameter);
            problems.extend(parameter.country.as_ref().and_then(|id| unknown_country(dataset, id, place.clone())));
            problems.extend(parameter.commodity.as_ref().and_then(|id| unknown_commodity(dataset, id, place)));
        }
        problems
    }
}

impl ExportRestriction {
    fn own_problems(&self, restriction: usize) -> Vec<ScenarioProblem> {
        let mut problems = Vec::new();
        if !(0.0..=1.0).contains(&self.restriction_level) {
            problems.push(ScenarioProblem::LevelOutOfRange { restriction, found: self.restriction_level });
        }
        if let Some(end) = self.end.filter(|end| *end < self.start) {
            problems.push(ScenarioProblem::DatesReversed { restriction, start: self.start, end });
        }
        if self.end.is_some() && self.duration_months.is_some() {
            problems.push(ScenarioProblem::TwoEnds { restriction });
        }
        if let Some(found) = self.duration_months.filter(|found| *found == 0 || self.last_day().is_none()) {
            problems.push(ScenarioProblem::NotADuration { restriction, found });
        }
        if self.commodities.is_empty() {
            problems.push(ScenarioProblem::NoCommodity { restriction });
        }
        problems.extend(self.destination_problems(restriction));
        problems.extend(self.suspension_problems(restriction));
        problems
    }

    fn destination_problems(&self, restriction: usize) -> Vec<ScenarioProblem> {
        let mut problems = Vec::new();
        if let Destinations::Only(list) = &self.destinations {
            if list.is_empty() {
                problems.push(ScenarioProblem::NoDestination { restriction });
            }
            if list.contains(&Destination::Country(self.exporter.clone())) {
                let exporter = self.exporter.clone();
                problems.push(ScenarioProblem::ExporterIsDestination { restriction, exporter });
            }
        }
        problems
    }

    fn suspension_problems(&self, restriction: usize) -> Vec<ScenarioProblem> {
        let mut problems = Vec::new();
        let last = self.last_day();
        for pause in &self.suspensions {
            let from = pause.from;
            if let Some(until) = pause.until.filter(|until| *until < from) {
                problems.push(ScenarioProblem::SuspensionReversed { restriction, from, until });
            }
            if from < self.start || last.is_some_and(|last| last < from) {
                problems.push(ScenarioProblem::SuspensionOutside { restriction, from, start: self.start, last });
            }
        }
        problems
    }

    fn unknown_names(&self, number: usize, dataset: &Dataset) -> Vec<ScenarioProblem> {
        let place = || format!("restriction {number}");
        let mut problems: Vec<_> = unknown_country(dataset, &self.exporter, place()).into_iter().collect();
        problems.extend(self.commodities.iter().filter_map(|id| unknown_commodity(dataset, id, place())));
        if let Destinations::Only(list) = &self.destinations {
            problems.extend(list.iter().filter_map(|destination| match destination {
                Destination::Country(country) => unknown_country(dataset, country, place()),
                Destination::Bloc(bloc) => unknown_bloc(dataset, bloc, place()),
            }));
        }
        problems
    }

    fn blocs_without_members(&self, restriction: usize, dataset: &Dataset) -> Vec<ScenarioProblem> {
        let Destinations::Only(list) = &self.destinations else { return Vec::new() };
        let day = self.start;
        let is_empty = |bloc: &BlocId| {
            let is_known = dataset.bloc_memberships.iter().any(|row| row.bloc == *bloc);
            is_known && dataset.bloc_members(bloc, Some(day)).all(|country| *country == self.exporter)
        };
        let blocs = list.iter().filter_map(|destination| match destination {
            Destination::Bloc(bloc) if is_empty(bloc) => Some(bloc.clone()),
            _ => None,
        });
        blocs.map(|bloc| ScenarioProblem::NoMember { restriction, bloc, day }).collect()
    }

    fn duplicates(&self, second: usize, earlier: &[Self]) -> Vec<ScenarioProblem> {
        let same_stage = |other: &Self| {
            let all = self.stages.is_empty() || other.stages.is_empty();
            all || self.stages.iter().any(|stage| other.stages.contains(stage))
        };
        let mut problems = Vec::new();
        for (index, other) in earlier.iter().enumerate() {
            let is_same = other.exporter == self.exporter && other.meets(self) && same_stage(other);
            for commodity in self.commodities.iter().filter(|id| is_same && other.commodities.contains(id)) {
                let (first, exporter) = (index + 1, self.exporter.clone());
                problems.push(ScenarioProblem::Duplicate { first, second, exporter, commodity: commodity.clone() });
            }
        }
        problems
    }

    fn meets(&self, other: &Self) -> bool {
        match (&self.destinations, &other.destinations) {
            (Destinations::All, Destinations::All) => true,
            (Destinations::Only(mine), Destinations::Only(theirs)) => mine.iter().any(|one| theirs.contains(one)),
            _ => false,
        }
    }
}

fn unknown_country(dataset: &Dataset, id: &CountryId, place: String) -> Option<ScenarioProblem> {
    if dataset.countries.get(id).is_some() {
        return None;
    }
    let ids = dataset.countries.iter().map(|country| country.country.as_str());
    let source =
        critmin_core::Error::Unknown { kind: "country", found: id.to_string(), nearest: nearest(id.as_str(), ids) };
    Some(ScenarioProblem::Unknown { place, source })
}

fn unknown_commodity(dataset: &Dataset, id: &CommodityId, place: String) -> Option<ScenarioProblem> {
    if dataset.commodities.get(id).is_some() {
        return None;
    }
    let known = dataset.commodities.iter().map(|commodity| commodity.commodity.as_str());
    let nearest = nearest(id.as_str(), known);
    let source = critmin_core::Error::Unknown { kind: "commodity", found: id.to_string(), nearest };
    Some(ScenarioProblem::Unknown { place, source })
}

fn unknown_bloc(dataset: &Dataset, id: &BlocId, place: String) -> Option<ScenarioProblem> {
    let known: BTreeSet<&str> = dataset.bloc_memberships.iter().map(|row| row.bloc.as_str()).collect();
    if known.contains(id.as_str()) {
        return None;
    }
    let nearest = nearest(id.as_str(), known);
    let source = critmin_core::Error::Unknown { kind: "bloc", found: id.to_string(), nearest };
    Some(ScenarioProblem::Unknown { place, source })
}

fn unknown_edition(dataset: &Dataset, id: &SourceId) -> Option<ScenarioProblem> {
    let production = dataset.production.iter().map(|row| row.source_id.as_str());
    let known: BTreeSet<&str> = production.chain(dataset.salient.iter().map(|row| row.source_id.as_str())).collect();
    if known.contains(id.as_str()) {
        return None;
    }
    let nearest = nearest(id.as_str(), known);
    let source = critmin_core::Error::Unknown { kind: "edition", found: id.to_string(), nearest };
    Some(ScenarioProblem::Unknown { place: "`edition`".to_owned(), source })
}

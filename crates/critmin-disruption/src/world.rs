//! Production and capacity by country, from the world table and the parameters that stand beside it.

use std::collections::BTreeMap;

use critmin_core::{
    Area, CommodityId, CountryId, Grade, ParameterTable, ProductionRecord, ProductionStatistic, Stage, Year,
};

use crate::inputs::{Figure, Ledger};
use crate::recipe::find_recipe;
use crate::words::readable;
use crate::{Error, Figures, InputUsed, Interval, MarketRecipe, MarketRequest, Producer, WarningKind};

/// One supplier with the interval of its capacity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WorldProducer {
    pub(crate) producer: Producer,
    pub(crate) capacity_interval: Option<Interval>,
}

/// The selected rows of one commodity, stage and edition.
pub(crate) struct WorldTable<'a> {
    pub(crate) stage: Stage,
    pub(crate) form: Option<String>,
    pub(crate) year: Year,
    /// Stage of the commodity's first recipe.
    first: Option<Stage>,
    commodity: &'a CommodityId,
    parameters: &'a ParameterTable,
    production: Vec<&'a ProductionRecord>,
    capacity: Vec<&'a ProductionRecord>,
}

type ByCountry<T> = BTreeMap<Option<CountryId>, T>;

impl<'a> WorldTable<'a> {
    pub(crate) fn select(
        figures: &'a Figures<'a>,
        request: &'a MarketRequest,
        recipe: Option<&'a MarketRecipe>,
        edition: &str,
    ) -> Result<Self, Error> {
        let commodity = &request.commodity;
        let is_mine = |row: &&ProductionRecord| row.commodity == *commodity && row.source_id.as_str() == edition;
        let rows: Vec<&ProductionRecord> = figures.dataset.production.iter().filter(is_mine).collect();
        let first = find_recipe(figures.recipes, commodity, None).map(|recipe| recipe.stage);
        let has_parameters = |stage| {
            let name = staged("production_t", stage, first);
            figures.parameters.by_country(commodity, &name).next().is_some()
        };
        let stage = match recipe {
            Some(recipe) => recipe.stage,
            None => stage_of(&rows, commodity, request.stage, has_parameters)?,
        };
        let pick = |statistic| by_form(at_stage(&rows, stage, statistic), commodity, statistic, recipe);
        let (form, production) = pick(ProductionStatistic::Production)?;
        let (_, capacity) = pick(ProductionStatistic::Capacity)?;
        let latest = production.iter().map(|row| row.year).max();
        let asked = request.year.or(recipe.map(|recipe| recipe.year)).or(latest);
        let Some(year) = asked.filter(|_| form.is_some() || has_parameters(stage)) else {
            return Err(Error::NoDataAtStage { commodity: commodity.clone(), stage, known: stages(&rows) });
        };
        let parameters = &figures.parameters;
        Ok(Self { stage, form, year, first, commodity, parameters, production, capacity })
    }

    /// The name that a parameter in tonnes has at the stage of this market.
    pub(crate) fn staged(&self, name: &str) -> String {
        staged(name, self.stage, self.first)
    }

    /// Every supplier but `restricting`, by country, the remainder first.
    pub(crate) fn producers(&self, ledger: &mut Ledger, restricting: &[CountryId]) -> Vec<WorldProducer> {
        let rows: Vec<_> = self.production.iter().copied().filter(|row| row.year == self.year).collect();
        let mut production = self.numbers(ledger, &rows, "production_t", restricting);
        let rows = self.capacity_rows(ledger);
        let mut capacity = self.numbers(ledger, &rows, "capacity_t", restricting);
        self.override_by(ledger, "production_t", &mut production, restricting);
        self.override_by(ledger, "capacity_t", &mut capacity, restricting);
        let mut by_product = ByCountry::new();
        self.override_by(ledger, "by_product_limit_t", &mut by_product, restricting);
        if production.is_empty() {
            let how = format!(
                "no country outside the restriction has a figure for {} in the tables: add parameter rows by country",
                self.year
            );
            ledger.miss(&self.staged("production_t"), None, how);
        }
        let lacks =
            |(country, made): (&Option<CountryId>, &Figure)| made.value > 0.0 && !capacity.contains_key(country);
        let factor = if production.iter().any(lacks) { self.capacity_factor(ledger) } else { Figure::exact(1.0) };
        let supplier = |(country, made): (Option<CountryId>, Figure)| {
            let most = capacity.get(&country).copied().unwrap_or_else(|| factor.scaled(made.value));
            // A by-product cannot outgrow what its host metal carries, whatever the plant could refine.
            let most = by_product.get(&country).map_or(most, |limit| most.at_most(limit.value));
            supplier(ledger, country, made.value, most)
        };
        production.into_iter().map(supplier).collect()
    }

    fn capacity_factor(&self, ledger: &mut Ledger) -> Figure {
        let Some(row) = self.parameters.get(self.commodity, "capacity_factor", None) else {
            let how = "add parameter rows by country, or the default parameter `capacity_factor`";
            ledger.miss(&self.staged("capacity_t"), None, how);
            return Figure::exact(1.0);
        };
        ledger.take(row)
    }

    /// Production of one country \[t/yr\], when a parameter or the table gives it.
    pub(crate) fn production_of(&self, ledger: &mut Ledger, country: &CountryId) -> Option<f64> {
        if let Some(row) = self.parameters.get(self.commodity, &self.staged("production_t"), Some(country)) {
            return Some(ledger.take(row).value);
        }
        let is_it = |row: &&&ProductionRecord| row.year == self.year && row.area.country() == Some(country);
        let row = self.production.iter().find(is_it)?;
        let value = row.mass_t()?.value()?;
        ledger.inputs.push(table_input(row, "production_t", value));
        Some(value)
    }

    /// Capacity rows of the base year, or of the nearest year that has any.
    fn capacity_rows(&self, ledger: &mut Ledger) -> Vec<&'a ProductionRecord> {
        let distance = |row: &&&ProductionRecord| (row.year.0 - self.year.0).abs();
        let Some(nearest) = self.capacity.iter().min_by_key(distance).map(|row| row.year) else { return Vec::new() };
        if nearest != self.year {
            let message = format!("capacity is of {nearest}, production of {}", self.year);
            ledger.warn(WarningKind::OtherYear, message);
        }
        self.capacity.iter().copied().filter(|row| row.year == nearest).collect()
    }

    fn numbers(
        &self,
        ledger: &mut Ledger,
        rows: &[&ProductionRecord],
        name: &str,
        restricting: &[CountryId],
    ) -> ByCountry<Figure> {
        let mut numbers = ByCountry::new();
        for row in rows {
            let country = row.area.country();
            let can_supply = matches!(row.area, Area::Country { .. } | Area::OtherCountries);
            if !can_supply || country.is_some_and(|country| restricting.contains(country)) {
                continue;
            }
            if let Some(value) = row.mass_t().and_then(|mass| mass.value()) {
                ledger.inputs.push(table_input(row, name, value));
                numbers.insert(country.cloned(), Figure::exact(value));
            } else if self.parameters.get(self.commodity, &self.staged(name), country).is_none() {
                let who = country.map_or("other countries", CountryId::as_str);
                let (year, flag) = (row.year, row.published.flag());
                let message = format!("`{name}` of `{who}` in {year} is `{flag}`: left out, not taken as zero");
                ledger.warn(WarningKind::ExcludedRow, message);
            }
        }
        numbers
    }

    fn override_by(&self, ledger: &mut Ledger, name: &str, numbers: &mut ByCountry<Figure>, restricting: &[CountryId]) {
        let staged = self.staged(name);
        // By country first: a later row for the same country overrides an earlier one.
        let rows: BTreeMap<_, _> = self.parameters.by_country(self.commodity, &staged).collect();
        for (country, row) in rows.into_iter().filter(|(country, _)| !restricting.contains(country)) {
            ledger.inputs.retain(|input| !(input.name == name && input.country.as_ref() == Some(country)));
            numbers.insert(Some(country.clone()), ledger.take(row));
        }
    }
}

/// Parameters in tonnes hold at the first stage of a commodity; elsewhere their name carries the stage.
fn staged(name: &str, stage: Stage, first: Option<Stage>) -> String {
    if first.is_none_or(|first| first == stage) { name.to_owned() } else { format!("{stage}_{name}") }
}

fn at_stage<'a>(
    rows: &[&'a ProductionRecord],
    stage: Stage,
    statistic: ProductionStatistic,
) -> Vec<&'a ProductionRecord> {
    rows.iter().copied().filter(|row| row.stage == stage && row.statistic == statistic).collect()
}

fn supplier(ledger: &mut Ledger, country: Option<CountryId>, production_t: f64, most: Figure) -> WorldProducer {
    let producer = Producer { country, production_t, capacity_t: most.value.max(production_t) };
    if most.value < production_t {
        let (who, most_t, made_t) = (producer.label(), readable(most.value), readable(production_t));
        let message = format!("capacity of `{who}` is {most_t} t, below its production of {made_t} t: raised to it");
        ledger.warn(WarningKind::CapacityRaised, message);
    }
    let at_least = |end: f64| end.max(production_t);
    let capacity_interval = most.interval.map(|ends| Interval { low: at_least(ends.low), high: at_least(ends.high) });
    WorldProducer { producer, capacity_interval }
}

fn table_input(row: &ProductionRecord, name: &str, value: f64) -> InputUsed {
    InputUsed {
        commodity: row.commodity.clone(),
        name: name.to_owned(),
        country: row.area.country().cloned(),
        year: Some(row.year),
        value,
        low: None,
        high: None,
        unit: "t".to_owned(),
        grade: Grade::Published,
        source: row.source_id.to_string(),
        note: row.note.clone(),
    }
}

fn stages(rows: &[&ProductionRecord]) -> Vec<Stage> {
    let produced = rows.iter().filter(|row| row.statistic == ProductionStatistic::Production);
    let mut stages: Vec<Stage> = produced.map(|row| row.stage).collect();
    stages.sort_unstable();
    stages.dedup();
    stages
}

fn stage_of(
    rows: &[&ProductionRecord],
    commodity: &CommodityId,
    asked: Option<Stage>,
    has_parameters: impl Fn(Stage) -> bool,
) -> Result<Stage, Error> {
    let known = stages(rows);
    match (asked, known.as_slice()) {
        (Some(stage), known) if known.contains(&stage) || has_parameters(stage) => Ok(stage),
        (Some(stage), _) => Err(Error::NoDataAtStage { commodity: commodity.clone(), stage, known }),
        (None, [only]) => Ok(*only),
        (None, []) => {
            let how = "no production table and no recipe: add parameter rows `production_t` by country and name the stage in the scenario";
            let missing = crate::MissingInput { name: "production_t".to_owned(), country: None, how: how.to_owned() };
            Err(Error::MissingInputs { commodity: commodity.clone(), missing: vec![missing] })
        }
        (None, several) => {
            let candidates = several.iter().map(ToString::to_string).collect();
            Err(Error::Ambiguous { commodity: commodity.clone(), what: "stages", candidates })
        }
    }
}

/// The rows of the recipe's form, or of the only form there is.
fn by_form<'a>(
    mut rows: Vec<&'a ProductionRecord>,
    commodity: &CommodityId,
    statistic: ProductionStatistic,
    recipe: Option<&MarketRecipe>,
) -> Result<(Option<String>, Vec<&'a ProductionRecord>), Error> {
    let is_capacity = statistic == ProductionStatistic::Capacity;
    let form = match recipe {
        Some(recipe) if is_capacity => recipe.capacity_form.clone(),
        Some(recipe) => recipe.production_form.clone(),
        None => {
            let what = if is_capacity { "capacity forms" } else { "production forms" };
            only_form(&rows).map_err(|candidates| Error::Ambiguous {
                commodity: commodity.clone(),
                what,
                candidates,
            })?
        }
    };
    rows.retain(|row| Some(&row.form) == form.as_ref());
    Ok((form, rows))
}

/// The only form, none, or all candidates. Totals carry a form of their own ("…: rounded"), so only rows that can enter
/// a market name candidates.
fn only_form(rows: &[&ProductionRecord]) -> Result<Option<String>, Vec<String>> {
    let suppliers = rows.iter().filter(|row| matches!(row.area, Area::Country { .. } | Area::OtherCountries));
    let mut forms: Vec<String> = suppliers.map(|row| row.form.clone()).collect();
    forms.sort_unstable();
    forms.dedup();
    if forms.len() > 1 { Err(forms) } else { Ok(forms.pop()) }
}

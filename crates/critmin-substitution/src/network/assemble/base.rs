//! The base year of one commodity: who makes, takes and uses how much of each form.

use std::collections::BTreeMap;

use critmin_core::{
    CommodityId, CountryId, Dataset, Grade, ProcessStep, ProductionStatistic, RegionalSupply, SourceId, Stage, Year,
};
use critmin_disruption::{
    AssembledMarket, DEFAULT_EDITION, Error as DisruptionError, Figures, MarketOptions, MarketRequest, Producer, Scope,
    assemble_market,
};

use crate::Error;
use crate::network::assemble::ledger::{Ledger, Origin};
use crate::network::assemble::regions::{OTHER, Regions};

/// Price over chain cost where no price is known.
const PRICE_OVER_COST: f64 = 1.5;

/// One maker of the base year.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Maker {
    pub(crate) output_t: f64,
    pub(crate) capacity_t: f64,
    /// What the host allows; absent = not a by-product.
    pub(crate) by_product_limit_t: Option<f64>,
    /// First day of a capacity that is not there yet.
    pub(crate) available_from: Option<chrono::NaiveDate>,
}

/// The base year of one commodity, t per year.
pub(crate) struct Base<'a> {
    pub(crate) commodity: &'a CommodityId,
    pub(crate) steps: Vec<&'a ProcessStep>,
    /// Makers by step (its position in `steps`) and region.
    pub(crate) makers: BTreeMap<(usize, String), Maker>,
    /// Demand by form and region, `other` included.
    pub(crate) demand: BTreeMap<(String, String), f64>,
    pub(crate) price_usd_per_t: f64,
}

/// The figures that a base year is read from.
pub(crate) struct Reading<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) figures: &'a Figures<'a>,
    pub(crate) edition: Option<SourceId>,
    pub(crate) regions: &'a Regions,
}

impl<'a> Base<'a> {
    pub(crate) fn read(
        reading: &Reading<'_>,
        dataset: &'a Dataset,
        commodity: &'a CommodityId,
        ledger: &mut Ledger,
    ) -> Result<Self, Error> {
        let mut steps: Vec<&ProcessStep> =
            dataset.process_steps.iter().filter(|step| step.commodity == *commodity).collect();
        steps.sort_by(|one, other| one.position.cmp(&other.position).then(one.process.cmp(&other.process)));
        if steps.is_empty() {
            let how = "the table process_steps has no row: build the network from tables of your own".to_owned();
            return Err(Error::MissingInput { what: format!("a network of `{commodity}`"), how });
        }
        let mut base =
            Self { commodity, steps, makers: BTreeMap::new(), demand: BTreeMap::new(), price_usd_per_t: 0.0 };
        for index in 0..base.steps.len() {
            base.read_makers(reading, index, ledger)?;
        }
        base.price_usd_per_t = base.price(reading, ledger)?;
        base.read_demand(reading, ledger);
        Ok(base)
    }

    /// World table and parameters first, then the rows of `regional_supply` over them; countries of a pooled bloc add up.
    fn read_makers(&mut self, reading: &Reading<'_>, index: usize, ledger: &mut Ledger) -> Result<(), Error> {
        let step = self.steps[index];
        let is_of_step = |row: &&RegionalSupply| row.commodity == step.commodity && row.process == step.process;
        let rows: Vec<&RegionalSupply> = reading.dataset.regional_supply.iter().filter(is_of_step).collect();
        let is_from_scrap = !rows.is_empty() && rows.iter().all(|row| row.is_secondary);
        let mut countries = if is_from_scrap { BTreeMap::new() } else { world_makers(reading, step, ledger)? };
        let factor =
            reading.figures.parameters.get(&step.commodity, "capacity_factor", None).map_or(1.0, |row| row.value);
        for row in rows {
            let maker = countries.entry(row.region.clone()).or_default();
            maker.replace(row, factor);
            let origin = Origin { grade: row.grade, source: &row.source, note: &row.note };
            let place = format!("{} in {}", step.process, row.region);
            let figures = [
                ("output_t", row.output_t),
                ("capacity_t", row.capacity_t),
                ("by_product_limit_t", row.by_product_limit_t),
            ];
            for (name, value) in figures.into_iter().filter_map(|(name, value)| Some((name, value?))) {
                ledger.used((step.commodity.as_str(), name, Some(&place)), (value, None, None), "t/yr", &origin);
            }
        }
        limit_by_hosts(reading, step, &mut countries, ledger);
        for (country, maker) in countries {
            let region = CountryId::new(country.as_str()).map_or(country, |id| reading.regions.of_country(&id));
            self.makers.entry((index, region)).and_modify(|sum| sum.add(&maker)).or_insert(maker);
        }
        Ok(())
    }

    fn price(&self, reading: &Reading<'_>, ledger: &mut Ledger) -> Result<f64, Error> {
        for step in &self.steps {
            let found = market(reading, step, None)?;
            if let Some(price) = found.and_then(|found| found.market.price_usd_per_t) {
                let origin = Origin {
                    grade: Grade::Published,
                    source: reading.edition.as_ref().map_or(DEFAULT_EDITION, SourceId::as_str),
                    note: "price of the market's base year",
                };
                let key = (step.commodity.as_str(), "price_usd_per_t", None);
                ledger.used(key, (price, None, None), "USD/t", &origin);
                return Ok(price);
            }
        }
        let cost = self.chain_cost();
        ledger.warn(format!(
            "{}: no price in the tables; {PRICE_OVER_COST} times the cost of its chain is taken, {:.0} USD/t",
            self.commodity,
            PRICE_OVER_COST * cost
        ));
        Ok(PRICE_OVER_COST * cost)
    }

    /// Cost of a tonne of the last form along the chain \[USD/t\].
    fn chain_cost(&self) -> f64 {
        let primary = self.steps.iter().filter(|step| step.position == 1 || step.input_form.is_some());
        primary.fold(0.0, |cost, step| cost / step.recovery.unwrap_or(1.0) + step.cost_usd_per_t)
    }

    fn read_demand(&mut self, reading: &Reading<'_>, ledger: &mut Ledger) {
        for row in reading.dataset.regional_demand.iter().filter(|row| row.commodity == *self.commodity) {
            self.demand.insert((row.form.clone(), row.region.clone()), row.demand_t);
            let origin = Origin { grade: row.grade, source: &row.source, note: &row.note };
            let place = format!("{} in {}", row.form, row.region);
            let key = (row.commodity.as_str(), "demand_t", Some(place.as_str()));
            ledger.used(key, (row.demand_t, row.low, row.high), "t/yr", &origin);
        }
        let forms: Vec<String> = self.steps.iter().map(|step| step.output_form.clone()).collect();
        for form in &forms {
            if !self.demand.keys().any(|(of, _)| of == form) {
                continue;
            }
            let named: f64 = self.demand.iter().filter(|((of, _), _)| of == form).map(|(_, demand)| demand).sum();
            let left = self.output_t(form) - self.feed_t(form) - named;
            if self.demand.contains_key(&(form.clone(), OTHER.to_owned())) {
                continue;
            }
            if left < 0.0 {
                ledger.warn(format!(
                    "{} {form}: the demand of the named regions passes what is made by {:.1} t/yr; nothing is left for `{OTHER}`",
                    self.commodity, -left
                ));
            }
            self.demand.insert((form.clone(), OTHER.to_owned()), left.max(0.0));
        }
    }

    /// World output of a form \[t/yr\].
    pub(crate) fn output_t(&self, form: &str) -> f64 {
        let makes = |index: usize| self.steps[index].output_form == form;
        self.makers.iter().filter(|((index, _), _)| makes(*index)).map(|(_, maker)| maker.output_t).sum()
    }

    /// What further steps take of a form \[t/yr\].
    fn feed_t(&self, form: &str) -> f64 {
        let taken = |index: usize, maker: &Maker| {
            let step = self.steps[index];
            let is_fed = step.input_form.as_deref() == Some(form);
            if is_fed { maker.output_t / step.recovery.unwrap_or(1.0) } else { 0.0 }
        };
        self.makers.iter().map(|((index, _), maker)| taken(*index, maker)).sum()
    }

    /// What a region has over of a form, or lacks (below 0), in the base year \[t/yr\].
    pub(crate) fn surplus_t(&self, form: &str, region: &str) -> f64 {
        let mut surplus = -self.demand.get(&(form.to_owned(), region.to_owned())).copied().unwrap_or(0.0);
        for ((index, of), maker) in self.makers.iter().filter(|((_, of), _)| of == region) {
            let step = self.steps[*index];
            debug_assert_eq!(of, region);
            if step.output_form == form {
                surplus += maker.output_t;
            }
            if step.input_form.as_deref() == Some(form) {
                surplus -= maker.output_t / step.recovery.unwrap_or(1.0);
            }
        }
        surplus
    }

    /// Where a form is made.
    pub(crate) fn origins(&self, form: &str) -> Vec<String> {
        let makes = |index: usize| self.steps[index].output_form == form;
        self.regions_where(|index, _| makes(index))
    }

    /// Where a form is used or treated.
    pub(crate) fn destinations(&self, form: &str) -> Vec<String> {
        let takes = |index: usize| self.steps[index].input_form.as_deref() == Some(form);
        let mut found = self.regions_where(|index, _| takes(index));
        found.extend(
            self.demand.iter().filter(|((of, _), demand)| of == form && 0.0 < **demand).map(|((_, to), _)| to.clone()),
        );
        found.sort_unstable();
        found.dedup();
        found
    }

    fn regions_where(&self, is_wanted: impl Fn(usize, &Maker) -> bool) -> Vec<String> {
        let wanted =
            self.makers.iter().filter(|((index, _), maker)| 0.0 < maker.capacity_t && is_wanted(*index, maker));
        let mut found: Vec<String> = wanted.map(|((_, region), _)| region.clone()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Maker {
    /// A row of `regional_supply` over what the tables say of the country.
    fn replace(&mut self, row: &RegionalSupply, capacity_factor: f64) {
        if let Some(output) = row.output_t {
            *self = Self { output_t: output, capacity_t: output * capacity_factor, ..*self };
        }
        if let Some(capacity) = row.capacity_t {
            self.capacity_t = capacity.max(self.output_t);
        }
        self.by_product_limit_t = row.by_product_limit_t.or(self.by_product_limit_t);
        self.available_from = row.available_from;
    }

    /// Another country of the same region. A limit of one counts beside the capacity of another.
    fn add(&mut self, other: &Self) {
        let limit = |maker: &Self| maker.by_product_limit_t.unwrap_or(maker.capacity_t);
        let is_limited = self.by_product_limit_t.is_some() || other.by_product_limit_t.is_some();
        self.by_product_limit_t = is_limited.then(|| limit(self) + limit(other));
        self.output_t += other.output_t;
        self.capacity_t += other.capacity_t;
        self.available_from = self.available_from.or(other.available_from);
    }
}

/// Makers of a step by country from the world table and the parameters; none where the tables do not know the stage.
fn world_makers(
    reading: &Reading<'_>,
    step: &ProcessStep,
    ledger: &mut Ledger,
) -> Result<BTreeMap<String, Maker>, Error> {
    // The latest figures of the edition: demand and regional rows are as new.
    let Some(found) = market(reading, step, latest_year(reading, step))? else { return Ok(BTreeMap::new()) };
    for input in found.inputs.iter().filter(|input| ["production_t", "capacity_t"].contains(&input.name.as_str())) {
        let place = format!("{} in {}", step.process, input.country.as_ref().map_or(OTHER, |country| country.as_str()));
        let origin = Origin { grade: input.grade, source: &input.source, note: &input.note };
        let figure = (input.value, input.low, input.high);
        ledger.used((step.commodity.as_str(), &input.name, Some(&place)), figure, &input.unit, &origin);
    }
    let maker = |producer: Producer| {
        let country = producer.country.as_ref().map_or_else(|| OTHER.to_owned(), ToString::to_string);
        let (output_t, capacity_t) = (producer.production_t, producer.capacity_t);
        (country, Maker { output_t, capacity_t, ..Maker::default() })
    };
    Ok(found.market.producers.into_iter().map(maker).collect())
}

/// Latest year with production at the stage of a step.
fn latest_year(reading: &Reading<'_>, step: &ProcessStep) -> Option<Year> {
    let edition = reading.edition.as_ref().map_or(DEFAULT_EDITION, SourceId::as_str);
    let is_wanted = |row: &&critmin_core::ProductionRecord| {
        row.commodity == step.commodity
            && row.stage == step.stage
            && row.statistic == ProductionStatistic::Production
            && row.source_id.as_str() == edition
    };
    reading.dataset.production.iter().filter(is_wanted).map(|row| row.year).max()
}

/// The world market of a step, where the tables have one.
fn market(reading: &Reading<'_>, step: &ProcessStep, year: Option<Year>) -> Result<Option<AssembledMarket>, Error> {
    let request = MarketRequest {
        commodity: step.commodity.clone(),
        stage: Some(step.stage),
        year,
        edition: reading.edition.clone(),
        scope: Scope::Global,
        restrictions: Vec::new(),
        consumers: Vec::new(),
    };
    match assemble_market(reading.figures, &request, &MarketOptions::default()) {
        Ok(found) => Ok(Some(found)),
        Err(
            DisruptionError::NoDataAtStage { .. }
            | DisruptionError::MissingInputs { .. }
            | DisruptionError::Ambiguous { .. },
        ) => Ok(None),
        // A faulty figure, of the scenario's parameters too, is no absence.
        Err(fault) => Err(fault.into()),
    }
}

/// By-product limits where no row names them: ratio times the host's output, at least what is made today.
fn limit_by_hosts(
    reading: &Reading<'_>,
    step: &ProcessStep,
    countries: &mut BTreeMap<String, Maker>,
    ledger: &mut Ledger,
) {
    let (Some(host), Some(ratio)) = (&step.host_commodity, step.host_ratio) else { return };
    let hosts = host_output(reading, host);
    for (country, maker) in countries.iter_mut().filter(|(_, maker)| maker.by_product_limit_t.is_none()) {
        let Some(output) = hosts.get(country) else { continue };
        let limit = ratio * output;
        if limit < maker.output_t {
            ledger.warn(format!(
                "{} in {country}: {ratio} times the {host} made there gives {limit:.1} t, less than the {:.1} t of {} made; the output is taken as the limit",
                step.process, maker.output_t, step.commodity
            ));
        }
        maker.by_product_limit_t = Some(limit.max(maker.output_t));
    }
    let origin = Origin { grade: step.grade, source: &step.source, note: &step.note };
    let figure = (ratio, step.host_ratio_low, step.host_ratio_high);
    ledger.used((step.commodity.as_str(), "host_ratio", Some(&step.process)), figure, "t/t", &origin);
}

/// Output of a host by country in the latest year of the edition \[t/yr\]: mined metal where the tables have it.
fn host_output(reading: &Reading<'_>, host: &CommodityId) -> BTreeMap<String, f64> {
    let edition = reading.edition.as_ref().map_or(DEFAULT_EDITION, SourceId::as_str);
    let is_wanted = |row: &&critmin_core::ProductionRecord| {
        row.commodity == *host && row.statistic == ProductionStatistic::Production && row.source_id.as_str() == edition
    };
    let rows: Vec<_> = reading.dataset.production.iter().filter(is_wanted).collect();
    let has_mines = rows.iter().any(|row| row.stage == Stage::Mine);
    let rows: Vec<_> = rows.into_iter().filter(|row| !has_mines || row.stage == Stage::Mine).collect();
    let Some(year) = rows.iter().map(|row| row.year).max() else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.year == year) {
        let figure = row.area.country().zip(row.published.value()).zip(row.tonnes_per_unit);
        if let Some(((country, value), tonnes)) = figure {
            *found.entry(country.to_string()).or_insert(0.0) += value * tonnes;
        }
    }
    found
}

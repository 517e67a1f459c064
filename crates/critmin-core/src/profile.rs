//! What is known about one commodity, on one screen.

mod production;
mod united_states;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use self::production::{concentration, producers, production_groups};
use self::united_states::{printed, salient_rows, stocks, us_suppliers};
use crate::{
    CommodityId, CountryId, Dataset, Error, Flag, FormStatus, Months, PolicyMeasure, ProductionRecord,
    SalientStatistic, SourceId, Stage, Tonnes, Year,
};

/// Who produces a commodity, who supplies the United States, at what price, with what stocks, under what measures.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// The commodity.
    pub commodity: CommodityId,
    /// English name.
    pub name: String,
    /// What a tonne means in the world tables.
    pub basis: Option<String>,
    /// The day on which the measures are judged.
    pub day: NaiveDate,
    /// Producers by stage and form, the market's own stage first, then by output.
    pub producers: Vec<Producer>,
    /// Concentration of production by stage and form, in the same order.
    pub concentration: Vec<Concentration>,
    /// Suppliers of U.S. imports, largest first, by form.
    pub us_suppliers: Vec<UsSupplier>,
    /// Net import reliance as printed, newest first.
    pub reliance: Vec<PrintedFigure>,
    /// Prices as printed, newest first.
    pub price: Vec<PrintedFigure>,
    /// U.S. stocks against consumption, where both are printed.
    pub stocks: Option<Stocks>,
    /// Government measures that name the commodity, newest first.
    pub measures: Vec<MeasureStatus>,
    /// What the bundled trade codes can and cannot say about the commodity.
    pub trade_notes: Vec<String>,
    /// Every edition that a figure above was read from.
    pub sources: BTreeSet<SourceId>,
}

/// One country's production.
#[derive(Debug, Clone, Serialize)]
pub struct Producer {
    /// The producer.
    pub country: CountryId,
    /// Its English name.
    pub name: String,
    /// Step of the chain.
    pub stage: Stage,
    /// The publisher's words for what is counted.
    pub form: String,
    /// Year of the figure.
    pub year: Year,
    /// Production \[t/yr\]; absent when no number is printed.
    pub production_t: Option<f64>,
    /// Share of the countries listed with a number, fraction.
    pub share: Option<f64>,
    /// What kind of statement the figure is.
    pub flag: Flag,
    /// The edition.
    pub source_id: SourceId,
}

/// How concentrated production is at one stage.
#[derive(Debug, Clone, Serialize)]
pub struct Concentration {
    /// Step of the chain.
    pub stage: Stage,
    /// The publisher's words for what is counted.
    pub form: String,
    /// Year of the figures.
    pub year: Year,
    /// Herfindahl–Hirschman index over the countries listed with a number; higher = more concentrated.
    pub hhi: f64,
    /// Effective number of suppliers, 1 / HHI.
    pub effective_suppliers: f64,
    /// World total as printed \[t/yr\].
    pub world_total_t: Option<f64>,
    /// Listed countries over the printed world total; absent when no total is printed.
    pub coverage: Option<f64>,
}

/// One supplier of U.S. imports.
#[derive(Debug, Clone, Serialize)]
pub struct UsSupplier {
    /// The supplier; absent for the remainder.
    pub country: Option<CountryId>,
    /// Its English name, or the publisher's word for the remainder.
    pub name: String,
    /// The publisher's words for the form.
    pub detail: String,
    /// Share of imports, fraction; absent when only a bound is printed.
    pub share: Option<f64>,
    /// First year of the average.
    pub year_from: Year,
    /// Last year of the average.
    pub year_to: Year,
}

/// A figure as printed.
#[derive(Debug, Clone, Serialize)]
pub struct PrintedFigure {
    /// Year of the figure.
    pub year: Year,
    /// The publisher's words for what is counted.
    pub detail: String,
    /// As printed: `580`, `>50`, `E`, `W`.
    pub printed: String,
    /// The publisher's unit.
    pub unit: String,
}

/// U.S. stocks against consumption.
#[derive(Debug, Clone, Serialize)]
pub struct Stocks {
    /// Stocks at the end of the year \[t\].
    pub stock_t: Tonnes,
    /// Consumption of the year \[t/yr\].
    pub consumption_t: Tonnes,
    /// How long the stocks would cover all consumption.
    pub months: Months,
    /// Year of both figures.
    pub year: Year,
    /// Whose stocks: the publisher's words. Reported stocks rarely cover all holders.
    pub detail: String,
}

/// One measure and whether it is applied on the day of the profile.
#[derive(Debug, Clone, Serialize)]
pub struct MeasureStatus {
    /// `in_force`, `suspended`, `not_yet` or `ended`.
    pub status: &'static str,
    /// The measure.
    #[serde(flatten)]
    pub measure: PolicyMeasure,
}

/// Everything known about the commodity that `name` means, with its measures judged on `day`.
///
/// # Errors
///
/// [`Error::Unknown`] with the nearest known commodities.
pub fn profile(dataset: &Dataset, name: &str, day: NaiveDate) -> Result<Profile, Error> {
    let commodity = dataset.commodities.find(name)?;
    let id = &commodity.commodity;
    let recipe = dataset.recipes.iter().find(|recipe| recipe.commodity == *id);
    let groups = production_groups(dataset, id, recipe);
    let salient = |statistic| salient_rows(dataset, id, statistic);
    Ok(Profile {
        commodity: id.clone(),
        name: commodity.name.clone(),
        basis: commodity.basis.clone(),
        day,
        producers: groups.iter().flat_map(|group| producers(dataset, group)).collect(),
        concentration: groups.iter().filter_map(|group| concentration(dataset, group)).collect(),
        us_suppliers: us_suppliers(dataset, id, recipe),
        reliance: printed(&salient(SalientStatistic::NetImportReliance), None),
        price: printed(&salient(SalientStatistic::Price), recipe.and_then(|recipe| recipe.price_detail.as_deref())),
        stocks: recipe.and_then(|recipe| stocks(dataset, id, recipe)),
        measures: measures(dataset, id, day),
        trade_notes: trade_notes(dataset, id),
        sources: sources(dataset, id, &groups),
    })
}

fn sources(dataset: &Dataset, commodity: &CommodityId, groups: &[Vec<&ProductionRecord>]) -> BTreeSet<SourceId> {
    use SalientStatistic::{Consumption, NetImportReliance, Price, Stocks};
    let produced = groups.iter().flatten().map(|record| &record.source_id);
    let printed = [Consumption, NetImportReliance, Price, Stocks]
        .into_iter()
        .flat_map(|statistic| salient_rows(dataset, commodity, statistic))
        .map(|record| &record.source_id);
    let supplied = dataset.import_sources.iter().filter(|row| row.commodity == *commodity).map(|row| &row.source_id);
    produced.chain(printed).chain(supplied).cloned().collect()
}

fn measures(dataset: &Dataset, commodity: &CommodityId, day: NaiveDate) -> Vec<MeasureStatus> {
    let names_it = |measure: &&PolicyMeasure| measure.commodities.iter().any(|name| name == commodity.as_str());
    let mut measures: Vec<MeasureStatus> = dataset
        .policy_measures
        .iter()
        .filter(names_it)
        .map(|measure| MeasureStatus { status: measure_status(measure, day), measure: measure.clone() })
        .collect();
    measures.sort_by_key(|measure| Reverse(measure.measure.announced));
    measures
}

fn measure_status(measure: &PolicyMeasure, day: NaiveDate) -> &'static str {
    if measure.is_in_force(day) {
        "in_force"
    } else if day < measure.effective {
        "not_yet"
    } else if measure.ended.is_some_and(|end| end < day) {
        "ended"
    } else {
        "suspended"
    }
}

fn trade_notes(dataset: &Dataset, commodity: &CommodityId) -> Vec<String> {
    let of_it = dataset.forms.iter().filter(|form| form.commodity == *commodity);
    of_it
        .filter(|form| form.status != FormStatus::Usable)
        .map(|form| format!("{} {} ({}): {}; {}", form.hs_edition, form.hs6, form.label, form.status, form.note))
        .collect()
}

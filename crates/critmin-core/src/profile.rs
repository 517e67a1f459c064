//! What is known about one commodity, on one screen.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    Area, CommodityId, CountryId, Dataset, Error, Flag, FormStatus, MarketRecipe, Months, PolicyMeasure,
    ProductionRecord, ProductionStatistic, SalientRecord, SalientStatistic, SourceId, Stage, Tonnes, Year,
    effective_suppliers, hhi,
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
    let mut sources: BTreeSet<SourceId> = groups.iter().flatten().map(|record| record.source_id.clone()).collect();
    let salient = |statistic| salient_rows(dataset, id, statistic);
    sources.extend(salient(SalientStatistic::Price).iter().map(|record| record.source_id.clone()));
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
        sources,
    })
}

/// Country rows of production, one group per stage and form, of the newest edition and its newest year with a number.
fn production_groups<'a>(
    dataset: &'a Dataset,
    commodity: &CommodityId,
    recipe: Option<&MarketRecipe>,
) -> Vec<Vec<&'a ProductionRecord>> {
    let rows: Vec<&ProductionRecord> = dataset
        .production
        .iter()
        .filter(|row| row.commodity == *commodity && row.statistic == ProductionStatistic::Production)
        .filter(|row| row.area.country().is_some())
        .collect();
    let Some(edition) = rows.iter().map(|row| &row.source_id).max() else { return Vec::new() };
    let keys: BTreeSet<(bool, Stage, &str)> = rows
        .iter()
        .filter(|row| row.source_id == *edition)
        .map(|row| (!is_recipe_form(recipe, row), row.stage, row.form.as_str()))
        .collect();
    let group = |(_, stage, form): (bool, Stage, &str)| {
        let of_form = || rows.iter().filter(move |r| r.source_id == *edition && r.stage == stage && r.form == form);
        let year = of_form().filter(|row| row.published.value().is_some()).map(|row| row.year).max()?;
        let mut group: Vec<&ProductionRecord> = of_form().filter(|row| row.year == year).copied().collect();
        group.sort_by(|a, b| mass(b).total_cmp(&mass(a)).then_with(|| a.area.cmp(&b.area)));
        Some(group)
    };
    keys.into_iter().filter_map(group).collect()
}

fn is_recipe_form(recipe: Option<&MarketRecipe>, row: &ProductionRecord) -> bool {
    recipe.is_some_and(|recipe| recipe.stage == row.stage && recipe.production_form.as_deref() == Some(&row.form))
}

// For sorting only: rows without a number come last.
fn mass(row: &ProductionRecord) -> f64 {
    printed_mass(row).unwrap_or(f64::NEG_INFINITY)
}

fn printed_mass(row: &ProductionRecord) -> Option<f64> {
    row.mass_t().and_then(|observation| observation.value())
}

fn producers(dataset: &Dataset, group: &[&ProductionRecord]) -> Vec<Producer> {
    let total: f64 = group.iter().filter_map(|row| printed_mass(row)).sum();
    let producer = |row: &&ProductionRecord| {
        let country = row.area.country()?;
        let production_t = printed_mass(row);
        Some(Producer {
            country: country.clone(),
            name: dataset.countries.name(country).to_owned(),
            stage: row.stage,
            form: row.form.clone(),
            year: row.year,
            production_t,
            share: production_t.filter(|_| 0.0 < total).map(|mass| mass / total),
            flag: row.published.flag(),
            source_id: row.source_id.clone(),
        })
    };
    group.iter().filter_map(producer).collect()
}

fn concentration(dataset: &Dataset, group: &[&ProductionRecord]) -> Option<Concentration> {
    let first = group.first()?;
    let masses: Vec<f64> = group.iter().filter_map(|row| printed_mass(row)).collect();
    let is_total = |row: &&ProductionRecord| {
        row.area == Area::WorldTotal
            && row.commodity == first.commodity
            && row.source_id == first.source_id
            && row.statistic == first.statistic
            && row.stage == first.stage
            && row.year == first.year
            // The publisher marks totals in the same words, with `: rounded` or the like appended.
            && (row.form == first.form || row.form.starts_with(&first.form) || first.form.starts_with(&row.form))
    };
    let world_total_t = dataset.production.iter().find(is_total).and_then(printed_mass);
    Some(Concentration {
        stage: first.stage,
        form: first.form.clone(),
        year: first.year,
        hhi: hhi(&masses).ok()?,
        effective_suppliers: effective_suppliers(&masses).ok()?,
        world_total_t,
        coverage: world_total_t.filter(|total| 0.0 < *total).map(|total| masses.iter().sum::<f64>() / total),
    })
}

fn us_suppliers(dataset: &Dataset, commodity: &CommodityId, recipe: Option<&MarketRecipe>) -> Vec<UsSupplier> {
    let wanted = recipe.and_then(|recipe| recipe.import_source_detail.as_deref());
    let mut rows: Vec<_> = dataset.import_sources.iter().filter(|row| row.commodity == *commodity).collect();
    rows.sort_by(|a, b| {
        let rank = |detail: &str| wanted != Some(detail);
        let share = |observation: &crate::Observation| observation.value().unwrap_or_default();
        (rank(&a.detail), &a.detail, a.area.country().is_none())
            .cmp(&(rank(&b.detail), &b.detail, b.area.country().is_none()))
            .then_with(|| share(&b.share).total_cmp(&share(&a.share)))
    });
    let supplier = |row: &&crate::ImportSource| UsSupplier {
        country: row.area.country().cloned(),
        name: match &row.area {
            Area::Country { country } => dataset.countries.name(country).to_owned(),
            Area::CountryGroup { name } => name.clone(),
            Area::OtherCountries => "other countries".to_owned(),
            Area::WorldTotal => "world total".to_owned(),
        },
        detail: row.detail.clone(),
        share: row.share.value(),
        year_from: row.year_from,
        year_to: row.year_to,
    };
    rows.iter().map(supplier).collect()
}

fn salient_rows<'a>(
    dataset: &'a Dataset,
    commodity: &CommodityId,
    statistic: SalientStatistic,
) -> Vec<&'a SalientRecord> {
    let is_wanted = |row: &&SalientRecord| row.commodity == *commodity && row.statistic == statistic;
    dataset.salient.iter().filter(is_wanted).collect()
}

fn printed(rows: &[&SalientRecord], first: Option<&str>) -> Vec<PrintedFigure> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| {
        let rank = |row: &SalientRecord| first != Some(row.detail.as_str());
        (rank(a), &a.detail, b.year).cmp(&(rank(b), &b.detail, a.year))
    });
    let figure = |row: &&SalientRecord| PrintedFigure {
        year: row.year,
        detail: row.detail.clone(),
        printed: row.printed.clone(),
        unit: row.unit.clone(),
    };
    rows.iter().map(figure).collect()
}

fn stocks(dataset: &Dataset, commodity: &CommodityId, recipe: &MarketRecipe) -> Option<Stocks> {
    const MONTHS_PER_YEAR: f64 = 12.0;
    let rows = |statistic, entry: Option<&String>| -> BTreeMap<Year, f64> {
        let details = MarketRecipe::details(entry);
        let mut masses: BTreeMap<Year, Vec<f64>> = BTreeMap::new();
        for row in salient_rows(dataset, commodity, statistic) {
            if let (true, Some(mass)) = (details.contains(&row.detail), row.mass_t().and_then(|mass| mass.value())) {
                masses.entry(row.year).or_default().push(mass);
            }
        }
        // A year in which one of the joined rows prints no number has no sum.
        masses.retain(|_, masses| masses.len() == details.len());
        masses.into_iter().map(|(year, masses)| (year, masses.iter().sum())).collect()
    };
    let consumption = rows(SalientStatistic::Consumption, recipe.consumption_detail.as_ref());
    let stocks = rows(SalientStatistic::Stocks, recipe.stocks_detail.as_ref());
    let both = |(year, stock): (&Year, &f64)| {
        consumption.get(year).filter(|used| 0.0 < **used).map(|used| (*year, *stock, *used))
    };
    let (year, stock, used) = stocks.iter().rev().find_map(both)?;
    Some(Stocks {
        stock_t: Tonnes(stock),
        consumption_t: Tonnes(used),
        months: Months(stock / used * MONTHS_PER_YEAR),
        year,
        detail: recipe.stocks_detail.clone().unwrap_or_default(),
    })
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

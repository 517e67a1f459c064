//! Who supplies the United States, and what its salient statistics print.

use std::collections::BTreeMap;

use super::{PrintedFigure, Stocks, UsSupplier};
use crate::{Area, CommodityId, Dataset, MarketRecipe, Months, SalientRecord, SalientStatistic, Tonnes, Year};

pub(super) fn us_suppliers(
    dataset: &Dataset,
    commodity: &CommodityId,
    recipe: Option<&MarketRecipe>,
) -> Vec<UsSupplier> {
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

pub(super) fn salient_rows<'a>(
    dataset: &'a Dataset,
    commodity: &CommodityId,
    statistic: SalientStatistic,
) -> Vec<&'a SalientRecord> {
    let is_wanted = |row: &&SalientRecord| row.commodity == *commodity && row.statistic == statistic;
    dataset.salient.iter().filter(is_wanted).collect()
}

pub(super) fn printed(rows: &[&SalientRecord], first: Option<&str>) -> Vec<PrintedFigure> {
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

pub(super) fn stocks(dataset: &Dataset, commodity: &CommodityId, recipe: &MarketRecipe) -> Option<Stocks> {
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

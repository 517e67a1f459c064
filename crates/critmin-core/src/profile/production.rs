//! Who produces how much, and how concentrated that is.

use std::collections::BTreeSet;

use super::{Concentration, Producer};
use crate::{
    Area, CommodityId, Dataset, MarketRecipe, ProductionRecord, ProductionStatistic, Stage, effective_suppliers, hhi,
};

/// Country rows of production, one group per stage and form, of the newest edition and its newest year with a number.
pub(super) fn production_groups<'a>(
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

pub(super) fn producers(dataset: &Dataset, group: &[&ProductionRecord]) -> Vec<Producer> {
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

pub(super) fn concentration(dataset: &Dataset, group: &[&ProductionRecord]) -> Option<Concentration> {
    let first = group.first()?;
    let masses: Vec<f64> = group.iter().filter_map(|row| printed_mass(row)).collect();
    let is_total = |row: &&ProductionRecord| {
        row.area == Area::WorldTotal
            && row.commodity == first.commodity
            && row.source_id == first.source_id
            && row.statistic == first.statistic
            && row.stage == first.stage
            && row.year == first.year
            && row.form == first.form
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

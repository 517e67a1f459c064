//! The U.S. salient statistics and import sources of one commodity, by the recipe or, without one, where only one
//! row can be meant.

use critmin_core::{
    Area, CommodityId, CountryId, Grade, ImportSource, SalientRecord, SalientStatistic, UsdPerTonne, Year,
};

use crate::inputs::Ledger;
use crate::{Error, Figures, InputUsed, MarketRecipe, WarningKind, usd_per_t_factor};

/// The country of the salient statistics.
pub(crate) const REPORTING_COUNTRY: &str = "USA";

pub(crate) struct Salient<'a> {
    pub(crate) figures: &'a Figures<'a>,
    pub(crate) commodity: &'a CommodityId,
    pub(crate) edition: &'a str,
    pub(crate) year: Year,
}

impl<'a> Salient<'a> {
    /// Price on the basis of the commodity; absent with a warning when no row is selected or it holds no number.
    pub(crate) fn price(
        &self,
        recipe: Option<&MarketRecipe>,
        ledger: &mut Ledger,
    ) -> Result<Option<UsdPerTonne>, Error> {
        let detail = match recipe {
            Some(recipe) => recipe.price_detail.clone(),
            None => self.only_detail(SalientStatistic::Price),
        };
        let row = detail.as_ref().and_then(|detail| self.row(SalientStatistic::Price, detail));
        let Some((row, printed)) = row.and_then(|row| Some((row, row.published.value()?))) else {
            let message = format!("no price for {}: price ratios are given, prices are not", self.year);
            ledger.warn(WarningKind::NotAvailable, message);
            return Ok(None);
        };
        let content = recipe.and_then(|recipe| recipe.price_content_share).unwrap_or(1.0);
        let price = printed * usd_per_t_factor(price_unit(row))? / content;
        ledger.inputs.push(self.input(row, "price_usd_per_t", None, price, "USD/t"));
        Ok(Some(UsdPerTonne(price)))
    }

    /// Consumption of the reporting country \[t/yr\].
    pub(crate) fn consumption_t(
        &self,
        recipe: Option<&MarketRecipe>,
        country: &CountryId,
        ledger: &mut Ledger,
    ) -> Option<f64> {
        let detail = match recipe {
            Some(recipe) => recipe.consumption_detail.clone(),
            None => self.only_detail(SalientStatistic::Consumption),
        };
        let details: Vec<String> = detail.into_iter().collect();
        self.sum_t(SalientStatistic::Consumption, &details, "consumption_t", country, ledger)
    }

    /// Stocks of the reporting country at the end of the base year, which open the assessed year \[t\].
    pub(crate) fn stocks_t(
        &self,
        recipe: Option<&MarketRecipe>,
        country: &CountryId,
        ledger: &mut Ledger,
    ) -> Option<f64> {
        let details = match recipe {
            Some(recipe) => MarketRecipe::details(recipe.stocks_detail.as_ref()),
            None => self.only_detail(SalientStatistic::Stocks).into_iter().collect(),
        };
        self.sum_t(SalientStatistic::Stocks, &details, "stocks_t", country, ledger)
    }

    /// Sum of several rows \[t\]; absent when one of them holds no number, and nothing is looked up for other countries.
    pub(crate) fn sum_t(
        &self,
        statistic: SalientStatistic,
        details: &[String],
        name: &str,
        country: &CountryId,
        ledger: &mut Ledger,
    ) -> Option<f64> {
        if country.as_str() != REPORTING_COUNTRY || details.is_empty() {
            return None;
        }
        let mut found = Vec::new();
        for detail in details {
            let row = self.row(statistic, detail)?;
            found.push((row, row.mass_t()?.value()?));
        }
        for (row, value) in &found {
            ledger.inputs.push(self.input(row, name, Some(country), *value, "t"));
        }
        Some(found.iter().map(|(_, value)| value).sum())
    }

    /// Shares of imports by source, of the named table or of the only one.
    pub(crate) fn import_sources(&self, recipe: Option<&MarketRecipe>) -> Vec<&'a ImportSource> {
        let is_mine = |row: &&ImportSource| row.commodity == *self.commodity && row.source_id.as_str() == self.edition;
        let rows: Vec<_> = self.figures.dataset.import_sources.iter().filter(is_mine).collect();
        let detail = match recipe {
            Some(recipe) => recipe.import_source_detail.as_deref(),
            None => only(rows.iter().map(|row| row.detail.as_str())),
        };
        rows.into_iter().filter(|row| Some(row.detail.as_str()) == detail).collect()
    }

    /// The ledger line of an import share.
    pub(crate) fn share_input(row: &ImportSource, value: f64) -> InputUsed {
        InputUsed {
            commodity: row.commodity.clone(),
            name: "import_share".to_owned(),
            country: row.area.country().cloned(),
            year: Some(row.year_to),
            value,
            low: None,
            high: None,
            unit: "1".to_owned(),
            grade: Grade::Published,
            source: row.source_id.to_string(),
            note: format!("average of {} to {}, {}{}", row.year_from, row.year_to, row.detail, remainder(&row.area)),
        }
    }

    /// The only detail that a statistic of the base year has.
    pub(crate) fn only_detail(&self, statistic: SalientStatistic) -> Option<String> {
        only(self.rows(statistic).map(|row| row.detail.as_str())).map(str::to_owned)
    }

    fn rows(&self, statistic: SalientStatistic) -> impl Iterator<Item = &'a SalientRecord> {
        let (commodity, edition, year) = (self.commodity, self.edition, self.year);
        self.figures.dataset.salient.iter().filter(move |row| {
            row.commodity == *commodity
                && row.source_id.as_str() == edition
                && row.year == year
                && row.statistic == statistic
        })
    }

    fn row(&self, statistic: SalientStatistic, detail: &str) -> Option<&'a SalientRecord> {
        self.rows(statistic).find(|row| row.detail == detail)
    }

    fn input(&self, row: &SalientRecord, name: &str, country: Option<&CountryId>, value: f64, unit: &str) -> InputUsed {
        InputUsed {
            commodity: self.commodity.clone(),
            name: name.to_owned(),
            country: country.cloned(),
            year: Some(row.year),
            value,
            low: None,
            high: None,
            unit: unit.to_owned(),
            grade: Grade::Published,
            source: row.source_id.to_string(),
            note: row.detail.clone(),
        }
    }
}

/// The unit of a price. One row (manganese ore) prints "metric ton unit", a hundredth of a tonne, in its detail and
/// "metric ton" in its unit column.
fn price_unit(row: &SalientRecord) -> &str {
    const UNIT_OF_ORE: &str = "dollars per dry metric ton unit";
    if row.detail.ends_with("dollars per metric ton unit") { UNIT_OF_ORE } else { &row.unit }
}

fn remainder(area: &Area) -> &'static str {
    if area.country().is_none() { ", several countries" } else { "" }
}

fn only<'t>(texts: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let mut different: Vec<&str> = texts.collect();
    different.sort_unstable();
    different.dedup();
    match different.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

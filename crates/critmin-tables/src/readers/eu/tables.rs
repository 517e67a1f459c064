//! The records as tables of the reference dataset.

use arrow::array::RecordBatch;

use super::{EuAssessment, EuSupplyShare, EuUseShare};
use crate::Error;
use crate::readers::text_rows::builder;

/// The table `eu_assessments`, sorted by material and year.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn eu_assessments_table(records: &[EuAssessment]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&EuAssessment> = records.iter().collect();
    rows.sort_by_key(|row| (&row.material, row.year));
    let mut table = builder("eu_assessments")?;
    for row in rows {
        table.text(row.material.as_str()).text(row.commodity.as_str()).year(row.year.0);
        table.number(row.supply_risk).number(row.economic_importance).text(row.source_id.as_str());
    }
    table.finish()
}

/// The table `eu_supply_shares` of both scopes, sorted by scope (global first), material, stage and area.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn eu_supply_shares_table(records: &[EuSupplyShare]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&EuSupplyShare> = records.iter().collect();
    rows.sort_by_key(|row| (row.scope, &row.material, row.eu_stage, &row.area));
    let mut table = builder("eu_supply_shares")?;
    for row in rows {
        table.text(row.scope.as_str()).text(row.material.as_str()).text(row.commodity.as_str());
        table.text(row.eu_stage.as_str()).text(row.stage.as_str());
        table.text(row.area.as_str()).text(row.country.as_str()).text(row.printed.as_str());
        table.number(row.share.value()).number(row.share.low()).number(row.share.high());
        table.text(row.share.flag().as_str()).number(row.trade_parameter).text(row.source_id.as_str());
    }
    table.finish()
}

/// The table `eu_use_shares`, sorted by material, application, sector and printed share; equal rows keep the order
/// of the file.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn eu_use_shares_table(records: &[EuUseShare]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&EuUseShare> = records.iter().collect();
    rows.sort_by_key(|row| (&row.material, &row.application, &row.nace_sector, &row.printed));
    let mut table = builder("eu_use_shares")?;
    for row in rows {
        table.text(row.material.as_str()).text(row.commodity.as_str()).text(row.application.as_str());
        table.text(row.printed.as_str()).number(row.use_share.value()).number(row.use_share.low());
        table.text(row.use_share.flag().as_str()).text(row.nace_sector.as_deref());
        table.number(row.value_added_million_eur).text(row.note.as_str()).text(row.source_id.as_str());
    }
    table.finish()
}

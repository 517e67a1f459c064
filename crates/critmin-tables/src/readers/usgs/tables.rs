//! The records as tables of the reference dataset, each sorted by its key.

use arrow::array::RecordBatch;
use critmin_core::{Area, ImportSource, Observation, ProductionRecord, SalientRecord};

use super::world::area_name;
use crate::readers::text_rows::builder;
use crate::{Error, TableBuilder};

/// The table `world_production`: countries only, sorted by source, commodity, form, stage, statistic, country, year.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn world_production_table(records: &[ProductionRecord]) -> Result<RecordBatch, Error> {
    production("world_production", records, |area| area.country().is_some())
}

/// The table `world_production_aggregates`: totals and remainders, sorted as [`world_production_table`].
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn world_production_aggregates_table(records: &[ProductionRecord]) -> Result<RecordBatch, Error> {
    production("world_production_aggregates", records, |area| area.country().is_none())
}

/// The table `us_salient_statistics`, sorted by source, chapter, commodity, published statistic, detail, unit, year.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn us_salient_statistics_table(records: &[SalientRecord]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&SalientRecord> = records.iter().collect();
    rows.sort_by(|a, b| salient_key(a).cmp(&salient_key(b)));
    let mut table = builder("us_salient_statistics")?;
    for record in rows {
        table.text(record.chapter.as_str()).text(record.commodity.as_str());
        table.text(record.published_commodity.as_str()).text(record.statistic.as_str());
        table.text(record.published_statistic.as_str()).text(record.detail.as_str());
        table.text(record.published_detail.as_str()).whole(i64::from(record.occurrence));
        table.year(record.year.0).text(record.printed.as_str());
        figures(&mut table, &record.published, &record.unit, record.mass_t());
        table.text(record.source_id.as_str()).text(record.note.as_str());
    }
    table.finish()
}

/// The table `us_import_sources`: countries only, sorted by source, commodity, detail, country.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn us_import_sources_table(records: &[ImportSource]) -> Result<RecordBatch, Error> {
    import_sources("us_import_sources", records, |area| area.country().is_some())
}

/// The table `us_import_source_aggregates`: remainders and groups, sorted as [`us_import_sources_table`].
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn us_import_source_aggregates_table(records: &[ImportSource]) -> Result<RecordBatch, Error> {
    import_sources("us_import_source_aggregates", records, |area| area.country().is_none())
}

fn production(
    name: &'static str,
    records: &[ProductionRecord],
    belongs: fn(&Area) -> bool,
) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&ProductionRecord> = records.iter().filter(|record| belongs(&record.area)).collect();
    rows.sort_by(|a, b| production_key(a).cmp(&production_key(b)));
    let mut table = builder(name)?;
    for record in rows {
        table.text(record.commodity.as_str()).text(record.form.as_str()).text(record.stage.as_str());
        table.text(record.statistic.as_str());
        area(&mut table, &record.area);
        table.year(record.year.0);
        figures(&mut table, &record.published, &record.unit, record.mass_t());
        table.text(record.source_id.as_str()).text(record.note.as_str());
    }
    table.finish()
}

fn import_sources(
    name: &'static str,
    records: &[ImportSource],
    belongs: fn(&Area) -> bool,
) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&ImportSource> = records.iter().filter(|record| belongs(&record.area)).collect();
    let key =
        |row: &&ImportSource| (row.source_id.clone(), row.commodity.clone(), row.detail.clone(), row.area.clone());
    rows.sort_by_cached_key(key);
    let mut table = builder(name)?;
    for record in rows {
        table.text(record.commodity.as_str()).text(record.detail.as_str());
        area(&mut table, &record.area);
        table.year(record.year_from.0).year(record.year_to.0);
        let share = &record.share;
        table.number(share.value()).number(share.low()).number(share.high());
        table.text(share.flag().as_str()).truth(share.is_estimated());
        table.text(record.source_id.as_str()).text(record.note.as_str());
    }
    table.finish()
}

// A country table has one column for the area, an aggregate table two.
fn area(table: &mut TableBuilder, area: &Area) {
    if area.country().is_none() {
        table.text(area.kind());
    }
    table.text(area_name(area));
}

fn figures(table: &mut TableBuilder, published: &Observation, unit: &str, mass: Option<Observation>) {
    table.number(published.value()).number(published.low()).number(published.high()).text(unit);
    table.text(published.flag().as_str()).truth(published.is_estimated());
    let of = |end: fn(&Observation) -> Option<f64>| mass.as_ref().and_then(end);
    table.number(of(Observation::value)).number(of(Observation::low)).number(of(Observation::high));
}

fn production_key(record: &ProductionRecord) -> impl Ord + '_ {
    let ProductionRecord { source_id, commodity, form, stage, statistic, area, year, .. } = record;
    (source_id, commodity, form, stage, statistic, area, year)
}

fn salient_key(record: &SalientRecord) -> impl Ord + '_ {
    let SalientRecord { source_id, chapter, commodity, published_statistic, detail, unit, year, .. } = record;
    (source_id, chapter, commodity, published_statistic, detail, unit, year)
}

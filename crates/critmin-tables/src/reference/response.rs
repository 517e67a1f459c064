//! The tables of what can be done as records.

use arrow::array::{Array, BooleanArray, RecordBatch};
use critmin_core::{
    CandidateProject, CommodityId, CountryId, EndUse, ProcessStep, RegionalDemand, RegionalSupply, SubstituteOption,
};

use super::columns::{Columns, date, number};
use super::records::grade as grade_of;
use crate::Error;

fn truth(values: &BooleanArray, row: usize) -> Option<bool> {
    (!values.is_null(row)).then(|| values.value(row))
}

/// Rows of a table in the columns of `end_uses`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn end_uses(batch: &RecordBatch) -> Result<Vec<EndUse>, Error> {
    let columns = Columns::new("end_uses", batch);
    let commodity = columns.texts("commodity")?;
    let uses = columns.texts("use")?;
    let form = columns.texts("form")?;
    let use_share = columns.numbers("use_share")?;
    let low = columns.numbers("low")?;
    let high = columns.numbers("high")?;
    let value_added_usd_per_t = columns.numbers("value_added_usd_per_t")?;
    let value_added_low = columns.numbers("value_added_low")?;
    let value_added_high = columns.numbers("value_added_high")?;
    let grade = columns.texts("grade")?;
    let source = columns.texts("source")?;
    let note = columns.texts("note")?;
    let record = |row| {
        Ok(EndUse {
            commodity: CommodityId::new(commodity.at(row))?,
            use_id: uses.at(row).to_owned(),
            form: form.owned(row),
            use_share: use_share.value(row),
            low: number(low, row),
            high: number(high, row),
            value_added_usd_per_t: value_added_usd_per_t.value(row),
            value_added_low: number(value_added_low, row),
            value_added_high: number(value_added_high, row),
            grade: grade_of(grade.at(row))?,
            source: source.at(row).to_owned(),
            note: note.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

/// Rows of a table in the columns of `substitutes`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn substitutes(batch: &RecordBatch) -> Result<Vec<SubstituteOption>, Error> {
    let columns = Columns::new("substitutes", batch);
    let commodity = columns.texts("commodity")?;
    let uses = columns.texts("use")?;
    let substitute = columns.texts("substitute")?;
    let substitute_commodity = columns.texts("substitute_commodity")?;
    let feasible_share_3_months = columns.numbers("feasible_share_3_months")?;
    let feasible_share_12_months = columns.numbers("feasible_share_12_months")?;
    let feasible_share_36_months = columns.numbers("feasible_share_36_months")?;
    let mass_ratio = columns.numbers("mass_ratio")?;
    let mass_ratio_low = columns.numbers("mass_ratio_low")?;
    let mass_ratio_high = columns.numbers("mass_ratio_high")?;
    let cost_ratio = columns.numbers("cost_ratio")?;
    let cost_ratio_low = columns.numbers("cost_ratio_low")?;
    let cost_ratio_high = columns.numbers("cost_ratio_high")?;
    let performance_ratio = columns.numbers("performance_ratio")?;
    let performance_ratio_low = columns.numbers("performance_ratio_low")?;
    let performance_ratio_high = columns.numbers("performance_ratio_high")?;
    let is_proven = columns.truths("is_proven")?;
    let grade = columns.texts("grade")?;
    let source = columns.texts("source")?;
    let note = columns.texts("note")?;
    let record = |row| {
        Ok(SubstituteOption {
            commodity: CommodityId::new(commodity.at(row))?,
            use_id: uses.at(row).to_owned(),
            substitute: substitute.at(row).to_owned(),
            substitute_commodity: substitute_commodity.get(row).map(CommodityId::new).transpose()?,
            feasible_share_3_months: feasible_share_3_months.value(row),
            feasible_share_12_months: feasible_share_12_months.value(row),
            feasible_share_36_months: feasible_share_36_months.value(row),
            mass_ratio: mass_ratio.value(row),
            mass_ratio_low: number(mass_ratio_low, row),
            mass_ratio_high: number(mass_ratio_high, row),
            cost_ratio: cost_ratio.value(row),
            cost_ratio_low: number(cost_ratio_low, row),
            cost_ratio_high: number(cost_ratio_high, row),
            performance_ratio: performance_ratio.value(row),
            performance_ratio_low: number(performance_ratio_low, row),
            performance_ratio_high: number(performance_ratio_high, row),
            is_proven: is_proven.value(row),
            grade: grade_of(grade.at(row))?,
            source: source.at(row).to_owned(),
            note: note.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

/// Rows of a table in the columns of `process_steps`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn process_steps(batch: &RecordBatch) -> Result<Vec<ProcessStep>, Error> {
    let columns = Columns::new("process_steps", batch);
    let commodity = columns.texts("commodity")?;
    let process = columns.texts("process")?;
    let position = columns.wholes("position")?;
    let input_form = columns.texts("input_form")?;
    let output_form = columns.texts("output_form")?;
    let stage = columns.texts("stage")?;
    let recovery = columns.numbers("recovery")?;
    let recovery_low = columns.numbers("recovery_low")?;
    let recovery_high = columns.numbers("recovery_high")?;
    let cost_usd_per_t = columns.numbers("cost_usd_per_t")?;
    let cost_low = columns.numbers("cost_low")?;
    let cost_high = columns.numbers("cost_high")?;
    let freight_usd_per_t = columns.numbers("freight_usd_per_t")?;
    let host_commodity = columns.texts("host_commodity")?;
    let host_ratio = columns.numbers("host_ratio")?;
    let host_ratio_low = columns.numbers("host_ratio_low")?;
    let host_ratio_high = columns.numbers("host_ratio_high")?;
    let ramp_share_per_month = columns.numbers("ramp_share_per_month")?;
    let grade = columns.texts("grade")?;
    let source = columns.texts("source")?;
    let note = columns.texts("note")?;
    let record = |row| {
        Ok(ProcessStep {
            commodity: CommodityId::new(commodity.at(row))?,
            process: process.at(row).to_owned(),
            position: position.value(row),
            input_form: input_form.owned(row),
            output_form: output_form.at(row).to_owned(),
            stage: stage.at(row).parse()?,
            recovery: number(recovery, row),
            recovery_low: number(recovery_low, row),
            recovery_high: number(recovery_high, row),
            cost_usd_per_t: cost_usd_per_t.value(row),
            cost_low: number(cost_low, row),
            cost_high: number(cost_high, row),
            freight_usd_per_t: freight_usd_per_t.value(row),
            host_commodity: host_commodity.get(row).map(CommodityId::new).transpose()?,
            host_ratio: number(host_ratio, row),
            host_ratio_low: number(host_ratio_low, row),
            host_ratio_high: number(host_ratio_high, row),
            ramp_share_per_month: number(ramp_share_per_month, row),
            grade: grade_of(grade.at(row))?,
            source: source.at(row).to_owned(),
            note: note.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

/// Rows of a table in the columns of `regional_supply`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn regional_supply(batch: &RecordBatch) -> Result<Vec<RegionalSupply>, Error> {
    let columns = Columns::new("regional_supply", batch);
    let commodity = columns.texts("commodity")?;
    let process = columns.texts("process")?;
    let region = columns.texts("region")?;
    let capacity_t = columns.numbers("capacity_t")?;
    let output_t = columns.numbers("output_t")?;
    let by_product_limit_t = columns.numbers("by_product_limit_t")?;
    let available_from = columns.dates("available_from")?;
    let is_secondary = columns.truths("is_secondary")?;
    let grade = columns.texts("grade")?;
    let source = columns.texts("source")?;
    let note = columns.texts("note")?;
    let record = |row| {
        Ok(RegionalSupply {
            commodity: CommodityId::new(commodity.at(row))?,
            process: process.at(row).to_owned(),
            region: region.at(row).to_owned(),
            capacity_t: number(capacity_t, row),
            output_t: number(output_t, row),
            by_product_limit_t: number(by_product_limit_t, row),
            available_from: date(available_from, row),
            is_secondary: is_secondary.value(row),
            grade: grade_of(grade.at(row))?,
            source: source.at(row).to_owned(),
            note: note.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

/// Rows of a table in the columns of `regional_demand`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn regional_demand(batch: &RecordBatch) -> Result<Vec<RegionalDemand>, Error> {
    let columns = Columns::new("regional_demand", batch);
    let commodity = columns.texts("commodity")?;
    let region = columns.texts("region")?;
    let form = columns.texts("form")?;
    let demand_t = columns.numbers("demand_t")?;
    let low = columns.numbers("low")?;
    let high = columns.numbers("high")?;
    let stock_t = columns.numbers("stock_t")?;
    let grade = columns.texts("grade")?;
    let source = columns.texts("source")?;
    let note = columns.texts("note")?;
    let record = |row| {
        Ok(RegionalDemand {
            commodity: CommodityId::new(commodity.at(row))?,
            region: region.at(row).to_owned(),
            form: form.at(row).to_owned(),
            demand_t: demand_t.value(row),
            low: number(low, row),
            high: number(high, row),
            stock_t: number(stock_t, row),
            grade: grade_of(grade.at(row))?,
            source: source.at(row).to_owned(),
            note: note.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

/// Rows of a table in the columns of `candidate_projects`.
///
/// # Errors
///
/// [`Error`] for a column that is not there and a value that cannot be what its column says.
pub fn candidate_projects(batch: &RecordBatch) -> Result<Vec<CandidateProject>, Error> {
    let columns = Columns::new("candidate_projects", batch);
    let project = columns.texts("project")?;
    let name = columns.texts("name")?;
    let commodity = columns.texts("commodity")?;
    let process = columns.texts("process")?;
    let country = columns.texts("country")?;
    let owner_countries = columns.texts("owner_countries")?;
    let capacity_t = columns.numbers("capacity_t")?;
    let capex_million_usd = columns.numbers("capex_million_usd")?;
    let capex_low = columns.numbers("capex_low")?;
    let capex_high = columns.numbers("capex_high")?;
    let construction_years = columns.numbers("construction_years")?;
    let offtake_share = columns.numbers("offtake_share")?;
    let customers_in_china_share = columns.numbers("customers_in_china_share")?;
    let uses_chinese_technology = columns.truths("uses_chinese_technology")?;
    let status = columns.texts("status")?;
    let announced = columns.wholes("announced")?;
    let grade = columns.texts("grade")?;
    let source = columns.texts("source")?;
    let note = columns.texts("note")?;
    let record = |row| {
        Ok(CandidateProject {
            project: project.at(row).to_owned(),
            name: name.at(row).to_owned(),
            commodity: CommodityId::new(commodity.at(row))?,
            process: process.at(row).to_owned(),
            country: CountryId::new(country.at(row))?,
            owner_countries: owner_countries.at(row).to_owned(),
            capacity_t: capacity_t.value(row),
            capex_million_usd: capex_million_usd.value(row),
            capex_low: number(capex_low, row),
            capex_high: number(capex_high, row),
            construction_years: construction_years.value(row),
            offtake_share: offtake_share.value(row),
            customers_in_china_share: number(customers_in_china_share, row),
            uses_chinese_technology: truth(uses_chinese_technology, row),
            status: status.at(row).to_owned(),
            announced: announced.value(row),
            grade: grade_of(grade.at(row))?,
            source: source.at(row).to_owned(),
            note: note.at(row).to_owned(),
        })
    };
    (0..columns.n_rows()).map(record).collect()
}

//! The tables of an outcome: their columns, and the rows of the model written into them.

use arrow::array::RecordBatch;
use critmin_core::{CountryId, Stage, Tonnes};
use critmin_disruption::{ClearedScenario, MarketKey, MarketOutcome, ScenarioOutcome, stock_cover};
use critmin_tables::ColumnKind::{Label, Number, Text, Truth, Whole, Year};
use critmin_tables::{Column, ColumnKind, Error, TableBuilder, TableSchema};

const KILOGRAMS_PER_TONNE: f64 = 1000.0;

const fn column(name: &'static str, kind: ColumnKind, description: &'static str) -> Column {
    Column { name, kind, is_optional: true, description }
}

macro_rules! outcome_tables {
    ($($constant:ident $name:literal, $description:literal: [$(($column:literal, $kind:ident, $words:literal)),* $(,)?];)*) => {
        $(static $constant: TableSchema = TableSchema {
            name: $name,
            description: $description,
            key: &[],
            columns: &[$(column($column, $kind, $words)),*],
        };)*
        /// Names of the tables of an outcome, in reading order.
        pub(crate) const NAMES: &[&str] = &[$($name),*];
    };
}

outcome_tables! {
    MARKETS "markets", "One market before and after": [
        ("scenario", Label, "id of the scenario"), ("fingerprint", Label, "hash of its content"),
        ("commodity", Label, "commodity id"), ("stage", Label, "step of the chain"), ("scope", Label, "global or bilateral"),
        ("destination", Label, "who is cut off, in a bilateral market"), ("form", Text, "what is counted"),
        ("year", Year, "base year"), ("status", Label, "solved, missing_inputs, no_equilibrium or failed"),
        ("reason", Text, "why it was not solved"),
        ("effective_level", Number, "share of restricted exports withheld over the assessed year"),
        ("price_ratio", Number, "price over base price"), ("price_ratio_low", Number, "lowest"),
        ("price_ratio_high", Number, "highest; absent when unbounded"),
        ("price_ratio_bound", Number, "what the form of demand never passes; absent when nothing bounds it"),
        ("base_price_usd_per_kg", Number, "price of the base year"), ("price_usd_per_kg", Number, "price after"),
        ("base_demand_t", Number, "demand of the base year"), ("quantity_t", Number, "quantity after"),
        ("quantity_ratio", Number, "quantity over base demand"),
        ("shortfall_t", Number, "base demand less quantity"), ("shortfall_share", Number, "shortfall over base demand"),
        ("shortfall_share_low", Number, "lowest"), ("shortfall_share_high", Number, "highest"),
        ("unserved_share", Number, "demand at the choke price that is not served"),
        ("restricted_supply_t", Number, "what the restricting countries still deliver"),
        ("lost_supply_t", Number, "what they no longer deliver"),
    ];
    CONSUMERS "consumers", "Who is short of what, and for how long stocks last": [
        ("country", Label, "consumer"), ("commodity", Label, "commodity id"), ("stage", Label, "step of the chain"),
        ("scope", Label, "global or bilateral"), ("consumption_t", Number, "consumption before, per year"),
        ("shortfall_share", Number, "shortfall over consumption"), ("shortfall_t", Number, "shortfall per year"),
        ("shortfall_t_low", Number, "lowest"), ("shortfall_t_high", Number, "highest"),
        ("stock_t", Number, "opening stock"), ("months_of_cover", Number, "how long the stock fills the shortfall"),
        ("months_of_cover_low", Number, "lowest"), ("months_of_cover_high", Number, "highest"),
        ("cover_status", Label, "depletes, outlasts_period, no_shortfall, or what is not available"),
    ];
    PRODUCERS "producers", "One supplier before and after": [
        ("commodity", Label, "commodity id"), ("stage", Label, "step of the chain"), ("scope", Label, "global or bilateral"),
        ("country", Label, "supplier; absent for the remainder"), ("is_restricting", Truth, "whether it restricts"),
        ("base_production_t", Number, "supply to this market before, per year"),
        ("production_t", Number, "supply after, per year"), ("capacity_t", Number, "most within the year"),
        ("is_at_capacity", Truth, "whether it has reached that"),
    ];
    CURVE "curve", "Price and shortfall against the restriction level": [
        ("commodity", Label, "commodity id"), ("stage", Label, "step of the chain"), ("scope", Label, "global or bilateral"),
        ("restriction_level", Number, "share of exports withheld"),
        ("price_ratio", Number, "price over base price"), ("price_ratio_low", Number, "lowest"),
        ("price_ratio_high", Number, "highest; absent when unbounded"),
        ("shortfall_share", Number, "shortfall over base demand"), ("shortfall_share_low", Number, "lowest"),
        ("shortfall_share_high", Number, "highest"), ("quantity_ratio", Number, "quantity over base demand"),
    ];
    TIMELINE "timeline", "Stocks month by month": [
        ("country", Label, "consumer"), ("commodity", Label, "commodity id"), ("stage", Label, "step of the chain"),
        ("scope", Label, "global or bilateral"), ("destination", Label, "who is cut off, in a bilateral market"),
        ("month", Whole, "month of the assessed year, from 1"), ("stock_t", Number, "stock at its end"),
        ("supply_t", Number, "what the market delivers in it"), ("demand_t", Number, "a twelfth of base demand"),
        ("release_t", Number, "what comes out of stock"), ("shortfall_t", Number, "what neither delivers"),
    ];
    FORMS "forms", "The same restriction under every demand and supply form": [
        ("commodity", Label, "commodity id"), ("stage", Label, "step of the chain"), ("scope", Label, "global or bilateral"),
        ("demand_form", Label, "isoelastic, linear or choke_price"),
        ("supply_form", Label, "capacity_capped, uncapped or fixed"), ("is_chosen", Truth, "whether the scenario chose it"),
        ("price_ratio", Number, "price over base price; absent when no finite price clears"),
        ("shortfall_share", Number, "shortfall over base demand"),
    ];
    INPUTS "inputs", "Every figure used, with its source and grade": [
        ("commodity", Label, "commodity id"), ("input", Label, "name"), ("country", Label, "where it differs by country"),
        ("year", Year, "year of a published figure"), ("value", Number, "in `unit`"), ("low", Number, "lowest"),
        ("high", Number, "highest"), ("unit", Label, "1 for a pure number"),
        ("grade", Label, "published, literature or assumption"), ("source", Text, "edition, report or reasoning"),
        ("note", Text, "caveat"),
    ];
    WARNINGS "warnings", "What to know before using the result": [
        ("commodity", Label, "commodity id"), ("kind", Label, "what it is about"), ("message", Text, "in words"),
    ];
}

/// One table of `outcome`; `None` when it has no such table.
pub(crate) fn table(outcome: &ScenarioOutcome, name: &str) -> Option<Result<RecordBatch, Error>> {
    let table = match name {
        "markets" => markets(outcome),
        "consumers" => consumers(outcome),
        "producers" => producers(outcome),
        "curve" => curve(outcome),
        "timeline" => timeline(outcome),
        "forms" => forms(outcome),
        "inputs" => inputs(outcome),
        "warnings" => warnings(outcome),
        _ => return None,
    };
    Some(table)
}

/// The markets of many scenarios.
pub(crate) fn cleared(scenarios: &[ClearedScenario]) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&MARKETS);
    for scenario in scenarios {
        scenario
            .markets
            .iter()
            .for_each(|market| market_row(&mut rows, &scenario.scenario, &scenario.fingerprint, market));
    }
    rows.finish()
}

fn markets(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&MARKETS);
    for market in &outcome.markets {
        market_row(&mut rows, &outcome.scenario, &outcome.fingerprint, market);
    }
    rows.finish()
}

fn market_row(rows: &mut TableBuilder, scenario: &str, fingerprint: &str, market: &MarketOutcome) {
    let result = market.result.as_ref();
    let number = |of: fn(&critmin_disruption::MarketResult) -> Option<f64>| result.and_then(of);
    rows.text(scenario).text(fingerprint);
    key(rows, &market.key);
    rows.text(market.key.destination.as_ref().map(CountryId::as_str))
        .text(result.map(|result| result.form.as_str()))
        .year(result.map(|result| result.year.0))
        .text(word(&market.status).as_str())
        .text(market.message.as_deref())
        .number(number(|result| Some(result.restriction_level)))
        .number(number(|result| Some(result.price_ratio)))
        .number(number(|result| result.price_ratio_low))
        .number(number(|result| result.price_ratio_high))
        .number(number(|result| result.price_ratio_bound))
        .number(number(|result| result.base_price_usd_per_t.map(|price| price / KILOGRAMS_PER_TONNE)))
        .number(number(|result| result.price_usd_per_t.map(|price| price / KILOGRAMS_PER_TONNE)))
        .number(number(|result| Some(result.base_demand_t)))
        .number(number(|result| Some(result.quantity_t)))
        .number(number(|result| Some(result.quantity_ratio)))
        .number(number(|result| Some(result.shortfall_t)))
        .number(number(|result| Some(result.shortfall_share)))
        .number(number(|result| result.shortfall_share_low))
        .number(number(|result| result.shortfall_share_high))
        .number(number(|result| Some(result.unserved_share)))
        .number(number(|result| Some(result.restricted_supply_t)))
        .number(number(|result| Some(result.lost_supply_t)));
}

fn consumers(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&CONSUMERS);
    let tonnes = |mass: Option<Tonnes>| mass.map(|mass| mass.0);
    for consumer in &outcome.consumers {
        // A larger shortfall empties the stock sooner.
        let months = |shortfall| stock_cover(consumer.stock_t, shortfall).months_of_cover.map(|months| months.0);
        rows.text(consumer.country.as_str());
        key(&mut rows, &consumer.key);
        rows.number(tonnes(consumer.consumption_t))
            .number(consumer.shortfall_share)
            .number(tonnes(consumer.shortfall_t))
            .number(tonnes(consumer.shortfall_t_low))
            .number(tonnes(consumer.shortfall_t_high))
            .number(tonnes(consumer.stock_t))
            .number(consumer.cover.months_of_cover.map(|months| months.0))
            .number(months(consumer.shortfall_t_high))
            .number(months(consumer.shortfall_t_low))
            .text(word(&consumer.cover.status).as_str());
    }
    rows.finish()
}

fn producers(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&PRODUCERS);
    for producer in &outcome.producers {
        key(&mut rows, &producer.key);
        rows.text(producer.country.as_ref().map(CountryId::as_str))
            .truth(producer.is_restricting)
            .number(producer.base_t)
            .number(producer.post_t)
            .number(producer.capacity_t)
            .truth(producer.is_at_capacity);
    }
    rows.finish()
}

fn curve(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&CURVE);
    for row in &outcome.curve {
        let (point, band) = (&row.point, row.point.band.as_ref());
        key(&mut rows, &row.key);
        rows.number(point.restriction_level)
            .number(point.price_ratio)
            .number(band.map(|band| band.price_ratio_low))
            .number(band.and_then(|band| band.price_ratio_high))
            .number(point.shortfall_share)
            .number(band.map(|band| band.shortfall_share_low))
            .number(band.map(|band| band.shortfall_share_high))
            .number(point.quantity_ratio);
    }
    rows.finish()
}

fn timeline(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&TIMELINE);
    for row in &outcome.timeline {
        let month = &row.depletion;
        rows.text(row.country.as_str())
            .text(row.commodity.as_str())
            .text(row.stage.map(Stage::as_str))
            .text(row.scope.as_str())
            .text(row.destination.as_ref().map(CountryId::as_str))
            .whole(i64::from(month.month))
            .number(month.stock_t)
            .number(month.supply_t)
            .number(month.demand_t)
            .number(month.release_t)
            .number(month.shortfall_t);
    }
    rows.finish()
}

fn forms(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&FORMS);
    for row in &outcome.forms {
        key(&mut rows, &row.key);
        rows.text(word(&row.demand_form).as_str())
            .text(word(&row.supply_form).as_str())
            .truth(row.is_chosen)
            .number(row.price_ratio)
            .number(row.shortfall_share);
    }
    rows.finish()
}

fn inputs(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&INPUTS);
    for input in &outcome.inputs {
        rows.text(input.commodity.as_str())
            .text(input.name.as_str())
            .text(input.country.as_ref().map(CountryId::as_str))
            .year(input.year.map(|year| year.0))
            .number(input.value)
            .number(input.low)
            .number(input.high)
            .text(input.unit.as_str())
            .text(input.grade.to_string().as_str())
            .text(input.source.as_str())
            .text(input.note.as_str());
    }
    rows.finish()
}

fn warnings(outcome: &ScenarioOutcome) -> Result<RecordBatch, Error> {
    let mut rows = TableBuilder::new(&WARNINGS);
    for warning in &outcome.warnings {
        rows.text(warning.commodity.as_ref().map(critmin_core::CommodityId::as_str))
            .text(word(&warning.kind).as_str())
            .text(warning.message.as_str());
    }
    rows.finish()
}

fn key(rows: &mut TableBuilder, key: &MarketKey) {
    rows.text(key.commodity.as_str()).text(key.stage.map(Stage::as_str)).text(key.scope.as_str());
}

/// The name of a variant as it is serialised: the value that stands in the column.
fn word(variant: &impl serde::Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

//! The embedded reference dataset keeps its own rules.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::{Float64Type, Schema, UInt32Type};
use critmin_core::{Area, CommodityId, MarketRecipe, ProductionStatistic, SalientStatistic, Stage, Year};
use critmin_tables::{Error, TABLES, reference};

const LARGEST_DATASET_BYTES: u64 = 4_000_000;

#[test]
fn the_dataset_stays_small() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let size = |table: &critmin_tables::TableSchema| {
        std::fs::metadata(folder.join(format!("{}.parquet", table.name))).unwrap().len()
    };
    let total: u64 = TABLES.iter().map(size).sum();
    assert!(1_000_000 < total && total < LARGEST_DATASET_BYTES, "{total} bytes");
}

#[test]
fn every_table_decodes_to_its_declaration_and_names_known_sources() {
    let sources: BTreeSet<String> =
        reference::dataset().unwrap().sources.iter().map(|source| source.source_id.to_string()).collect();
    assert!(!sources.is_empty());
    for schema in TABLES {
        let table = reference::table(schema.name).unwrap();
        assert_eq!(table.schema(), schema.arrow(), "{}", schema.name);
        assert!(0 < table.num_rows(), "{} is empty", schema.name);
        let Some(column) = table.column_by_name("source_id") else { continue };
        let Some(labels) = column.as_dictionary_opt::<UInt32Type>() else { continue };
        for source in labels.values().as_string::<i32>().iter().flatten() {
            assert!(sources.contains(source), "{}: unknown source `{source}`", schema.name);
        }
    }
}

#[test]
fn keys_are_unique() {
    for schema in TABLES {
        let table = reference::table(schema.name).unwrap();
        let columns: Vec<_> = schema.key.iter().map(|name| table.column_by_name(name).unwrap().clone()).collect();
        let fields = columns.iter().map(|column| arrow::row::SortField::new(column.data_type().clone())).collect();
        let rows = arrow::row::RowConverter::new(fields).unwrap().convert_columns(&columns).unwrap();
        let distinct: BTreeSet<_> = rows.iter().collect();
        assert_eq!(distinct.len(), table.num_rows(), "{} repeats a key {:?}", schema.name, schema.key);
    }
}

#[test]
fn aggregates_stand_in_tables_of_their_own() {
    let dataset = reference::dataset().unwrap();
    let of = |wanted: fn(&Area) -> bool| dataset.production.iter().filter(|row| wanted(&row.area)).count();
    assert!(0 < of(|area| *area == Area::WorldTotal));
    let countries = reference::table("world_production").unwrap();
    assert_eq!(of(|area| area.country().is_some()), countries.num_rows());
    let column = countries.column_by_name("country").unwrap().as_dictionary::<UInt32Type>();
    assert_eq!(column.null_count(), 0);
}

#[test]
fn figures_of_the_publisher_come_back() {
    let dataset = reference::dataset().unwrap();
    let gallium = CommodityId::new("gallium").unwrap();
    let china = dataset.production.iter().find(|row| {
        row.commodity == gallium
            && row.source_id.as_str() == "usgs-mcs-2026"
            && row.statistic == ProductionStatistic::Production
            && row.stage == Stage::Refinery
            && row.year == Year(2024)
            && row.area.country().is_some_and(|country| country.as_str() == "CHN")
    });
    // USGS MCS 2026: 839,000 kg.
    assert_eq!(china.unwrap().mass_t().unwrap().value(), Some(839.0));
    let price = dataset
        .salient
        .iter()
        .find(|row| row.commodity == gallium && row.statistic == SalientStatistic::Price && row.year == Year(2025));
    assert_eq!(price.unwrap().published.value(), Some(580.0));
}

#[test]
fn market_recipes_name_rows_that_exist() {
    let dataset = reference::dataset().unwrap();
    assert!(5 < dataset.recipes.len());
    for recipe in &dataset.recipes {
        let id = &recipe.commodity;
        let produced = |form: &str, statistic| {
            dataset.production.iter().any(|row| {
                row.commodity == *id && row.stage == recipe.stage && row.statistic == statistic && row.form == form
            })
        };
        let printed = |detail: &str, statistic| {
            dataset.salient.iter().any(|row| row.commodity == *id && row.statistic == statistic && row.detail == detail)
        };
        let check = |what: &str, name: &Option<String>, exists: &dyn Fn(&str) -> bool| {
            for detail in MarketRecipe::details(name.as_ref()) {
                assert!(exists(&detail), "{id}: no {what} `{detail}`");
            }
        };
        check("production", &recipe.production_form, &|form| produced(form, ProductionStatistic::Production));
        check("capacity", &recipe.capacity_form, &|form| produced(form, ProductionStatistic::Capacity));
        check("consumption", &recipe.consumption_detail, &|detail| printed(detail, SalientStatistic::Consumption));
        check("stocks", &recipe.stocks_detail, &|detail| printed(detail, SalientStatistic::Stocks));
        check("price", &recipe.price_detail, &|detail| printed(detail, SalientStatistic::Price));
        check("imports", &recipe.imports_detail, &|detail| printed(detail, SalientStatistic::Imports));
        check("domestic production", &recipe.domestic_production_detail, &|detail| {
            printed(detail, SalientStatistic::Production)
        });
        check("import sources", &recipe.import_source_detail, &|detail| {
            dataset.import_sources.iter().any(|row| row.commodity == *id && row.detail == detail)
        });
    }
}

#[test]
fn an_unknown_table_is_named_with_the_known_ones() {
    let Err(fault @ Error::UnknownTable { .. }) = reference::table("trade") else { panic!("the table was found") };
    assert!(fault.to_string().contains("`trade_flows`"), "{fault}");
}

/// A day before 1970 is a negative number of days, and no reason to move it to 1970.
#[test]
fn memberships_begin_on_the_day_that_the_curated_table_says() {
    let mut curated =
        csv::Reader::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/curated/bloc_memberships.csv"))
            .unwrap();
    let rows: Vec<csv::StringRecord> = curated.records().map(Result::unwrap).collect();
    let places = curated.headers().unwrap().clone();
    let cell =
        |row: &csv::StringRecord, name: &str| row[places.iter().position(|place| place == name).unwrap()].to_owned();
    let mut expected: Vec<_> =
        rows.iter().map(|row| (cell(row, "bloc"), cell(row, "country"), cell(row, "member_from"))).collect();
    let memberships = &reference::dataset().unwrap().bloc_memberships;
    let mut found: Vec<_> = memberships
        .iter()
        .map(|row| (row.bloc.to_string(), row.country.to_string(), row.member_from.to_string()))
        .collect();
    assert!(expected.iter().any(|(.., day)| day.as_str() < "1970"), "the case is not in the table");
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

/// A user's parameter without a value is an error; Arrow would give 0 for it.
#[test]
fn an_empty_value_is_not_zero() {
    let ours = reference::table("parameters").unwrap();
    let place = ours.schema().index_of("value").unwrap();
    let mut values: Vec<Option<f64>> = ours.column(place).as_primitive::<Float64Type>().iter().collect();
    assert!(!values.is_empty());
    values[2] = None;
    let fields: Vec<_> =
        ours.schema().fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    let mut columns = ours.columns().to_vec();
    columns[place] = Arc::new(Float64Array::from(values));
    let table = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    let message = reference::parameters(&table).unwrap_err().to_string();
    assert!(message.contains("`value` is empty in row 3"), "{message}");
}

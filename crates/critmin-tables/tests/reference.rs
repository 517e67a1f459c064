//! The embedded reference dataset keeps its own rules.

#![allow(clippy::unwrap_used, clippy::panic)] // a test may panic

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::{Float64Type, Schema, UInt32Type};
use critmin_core::{
    ABSENT, Area, Column, CommodityId, MarketRecipe, ProductionStatistic, SalientStatistic, Stage, Year,
};
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

/// The EU's inputs by stage: as many rows as were read, and figures of the reports.
#[test]
fn eu_assessment_inputs_hold_the_printed_figures() {
    let table = reference::columns("eu_assessment_inputs").unwrap();
    let (years, materials, stages) =
        (texts(&table, "assessment_year"), texts(&table, "material"), texts(&table, "eu_stage"));
    let grades = texts(&table, "grade");
    let n_of = |year: &str, grade: &str| {
        (0..table.n_rows()).filter(|row| years[*row] == year && grades[*row] == grade).count()
    };
    assert_eq!([n_of("2017", "published"), n_of("2023", "transcription"), table.n_rows()], [50, 100, 150]);
    let figure = |year, material, stage, column: &str| {
        let row =
            (0..table.n_rows()).find(|row| [years[*row], materials[*row], stages[*row]] == [year, material, stage]);
        let Some(Column::Number(numbers)) = table.column(column) else { panic!("no numbers in {column}") };
        let number = numbers[row.unwrap_or_else(|| panic!("no {material} {stage} in {year}"))];
        (!number.is_nan()).then_some(number)
    };
    // 2017: tables 3 and 18 of the report.
    assert_eq!(figure("2017", "Antimony", "P", "hhi_global"), Some(7.1));
    assert_eq!(figure("2017", "Antimony", "P", "end_of_life_recycling_input_rate"), Some(0.28));
    assert_eq!(figure("2017", "Gallium", "P", "import_reliance"), Some(0.34));
    assert_eq!(figure("2017", "Cobalt", "E", "supply_risk_published"), Some(1.6));
    // 2023: two stages of one material, of which the report keeps the higher; no index is printed.
    assert_eq!(figure("2023", "Cobalt", "E", "supply_risk_stage_published"), Some(2.8));
    assert_eq!(figure("2023", "Cobalt", "P", "supply_risk_stage_published"), Some(0.5));
    assert_eq!(figure("2023", "Gallium", "P", "substitution_supply_risk"), Some(0.98));
    assert_eq!(figure("2023", "Gallium", "P", "hhi_global"), None);
    // Not printed is not zero.
    assert_eq!(figure("2017", "Beryllium", "E", "import_reliance"), None);
    assert_eq!(figure("2023", "Titanium metal", "E", "import_reliance"), None);
}

/// The commodity of each row is the one that the register of spellings gives, and the words for the shares exist.
#[test]
fn eu_assessment_inputs_join_the_supply_shares() {
    let registers = reference::registers().unwrap();
    let inputs = reference::columns("eu_assessment_inputs").unwrap();
    let shares = reference::columns("eu_supply_shares").unwrap();
    let (materials, stages) = (texts(&inputs, "material"), texts(&inputs, "eu_stage"));
    for (row, commodity) in texts(&inputs, "commodity").into_iter().enumerate() {
        let resolved = registers.commodities.resolve("eu-crm-2023", materials[row], "Stage", stages[row]).unwrap();
        assert_eq!(resolved.as_str(), commodity, "{}", materials[row]);
    }
    let keys = |scope: &str, columns: &critmin_core::Columns, word: &str| -> BTreeSet<(String, String)> {
        let (words, stages) = (texts(columns, word), texts(columns, "eu_stage"));
        let scopes = if word == "material" { texts(columns, "scope") } else { vec![scope; words.len()] };
        let rows = (0..words.len()).filter(|row| scopes[*row] == scope && !words[*row].is_empty());
        rows.map(|row| (words[row].to_owned(), stages[row].to_owned())).collect()
    };
    for (scope, word, expected) in [("global", "world_shares_material", 97), ("eu", "eu_shares_material", 81)] {
        let named = keys(scope, &inputs, word);
        assert_eq!(named.len(), expected, "{scope}");
        let held = keys(scope, &shares, "material");
        assert_eq!(named.difference(&held).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    }
}

/// The same figures as the Arrow table, decoded once.
#[test]
fn columns_repeat_the_table() {
    let columns = reference::columns("trade_flows").unwrap();
    assert!(Arc::ptr_eq(&columns, &reference::columns("trade_flows").unwrap()));
    let table = reference::table("trade_flows").unwrap();
    assert!(100_000 < columns.n_rows());
    assert_eq!(columns.n_rows(), table.num_rows());
    let years = table.column_by_name("year").unwrap().as_primitive::<arrow::datatypes::Int16Type>();
    let labels = texts(&columns, "year");
    assert!((0..labels.len()).all(|row| labels[row] == years.value(row).to_string()));
    let Some(Column::Number(masses)) = columns.column("mass_t") else { panic!("no masses") };
    let expected = table.column_by_name("mass_t").unwrap().as_primitive::<Float64Type>();
    assert!(0 < expected.null_count());
    let same = |row: usize| {
        if expected.is_null(row) {
            masses[row].is_nan()
        } else {
            masses[row].to_bits() == expected.value(row).to_bits()
        }
    };
    assert!((0..masses.len()).all(same));
}

#[test]
fn every_table_has_columns() {
    for schema in TABLES {
        let columns = reference::columns(schema.name).unwrap();
        let declared: Vec<_> = schema.columns.iter().map(|column| column.name).collect();
        assert_eq!(columns.names().collect::<Vec<_>>(), declared);
    }
    assert!(matches!(reference::columns("trade"), Err(Error::UnknownTable { .. })));
}

/// The cells of a text column; an absent one is empty.
fn texts<'a>(table: &'a critmin_core::Columns, name: &str) -> Vec<&'a str> {
    let Some(Column::Text { codes, labels }) = table.column(name) else { panic!("no labels in {name}") };
    codes.iter().map(|code| if *code == ABSENT { "" } else { labels[*code as usize].as_str() }).collect()
}

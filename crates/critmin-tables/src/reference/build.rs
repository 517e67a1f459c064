//! Building the reference dataset from the publishers' files and the tables kept by hand.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use critmin_core::{SourceId, Year};
use serde_json::json;

use super::curated::read_curated;
use super::{registers, storage};
use crate::readers::area::Registers;
use crate::readers::{baci, bea, eu, hs, metal_intensity, policy, usgs, wgi};
use crate::temporary_file::temporary_beside;
use crate::{Encoding, Error, SourceFile, TABLES, table_schema};

/// Tables whose rows stand in `curated/<table>.csv`.
const CURATED: [&str; 27] = [
    "sources",
    "countries",
    "country_aliases",
    "area_aggregates",
    "blocs",
    "bloc_memberships",
    "commodities",
    "commodity_aliases",
    "commodity_splits",
    "commodity_forms",
    "eu_assessment_inputs",
    "parameters",
    "market_recipes",
    "chain_goods",
    "chain_stages",
    "chain_links",
    "chain_outputs",
    "chain_contents",
    "trade_faults",
    "industry_links",
    "supplier_probabilities",
    "end_uses",
    "substitutes",
    "process_steps",
    "regional_supply",
    "regional_demand",
    "candidate_projects",
];

/// Vintages of the governance indicators.
const VINTAGES: [(&str, &str); 3] = [
    ("wgi-2015-update", "wgi_2015_update_1996_2014.csv.gz"),
    ("wgi-2023-update", "wgi_2023_update_1996_2022.csv.gz"),
    ("wgi-2024-update", "wgi_2024_update_1996_2023.csv.gz"),
];

/// First year of the embedded trade flows; the rare-earth codes go back to the first year of BACI.
const FIRST_TRADE_YEAR: i16 = 2012;
const RARE_EARTH_CODES: [&str; 3] = ["280530", "284610", "284690"];
/// Codes that no later nomenclature converts into: what remains of them after HS 2007 is not a series.
const BROKEN_CODES: [&str; 3] = ["250390", "283030", "811230"];
/// Fuels: one row in nine, no minerals in the sense of the USGS summaries, and too many for a dataset under 4 MB.
const FUEL_CHAPTER: &str = "27";

/// One written table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltTable {
    /// Name of the table.
    pub name: &'static str,
    /// Number of rows.
    pub n_rows: usize,
    /// Size of its file.
    pub n_bytes: usize,
}

/// Builds every table from the publishers' files under `sources` and the tables kept by hand under `curated`, and
/// writes `<table>.parquet` and `datapackage.json` into `output`. Nothing is written unless everything was built.
///
/// # Errors
///
/// Those of the readers, and [`Error::Write`].
pub fn build(sources: &Path, curated: &Path, output: &Path) -> Result<Vec<BuiltTable>, Error> {
    let tables = tables(sources, curated)?;
    let mut built = Vec::new();
    let mut files = Vec::new();
    for schema in TABLES {
        let unknown = || Error::UnknownTable { found: schema.name.to_owned(), known: Vec::new() };
        let table = tables.get(schema.name).ok_or_else(unknown)?;
        let bytes = if schema.name == "trade_flows" {
            trade_flows(sources, &registers_from(&tables)?)?
        } else {
            storage::pack(schema, table)?
        };
        let n_rows = storage::unpack(schema, bytes.clone().into())?.num_rows();
        built.push(BuiltTable { name: schema.name, n_rows, n_bytes: bytes.len() });
        files.push((output.join(format!("{}.parquet", schema.name)), bytes));
    }
    files.push((output.join("datapackage.json"), datapackage(&built).into_bytes()));
    files.iter().try_for_each(|(path, bytes)| write(path, bytes))?;
    Ok(built)
}

fn tables(sources: &Path, curated: &Path) -> Result<BTreeMap<&'static str, RecordBatch>, Error> {
    let mut tables = BTreeMap::new();
    for name in CURATED {
        let schema =
            table_schema(name).ok_or_else(|| Error::UnknownTable { found: name.to_owned(), known: Vec::new() })?;
        tables.insert(name, read_curated(curated, schema)?);
    }
    let registers = registers_from(&tables)?;
    usgs_tables(&sources.join("usgs_mcs"), &registers, &mut tables)?;
    tables.insert("governance", governance(&sources.join("wgi"), &registers)?);
    eu_tables(&sources.join("eu_crm_2023"), &registers, &mut tables)?;
    bea_tables(&sources.join("bea_2017_detail"), &mut tables)?;
    concordance_tables(&sources.join("hs_concordance"), &mut tables)?;
    let metals = sources.join("metal_intensity/metals_db.csv");
    let metals = metal_intensity::read_metal_intensities(&metals, &registers)?;
    tables.insert("metal_intensities", metal_intensity::metal_intensities_table(&metals)?);
    let events = policy::read_policy_events(&sources.join("policy_events/export_control_events.csv"), &registers)?;
    tables.insert("policy_measures", policy::policy_measures_table(&policy::verified(&events))?);
    // Kept in a form of its own; see `trade_flows`.
    let empty = table_schema("trade_flows").map(|schema| RecordBatch::new_empty(schema.arrow()));
    tables.extend(empty.map(|empty| ("trade_flows", empty)));
    Ok(tables)
}

fn registers_from(tables: &BTreeMap<&'static str, RecordBatch>) -> Result<Registers, Error> {
    let table = |name: &str| {
        let unknown = || Error::UnknownTable { found: name.to_owned(), known: Vec::new() };
        tables.get(name).cloned().ok_or_else(unknown)
    };
    registers::registers(&table)
}

fn usgs_tables(
    folder: &Path,
    registers: &Registers,
    tables: &mut BTreeMap<&'static str, RecordBatch>,
) -> Result<(), Error> {
    let newest = usgs::read_mcs_2026(&folder.join("MCS2026_Commodities_Data.csv"), registers)?;
    let mut production = usgs::read_mcs_2025(&folder.join("MCS2025_World_Data.csv"), registers)?;
    production.extend(newest.production);
    tables.insert("world_production", usgs::world_production_table(&production)?);
    tables.insert("world_production_aggregates", usgs::world_production_aggregates_table(&production)?);
    tables.insert("us_salient_statistics", usgs::us_salient_statistics_table(&newest.salient)?);
    tables.insert("us_import_sources", usgs::us_import_sources_table(&newest.import_sources)?);
    tables.insert("us_import_source_aggregates", usgs::us_import_source_aggregates_table(&newest.import_sources)?);
    Ok(())
}

fn governance(folder: &Path, registers: &Registers) -> Result<RecordBatch, Error> {
    let mut records = Vec::new();
    for (source, file) in VINTAGES {
        let file = SourceFile::open(&folder.join(file), Encoding::Utf8)?;
        records.extend(wgi::read_wgi(&file, registers.areas.countries(), &SourceId::new(source)?)?);
    }
    // Vintages agree about most years: side by side they compress.
    records.sort_by(|a, b| {
        (a.dimension, &a.country, a.year, &a.source_id).cmp(&(b.dimension, &b.country, b.year, &b.source_id))
    });
    wgi::governance_table(&records)
}

fn eu_tables(
    folder: &Path,
    registers: &Registers,
    tables: &mut BTreeMap<&'static str, RecordBatch>,
) -> Result<(), Error> {
    let assessments = eu::read_eu_assessments(&folder.join("dimension_CRMsOverTime.csv"), registers)?;
    tables.insert("eu_assessments", eu::eu_assessments_table(&assessments)?);
    let global = folder.join("fact_GlobalSupplyShares&t.csv");
    let mut shares = eu::read_eu_supply_shares(&global, eu::EuScope::Global, registers)?;
    let sourcing = folder.join("fact_EUSupplyShares&t.csv");
    shares.extend(eu::read_eu_supply_shares(&sourcing, eu::EuScope::Eu, registers)?);
    tables.insert("eu_supply_shares", eu::eu_supply_shares_table(&shares)?);
    let uses = eu::read_eu_use_shares(&folder.join("fact_MaterialUseShares.csv"), registers)?;
    tables.insert("eu_use_shares", eu::eu_use_shares_table(&uses)?);
    Ok(())
}

fn bea_tables(folder: &Path, tables: &mut BTreeMap<&'static str, RecordBatch>) -> Result<(), Error> {
    let (mut cells, mut codes) = (Vec::new(), Vec::new());
    for (year, source) in [(2012, "bea-io-2012"), (2017, "bea-io-2017")] {
        let source = SourceId::new(source)?;
        let accounts = bea::read_bea(folder, Year(year))?;
        cells.push(bea::io_cells_table(&accounts.cells, &source)?);
        codes.push(bea::io_codes_table(&accounts.codes, &source)?);
    }
    tables.insert("io_cells", joined("io_cells", &cells)?);
    tables.insert("io_codes", joined("io_codes", &codes)?);
    Ok(())
}

fn concordance_tables(folder: &Path, tables: &mut BTreeMap<&'static str, RecordBatch>) -> Result<(), Error> {
    let mut conversions = Vec::new();
    for file in ["hs2017_to_hs1992.csv", "hs2022_to_hs1992.csv", "hs2022_to_hs2017.csv"] {
        conversions.extend(hs::read_hs_concordance(&folder.join(file))?);
    }
    tables.insert("hs_concordance", hs::hs_concordance_table(&conversions)?);
    let mut industries = Vec::new();
    for file in ["hs2017_to_naics.csv", "hs2022_to_naics.csv"] {
        industries.extend(hs::read_hs_naics(&folder.join(file))?);
    }
    tables.insert("hs_naics", hs::hs_naics_table(&industries)?);
    Ok(())
}

fn trade_flows(sources: &Path, registers: &Registers) -> Result<Vec<u8>, Error> {
    let file = sources.join("baci/baci_hs92_74codes_1995_2024.parquet");
    let source = SourceId::new("baci-hs92-to-2024")?;
    let flows = baci::read_baci_parquet(&file, "HS92", source, registers.areas.countries())?;
    baci::encode_embedded_trade(&flows.filter(|flow| {
        let is_recent = FIRST_TRADE_YEAR <= flow.year || RARE_EARTH_CODES.contains(&flow.hs6);
        is_recent && !BROKEN_CODES.contains(&flow.hs6) && !flow.hs6.starts_with(FUEL_CHAPTER)
    }))
}

fn joined(name: &str, batches: &[RecordBatch]) -> Result<RecordBatch, Error> {
    let unknown = || Error::UnknownTable { found: name.to_owned(), known: Vec::new() };
    let schema = table_schema(name).ok_or_else(unknown)?.arrow();
    concat_batches(&schema, batches).map_err(|fault| Error::Unreadable {
        file: name.to_owned(),
        kind: "a table of the reference dataset",
        reason: fault.to_string(),
    })
}

fn datapackage(built: &[BuiltTable]) -> String {
    let resource = |(schema, table): (&crate::TableSchema, &BuiltTable)| {
        let mut resource = schema.to_json();
        resource["path"] = json!(format!("{}.parquet", table.name));
        resource["format"] = json!("parquet");
        resource["mediatype"] = json!("application/vnd.apache.parquet");
        resource["bytes"] = json!(table.n_bytes);
        resource["rows"] = json!(table.n_rows);
        resource
    };
    let package = json!({
        "name": "critmin-reference",
        "title": "critmin reference dataset",
        "description": "Figures about critical minerals in one schema, each with its source. Licences: LICENSES.md.",
        "profile": "data-package",
        "licenses": [{ "name": "mixed", "path": "LICENSES.md", "title": "Per source; see LICENSES.md" }],
        "resources": TABLES.iter().zip(built).map(resource).collect::<Vec<_>>(),
    });
    format!("{package:#}\n")
}

fn write(path: &PathBuf, bytes: &[u8]) -> Result<(), Error> {
    let fault = |source: std::io::Error| Error::Write { path: path.clone(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fault)?;
    let mut temporary = temporary_beside(path)?;
    temporary.write_all(bytes).map_err(fault)?;
    temporary.persist(path).map_err(|error| fault(error.error))?;
    Ok(())
}

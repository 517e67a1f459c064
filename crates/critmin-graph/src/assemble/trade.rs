//! Who sells to whom: recorded trade by code, and the printed sources of buyers whose goods no code isolates.

use std::collections::BTreeMap;

use crate::Error;
use crate::assemble::chain::ChainStage;
use crate::assemble::sheet::{Sheet, Tables};
use crate::report::Warning;

/// A flow of one good between two countries, or to a bloc that is counted as one buyer.
#[derive(Debug, Clone)]
pub(crate) struct Trade {
    pub(crate) origin: String,
    pub(crate) destination: String,
    pub(crate) mass: f64,
    pub(crate) source_id: Option<String>,
    pub(crate) grade: String,
}

/// The bloc whose sourcing the Commission prints as one buyer.
const EU: &str = "eu-27";

/// Recorded trade of the stage's codes in a year \[t contained\].
pub(crate) fn recorded(
    tables: Tables<'_>,
    stage: &ChainStage,
    commodity: &str,
    year: i16,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Trade>, Error> {
    if stage.trade_hs6.is_empty() {
        return Ok(Vec::new());
    }
    let contents = contents(tables, stage, commodity)?;
    let faults = faults(tables)?;
    let sheet = Sheet::open(tables, "trade_flows")?;
    let year_text = year.to_string();
    let codes: Vec<&str> = stage.trade_hs6.iter().map(String::as_str).collect();
    // The year first: it is what most rows fail.
    let rows = sheet.rows_where(&[("year", &[&year_text]), ("hs6", &codes)])?;
    if rows.is_empty() {
        let reason = format!("no trade of the codes {} is recorded for {year}", codes.join(", "));
        return Err(Error::NoData { what: format!("the stage `{}:{}`", stage.place.0, stage.place.1), reason });
    }
    let (hs6, origin, destination) = (sheet.text("hs6")?, sheet.text("origin")?, sheet.text("destination")?);
    let (mass, source) = (sheet.numbers("mass_t")?, sheet.text("source_id")?);
    let mut sums: BTreeMap<(String, String), Trade> = BTreeMap::new();
    let mut n_missing = 0;
    let mut left_out = Vec::new();
    for row in rows {
        let (from, to) = (origin.or_empty(row), destination.or_empty(row));
        let key = (hs6.or_empty(row).to_owned(), from.to_owned(), to.to_owned());
        if faults.get(&key).is_some_and(|&(first, last)| first <= year && year <= last) {
            left_out.push(format!("{} {from} to {to}, {:.0} t", key.0, mass[row]));
        } else if mass[row].is_nan() {
            n_missing += 1;
        } else if from != to {
            let (content, grade) = &contents[hs6.or_empty(row)];
            let fresh = || Trade {
                origin: from.to_owned(),
                destination: to.to_owned(),
                mass: 0.0,
                source_id: source.get(row).map(str::to_owned),
                grade: grade.clone(),
            };
            sums.entry((key.1, key.2)).or_insert_with(fresh).mass += content * mass[row];
        }
    }
    warnings.extend(told(stage, n_missing, &left_out));
    Ok(sums.into_values().filter(|trade| 0.0 < trade.mass).collect())
}

fn told(stage: &ChainStage, n_missing: usize, left_out: &[String]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let (good, step) = &stage.place;
    if 0 < n_missing {
        let what =
            format!("{n_missing} flows of `{good}:{step}` have a value and no mass: they are left out, not zero");
        warnings.push(Warning::Stated { what });
    }
    if !left_out.is_empty() {
        let what = format!("flows of `{good}:{step}` that cannot be this good are left out: {}", left_out.join("; "));
        warnings.push(Warning::Stated { what });
    }
    warnings
}

/// Contained over gross mass of each code, and how it is known: from the forms where fixed, else from the chain's table.
fn contents(tables: Tables<'_>, stage: &ChainStage, commodity: &str) -> Result<BTreeMap<String, (f64, String)>, Error> {
    let mut found = BTreeMap::new();
    for (table, grade) in [("chain_contents", None), ("commodity_forms", Some("published"))] {
        let sheet = Sheet::open(tables, table)?;
        let (hs6, share) = (sheet.text("hs6")?, sheet.numbers("content_share")?);
        let grades = if grade.is_none() { Some(sheet.text("grade")?) } else { None };
        for row in sheet.rows_where(&[("commodity", &[commodity, &stage.commodity])])? {
            if !share[row].is_nan() {
                let told = grades.map_or_else(|| grade.unwrap_or_default(), |grades| grades.or_empty(row));
                found.insert(hs6.or_empty(row).to_owned(), (share[row], told.to_owned()));
            }
        }
    }
    match stage.trade_hs6.iter().find(|code| !found.contains_key(*code)) {
        None => Ok(found),
        Some(code) => Err(Error::NoData {
            what: format!("the stage `{}:{}`", stage.place.0, stage.place.1),
            reason: format!(
                "code {code} is recorded in gross mass and no content share of `{commodity}` is declared: add it to `chain_contents`"
            ),
        }),
    }
}

/// By code, origin and destination: the first and the last year.
type Faults = BTreeMap<(String, String, String), (i16, i16)>;

/// Flows that cannot be what their code says, with the years for which that was seen.
fn faults(tables: Tables<'_>) -> Result<Faults, Error> {
    let sheet = Sheet::open(tables, "trade_faults")?;
    let (hs6, origin, destination) = (sheet.text("hs6")?, sheet.text("origin")?, sheet.text("destination")?);
    let (first, last) = (sheet.text("year_from")?, sheet.text("year_to")?);
    let read = |row: usize| {
        let key = (hs6.or_empty(row).to_owned(), origin.or_empty(row).to_owned(), destination.or_empty(row).to_owned());
        (key, (first.year(row).unwrap_or(i16::MIN), last.year(row).unwrap_or(i16::MAX)))
    };
    Ok((0..sheet.n_rows()).map(read).collect())
}

/// The sources that the United States and the European Union print for a good that no code isolates \[t contained\].
pub(crate) fn printed_sources(tables: Tables<'_>, stage: &ChainStage) -> Result<Vec<Trade>, Error> {
    if !stage.import_evidence {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    if let Some(total) = stage.us_imports {
        let sheet = Sheet::open(tables, "us_import_sources")?;
        let conditions =
            [("commodity", &[stage.commodity.as_str()][..]), ("detail", &[stage.us_import_detail.as_str()])];
        found.extend(sourced(&sheet, sheet.rows_where(&conditions)?, "USA", total, "reported")?);
    }
    if let Some(total) = stage.eu_imports {
        let sheet = Sheet::open(tables, "eu_supply_shares")?;
        let conditions = [("scope", &["eu"][..]), ("commodity", &[stage.commodity.as_str()]), ("eu_stage", &["P"])];
        found.extend(sourced(&sheet, sheet.rows_where(&conditions)?, EU, total, "assumption")?);
    }
    Ok(found)
}

fn sourced(sheet: &Sheet, rows: Vec<usize>, buyer: &str, total: f64, grade: &str) -> Result<Vec<Trade>, Error> {
    let (country, share, source) = (sheet.text("country")?, sheet.numbers("share")?, sheet.text("source_id")?);
    let rows = rows.into_iter().filter(|&row| 0.0 < share[row] && country.get(row) != Some(buyer));
    let trade = |row: usize| Trade {
        origin: country.or_empty(row).to_owned(),
        destination: buyer.to_owned(),
        mass: share[row] * total,
        source_id: source.get(row).map(str::to_owned),
        grade: grade.to_owned(),
    };
    Ok(rows.map(trade).collect())
}

/// What the printed sources of a buyer leave open \[t contained\], by buyer.
pub(crate) fn open_sources(stage: &ChainStage, trades: &[Trade]) -> Vec<(String, f64)> {
    let bought =
        |buyer: &str| -> f64 { trades.iter().filter(|trade| trade.destination == buyer).map(|trade| trade.mass).sum() };
    let open = |buyer: &str, total: Option<f64>| {
        let left = total.unwrap_or(0.0) - bought(buyer);
        (0.0 < left).then(|| (buyer.to_owned(), left))
    };
    let both =
        if stage.import_evidence { [open("USA", stage.us_imports), open(EU, stage.eu_imports)] } else { [None, None] };
    both.into_iter().flatten().collect()
}

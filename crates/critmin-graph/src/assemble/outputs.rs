//! Who makes a good: output by country, from the table that the chain names.

use std::collections::BTreeMap;

use crate::Error;
use crate::assemble::chain::ChainStage;
use crate::assemble::sheet::{Sheet, Tables};
use crate::report::Warning;

/// Output of one country \[t contained per year\], and how it is known.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) mass: f64,
    pub(crate) source_id: Option<String>,
    pub(crate) grade: String,
    pub(crate) year: Option<i16>,
}

pub(crate) type Outputs = BTreeMap<String, Output>;

/// The output of every country that is printed; `None` where the chain names no table.
pub(crate) fn outputs(
    tables: Tables<'_>,
    stage: &ChainStage,
    year: i16,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Outputs>, Error> {
    match stage.output_table.as_str() {
        "world_production" => printed(tables, stage, "production", year, warnings).map(Some),
        "eu_supply_shares" => eu_shares(tables, stage).map(Some),
        "parameters" => parameters(tables, stage).map(Some),
        "chain_outputs" => shares(tables, stage).map(Some),
        _ => Ok(None),
    }
}

/// Yearly capacity by country where the tables print it for that year.
pub(crate) fn capacities(tables: Tables<'_>, stage: &ChainStage, year: i16) -> Result<BTreeMap<String, f64>, Error> {
    let sheet = Sheet::open(tables, "world_production")?;
    let (country, years, mass) = (sheet.text("country")?, sheet.text("year")?, sheet.numbers("mass_t")?);
    let place = [
        ("commodity", &[stage.commodity.as_str()][..]),
        ("stage", &[stage.place.1.as_str()]),
        ("statistic", &["capacity"]),
    ];
    let rows =
        sheet.rows_where(&place)?.into_iter().filter(|&row| years.year(row) == Some(year) && !mass[row].is_nan());
    Ok(rows.map(|row| (country.or_empty(row).to_owned(), mass[row])).collect())
}

/// Figures as printed for the year, of the latest edition that prints them.
fn printed(
    tables: Tables<'_>,
    stage: &ChainStage,
    statistic: &str,
    year: i16,
    warnings: &mut Vec<Warning>,
) -> Result<Outputs, Error> {
    let sheet = Sheet::open(tables, "world_production")?;
    let keys: Vec<&str> = stage.output_keys.iter().map(String::as_str).collect();
    let conditions = [("commodity", &[stage.commodity.as_str()][..]), ("form", &keys[..]), ("statistic", &[statistic])];
    let rows = sheet.rows_where(&conditions)?;
    let (years, source, country) = (sheet.text("year")?, sheet.text("source_id")?, sheet.text("country")?);
    let (mass, flag) = (sheet.numbers("mass_t")?, sheet.text("flag")?);
    let of_year: Vec<usize> = rows.iter().copied().filter(|&row| years.year(row) == Some(year)).collect();
    let Some(edition) = of_year.iter().filter_map(|&row| source.get(row)).max() else {
        let mut known: Vec<i16> = rows.iter().filter_map(|&row| years.year(row)).collect();
        known.sort_unstable();
        known.dedup();
        return Err(Error::NoData {
            what: format!("the stage `{}:{}` of {year}", stage.place.0, stage.place.1),
            reason: format!(
                "production by country is printed for {known:?} only: ask for one of these, or name one of them as `production_year`"
            ),
        });
    };
    let mut found = Outputs::new();
    let mut withheld = Vec::new();
    for row in of_year.into_iter().filter(|&row| source.get(row) == Some(edition)) {
        let name = country.or_empty(row).to_owned();
        if mass[row].is_nan() {
            withheld.push(name);
            continue;
        }
        let output = Output {
            mass: mass[row],
            source_id: Some(edition.to_owned()),
            grade: flag.or_empty(row).to_owned(),
            year: Some(year),
        };
        found.insert(name, output);
    }
    if !withheld.is_empty() {
        let what = format!(
            "the output of `{}:{}` is not printed as a number for {}: it is left out, not zero",
            stage.place.0,
            stage.place.1,
            withheld.join(", ")
        );
        warnings.push(Warning::Stated { what });
    }
    Ok(found)
}

fn eu_shares(tables: Tables<'_>, stage: &ChainStage) -> Result<Outputs, Error> {
    let sheet = Sheet::open(tables, "eu_supply_shares")?;
    let keys: Vec<&str> = stage.output_keys.iter().map(String::as_str).collect();
    let rows = sheet.rows_where(&[("scope", &["global"]), ("material", &keys), ("eu_stage", &["P"])])?;
    let (country, share, source) = (sheet.text("country")?, sheet.numbers("share")?, sheet.text("source_id")?);
    let total = total(stage)?;
    // A bound such as "<0.1%" is no number: such countries are left out, and the shares are not stretched.
    let rows = rows.into_iter().filter(|&row| !share[row].is_nan());
    let output = |row: usize| Output {
        mass: share[row] * total,
        source_id: source.get(row).map(str::to_owned),
        grade: stage.grade.clone(),
        year: None,
    };
    Ok(rows.map(|row| (country.or_empty(row).to_owned(), output(row))).collect())
}

fn parameters(tables: Tables<'_>, stage: &ChainStage) -> Result<Outputs, Error> {
    let sheet = Sheet::open(tables, "parameters")?;
    let keys: Vec<&str> = stage.output_keys.iter().map(String::as_str).collect();
    let rows = sheet.rows_where(&[("commodity", &[stage.commodity.as_str()]), ("parameter", &keys)])?;
    let (country, value, grade) = (sheet.text("country")?, sheet.numbers("value")?, sheet.text("grade")?);
    let output =
        |row: usize| Output { mass: value[row], source_id: None, grade: grade.or_empty(row).to_owned(), year: None };
    Ok(rows.into_iter().map(|row| (country.or_empty(row).to_owned(), output(row))).collect())
}

fn shares(tables: Tables<'_>, stage: &ChainStage) -> Result<Outputs, Error> {
    let sheet = Sheet::open(tables, "chain_outputs")?;
    let rows = sheet.rows_where(&[("good", &[stage.place.0.as_str()]), ("stage", &[stage.place.1.as_str()])])?;
    let (country, share, grade, year) =
        (sheet.text("country")?, sheet.numbers("share")?, sheet.text("grade")?, sheet.text("year")?);
    let total = total(stage)?;
    let output = |row: usize| Output {
        mass: share[row] * total,
        source_id: None,
        grade: grade.or_empty(row).to_owned(),
        year: year.year(row),
    };
    Ok(rows.into_iter().map(|row| (country.or_empty(row).to_owned(), output(row))).collect())
}

fn total(stage: &ChainStage) -> Result<f64, Error> {
    stage.output_total.ok_or_else(|| Error::NoData {
        what: format!("the stage `{}:{}`", stage.place.0, stage.place.1),
        reason: "its output is known by shares only, and the chain gives no total to apply them to".to_owned(),
    })
}

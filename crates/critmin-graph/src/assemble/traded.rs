//! Recorded trade alone: any commodity, any year, in gross mass or value.

use std::collections::BTreeMap;

use crate::assemble::sheet::{Sheet, Tables};
use crate::record::Edge;
use crate::report::Warning;
use crate::{BuildOptions, Error, Graph, Measure};

impl Graph {
    /// The recorded trade of some commodities in a year, one node per good, stage and country. Only codes that isolate
    /// the commodity and are alive in that year are read; production is not part of it, so what an exporter sells
    /// beyond its imports has no recorded origin (see [`Graph::with_deficits_as_origins`]).
    ///
    /// `commodities` empty: all of them. `measure`: gross mass or value.
    ///
    /// # Errors
    ///
    /// [`Error::NoData`] when no code of a commodity is usable in that year, with the reason;
    /// [`Error::BadQuestion`] for a measure that trade is not recorded in.
    pub fn traded(tables: Tables<'_>, commodities: &[&str], year: i16, measure: Measure) -> Result<Self, Error> {
        let column = match measure {
            Measure::GrossMass => "mass_t",
            Measure::Value => "value_usd",
            Measure::ContainedMass | Measure::Amount => {
                let reason = format!("trade is recorded in `mass_t` and `value_usd`, not in `{measure}`");
                return Err(Error::BadQuestion { what: "building a graph of trade", reason });
            }
        };
        let mut warnings = Vec::new();
        let forms = forms(tables, commodities, year, &mut warnings)?;
        let sheet = Sheet::open(tables, "trade_flows")?;
        let year_text = year.to_string();
        let codes: Vec<&str> = forms.keys().map(String::as_str).collect();
        let rows = sheet.rows_where(&[("year", &[&year_text]), ("hs6", &codes)])?;
        if rows.is_empty() {
            let what = format!("trade of {year}");
            let reason = "no flow of these codes is recorded in that year".to_owned();
            return Err(Error::NoData { what, reason });
        }
        let amounts = sheet.numbers(column)?;
        let (hs6, origin, destination) = (sheet.text("hs6")?, sheet.text("origin")?, sheet.text("destination")?);
        let source = sheet.text("source_id")?;
        let mut sums: BTreeMap<(String, String), Edge> = BTreeMap::new();
        let mut n_missing = 0;
        for row in rows {
            let form = &forms[hs6.or_empty(row)];
            if amounts[row].is_nan() {
                n_missing += 1;
                continue;
            }
            let id = |country: &str| format!("{}:{}:{country}", form.commodity, form.stage);
            let key = (id(origin.or_empty(row)), id(destination.or_empty(row)));
            let edge = sums.entry(key).or_insert_with_key(|(from, to)| Edge {
                commodity: form.commodity.clone(),
                year: Some(year),
                source_id: source.get(row).map(str::to_owned),
                grade: Some("reported".to_owned()),
                ..Edge::new(from, to, &form.commodity, 0.0)
            });
            edge.flow += amounts[row];
        }
        if 0 < n_missing {
            warnings.push(Warning::Stated {
                what: format!("{n_missing} flows have no {column}: they are left out, not zero"),
            });
        }
        let edges: Vec<Edge> = sums.into_values().collect();
        let mut graph = Self::from_records(&[], &edges, measure, BuildOptions::default())?;
        graph.warnings.splice(0..0, warnings);
        Ok(graph)
    }

    /// The same graph, with what each node hands on beyond what it receives as its own supply: the named reconciliation
    /// `deficit-is-origin`. A warning says how much that is.
    #[must_use]
    pub fn with_deficits_as_origins(&self) -> Self {
        let mut graph = self.clone();
        let mut total = 0.0;
        for balance in self.balances() {
            if balance.residual < 0.0 {
                graph.nodes.own_supply[balance.node] = self.own(balance.node) - balance.residual;
                total -= balance.residual;
            }
        }
        let what = format!(
            "reconciliation `deficit-is-origin`: {total:.1} {} without a recorded origin count as the own supply of whoever hands them on",
            self.measure.unit()
        );
        graph.warnings.push(Warning::Reconciled { what });
        graph
    }
}

struct Form {
    commodity: String,
    stage: String,
}

/// The codes that stand for the commodities in a year.
fn forms(
    tables: Tables<'_>,
    commodities: &[&str],
    year: i16,
    warnings: &mut Vec<Warning>,
) -> Result<BTreeMap<String, Form>, Error> {
    let sheet = Sheet::open(tables, "commodity_forms")?;
    let (hs6, commodity, stage) = (sheet.text("hs6")?, sheet.text("commodity")?, sheet.text("stage")?);
    let (status, note) = (sheet.text("status")?, sheet.text("note")?);
    let (from, to) = (sheet.text("valid_from")?, sheet.text("valid_to")?);
    let mut found = BTreeMap::new();
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in 0..sheet.n_rows() {
        let name = commodity.or_empty(row);
        if !commodities.is_empty() && !commodities.contains(&name) {
            continue;
        }
        let is_alive = from.year(row).is_none_or(|from| from <= year) && to.year(row).is_none_or(|to| year <= to);
        let is_ours = matches!(status.or_empty(row), "usable" | "broken");
        if is_alive && is_ours {
            let form = Form { commodity: name.to_owned(), stage: stage.or_empty(row).to_owned() };
            found.insert(hs6.or_empty(row).to_owned(), form);
        } else {
            let reason = format!("{} ({}): {}", hs6.or_empty(row), status.or_empty(row), note.or_empty(row));
            reasons.entry(name).or_default().push(reason);
        }
    }
    for name in commodities {
        if !found.values().any(|form| form.commodity == **name) {
            let told =
                reasons.get(name).map_or_else(|| "it has no code in the dataset".to_owned(), |all| all.join("; "));
            return Err(Error::NoData { what: format!("trade of `{name}` in {year}"), reason: told });
        }
    }
    if commodities.is_empty() {
        let absent = reasons.keys().filter(|name| !found.values().any(|form| form.commodity == ***name)).count();
        warnings
            .push(Warning::Stated { what: format!("{absent} commodities have no code that isolates them in {year}") });
    }
    Ok(found)
}

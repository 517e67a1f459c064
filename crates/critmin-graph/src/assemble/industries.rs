//! The industries of a benchmark: who uses whose products, from the make and use tables.

use std::collections::BTreeMap;

use crate::assemble::sheet::{Sheet, Tables};
use crate::record::{Edge, Node};
use crate::{BuildOptions, Duplicates, Error, Graph, Measure};

const MILLION: f64 = 1e6;

impl Graph {
    /// The industries and commodities of a U.S. benchmark (2012 or 2017, after redefinitions, producer prices) as a
    /// graph of values: industries make commodities, commodities go into industries and final demand, imports come from
    /// a node of their own, and value added enters at the industries. Nodes are `CODE:industry` and `CODE:commodity`.
    ///
    /// Negative cells (inventory draw-down, subsidies) are no flows; a warning says how much they are.
    ///
    /// # Errors
    ///
    /// [`Error::NoData`] for another year.
    pub fn industries(tables: Tables<'_>, benchmark_year: i16) -> Result<Self, Error> {
        let kinds = kinds(tables, benchmark_year)?;
        let sheet = Sheet::open(tables, "io_cells")?;
        let year = benchmark_year.to_string();
        let mut book = Book { kinds, nodes: BTreeMap::new(), edges: Vec::new(), negative: 0.0 };
        for table in ["make", "use", "import"] {
            // Imports are published before redefinitions only.
            let redefinitions: &[&str] = if table == "import" { &["before"] } else { &["after"] };
            let rows = sheet.rows_where(&[
                ("benchmark_year", &[&year]),
                ("table", &[table]),
                ("redefinitions", redefinitions),
            ])?;
            let (row_code, column_code) = (sheet.text("row_code")?, sheet.text("column_code")?);
            let (value, source) = (sheet.numbers("value_million_usd")?, sheet.text("source_id")?);
            for row in rows {
                let cell = (row_code.or_empty(row), column_code.or_empty(row), value[row] * MILLION, source.get(row));
                book.enter(table, cell, benchmark_year);
            }
        }
        let build = BuildOptions { duplicates: Duplicates::Sum, ..BuildOptions::default() };
        // Subsidies can exceed the rest of an industry's value added: only the sum says so, and it is no supply.
        for own in book.nodes.values_mut().filter_map(|node| node.own_supply.as_mut()).filter(|own| **own < 0.0) {
            book.negative += *own;
            *own = 0.0;
        }
        let nodes: Vec<Node> = book.nodes.into_values().collect();
        let mut graph = Self::from_records(&nodes, &book.edges, Measure::Value, build)?;
        if book.negative < 0.0 {
            let what = format!(
                "cells below zero are no flows and are left out: {:.0} million USD in all",
                book.negative / MILLION
            );
            graph.warnings.insert(0, crate::Warning::Stated { what });
        }
        Ok(graph)
    }
}

struct Book {
    kinds: BTreeMap<String, Vec<String>>,
    nodes: BTreeMap<String, Node>,
    edges: Vec<Edge>,
    negative: f64,
}

impl Book {
    fn is(&self, code: &str, kind: &str) -> bool {
        self.kinds.get(code).is_some_and(|kinds| kinds.iter().any(|known| known == kind))
    }

    fn node(&mut self, code: &str, kind: &str) -> String {
        let id = format!("{code}:{kind}");
        let node = Node {
            id: id.clone(),
            good: code.to_owned(),
            stage: None,
            country: None,
            own_supply: None,
            capacity: None,
        };
        self.nodes.entry(id.clone()).or_insert(node);
        id
    }

    fn enter(&mut self, table: &str, (row, column, value, source): (&str, &str, f64, Option<&str>), year: i16) {
        let is_industry = self.is(column, "industry");
        let ends = match table {
            "make" if self.is(row, "industry") && self.is(column, "commodity") => {
                Some((self.node(row, "industry"), self.node(column, "commodity"), column))
            }
            "use" if self.is(row, "commodity") && (is_industry || self.is(column, "final_demand")) => {
                let buyer = if is_industry { self.node(column, "industry") } else { self.node(column, "final-demand") };
                Some((self.node(row, "commodity"), buyer, row))
            }
            "use" if self.is(row, "value_added") && is_industry => {
                let id = self.node(column, "industry");
                if let Some(node) = self.nodes.get_mut(&id) {
                    node.own_supply = Some(node.own_supply.unwrap_or(0.0) + value);
                }
                None
            }
            "import" if self.is(row, "commodity") && (is_industry || self.is(column, "final_demand")) => {
                (column != "F05000").then(|| (self.node(row, "imports"), self.node(row, "commodity"), row))
            }
            _ => None,
        };
        let Some((supplier, buyer, good)) = ends else { return };
        // F05000 holds imports with their sign turned; they are read from the table of imports instead.
        if value < 0.0 || column == "F05000" {
            self.negative += if column == "F05000" { 0.0 } else { value };
            return;
        }
        let edge = Edge {
            commodity: "value".to_owned(),
            year: Some(year),
            source_id: source.map(str::to_owned),
            grade: Some("published".to_owned()),
            ..Edge::new(&supplier, &buyer, good, value)
        };
        if 0.0 < value {
            self.edges.push(edge);
        }
    }
}

/// What each code of a benchmark is.
fn kinds(tables: Tables<'_>, year: i16) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let sheet = Sheet::open(tables, "io_codes")?;
    let rows = sheet.rows_where(&[("benchmark_year", &[&year.to_string()])])?;
    if rows.is_empty() {
        let reason = "benchmarks are kept for 2012 and 2017".to_owned();
        return Err(Error::NoData { what: format!("the industries of {year}"), reason });
    }
    let (code, kind) = (sheet.text("code")?, sheet.text("kind")?);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        found.entry(code.or_empty(row).to_owned()).or_default().push(kind.or_empty(row).to_owned());
    }
    Ok(found)
}

//! Building a graph: sorting rows into compressed storage, once by buyer and once by supplier.

use critmin_core::{Column, Columns};
use serde::{Deserialize, Serialize};

use crate::components::Components;
use crate::error::Problem;
use crate::graph::Graph;
use crate::intake::{self, Rows};
use crate::record::{Edge, Node};
use crate::report::Warning;
use crate::storage::{Edges, Group, Nodes};
use crate::visit::narrow;
use crate::{Error, Measure};

/// What to do with two rows of the same supplier, buyer, good and commodity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// They are faults.
    #[default]
    Refuse,
    /// Their flows are added; the first row's provenance stays.
    Sum,
}

/// What to do with a row without a flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingFlow {
    /// It is a fault: a missing flow is not zero.
    #[default]
    Refuse,
    /// It is left out, and a warning names it.
    Skip,
}

/// The choices of building.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildOptions {
    /// Rows that repeat a key.
    pub duplicates: Duplicates,
    /// Rows without a flow.
    pub missing_flow: MissingFlow,
}

impl Graph {
    /// Builds a graph from a table of edges and, if wanted, a table of nodes.
    ///
    /// The edges have the columns `supplier` and `buyer` (ids of nodes) and one named by the measure (or `flow`);
    /// if known `good`, `commodity`, `is_essential`, `capacity`, `year`, `source_id`, `grade`. Without `good`, the good
    /// of a supplier is the one that its id tells (`good:stage:COUNTRY`), and suppliers whose ids tell nothing replace
    /// each other. The nodes have the column `node` and, if known, `good`, `stage`, `country`, `own_supply`, `capacity`;
    /// with such a table an edge to a node outside it is a fault.
    ///
    /// A node that supplies itself is legal: its own use is left out, with a warning, since it changes no share.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRows`] names every faulty row: a negative or missing flow, an unknown or repeated node, a repeated
    /// edge. [`Error::MissingColumn`], [`Error::TooLarge`].
    ///
    /// ```
    /// use critmin_core::{Column, Columns};
    /// use critmin_graph::{BuildOptions, Graph, Measure};
    ///
    /// let edges = Columns::new("edges", vec![
    ///     ("supplier".into(), Column::from_labels([Some("gallium:refinery:CHN"), Some("gallium:refinery:CAN")])),
    ///     ("buyer".into(), Column::from_labels([Some("gallium:refinery:CAN"), Some("gallium:refinery:USA")])),
    ///     ("contained_mass_t".into(), Column::Number(vec![5.0, 3.0])),
    /// ])?;
    /// let graph = Graph::from_columns(&edges, None, Measure::ContainedMass, BuildOptions::default())?;
    /// assert_eq!((graph.n_nodes(), graph.n_edges()), (3, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_columns(
        edges: &Columns,
        nodes: Option<&Columns>,
        measure: Measure,
        options: BuildOptions,
    ) -> Result<Self, Error> {
        let nodes = intake::nodes(edges, nodes, measure)?;
        let mut rows = intake::rows(edges, &nodes, measure, options)?;
        let mut warnings = std::mem::take(&mut rows.warnings);
        let order = sorted(&rows, nodes.ids.len());
        let edges = compressed(&rows, &order, &nodes, options)?;
        warnings.extend(empty_groups(&rows, &edges, &nodes));
        let components = Components::find(&edges);
        warnings.extend(cycle(&components, &nodes));
        Ok(Self { measure, nodes, kinds: rows.kinds, edges, components, warnings })
    }

    /// Builds a graph from rows in memory; see [`Graph::from_columns`]. Without `nodes`, the edges name them.
    ///
    /// # Errors
    ///
    /// As [`Graph::from_columns`].
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, Graph, Measure};
    ///
    /// let edges = [Edge::new("mine", "smelter", "ore", 10.0), Edge::new("smelter", "plant", "metal", 8.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// // Two tonnes of the ore do not leave the smelter: the graph says so and closes nothing.
    /// assert_eq!(graph.balances()[graph.position("smelter")?].residual, 2.0);
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn from_records(
        nodes: &[Node],
        edges: &[Edge],
        measure: Measure,
        options: BuildOptions,
    ) -> Result<Self, Error> {
        let table = if nodes.is_empty() { None } else { Some(node_columns(nodes)?) };
        Self::from_columns(&edge_columns(edges, measure)?, table.as_ref(), measure, options)
    }
}

fn node_columns(nodes: &[Node]) -> Result<Columns, Error> {
    let text = |cells: Vec<Option<&str>>| Column::from_labels(cells);
    let number =
        |cells: Vec<Option<f64>>| Column::Number(cells.into_iter().map(|cell| cell.unwrap_or(f64::NAN)).collect());
    let columns = vec![
        ("node".to_owned(), text(nodes.iter().map(|node| Some(node.id.as_str())).collect())),
        ("good".to_owned(), text(nodes.iter().map(|node| Some(node.good.as_str())).collect())),
        ("stage".to_owned(), text(nodes.iter().map(|node| node.stage.map(critmin_core::Stage::as_str)).collect())),
        ("country".to_owned(), text(nodes.iter().map(|node| node.country.as_ref().map(AsRef::as_ref)).collect())),
        ("own_supply".to_owned(), number(nodes.iter().map(|node| node.own_supply).collect())),
        ("capacity".to_owned(), number(nodes.iter().map(|node| node.capacity).collect())),
    ];
    Ok(Columns::new("nodes", columns)?)
}

fn edge_columns(edges: &[Edge], measure: Measure) -> Result<Columns, Error> {
    let text = |cells: Vec<Option<&str>>| Column::from_labels(cells);
    let years: Vec<Option<String>> = edges.iter().map(|edge| edge.year.map(|year| year.to_string())).collect();
    let truth = |truth: bool| Some(if truth { "true" } else { "false" });
    let columns = vec![
        ("supplier".to_owned(), text(edges.iter().map(|edge| Some(edge.supplier.as_str())).collect())),
        ("buyer".to_owned(), text(edges.iter().map(|edge| Some(edge.buyer.as_str())).collect())),
        ("good".to_owned(), text(edges.iter().map(|edge| Some(edge.good.as_str())).collect())),
        ("commodity".to_owned(), text(edges.iter().map(|edge| Some(edge.commodity.as_str())).collect())),
        (measure.as_str().to_owned(), Column::Number(edges.iter().map(|edge| edge.flow).collect())),
        ("is_essential".to_owned(), text(edges.iter().map(|edge| truth(edge.is_essential)).collect())),
        ("capacity".to_owned(), Column::Number(edges.iter().map(|edge| edge.capacity.unwrap_or(f64::NAN)).collect())),
        ("year".to_owned(), text(years.iter().map(Option::as_deref).collect())),
        ("source_id".to_owned(), text(edges.iter().map(|edge| edge.source_id.as_deref()).collect())),
        ("grade".to_owned(), text(edges.iter().map(|edge| edge.grade.as_deref()).collect())),
    ];
    Ok(Columns::new("edges", columns)?)
}

/// The kept rows in the order (buyer, kind, supplier): counted into buyers, then each buyer sorted.
fn sorted(rows: &Rows, n_nodes: usize) -> Vec<u32> {
    let first = counted(rows.row.iter().map(|&row| rows.buyer[row as usize]), n_nodes);
    let mut next = first.clone();
    let mut order = vec![0; rows.row.len()];
    for &row in &rows.row {
        let place = &mut next[rows.buyer[row as usize] as usize];
        order[*place as usize] = row;
        *place += 1;
    }
    for ends in first.windows(2) {
        let of_buyer = &mut order[ends[0] as usize..ends[1] as usize];
        of_buyer.sort_unstable_by_key(|&row| (rows.kind[row as usize], rows.supplier[row as usize], row));
    }
    order
}

/// First place of each key when the keys are sorted, and their number.
fn counted(keys: impl Iterator<Item = u32>, n_keys: usize) -> Vec<u32> {
    let mut first = vec![0; n_keys + 1];
    keys.for_each(|key| first[key as usize + 1] += 1);
    for key in 0..n_keys {
        first[key + 1] += first[key];
    }
    first
}

fn compressed(rows: &Rows, order: &[u32], nodes: &Nodes, options: BuildOptions) -> Result<Edges, Error> {
    let mut edges = Edges { first: vec![0], first_group: vec![0], ..Edges::default() };
    edges.supplier.reserve(order.len());
    edges.flow.reserve(order.len());
    let mut problems = Vec::new();
    let mut last = None;
    for &row in order {
        let at = row as usize;
        let key = (rows.buyer[at], rows.kind[at], rows.supplier[at]);
        if let Some((previous, earlier)) = last
            && previous == key
        {
            match options.duplicates {
                Duplicates::Sum => *edges.flow.last_mut().unwrap_or(&mut 0.0) += rows.flow[at],
                Duplicates::Refuse => problems.push(repeated(nodes, key, earlier, at)),
            }
            continue;
        }
        open(&mut edges, key.0, (key.1, rows.is_essential.as_ref().is_none_or(|truths| truths[at])));
        push(&mut edges, rows, at);
        last = Some((key, at));
    }
    if !problems.is_empty() {
        problems.sort_by_key(|problem: &Problem| problem.row);
        return Err(Error::InvalidRows { table: "edges", problems });
    }
    close(&mut edges, nodes.ids.len());
    transpose(&mut edges, nodes.ids.len());
    edges.provenances = rows.provenance.as_ref().map_or_else(Vec::new, |(_, known)| known.clone());
    Ok(edges)
}

fn repeated(nodes: &Nodes, key: (u32, u32, u32), earlier: usize, row: usize) -> Problem {
    let found = format!("`{}` to `{}`", nodes.ids[key.2 as usize], nodes.ids[key.0 as usize]);
    let expected =
        format!("each flow of a good once; row {} has it too (or build with `duplicates` = `sum`)", earlier + 1);
    Problem { row: row + 1, column: "supplier".to_owned(), found, expected }
}

/// Ends the buyers before this one, and begins its group where the kind is new.
fn open(edges: &mut Edges, buyer: u32, (kind, is_essential): (u32, bool)) {
    let place = narrow(edges.supplier.len());
    while edges.first.len() <= buyer as usize {
        edges.first.push(place);
        edges.first_group.push(narrow(edges.groups.len()));
    }
    let is_first = edges.first_group.last().is_some_and(|&first| first as usize == edges.groups.len());
    match edges.groups.last_mut() {
        Some(group) if !is_first && group.kind == kind => group.is_essential |= is_essential,
        _ => edges.groups.push(Group { kind, first: place, is_essential }),
    }
}

fn push(edges: &mut Edges, rows: &Rows, row: usize) {
    edges.supplier.push(rows.supplier[row]);
    edges.flow.push(rows.flow[row]);
    if let Some(capacity) = &rows.capacity {
        edges.capacity.push(capacity[row]);
    }
    if let Some((codes, _)) = &rows.provenance {
        edges.provenance.push(codes[row]);
    }
}

fn close(edges: &mut Edges, n_nodes: usize) {
    let (place, group) = (narrow(edges.supplier.len()), narrow(edges.groups.len()));
    edges.first.resize(n_nodes + 1, place);
    edges.first_group.resize(n_nodes + 1, group);
}

/// The same edges by supplier, each supplier's buyers in order.
pub(crate) fn transpose(edges: &mut Edges, n_nodes: usize) {
    let first = counted(edges.supplier.iter().copied(), n_nodes);
    let mut next = first.clone();
    edges.buyer = vec![0; edges.supplier.len()];
    edges.sale = vec![0; edges.supplier.len()];
    for buyer in 0..n_nodes {
        for edge in edges.first[buyer]..edges.first[buyer + 1] {
            let place = &mut next[edges.supplier[edge as usize] as usize];
            edges.buyer[*place as usize] = narrow(buyer);
            edges.sale[*place as usize] = edge;
            *place += 1;
        }
    }
    edges.first_sale = first;
}

fn empty_groups(rows: &Rows, edges: &Edges, nodes: &Nodes) -> Vec<Warning> {
    let mut empty = rows.empty.clone();
    empty.sort_unstable();
    empty.dedup();
    empty.retain(|&(buyer, kind)| {
        let span = edges.first_group[buyer as usize] as usize..edges.first_group[buyer as usize + 1] as usize;
        !edges.groups[span].iter().any(|group| group.kind == kind)
    });
    let warning = |(buyer, kind): (u32, u32)| Warning::EmptyGroup {
        buyer: nodes.ids[buyer as usize].clone(),
        good: rows.kinds[kind as usize].good.clone(),
    };
    empty.into_iter().map(warning).collect()
}

pub(crate) fn cycle(components: &Components, nodes: &Nodes) -> Option<Warning> {
    let largest = components.iter().max_by_key(|members| members.len()).filter(|members| 1 < members.len())?;
    let some = largest.iter().take(6).map(|&node| nodes.ids[node as usize].clone()).collect();
    Some(Warning::Cycle { n_nodes: largest.len(), nodes: some })
}

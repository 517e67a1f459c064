//! From the rows of a table to positions: nodes by id, inputs by kind, and every faulty row named.

use critmin_core::{ABSENT, Columns, CountryId, Stage, nearest};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::columns::{Door, Texts};
use crate::record::parts;
use crate::report::Warning;
use crate::storage::{GroupKind, Nodes, Provenance};
use crate::visit::narrow;
use crate::{BuildOptions, Error, Measure, MissingFlow};

/// Where flows come from: by row, and what the codes mean.
pub(crate) type Provenances = (Vec<u32>, Vec<Provenance>);

/// The rows that become edges, by columns, in the order of the table.
pub(crate) struct Rows {
    /// Row of the table, from 0.
    pub(crate) row: Vec<u32>,
    pub(crate) supplier: Vec<u32>,
    pub(crate) buyer: Vec<u32>,
    pub(crate) kind: Vec<u32>,
    pub(crate) flow: Vec<f64>,
    pub(crate) is_essential: Option<Vec<bool>>,
    pub(crate) capacity: Option<Vec<f64>>,
    pub(crate) provenance: Option<Provenances>,
    pub(crate) kinds: Vec<GroupKind>,
    pub(crate) warnings: Vec<Warning>,
    /// Inputs named by rows without a flow.
    pub(crate) empty: Vec<(u32, u32)>,
}

/// The nodes: those of a table, or those that the edges name.
pub(crate) fn nodes(edges: &Columns, table: Option<&Columns>, measure: Measure) -> Result<Nodes, Error> {
    let door = Door::new("edges", edges);
    match table {
        Some(table) => listed(table, measure),
        None => Ok(named([door.texts("supplier")?, door.texts("buyer")?])),
    }
}

/// Every id that the edges name, with the parts that it tells.
fn named(columns: [Texts<'_>; 2]) -> Nodes {
    // Told apart before they are sorted: most nodes are in both columns.
    let known: FxHashSet<&str> = columns.iter().flat_map(|texts| texts.labels).map(String::as_str).collect();
    let mut ids: Vec<&str> = known.into_iter().collect();
    ids.par_sort_unstable();
    let of_ids: Vec<_> = ids.iter().map(|id| parts(id)).collect();
    // A text that tells no stage names no good either: then all suppliers of a buyer replace each other.
    let goods = of_ids.iter().map(|(good, stage, _)| if stage.is_some() { *good } else { "" }.to_owned()).collect();
    let stage = of_ids.iter().map(|(_, stage, _)| *stage).collect();
    let countries = of_ids.into_iter().map(|(_, _, country)| country).collect();
    let absent = vec![f64::NAN; ids.len()];
    assemble(ids.into_iter().map(str::to_owned).collect(), goods, stage, countries, absent.clone(), absent)
}

fn listed(table: &Columns, measure: Measure) -> Result<Nodes, Error> {
    let mut door = Door::new("nodes", table);
    let n_rows = door.n_rows()?;
    let ids = door.texts("node")?;
    let (good, stage, country) =
        (door.optional_texts("good")?, door.optional_texts("stage")?, door.optional_texts("country")?);
    let own_supply = door.optional_amounts(&[&format!("own_supply_{measure}"), "own_supply"])?;
    let capacity = door.optional_amounts(&[&format!("capacity_{measure}"), "capacity"])?;
    let mut order: Vec<usize> = (0..n_rows).collect();
    order.sort_by(|a, b| ids.get(*a).cmp(&ids.get(*b)).then(a.cmp(b)));
    for pair in order.windows(2) {
        if ids.get(pair[0]) == ids.get(pair[1]) && ids.get(pair[0]).is_some() {
            let expected = format!("each node once; row {} names it too", pair[0] + 1);
            door.fault(pair[1], "node", format!("`{}`", ids.get(pair[1]).unwrap_or_default()), &expected);
        }
    }
    let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for &row in &order {
        let Some(id) = ids.get(row) else {
            door.fault(row, "node", "nothing", "the id of a node");
            continue;
        };
        let (told_good, told_stage, told_country) = parts(id);
        let told_good = if told_stage.is_some() { told_good } else { "" };
        columns.0.push(id.to_owned());
        columns.1.push(good.and_then(|texts| texts.get(row)).unwrap_or(told_good).to_owned());
        columns.2.push(word(&mut door, stage, row, "stage", told_stage));
        columns.3.push(word(&mut door, country, row, "country", told_country));
    }
    door.close()?;
    let ordered = |numbers: Option<Vec<f64>>| match numbers {
        Some(numbers) => order.iter().map(|&row| numbers[row]).collect(),
        None => vec![f64::NAN; order.len()],
    };
    Ok(assemble(columns.0, columns.1, columns.2, columns.3, ordered(own_supply), ordered(capacity)))
}

/// One word of a row read as what it should be; what the id tells when the cell is empty.
fn word<T: std::str::FromStr<Err = critmin_core::Error>>(
    door: &mut Door<'_>,
    texts: Option<Texts<'_>>,
    row: usize,
    column: &str,
    told: Option<T>,
) -> Option<T> {
    let Some(text) = texts.and_then(|texts| texts.get(row).map(str::to_owned)).filter(|text| !text.is_empty()) else {
        return told;
    };
    match text.parse() {
        Ok(found) => Some(found),
        Err(error) => {
            door.fault(row, column, format!("`{text}`"), &error.to_string());
            None
        }
    }
}

fn assemble(
    ids: Vec<String>,
    goods: Vec<String>,
    stage: Vec<Option<Stage>>,
    countries: Vec<Option<CountryId>>,
    own_supply: Vec<f64>,
    capacity: Vec<f64>,
) -> Nodes {
    let (goods, good) = interned(goods.into_iter().map(Some));
    let (countries, country) = interned(countries.into_iter());
    Nodes { ids, goods, good, stage, countries, country, own_supply, capacity }
}

/// Each value once, sorted, and the position of each row's value in them.
pub(crate) fn interned<T: Ord + Clone>(rows: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<u32>) {
    let rows: Vec<Option<T>> = rows.collect();
    let mut known: Vec<T> = rows.iter().flatten().cloned().collect();
    known.sort_unstable();
    known.dedup();
    let place = |value: &T| known.binary_search(value).map_or(ABSENT, narrow);
    let codes = rows.iter().map(|row| row.as_ref().map_or(ABSENT, place)).collect();
    (known, codes)
}

/// Reads the rows of the edges.
pub(crate) fn rows(edges: &Columns, nodes: &Nodes, measure: Measure, options: BuildOptions) -> Result<Rows, Error> {
    let mut door = Door::new("edges", edges);
    let n_rows = door.n_rows()?;
    let places: FxHashMap<&str, u32> = nodes.ids.iter().map(String::as_str).zip(0..).collect();
    let supplier = positions(&mut door, "supplier", nodes, &places)?;
    let buyer = positions(&mut door, "buyer", nodes, &places)?;
    let flow = door.numbers(&[measure.as_str(), "flow"])?;
    let (kind, kinds) = kinds(&door, &supplier, nodes)?;
    let is_essential = truths(&mut door, "is_essential")?;
    let capacity = door.optional_amounts(&[&format!("capacity_{measure}"), "capacity"])?;
    let provenance = provenance(&mut door, n_rows)?;
    let kept = sift(&mut door, &supplier, &buyer, &flow, options);
    door.close()?;
    let mut warnings = kept.warnings(&supplier, nodes);
    let empty = kept.zero.iter().map(|&row| (buyer[row as usize], kind[row as usize])).collect();
    warnings.retain(|warning| !matches!(warning, Warning::ZeroFlow { rows } if rows.is_empty()));
    Ok(Rows { row: kept.rows, supplier, buyer, kind, flow, is_essential, capacity, provenance, kinds, warnings, empty })
}

/// The position of each row's node.
fn positions(
    door: &mut Door<'_>,
    column: &str,
    nodes: &Nodes,
    places: &FxHashMap<&str, u32>,
) -> Result<Vec<u32>, Error> {
    let texts = door.texts(column)?;
    let find = |label: &String| places.get(label.as_str()).copied().unwrap_or(ABSENT);
    let places: Vec<u32> = texts.labels.iter().map(find).collect();
    let mut found = Vec::with_capacity(texts.codes.len());
    for (row, &code) in texts.codes.iter().enumerate() {
        let place = places.get(code as usize).copied().unwrap_or(ABSENT);
        if place == ABSENT {
            let (what, expected) = match texts.get(row) {
                None => ("nothing".to_owned(), "the id of a node".to_owned()),
                Some(id) => (format!("`{id}`"), format!("a node of the table of nodes{}", near(id, nodes))),
            };
            door.fault(row, column, what, &expected);
        }
        found.push(place);
    }
    Ok(found)
}

fn near(id: &str, nodes: &Nodes) -> String {
    // The search looks at every node: worth it for a few thousand.
    const AT_MOST: usize = 20_000;
    let ids = nodes.ids.iter().take(AT_MOST).map(String::as_str);
    nearest(id, ids).first().map_or_else(String::new, |known| format!(", such as `{known}`"))
}

/// What each row delivers: its good and its material.
fn kinds(door: &Door<'_>, supplier: &[u32], nodes: &Nodes) -> Result<(Vec<u32>, Vec<GroupKind>), Error> {
    let (goods, commodities) = (door.optional_texts("good")?, door.optional_texts("commodity")?);
    let good_code = |row: usize| match goods {
        Some(texts) => texts.codes[row],
        None => nodes.good.get(supplier[row] as usize).copied().unwrap_or(ABSENT),
    };
    let commodity_code = |row: usize| commodities.map_or(ABSENT, |texts| texts.codes[row]);
    let good_labels = goods.map_or(&nodes.goods[..], |texts| texts.labels);
    let name = |labels: &[String], code: u32| labels.get(code as usize).cloned().unwrap_or_default();
    let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut kinds = Vec::new();
    let mut last = ((ABSENT, ABSENT), ABSENT);
    let mut codes = Vec::with_capacity(supplier.len());
    for row in 0..supplier.len() {
        let key = (good_code(row), commodity_code(row));
        if last.1 == ABSENT || last.0 != key {
            let code = *known.entry(key).or_insert_with(|| {
                let commodity = commodities.map_or_else(String::new, |texts| name(texts.labels, key.1));
                kinds.push(GroupKind { commodity, good: name(good_labels, key.0) });
                narrow(kinds.len() - 1)
            });
            last = (key, code);
        }
        codes.push(last.1);
    }
    // Sorted, so that the order of groups does not depend on the order of rows.
    let (sorted, place) = interned(kinds.into_iter().map(Some));
    for code in &mut codes {
        *code = place[*code as usize];
    }
    Ok((codes, sorted))
}

fn truths(door: &mut Door<'_>, column: &str) -> Result<Option<Vec<bool>>, Error> {
    let Some(texts) = door.optional_texts(column)? else { return Ok(None) };
    let mut found = Vec::with_capacity(texts.codes.len());
    for row in 0..texts.codes.len() {
        let truth = match texts.get(row).unwrap_or("true") {
            "true" => true,
            "false" => false,
            other => {
                door.fault(row, column, format!("`{other}`"), "`true` or `false`");
                true
            }
        };
        found.push(truth);
    }
    Ok(Some(found))
}

fn provenance(door: &mut Door<'_>, n_rows: usize) -> Result<Option<Provenances>, Error> {
    let (year, source, grade) =
        (door.optional_texts("year")?, door.optional_texts("source_id")?, door.optional_texts("grade")?);
    if year.is_none() && source.is_none() && grade.is_none() {
        return Ok(None);
    }
    let code = |texts: Option<Texts<'_>>, row: usize| texts.map_or(ABSENT, |texts| texts.codes[row]);
    let mut known: FxHashMap<[u32; 3], u32> = FxHashMap::default();
    let mut provenances = Vec::new();
    let mut codes = Vec::with_capacity(n_rows);
    for row in 0..n_rows {
        let key = [code(year, row), code(source, row), code(grade, row)];
        let place = *known.entry(key).or_insert_with(|| {
            let text = |texts: Option<Texts<'_>>| texts.and_then(|texts| texts.get(row).map(str::to_owned));
            let read = text(year).map(|year| year.parse::<i16>());
            if let Some(Err(_)) = read {
                door.fault(row, "year", format!("`{}`", text(year).unwrap_or_default()), "a calendar year");
            }
            let year = read.and_then(Result::ok);
            provenances.push(Provenance { year, source_id: text(source), grade: text(grade) });
            narrow(provenances.len() - 1)
        });
        codes.push(place);
    }
    Ok(Some((codes, provenances)))
}

/// Which rows become edges.
struct Kept {
    rows: Vec<u32>,
    missing: Vec<usize>,
    zero: Vec<u32>,
    loops: Vec<usize>,
}

fn sift(door: &mut Door<'_>, supplier: &[u32], buyer: &[u32], flow: &[f64], options: BuildOptions) -> Kept {
    let mut kept =
        Kept { rows: Vec::with_capacity(flow.len()), missing: Vec::new(), zero: Vec::new(), loops: Vec::new() };
    for (row, &flow) in flow.iter().enumerate() {
        if flow.is_nan() {
            match options.missing_flow {
                MissingFlow::Skip => kept.missing.push(row + 1),
                MissingFlow::Refuse => {
                    let expected = "a flow; leave the row out, or build with `missing_flow` = `skip`";
                    door.fault(row, "flow", "nothing", expected);
                }
            }
        } else if !(flow.is_finite() && 0.0 <= flow) {
            door.fault(row, "flow", flow.to_string(), "a finite flow that is not negative");
        } else if supplier[row] == buyer[row] {
            kept.loops.push(row);
        } else if flow == 0.0 {
            kept.zero.push(narrow(row));
        } else {
            kept.rows.push(narrow(row));
        }
    }
    kept
}

impl Kept {
    fn warnings(&self, supplier: &[u32], nodes: &Nodes) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !self.missing.is_empty() {
            warnings.push(Warning::MissingFlow { rows: self.missing.clone() });
        }
        if !self.zero.is_empty() {
            warnings.push(Warning::ZeroFlow { rows: self.zero.iter().map(|row| *row as usize + 1).collect() });
        }
        if !self.loops.is_empty() {
            let mut at: Vec<u32> = self.loops.iter().map(|&row| supplier[row]).collect();
            at.sort_unstable();
            at.dedup();
            let nodes = at.iter().filter_map(|&node| nodes.ids.get(node as usize).cloned()).collect();
            warnings.push(Warning::SelfLoop { rows: self.loops.iter().map(|row| row + 1).collect(), nodes });
        }
        warnings
    }
}

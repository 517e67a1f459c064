//! What technologies are made of: metal intensities times what is built.

use critmin_core::nearest;

use crate::assemble::sheet::{Sheet, Tables};
use crate::record::{Edge, Node};
use crate::report::Warning;
use crate::{BuildOptions, Duplicates, Error, Graph, Measure};

const KILOGRAMS_PER_TONNE: f64 = 1000.0;

impl Graph {
    /// The metals that some technologies need, in contained mass: one node per technology, one essential input per
    /// metal, with `intensity * deployed`. Deployment is in the unit of the intensity: MW for `kg/MW`, tonnes of motor
    /// or vehicle where the intensity is a share of mass.
    ///
    /// The intensity is the mean over the studies of the table; minimum and maximum differ widely, so ask with your own
    /// table where it matters. A metal that is no commodity of the dataset keeps its printed name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] for a technology that the table does not have; [`Error::NoData`] for a year without
    /// figures (2020 and 2050 are there); [`Error::BadQuestion`] for a deployment that is not positive.
    ///
    /// ```
    /// let tables = |name: &str| critmin_tables::reference::columns(name).ok();
    /// // Ten gigawatts of wind turbines with permanent magnets.
    /// let graph = critmin_graph::Graph::composed(&tables, &[("Wind-DDPM", 10_000.0)], 2020)?;
    /// assert!(graph.nodes().any(|node| node.id == "neodymium:refinery"));
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn composed(tables: Tables<'_>, deployment: &[(&str, f64)], year: i16) -> Result<Self, Error> {
        let sheet = Sheet::open(tables, "metal_intensities")?;
        let (technology, unit) = (sheet.text("technology")?, sheet.text("unit")?);
        let mut nodes = std::collections::BTreeMap::new();
        let (mut edges, mut told) = (Vec::new(), Vec::new());
        for &(name, deployed) in deployment {
            if !(deployed.is_finite() && 0.0 < deployed) {
                let reason = format!("the deployment of `{name}` is {deployed}: expected a positive amount");
                return Err(Error::BadQuestion { what: "composing a graph", reason });
            }
            let rows = sheet.rows_where(&[("technology", &[name])])?;
            if rows.is_empty() {
                let known: Vec<&str> = (0..sheet.n_rows()).filter_map(|row| technology.get(row)).collect();
                return Err(Error::UnknownName {
                    kind: "technology",
                    found: name.to_owned(),
                    nearest: nearest(name, known),
                });
            }
            let units: Vec<&str> = rows.iter().filter_map(|&row| unit.get(row)).take(1).collect();
            told.push(format!("{deployed} in units of {} of `{name}`", units.concat()));
            enter(&sheet, rows, (name, deployed), year, &mut nodes, &mut edges)?;
        }
        let build = BuildOptions { duplicates: Duplicates::Sum, ..BuildOptions::default() };
        let nodes: Vec<Node> = nodes.into_values().collect();
        let mut graph = Self::from_records(&nodes, &edges, Measure::ContainedMass, build)?;
        let what = format!("mean metal intensities of {year} times {}", told.join(", "));
        graph.warnings.insert(0, Warning::Stated { what });
        Ok(graph)
    }
}

/// The inputs of one technology.
fn enter(
    sheet: &Sheet,
    rows: Vec<usize>,
    (name, deployed): (&str, f64),
    year: i16,
    nodes: &mut std::collections::BTreeMap<String, Node>,
    edges: &mut Vec<Edge>,
) -> Result<(), Error> {
    let (metal, commodity, years) = (sheet.text("metal")?, sheet.text("commodity")?, sheet.text("year")?);
    let (mean, unit, source) = (sheet.numbers("mean")?, sheet.text("unit")?, sheet.text("source_id")?);
    let of_year: Vec<usize> = rows.into_iter().filter(|&row| years.year(row) == Some(year)).collect();
    if of_year.is_empty() {
        let reason = format!("no intensity of {year} is in the table: 2020 and 2050 are");
        return Err(Error::NoData { what: format!("the composition of `{name}`"), reason });
    }
    let product = bare(&format!("{}:product", slug(name)), &slug(name));
    for row in of_year.into_iter().filter(|&row| 0.0 < mean[row]) {
        let good = commodity.get(row).map_or_else(|| slug(metal.or_empty(row)), str::to_owned);
        let supplier = bare(&format!("{good}:refinery"), &good);
        // A share of mass gives tonnes from tonnes, an intensity in kilograms per megawatt kilograms.
        let scale = if unit.or_empty(row) == "kg/MW" { KILOGRAMS_PER_TONNE } else { 1.0 };
        edges.push(Edge {
            commodity: good.clone(),
            year: Some(year),
            source_id: source.get(row).map(str::to_owned),
            grade: Some("literature".to_owned()),
            ..Edge::new(&supplier.id, &product.id, &good, mean[row] * deployed / scale)
        });
        nodes.insert(supplier.id.clone(), supplier);
    }
    nodes.insert(product.id.clone(), product);
    Ok(())
}

fn bare(id: &str, good: &str) -> Node {
    let stage = id.rsplit(':').next().and_then(|stage| stage.parse().ok());
    Node { id: id.to_owned(), good: good.to_owned(), stage, country: None, own_supply: None, capacity: None }
}

fn slug(name: &str) -> String {
    let words: Vec<String> = name.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

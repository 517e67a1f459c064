//! The classic questions of an input-output table: Leontief, Ghosh, multipliers, hypothetical extraction.

use critmin_core::InputOutputTable;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Rounds after which a series that should converge does not.
const MOST_ROUNDS: u32 = 20_000;
/// A series ends when a round adds less than this share of the sum.
const TOLERANCE: f64 = 1e-13;

/// What the coefficients count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportTreatment {
    /// Domestic inputs only: every user of a commodity is taken to import the same share of it. The default.
    #[default]
    ImportsSeparated,
    /// All inputs, wherever they come from.
    ImportsIncluded,
}

/// Industry by industry: `a_kj` of industry `k`'s output goes into one unit of `j`'s, under the assumption that an
/// industry sells each commodity in proportion to its share of making it (fixed sales of the market share).
#[derive(Debug, Clone, PartialEq)]
pub struct IndustryModel {
    codes: Vec<String>,
    output: Vec<f64>,
    value_added: Vec<f64>,
    final_demand: Vec<f64>,
    /// `a_kj`, by column: for each industry the inputs it needs.
    inputs: Columns,
}

/// A sparse matrix, column by column.
#[derive(Debug, Clone, PartialEq)]
struct Columns {
    starts: Vec<usize>,
    rows: Vec<usize>,
    values: Vec<f64>,
}

/// What an industry is worth to the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// Code of the industry that is taken out.
    pub industry: String,
    /// Change of gross output, its own included.
    pub output_change: f64,
    /// Change of gross output of the others.
    pub output_change_of_others: f64,
    /// Change of gross domestic product, its own included.
    pub gdp_change: f64,
}

/// Multipliers of one industry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Multipliers {
    /// Code of the industry.
    pub industry: String,
    /// Output of all industries per unit of final demand for its products.
    pub output: f64,
    /// Value added of all industries per unit of final demand for its products.
    pub value_added: f64,
    /// Output of all industries per unit of its value added (Ghosh): how far its supply reaches.
    pub forward: f64,
}

impl IndustryModel {
    /// The industry-by-industry model of `table`.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for a faulty table.
    ///
    /// # References
    ///
    /// Miller, Blair (2009), Input-Output Analysis, 2nd edition, chapters 4 and 5; Eurostat Manual of Supply, Use and
    /// Input-Output Tables (2008), model D.
    pub fn new(table: &InputOutputTable, imports: ImportTreatment) -> Result<Self, Error> {
        table.validate()?;
        let (output, made) = (table.output(), table.commodity_output());
        // Share of domestic supply: final demand includes exports, which are taken from the same mix.
        let domestic = |commodity: usize| {
            let imported = table.imports[commodity].max(0.0);
            let is_all = imports == ImportTreatment::ImportsIncluded || imported == 0.0;
            if is_all { 1.0 } else { made[commodity] / (made[commodity] + imported).max(f64::MIN_POSITIVE) }
        };
        let mut makers: Vec<Vec<(usize, f64)>> = vec![Vec::new(); made.len()];
        for cell in table.make.iter().filter(|cell| made[cell.column] != 0.0) {
            makers[cell.column].push((cell.row, cell.value / made[cell.column] * domestic(cell.column)));
        }
        let mut cells = Vec::new();
        for cell in table.intermediate_use.iter().filter(|cell| 0.0 < output[cell.column]) {
            let need = cell.value / output[cell.column];
            cells.extend(makers[cell.row].iter().map(|(maker, share)| (*maker, cell.column, need * share)));
        }
        let mut final_demand = vec![0.0; output.len()];
        for cell in &table.final_use {
            for (maker, share) in &makers[cell.row] {
                final_demand[*maker] += cell.value * share;
            }
        }
        let inputs = Columns::new(output.len(), cells);
        let codes = table.industries.iter().map(|industry| industry.code.clone()).collect();
        Ok(Self { codes, output, value_added: table.value_added.clone(), final_demand, inputs })
    }

    /// Codes of the industries, in the order of every vector.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// Final demand for each industry's products in the base.
    pub fn final_demand(&self) -> &[f64] {
        &self.final_demand
    }

    /// `a_kj`: what industry `supplier` delivers into one unit of `user`'s output.
    pub fn coefficient(&self, supplier: usize, user: usize) -> f64 {
        self.inputs.column(user).find(|(row, _)| *row == supplier).map_or(0.0, |(_, value)| value)
    }

    /// Output that final demand needs: `x = (I - A)^-1 y`, by the series `y + Ay + A^2 y + ...` (never by inversion).
    ///
    /// # Errors
    ///
    /// [`Error::SeriesDiverges`] when the table is not productive (spectral radius of 1 or more), and
    /// [`Error::Solve`] for a wrong number of entries.
    pub fn leontief(&self, final_demand: &[f64]) -> Result<Vec<f64>, Error> {
        series(final_demand, self.output.len(), |vector| self.inputs.times(vector))
    }

    /// Output that value added sustains (Ghosh): `x' = v' (I - B)^-1` with the allocation coefficients
    /// `b_kj = x_k a_kj'`.
    ///
    /// # Errors
    ///
    /// As [`Self::leontief`].
    ///
    /// # References
    ///
    /// Ghosh (1958), Input-Output Approach in an Allocation System, Economica 25, <https://doi.org/10.2307/2550694>.
    pub fn ghosh(&self, value_added: &[f64]) -> Result<Vec<f64>, Error> {
        let push = |vector: &[f64]| {
            // B = diag(x)^-1 A diag(x): push from suppliers to users.
            let scaled: Vec<f64> =
                vector.iter().zip(&self.output).map(|(value, output)| over(*value, *output)).collect();
            let pulled = self.inputs.transposed_times(&scaled);
            pulled.iter().zip(&self.output).map(|(value, output)| value * output).collect()
        };
        series(value_added, self.output.len(), push)
    }

    /// Multipliers of every industry.
    ///
    /// # Errors
    ///
    /// As [`Self::leontief`].
    pub fn multipliers(&self) -> Result<Vec<Multipliers>, Error> {
        let backward =
            |weights: &[f64]| series(weights, self.output.len(), |vector| self.inputs.transposed_times(vector));
        let added: Vec<f64> =
            self.value_added.iter().zip(&self.output).map(|(added, output)| over(*added, *output)).collect();
        let (output, value_added) = (backward(&vec![1.0; self.output.len()])?, backward(&added)?);
        let spread = |vector: &[f64]| {
            let scaled: Vec<f64> = vector.iter().zip(&self.output).map(|(value, output)| value * output).collect();
            let sold = self.inputs.times(&scaled);
            sold.iter().zip(&self.output).map(|(value, output)| over(*value, *output)).collect()
        };
        let forward = series(&vec![1.0; self.output.len()], self.output.len(), spread)?;
        let row = |industry: usize| Multipliers {
            industry: self.codes[industry].clone(),
            output: output[industry],
            value_added: value_added[industry],
            forward: forward[industry],
        };
        Ok((0..self.output.len()).map(row).collect())
    }

    /// The economy without one industry: it buys nothing, sells nothing and meets no final demand, and imports replace
    /// what it made.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for an unknown industry; as [`Self::leontief`].
    ///
    /// # References
    ///
    /// Dietzenbacher, Lahr (2013), Expanding extractions, Economic Systems Research 25,
    /// <https://doi.org/10.1080/09535314.2013.774266>.
    pub fn extraction(&self, industry: usize) -> Result<Extraction, Error> {
        let before = self.leontief(&self.final_demand)?;
        let mut wanted = self.final_demand.clone();
        wanted[industry] = 0.0;
        let without = |vector: &[f64]| {
            let mut kept = vector.to_vec();
            kept[industry] = 0.0;
            let mut product = self.inputs.times(&kept);
            product[industry] = 0.0;
            product
        };
        let after = series(&wanted, self.output.len(), without)?;
        let changes: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        let added = |(change, (added, output)): (&f64, (&f64, &f64))| change * over(*added, *output);
        let output_change: f64 = changes.iter().sum();
        Ok(Extraction {
            industry: self.codes[industry].clone(),
            output_change,
            output_change_of_others: output_change - changes[industry],
            gdp_change: changes.iter().zip(self.value_added.iter().zip(&self.output)).map(added).sum(),
        })
    }

    /// Largest eigenvalue of the coefficients, in magnitude: below 1 the economy can make a surplus. By power iteration.
    pub fn spectral_radius(&self) -> f64 {
        let mut vector = vec![1.0; self.output.len()];
        let mut radius = 0.0;
        for _ in 0..MOST_ROUNDS {
            let next = self.inputs.times(&vector);
            let norm = next.iter().fold(0.0_f64, |norm, value| norm.max(value.abs()));
            if norm == 0.0 || (norm - radius).abs() <= TOLERANCE * norm {
                return norm;
            }
            radius = norm;
            vector = next.iter().map(|value| value / norm).collect();
        }
        radius
    }
}

fn over(value: f64, by: f64) -> f64 {
    if 0.0 < by { value / by } else { 0.0 }
}

/// `start + step(start) + step(step(start)) + ...`
fn series(start: &[f64], length: usize, step: impl Fn(&[f64]) -> Vec<f64>) -> Result<Vec<f64>, Error> {
    if start.len() != length {
        let what = "entries, one for each industry";
        return Err(critmin_solve::Error::WrongSize { what, found: start.len(), expected: length }.into());
    }
    let size = |vector: &[f64]| vector.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
    let (mut sum, mut term) = (start.to_vec(), start.to_vec());
    for _ in 0..MOST_ROUNDS {
        term = step(&term);
        sum.iter_mut().zip(&term).for_each(|(sum, term)| *sum += term);
        let (added, total) = (size(&term), size(&sum));
        if !total.is_finite() {
            break;
        }
        if added <= TOLERANCE * total {
            return Ok(sum);
        }
    }
    Err(Error::SeriesDiverges)
}

impl Columns {
    fn new(size: usize, mut cells: Vec<(usize, usize, f64)>) -> Self {
        cells.sort_by_key(|(row, column, _)| (*column, *row));
        let mut matrix = Self { starts: vec![0; size + 1], rows: Vec::new(), values: Vec::new() };
        let mut last = None;
        for (row, column, value) in cells {
            if last == Some((row, column)) {
                // Several commodities join the same two industries.
                if let Some(sum) = matrix.values.last_mut() {
                    *sum += value;
                }
                continue;
            }
            last = Some((row, column));
            matrix.rows.push(row);
            matrix.values.push(value);
            matrix.starts[column + 1] = matrix.rows.len();
        }
        for column in 0..size {
            matrix.starts[column + 1] = matrix.starts[column + 1].max(matrix.starts[column]);
        }
        matrix
    }

    fn column(&self, column: usize) -> impl Iterator<Item = (usize, f64)> {
        let cells = self.starts[column]..self.starts[column + 1];
        self.rows[cells.clone()].iter().copied().zip(self.values[cells].iter().copied())
    }

    fn times(&self, vector: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; vector.len()];
        for (column, factor) in vector.iter().enumerate() {
            self.column(column).for_each(|(row, value)| product[row] += value * factor);
        }
        product
    }

    fn transposed_times(&self, vector: &[f64]) -> Vec<f64> {
        (0..vector.len()).map(|column| self.column(column).map(|(row, value)| value * vector[row]).sum()).collect()
    }
}

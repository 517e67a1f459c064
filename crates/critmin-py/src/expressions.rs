//! How do the indices enter a polars expression? As a plugin that polars loads from this extension: one function per
//! index, called once with the groups as lists, answering with one value for each. A call per group would cost more than
//! the index. Unpack, call [`critmin_score::indices`], pack.
//!
//! The attribute `polars_expr` writes the C functions that polars looks up, and they are unsafe; the lint does not look
//! into the code of a foreign macro. Everything that stands in this file is safe, and `unsafe_code` stays forbidden.

use critmin_core::{Error, effective_suppliers as effective_suppliers_of, hhi as hhi_of};
use critmin_score::indices;
use polars_core::prelude::*;
use pyo3_polars::derive::polars_expr;
use serde::Deserialize;

/// What to do with a row whose quantity is null.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Missing {
    /// Refuse: absence is not zero, and only the caller may leave a supplier out.
    Error,
    /// Leave the row out, as the caller asked.
    Skip,
}

/// Options of an index without any of its own.
#[derive(Deserialize)]
struct Options {
    missing: Missing,
}

/// Options of the Hill number.
#[derive(Deserialize)]
struct HillOptions {
    missing: Missing,
    order: f64,
}

/// Options of the indices that single out the `k` largest suppliers.
#[derive(Deserialize)]
struct LargestOptions {
    missing: Missing,
    k: usize,
}

#[polars_expr(output_type_func=one_number)]
fn hhi(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    of_quantities(inputs, kwargs.missing, hhi_of)
}

#[polars_expr(output_type_func=one_number)]
fn effective_suppliers(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    of_quantities(inputs, kwargs.missing, effective_suppliers_of)
}

#[polars_expr(output_type_func=one_number)]
fn shannon_entropy(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    of_quantities(inputs, kwargs.missing, indices::shannon_entropy)
}

#[polars_expr(output_type_func=one_number)]
fn hill(inputs: &[Series], kwargs: HillOptions) -> PolarsResult<Series> {
    of_quantities(inputs, kwargs.missing, |quantities| indices::hill(quantities, kwargs.order))
}

#[polars_expr(output_type_func=one_number)]
fn top_share(inputs: &[Series], kwargs: LargestOptions) -> PolarsResult<Series> {
    of_quantities(inputs, kwargs.missing, |quantities| indices::top_share(quantities, kwargs.k))
}

#[polars_expr(output_type_func=one_number)]
fn without_top(inputs: &[Series], kwargs: LargestOptions) -> PolarsResult<Series> {
    of_quantities(inputs, kwargs.missing, |quantities| indices::without_top(quantities, kwargs.k))
}

#[polars_expr(output_type_func=one_number)]
fn weighted_hhi(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    of_weighted(inputs, kwargs.missing, Ok)
}

#[polars_expr(output_type_func=one_number)]
fn governance_weighted_hhi(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    of_weighted(inputs, kwargs.missing, |estimate| {
        // Standard scores, seen between -3 and 3; the formula would clip a percentile rank without a word.
        if estimate.abs() <= 5.0 { Ok(indices::governance_scaled(estimate)) } else { Err(NOT_AN_ESTIMATE) }
    })
}

const NOT_AN_ESTIMATE: &str =
    "expected an estimate of the Worldwide Governance Indicators, about -2.5 to 2.5 and not a percentile rank";

/// Name and type of the answer, asked for when the plan is made: a column that cannot hold amounts is refused there.
fn one_number(fields: &[Field]) -> PolarsResult<Field> {
    for field in fields {
        expect_numbers(field.name(), inner(field.dtype()))?;
    }
    Ok(Field::new(fields[0].name().clone(), DataType::Float64))
}

/// What the lists of a column hold: the rows of each group arrive as one list.
fn inner(dtype: &DataType) -> &DataType {
    if let DataType::List(inner) = dtype { inner } else { dtype }
}

fn of_quantities(
    inputs: &[Series],
    missing: Missing,
    index: impl Fn(&[f64]) -> Result<f64, Error>,
) -> PolarsResult<Series> {
    let groups = Groups::read(&inputs[0])?;
    let mut suppliers = Suppliers::default();
    let mut answers = Vec::with_capacity(groups.n());
    for group in 0..groups.n() {
        suppliers.read(&groups, group, missing)?;
        answers.push(answer(&groups.name, &suppliers, None, index(&suppliers.quantities))?);
    }
    Ok(Series::new(groups.name, answers))
}

fn of_weighted(
    inputs: &[Series],
    missing: Missing,
    scale: impl Fn(f64) -> Result<f64, &'static str>,
) -> PolarsResult<Series> {
    let (groups, weights) = (Groups::read(&inputs[0])?, Groups::read(&inputs[1])?);
    let mut suppliers = Suppliers::default();
    let mut answers = Vec::with_capacity(groups.n());
    for group in 0..groups.n() {
        suppliers.read(&groups, group, missing)?;
        let scaled = suppliers.weights(&groups, &weights, group, &scale)?;
        let found = indices::weighted_hhi(&suppliers.quantities, &scaled);
        answers.push(answer(&groups.name, &suppliers, Some(&weights.name), found)?);
    }
    Ok(Series::new(groups.name, answers))
}

/// The rows of every group of one column.
struct Groups {
    name: PlSmallStr,
    /// First row of each group, and the number of rows.
    starts: Vec<usize>,
    rows: Float64Chunked,
}

impl Groups {
    fn read(series: &Series) -> PolarsResult<Self> {
        let (name, lists) = (series.name().clone(), series.list()?.rechunk());
        let rows = lists.get_inner().with_name(name.clone());
        let mut starts = Vec::with_capacity(lists.len() + 1);
        for list in lists.downcast_iter() {
            starts.extend(list.offsets().iter().filter_map(|&start| usize::try_from(start).ok()));
        }
        Ok(Self { name, starts, rows: numbers(&rows)? })
    }

    fn n(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    fn len(&self, group: usize) -> usize {
        self.starts[group + 1] - self.starts[group]
    }

    fn get(&self, group: usize, row: usize) -> Option<f64> {
        self.rows.get(self.starts[group] + row)
    }
}

/// The suppliers of one group that take part; used again for the next group.
#[derive(Default)]
struct Suppliers {
    /// Position of each quantity in the group.
    rows: Vec<usize>,
    quantities: Vec<f64>,
}

impl Suppliers {
    fn read(&mut self, groups: &Groups, group: usize, missing: Missing) -> PolarsResult<()> {
        self.rows.clear();
        self.quantities.clear();
        let n = groups.len(group);
        for (row, quantity) in (0..n).filter_map(|row| Some((row, groups.get(group, row)?))) {
            self.rows.push(row);
            self.quantities.push(quantity);
        }
        let nulls = n - self.rows.len();
        if 0 < nulls && matches!(missing, Missing::Error) {
            polars_bail!(ComputeError: "`{}` lacks {nulls} of {n} values in one group: unknown is not zero; fill the \
                gap, or leave these suppliers out with `missing=\"skip\"`", groups.name);
        }
        Ok(())
    }

    /// One weight for each supplier that takes part.
    fn weights(
        &self,
        groups: &Groups,
        weights: &Groups,
        group: usize,
        scale: &impl Fn(f64) -> Result<f64, &'static str>,
    ) -> PolarsResult<Vec<f64>> {
        let name = &weights.name;
        // A literal arrives once, not once for each group.
        let own = if weights.n() == 1 { 0 } else { group };
        let (n, wanted) = (weights.len(own), groups.len(group));
        polars_ensure!(n == wanted, ComputeError: "`{name}` has {n} rows, `{}` has {wanted}: every supplier needs a \
            weight of its own", groups.name);
        let weight_of = |&row: &usize| match weights.get(own, row).map(|weight| (weight, scale(weight))) {
            Some((_, Ok(weight))) => Ok(weight),
            Some((found, Err(why))) => Err(polars_err!(ComputeError: "`{name}`, entry {row} is {found}: {why}")),
            None => Err(polars_err!(ComputeError: "`{name}`, entry {row} is null: a supplier without a weight cannot \
                be weighed; fill the gap or filter the row out first")),
        };
        self.rows.iter().map(weight_of).collect()
    }

    /// The error with the column and the row that the user knows.
    fn explain(&self, name: &PlSmallStr, weight: Option<&PlSmallStr>, error: Error) -> PolarsError {
        let Error::NotAQuantity { index, value } = error else { return polars_err!(ComputeError: "{error}") };
        let is_quantity = self.quantities.get(index).is_some_and(|quantity| quantity.to_bits() == value.to_bits());
        let name = weight.filter(|_| !is_quantity).unwrap_or(name);
        let error = Error::NotAQuantity { index: self.rows.get(index).copied().unwrap_or(index), value };
        polars_err!(ComputeError: "`{name}`, {error}")
    }
}

/// The value of one group. No supply at all is null: raising would cost every other group its answer.
fn answer(
    name: &PlSmallStr,
    suppliers: &Suppliers,
    weight: Option<&PlSmallStr>,
    found: Result<f64, Error>,
) -> PolarsResult<Option<f64>> {
    match found {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoSupply) => Ok(None),
        Err(error) => Err(suppliers.explain(name, weight, error)),
    }
}

/// The column as 64-bit floats in one piece.
fn numbers(series: &Series) -> PolarsResult<Float64Chunked> {
    expect_numbers(series.name(), series.dtype())?;
    Ok(series.strict_cast(&DataType::Float64)?.f64()?.rechunk().into_owned())
}

fn expect_numbers(name: &str, dtype: &DataType) -> PolarsResult<()> {
    let fits = dtype.is_primitive_numeric() || dtype.is_decimal() || dtype.is_null();
    polars_ensure!(fits, SchemaMismatch: "`{name}` holds `{dtype}`: an index needs numbers; cast the column first, for \
        instance with `.cast(pl.Float64)`");
    Ok(())
}

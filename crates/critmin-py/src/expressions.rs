//! How do the indices enter a polars expression? As a plugin that polars loads from this extension: one function per
//! index, called with the rows of one group, answering with one value. Unpack, call [`critmin_score::indices`], pack.
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
        expect_numbers(field.name(), field.dtype())?;
    }
    Ok(Field::new(fields[0].name().clone(), DataType::Float64))
}

fn of_quantities(
    inputs: &[Series],
    missing: Missing,
    index: impl FnOnce(&[f64]) -> Result<f64, Error>,
) -> PolarsResult<Series> {
    let suppliers = Suppliers::read(&inputs[0], missing)?;
    answer(&suppliers, None, index(&suppliers.quantities))
}

fn of_weighted(
    inputs: &[Series],
    missing: Missing,
    scale: impl Fn(f64) -> Result<f64, &'static str>,
) -> PolarsResult<Series> {
    let suppliers = Suppliers::read(&inputs[0], missing)?;
    let weights = suppliers.weights(&inputs[1], scale)?;
    answer(&suppliers, Some(inputs[1].name()), indices::weighted_hhi(&suppliers.quantities, &weights))
}

/// The suppliers of one group that take part.
struct Suppliers {
    name: PlSmallStr,
    /// How many rows the group has, those left out included.
    len: usize,
    /// Position of each quantity in the group.
    rows: Vec<usize>,
    quantities: Vec<f64>,
}

impl Suppliers {
    fn read(series: &Series, missing: Missing) -> PolarsResult<Self> {
        let (name, nulls) = (series.name(), series.null_count());
        if 0 < nulls && matches!(missing, Missing::Error) {
            polars_bail!(ComputeError: "`{name}` lacks {nulls} of {} values in one group: unknown is not zero; fill the \
                gap, or leave these suppliers out with `missing=\"skip\"`", series.len());
        }
        let present = numbers(series)?;
        let (rows, quantities) =
            present.iter().enumerate().filter_map(|(row, quantity)| Some((row, quantity?))).unzip();
        Ok(Self { name: name.clone(), len: series.len(), rows, quantities })
    }

    /// One weight for each supplier that takes part.
    fn weights(&self, series: &Series, scale: impl Fn(f64) -> Result<f64, &'static str>) -> PolarsResult<Vec<f64>> {
        let name = series.name();
        polars_ensure!(series.len() == self.len, ComputeError: "`{name}` has {} rows, `{}` has {}: every supplier \
            needs a weight of its own", series.len(), self.name, self.len);
        let weights = numbers(series)?;
        let weight_of = |&row: &usize| match weights.get(row).map(|weight| scale(weight).map_err(|why| (weight, why))) {
            Some(Ok(weight)) => Ok(weight),
            Some(Err((found, why))) => Err(polars_err!(ComputeError: "`{name}`, entry {row} is {found}: {why}")),
            None => Err(polars_err!(ComputeError: "`{name}`, entry {row} is null: a supplier without a weight cannot \
                be weighed; fill the gap or filter the row out first")),
        };
        self.rows.iter().map(weight_of).collect()
    }

    /// The error with the column and the row that the user knows.
    fn explain(&self, weight: Option<&PlSmallStr>, error: Error) -> PolarsError {
        let Error::NotAQuantity { index, value } = error else { return polars_err!(ComputeError: "{error}") };
        let is_quantity = self.quantities.get(index).is_some_and(|quantity| quantity.to_bits() == value.to_bits());
        let name = weight.filter(|_| !is_quantity).unwrap_or(&self.name);
        let error = Error::NotAQuantity { index: self.rows.get(index).copied().unwrap_or(index), value };
        polars_err!(ComputeError: "`{name}`, {error}")
    }
}

/// One value for the group. No supply at all is null: raising would cost every other group its answer.
fn answer(suppliers: &Suppliers, weight: Option<&PlSmallStr>, found: Result<f64, Error>) -> PolarsResult<Series> {
    let value = match found {
        Ok(value) => Some(value),
        Err(Error::NoSupply) => None,
        Err(error) => return Err(suppliers.explain(weight, error)),
    };
    Ok(Series::new(suppliers.name.clone(), [value]))
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

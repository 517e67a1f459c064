//! An input-output table made ready to be cut: coefficients, bounds, and the kernel that every solve shares.

use critmin_core::{InputOutputTable, IoCell, IoCode};
use critmin_solve::{DeviationLimits, LeastDeviation};

use crate::{EconomyOptions, Error, FinalDemandTreatment};

/// Above this share of a total a balance is no rounding: the worst row of the BEA tables misses 0.7 %.
const BALANCE_TOLERANCE: f64 = 0.02;

/// An economy in its base year. Quantities are in the unit of its table.
#[derive(Debug, Clone)]
pub struct Economy {
    pub(crate) table: InputOutputTable,
    pub(crate) options: EconomyOptions,
    /// Output, by industry.
    pub(crate) output: Vec<f64>,
    /// Value added over output, by industry.
    pub(crate) value_added_share: Vec<f64>,
    /// Final demand, by commodity.
    pub(crate) final_demand: Vec<f64>,
    /// The part of final demand that may fall, by commodity.
    pub(crate) flexible: Vec<f64>,
    /// Use less make per unit of output, commodity by industry, one industry after the other.
    pub(crate) coefficients: Vec<f64>,
    pub(crate) is_pinned: Vec<bool>,
    pub(crate) kernel: LeastDeviation,
}

impl Economy {
    /// Prepares `table` under `options`.
    ///
    /// The balances of the table need not close to the last digit: deviations from the base are what is solved for, so the
    /// base itself is always feasible.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for a faulty, unbalanced or unknown part of the table, [`Error::OptionOutOfRange`].
    pub fn new(table: &InputOutputTable, options: &EconomyOptions) -> Result<Self, Error> {
        options.validate()?;
        table.validate()?;
        table.check_balance(BALANCE_TOLERANCE)?;
        let table = overridden(table, options)?;
        let output = table.output();
        if let Some(industry) = output.iter().position(|output| *output < 0.0) {
            return Err(Error::NegativeOutput {
                industry: table.industries[industry].code.clone(),
                found: output[industry],
            });
        }
        let share = |(added, output): (&f64, &f64)| if 0.0 < *output { added / output } else { 0.0 };
        let value_added_share = table.value_added.iter().zip(&output).map(share).collect();
        let final_demand = table.final_demand();
        let coefficients = coefficients(&table, &output);
        let (mut is_pinned, mut relief) = (vec![false; output.len()], final_demand.clone());
        // The codes of one benchmark need not exist in another: a pin that names nothing pins nothing.
        for code in &options.pinned_industries {
            if let Ok(industry) = table.industry(code) {
                is_pinned[industry] = true;
            }
        }
        for code in &options.pinned_commodities {
            if let Ok(commodity) = table.commodity(code) {
                relief[commodity] = 0.0;
            }
        }
        let flexible = flexible_demand(&table, options.final_demand);
        relief.iter_mut().zip(&flexible).filter(|(_, most)| **most == 0.0).for_each(|(relief, _)| *relief = 0.0);
        // Half the base makes the weighted squares of the kernel those of the rule: (x - x0)^2 / x0.
        let half = |figures: &[f64]| figures.iter().map(|figure| 0.5 * figure.max(0.0)).collect::<Vec<f64>>();
        let kernel = LeastDeviation::new(coefficients.clone(), half(&output), half(&relief))?;
        let options = options.clone();
        Ok(Self { table, options, output, value_added_share, final_demand, flexible, coefficients, is_pinned, kernel })
    }

    /// The table, overrides included.
    pub fn table(&self) -> &InputOutputTable {
        &self.table
    }

    /// The options.
    pub fn options(&self) -> &EconomyOptions {
        &self.options
    }

    /// Output, by industry.
    pub fn output(&self) -> &[f64] {
        &self.output
    }

    /// Value added over output, by industry; below 0 where subsidies exceed it.
    pub fn value_added_share(&self) -> &[f64] {
        &self.value_added_share
    }

    /// Number of industries.
    pub fn n_industries(&self) -> usize {
        self.output.len()
    }

    /// How far each industry and final demand may deviate when the industries are cut by `cuts`.
    pub(crate) fn limits(&self, cuts: &[f64]) -> DeviationLimits {
        let headroom = self.options.utilisation.map_or(0.0, |utilisation| 1.0 / utilisation - 1.0);
        // A cut that is asked for holds for a pinned industry too.
        let is_held = |industry: usize| self.is_pinned[industry] && cuts[industry] == 0.0;
        let upper = |industry: usize| match cuts[industry] {
            cut if 0.0 < cut => -cut * self.output[industry],
            _ if is_held(industry) => 0.0,
            _ => headroom * self.output[industry],
        };
        let lower = |industry: usize| if is_held(industry) { 0.0 } else { -self.output[industry] };
        DeviationLimits {
            lower: (0..self.n_industries()).map(lower).collect(),
            upper: (0..self.n_industries()).map(upper).collect(),
            relief_lower: self.flexible.iter().map(|most| -most).collect(),
            right: self.more_imports(),
        }
    }

    /// By how much imports may rise, by commodity. Negative "imports" are margins and stay: scaling them would make the
    /// problem infeasible.
    pub(crate) fn more_imports(&self) -> Vec<f64> {
        self.table.imports.iter().map(|imports| self.options.import_flexibility * imports.max(0.0)).collect()
    }

    /// Use less make of every commodity when outputs change by `changes`.
    pub(crate) fn excess(&self, changes: &[f64]) -> Vec<f64> {
        let n_commodities = self.final_demand.len();
        let mut excess = vec![0.0; n_commodities];
        for (industry, change) in changes.iter().enumerate().filter(|(_, change)| **change != 0.0) {
            let column = &self.coefficients[industry * n_commodities..(industry + 1) * n_commodities];
            excess.iter_mut().zip(column).for_each(|(sum, coefficient)| *sum += coefficient * change);
        }
        excess
    }

    /// Change of gross domestic product when outputs change by `changes`.
    pub fn gdp_change(&self, changes: &[f64]) -> f64 {
        self.value_added_share.iter().zip(changes).map(|(share, change)| share * change).sum()
    }

    /// Cuts by industry from cuts by code.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for an unknown industry, [`Error::NotACut`] for a share outside 0 to 1.
    pub fn cuts<'a>(&self, by_code: impl IntoIterator<Item = (&'a str, f64)>) -> Result<Vec<f64>, Error> {
        let mut cuts = vec![0.0; self.n_industries()];
        for (code, cut) in by_code {
            if !(0.0..=1.0).contains(&cut) {
                return Err(Error::NotACut { industry: code.to_owned(), found: cut });
            }
            cuts[self.table.industry(code)?] = cut;
        }
        Ok(cuts)
    }
}

/// The part of final demand that may fall; demand below zero is a supply (scrap, used goods) and stays.
fn flexible_demand(table: &InputOutputTable, treatment: FinalDemandTreatment) -> Vec<f64> {
    let mut flexible = vec![0.0; table.commodities.len()];
    let is_export = |category: usize| {
        let category = &table.final_demand_categories[category];
        category.code == "F04000" || category.name.to_lowercase().contains("export")
    };
    let counts = |category: usize| match treatment {
        FinalDemandTreatment::MayFall => true,
        FinalDemandTreatment::ExportsMayFall => is_export(category),
        FinalDemandTreatment::Fixed => false,
    };
    table.final_use.iter().filter(|cell| counts(cell.column)).for_each(|cell| flexible[cell.row] += cell.value);
    let total = table.final_demand();
    flexible.iter().zip(total).map(|(flexible, total)| flexible.min(total).max(0.0)).collect()
}

/// `table` with the overridden cells, its balances kept.
fn overridden(table: &InputOutputTable, options: &EconomyOptions) -> Result<InputOutputTable, Error> {
    let mut table = table.clone();
    if table.final_demand_categories.is_empty() {
        table
            .final_demand_categories
            .push(IoCode { code: "moved".to_owned(), name: "moved by an override".to_owned() });
    }
    for each in &options.use_overrides {
        let (row, column) = (table.commodity(&each.commodity)?, table.industry(&each.industry)?);
        let uses = table.intermediate_use.iter().filter(|cell| cell.row == row);
        let used: f64 = uses.map(|cell| cell.value.max(0.0)).sum();
        if !(0.0..=used).contains(&each.value) {
            let expected = "from 0 to the intermediate use of the commodity, in the unit of the table";
            return Err(Error::OptionOutOfRange { name: "use_overrides", found: each.value, expected });
        }
        let mut moved = -each.value;
        for cell in table.intermediate_use.iter_mut().filter(|cell| cell.row == row && cell.column == column) {
            moved += cell.value;
            cell.value = 0.0;
        }
        table.intermediate_use.push(IoCell { row, column, value: each.value });
        table.final_use.push(IoCell { row, column: 0, value: moved });
        table.value_added[column] += moved;
    }
    Ok(table)
}

/// Use less make per unit of output; an industry without output has none.
fn coefficients(table: &InputOutputTable, output: &[f64]) -> Vec<f64> {
    let n_commodities = table.commodities.len();
    let mut coefficients = vec![0.0; n_commodities * output.len()];
    let mut add = |commodity: usize, industry: usize, value: f64| {
        if 0.0 < output[industry] {
            coefficients[industry * n_commodities + commodity] += value / output[industry];
        }
    };
    for cell in &table.intermediate_use {
        add(cell.row, cell.column, cell.value);
    }
    for cell in &table.make {
        add(cell.column, cell.row, -cell.value);
    }
    coefficients
}

//! What every industry produces after some cannot: the four rationing rules.

use critmin_solve::{Backend, Certificate, DeviationLimits, Problem, SolveOptions, solve};
use serde::{Deserialize, Serialize};

use crate::economy::bottleneck::{proportional, strict_bottleneck};
use crate::{Economy, Error, Rationing};

/// An economy after a cut; all in the unit of its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// Which rule.
    pub rationing: Rationing,
    /// Change of output, by industry.
    pub output_change: Vec<f64>,
    /// Change of final demand, by commodity; empty under the two bottleneck rules, which do not look at it.
    pub final_demand_change: Vec<f64>,
    /// Change of imports, by commodity; empty under the two bottleneck rules.
    pub import_change: Vec<f64>,
    /// Change of gross output.
    pub gross_output_change: f64,
    /// Change of gross domestic product.
    pub gdp_change: f64,
    /// The proof of the optimum; absent for the two rules that optimise nothing.
    pub certificate: Option<Certificate>,
    /// Steps of the solver, or rounds of the bottleneck.
    pub iterations: u64,
    /// Multipliers of the commodity balances, a start for similar problems; only under `minimum_deviation`.
    #[serde(skip)]
    pub multipliers: Vec<f64>,
}

impl Economy {
    /// The economy after industry `j` loses the share `cuts[j]` of its output.
    ///
    /// ```text
    /// minimum_deviation    min  sum_j (x_j - x0_j)^2 / x0_j + sum_i (y_i - y0_i)^2 / y0_i
    /// optimal_allocation   max  sum_j x_j
    ///     subject to   sum_j z_ij + y_i <= sum_j V_ji/x0_j x_j + n_i,   z_ij = a_ij x_j,   0 <= y_i <= y0_i
    ///                  x_j <= (1 - cut_j) x0_j where cut, x0_j / u_j elsewhere,   n_i <= (1 + phi) n0_i where n0_i > 0
    /// ```
    ///
    /// Under `optimal_allocation` final demand is the largest that the outputs leave. `start` are the multipliers of a
    /// similar cut, when there is one.
    ///
    /// ```
    /// use critmin_core::{InputOutputTable, IoCell, IoCode};
    /// use critmin_disruption::{Economy, EconomyOptions};
    ///
    /// let codes = |names: [&str; 2]| names.map(|name| IoCode { code: name.into(), name: name.into() }).to_vec();
    /// let cell = |row, column, value| IoCell { row, column, value };
    /// // Chips go into machines and into final demand; machines into final demand only.
    /// let table = InputOutputTable {
    ///     title: "two industries".into(), source: "invented".into(), year: 2020, unit: "million USD".into(),
    ///     industries: codes(["chips", "machines"]), commodities: codes(["chips", "machines"]),
    ///     final_demand_categories: codes(["households", "exports"]),
    ///     make: vec![cell(0, 0, 100.0), cell(1, 1, 200.0)],
    ///     intermediate_use: vec![cell(0, 1, 40.0)],
    ///     final_use: vec![cell(0, 0, 60.0), cell(1, 0, 150.0), cell(1, 1, 50.0)],
    ///     imports: vec![0.0, 0.0], value_added: vec![100.0, 160.0],
    /// };
    /// let economy = Economy::new(&table, &EconomyOptions::default())?;
    /// let after = economy.allocate(&economy.cuts([("chips", 0.1)])?, None)?;
    /// // Chips lose 10 by decree; machines and final demand share what is missing.
    /// assert!((after.output_change[0] + 10.0).abs() < 1e-9);
    /// assert!(-10.0 < after.output_change[1] && after.output_change[1] < 0.0);
    /// # Ok::<(), critmin_disruption::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NotACut`]; [`Error::Solve`] when no output satisfies the balances, or the optimum is not proven.
    ///
    /// # References
    ///
    /// Own formulation after the frame of USGS OFR 2024-1057, <https://doi.org/10.3133/ofr20241057>; for optimal
    /// allocation Manley, Alonso, Nassar (2022).
    pub fn allocate(&self, cuts: &[f64], start: Option<&[f64]>) -> Result<Allocation, Error> {
        self.check(cuts)?;
        match self.options.rationing {
            Rationing::MinimumDeviation => self.minimum_deviation(cuts, start),
            Rationing::OptimalAllocation => self.optimal_allocation(cuts),
            Rationing::Proportional => Ok(self.bounded(proportional(self, cuts))),
            Rationing::StrictBottleneck => Ok(self.bounded(strict_bottleneck(self, cuts)?)),
        }
    }

    fn check(&self, cuts: &[f64]) -> Result<(), Error> {
        let bad = cuts.iter().position(|cut| !(0.0..=1.0).contains(cut));
        let industry =
            |at: usize| self.table.industries.get(at).map_or_else(|| at.to_string(), |code| code.code.clone());
        match bad {
            Some(at) => Err(Error::NotACut { industry: industry(at), found: cuts[at] }),
            None if cuts.len() != self.n_industries() => {
                let (what, found, expected) = ("cuts, one for each industry", cuts.len(), self.n_industries());
                Err(critmin_solve::Error::WrongSize { what, found, expected }.into())
            }
            None => Ok(()),
        }
    }

    fn minimum_deviation(&self, cuts: &[f64], start: Option<&[f64]>) -> Result<Allocation, Error> {
        let found = self.kernel.solve(&self.limits(cuts), start).map_err(|error| self.explained(error))?;
        let mut allocation = self.allocation(found.columns, found.relief);
        allocation.certificate = Some(found.certificate);
        allocation.iterations = found.iterations;
        allocation.multipliers = found.multipliers;
        Ok(allocation)
    }

    /// Final demand is eliminated: it may give way by all of itself, which the right-hand side allows.
    fn optimal_allocation(&self, cuts: &[f64]) -> Result<Allocation, Error> {
        let limits = self.limits(cuts);
        if let Some(done) = self.at_its_ceilings(&limits) {
            return Ok(done);
        }
        let mut problem = Problem::new();
        for industry in 0..self.n_industries() {
            // Outputs over their base, so that every coefficient lies near one.
            let base = self.output[industry].max(1.0);
            problem.column(-base / self.scale(), limits.lower[industry] / base, limits.upper[industry] / base);
        }
        let relief: Vec<f64> =
            (0..self.final_demand.len()).map(|commodity| self.relief(commodity, &limits.relief_lower)).collect();
        for (commodity, relief) in relief.iter().enumerate() {
            let entry = |industry: usize| {
                self.coefficients[industry * self.final_demand.len() + commodity] * self.output[industry].max(1.0)
            };
            let terms: Vec<(usize, f64)> = (0..self.n_industries())
                .map(|industry| (industry, entry(industry)))
                .filter(|term| term.1 != 0.0)
                .collect();
            let norm = terms.iter().map(|term| term.1.abs()).fold(1.0, f64::max);
            let scaled: Vec<(usize, f64)> = terms.iter().map(|(industry, value)| (*industry, value / norm)).collect();
            problem.row(f64::NEG_INFINITY, (limits.right[commodity] + relief) / norm, &scaled);
        }
        let options = SolveOptions { backend: Backend::Simplex, ..SolveOptions::default() };
        let found = solve(&problem, &options).map_err(|error| self.explained(error))?;
        let changes: Vec<f64> =
            found.values.iter().zip(&self.output).map(|(value, output)| value * output.max(1.0)).collect();
        let excess = self.excess(&changes);
        let given = |commodity: usize| -(excess[commodity] - limits.right[commodity]).clamp(0.0, relief[commodity]);
        let final_demand = (0..self.final_demand.len()).map(given).collect();
        let mut allocation = self.allocation(changes, final_demand);
        allocation.certificate = Some(found.certificate);
        allocation.iterations = found.iterations;
        Ok(allocation)
    }

    /// Every industry at its ceiling is the largest gross output that there can be; where the balances allow it nothing
    /// has to be solved, and the proof is that each output stands at its upper bound.
    fn at_its_ceilings(&self, limits: &DeviationLimits) -> Option<Allocation> {
        let excess = self.excess(&limits.upper);
        let needed = |commodity: usize| (excess[commodity] - limits.right[commodity]).max(0.0);
        let is_met = |commodity: &usize| needed(*commodity) <= self.relief(*commodity, &limits.relief_lower);
        if !(0..excess.len()).all(|commodity| is_met(&commodity)) {
            return None;
        }
        let given = (0..excess.len()).map(|commodity| -needed(commodity)).collect();
        let mut allocation = self.allocation(limits.upper.clone(), given);
        allocation.certificate = Some(Certificate { primal: 0.0, dual: 0.0, gap: 0.0, integrality: 0.0 });
        Some(allocation)
    }

    /// Rows of a contradiction by the codes of their commodities.
    fn explained(&self, error: critmin_solve::Error) -> Error {
        match error {
            critmin_solve::Error::Infeasible { rows, .. } => {
                let code = |row: &usize| self.table.commodities.get(*row).map(|commodity| commodity.code.clone());
                Error::InfeasibleCut { commodities: rows.iter().filter_map(code).collect() }
            }
            other => other.into(),
        }
    }

    /// By how much the final demand of a commodity may fall.
    fn relief(&self, commodity: usize, relief_lower: &[f64]) -> f64 {
        let is_held = self.kernel.relief_ease(commodity) == 0.0;
        if is_held { 0.0 } else { -relief_lower[commodity] }
    }

    /// The mean output: costs of the linear programme are of the order of one.
    fn scale(&self) -> f64 {
        let n_industries = u32::try_from(self.n_industries()).map_or(1.0, f64::from);
        (self.output.iter().sum::<f64>() / n_industries.max(1.0)).max(1.0)
    }

    fn allocation(&self, output_change: Vec<f64>, final_demand_change: Vec<f64>) -> Allocation {
        // Imports rise only where domestic output and final demand do not close the balance.
        let needed = self.excess(&output_change).into_iter().zip(&final_demand_change).zip(self.more_imports());
        let import_change = needed.map(|((excess, relief), most)| (excess + relief).clamp(0.0, most)).collect();
        Allocation {
            rationing: self.options.rationing,
            gross_output_change: output_change.iter().sum(),
            gdp_change: self.gdp_change(&output_change),
            output_change,
            final_demand_change,
            import_change,
            certificate: None,
            iterations: 0,
            multipliers: Vec::new(),
        }
    }

    fn bounded(&self, (remaining, rounds): (Vec<f64>, u64)) -> Allocation {
        let changes: Vec<f64> =
            remaining.iter().zip(&self.output).map(|(share, output)| (share - 1.0) * output).collect();
        let mut allocation = self.allocation(changes, Vec::new());
        allocation.import_change = Vec::new();
        allocation.iterations = rounds;
        allocation
    }
}

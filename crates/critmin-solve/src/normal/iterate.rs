//! The point that the interior point moves, and its steps.

use crate::normal::system::System;

/// Share of the way to the nearest bound that a step goes.
const DAMPING: f64 = 0.9995;
/// Shortest step that still counts as progress.
const STANDSTILL: f64 = 1e-8;
/// Corrections towards the centre after the predictor's, while they lengthen the step.
const CORRECTIONS: usize = 2;

/// Values strictly between their bounds, prices of rows, and prices of bounds.
pub(super) struct Iterate {
    pub(super) values: Vec<f64>,
    pub(super) prices: Vec<f64>,
    /// Prices of the lower and the upper bounds; 0 where there is none.
    below: Vec<f64>,
    above: Vec<f64>,
    /// `b - A x`, and `c + Q x - A'y - below + above`.
    primal: Vec<f64>,
    dual: Vec<f64>,
}

/// A change of everything.
struct Direction {
    values: Vec<f64>,
    prices: Vec<f64>,
    below: Vec<f64>,
    above: Vec<f64>,
}

/// What the products of distances and prices shall become, less what they are.
struct Targets {
    below: Vec<f64>,
    above: Vec<f64>,
}

impl Iterate {
    /// Mehrotra's start: least squares, pushed inside.
    pub(super) fn new(system: &mut System) -> Option<Self> {
        let n_variables = system.n_variables();
        let weights = vec![1.0; n_variables];
        system.refactor(&weights);
        let anchor: Vec<f64> = (0..n_variables).map(|at| 0.0_f64.max(system.lower[at]).min(system.upper[at])).collect();
        let mut multipliers = system.right.clone();
        let negative: Vec<f64> = anchor.iter().map(|value| -value).collect();
        system.add_product(&negative, &mut multipliers);
        system.solve(&weights, &mut multipliers);
        let mut prices = vec![0.0; system.right.len()];
        system.add_product(&system.cost, &mut prices);
        system.solve(&weights, &mut prices);
        let values = (0..n_variables).map(|at| anchor[at] + system.transposed_product(&multipliers, at)).collect();
        let reduced: Vec<f64> =
            (0..n_variables).map(|at| system.cost[at] - system.transposed_product(&prices, at)).collect();
        let mut start = Self {
            values,
            prices,
            below: vec![0.0; n_variables],
            above: vec![0.0; n_variables],
            primal: Vec::new(),
            dual: Vec::new(),
        };
        start.push_inside(system, &reduced);
        start.measure(system);
        let is_finite = start.values.iter().chain(&start.prices).all(|figure| figure.is_finite());
        is_finite.then_some(start)
    }

    fn push_inside(&mut self, system: &System, reduced: &[f64]) {
        let (mut distance, mut price) = (0.0_f64, 0.0_f64);
        for (at, cost) in reduced.iter().enumerate() {
            let (lower, upper) = (system.lower[at], system.upper[at]);
            distance = distance.max(-1.5 * (self.values[at] - lower).min(upper - self.values[at]));
            price = price.max(match (lower.is_finite(), upper.is_finite()) {
                (true, true) => 0.0,
                (true, false) => -1.5 * cost,
                _ => 1.5 * cost,
            });
        }
        let (distance, price) = (distance.max(1.0), price.max(1.0));
        for (at, cost) in reduced.iter().enumerate() {
            let (lower, upper) = (system.lower[at], system.upper[at]);
            let value = self.values[at];
            self.values[at] = match (lower.is_finite(), upper.is_finite()) {
                (true, true) => {
                    let margin = (0.25 * (upper - lower)).min(distance);
                    value.clamp(lower + margin, upper - margin)
                }
                (true, false) => value + distance,
                _ => value - distance,
            };
            if lower.is_finite() {
                self.below[at] = cost.max(0.0) + price;
            }
            if upper.is_finite() {
                self.above[at] = (-cost).max(0.0) + price;
            }
        }
    }

    /// Recomputes the residuals.
    fn measure(&mut self, system: &System) {
        self.primal.clone_from(&system.right);
        let negative: Vec<f64> = self.values.iter().map(|value| -value).collect();
        system.add_product(&negative, &mut self.primal);
        let cost = |at: usize| system.cost[at] + system.quadratic[at] * self.values[at];
        let dual = |at: usize| cost(at) - system.transposed_product(&self.prices, at) - self.below[at] + self.above[at];
        self.dual = (0..self.values.len()).map(dual).collect();
    }

    fn distance_below(&self, system: &System, at: usize) -> f64 {
        self.values[at] - system.lower[at]
    }

    fn distance_above(&self, system: &System, at: usize) -> f64 {
        system.upper[at] - self.values[at]
    }

    /// Mean product of distance and price, after a step of those lengths.
    fn centre(&self, system: &System, step: Option<(&Direction, f64, f64)>) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        for at in 0..self.values.len() {
            let (mut below, mut above, mut change) = (self.below[at], self.above[at], 0.0);
            if let Some((direction, primal, dual)) = step {
                below += dual * direction.below[at];
                above += dual * direction.above[at];
                change = primal * direction.values[at];
            }
            if system.lower[at].is_finite() {
                sum += (self.distance_below(system, at) + change) * below;
                count += 1.0;
            }
            if system.upper[at].is_finite() {
                sum += (self.distance_above(system, at) - change) * above;
                count += 1.0;
            }
        }
        sum / f64::max(count, 1.0)
    }

    /// The larger of both residuals, each over 1 plus the largest figure on its right-hand side.
    pub(super) fn residual(&self, system: &System) -> f64 {
        let largest = |figures: &[f64]| figures.iter().fold(0.0_f64, |most, figure| most.max(figure.abs()));
        let primal = largest(&self.primal) / (1.0 + largest(&system.right));
        primal.max(largest(&self.dual) / (1.0 + largest(&system.cost)))
    }

    /// Distances times prices, over 1 plus the magnitude of the objective.
    pub(super) fn gap(&self, system: &System) -> f64 {
        let terms = system.cost.iter().zip(&system.quadratic).zip(&self.values);
        let objective: f64 = terms.map(|((cost, quadratic), value)| value * (cost + 0.5 * quadratic * value)).sum();
        let mut gap = 0.0;
        for at in 0..self.values.len() {
            if system.lower[at].is_finite() {
                gap += self.distance_below(system, at) * self.below[at];
            }
            if system.upper[at].is_finite() {
                gap += self.distance_above(system, at) * self.above[at];
            }
        }
        gap / (1.0 + objective.abs())
    }

    /// One predictor-corrector step; false when it leads nowhere.
    pub(super) fn step(&mut self, system: &mut System) -> bool {
        let weights: Vec<f64> = (0..self.values.len())
            .map(|at| {
                let below = self.below[at] / self.distance_below(system, at);
                let above = self.above[at] / self.distance_above(system, at);
                1.0 / (system.quadratic[at] + below + above)
            })
            .collect();
        system.refactor(&weights);
        let system = &*system;
        let mut targets = self.targets(system, |distance, price, _, _| -distance * price, None);
        let affine = self.direction(system, &weights, &targets);
        let (primal, dual) = self.lengths(system, &affine);
        let now = self.centre(system, None);
        let then = self.centre(system, Some((&affine, primal, dual)));
        let centre = now * (then / now).powi(3);
        targets = self.targets(
            system,
            |distance, price, step, change| centre - distance * price - step * change,
            Some(&affine),
        );
        let mut direction = self.direction(system, &weights, &targets);
        for _ in 0..CORRECTIONS {
            match self.corrected(system, &weights, &mut targets, &direction, centre) {
                Some(better) => direction = better,
                None => break,
            }
        }
        self.walk(system, &direction)
    }

    /// `of(distance, price, change of the distance, change of the price)` at every bound.
    fn targets(&self, system: &System, of: impl Fn(f64, f64, f64, f64) -> f64, along: Option<&Direction>) -> Targets {
        let n_variables = self.values.len();
        let mut targets = Targets { below: vec![0.0; n_variables], above: vec![0.0; n_variables] };
        for at in 0..n_variables {
            let (step, below, above) =
                along.map_or((0.0, 0.0, 0.0), |way| (way.values[at], way.below[at], way.above[at]));
            if system.lower[at].is_finite() {
                targets.below[at] = of(self.distance_below(system, at), self.below[at], step, below);
            }
            if system.upper[at].is_finite() {
                targets.above[at] = of(self.distance_above(system, at), self.above[at], -step, above);
            }
        }
        targets
    }

    fn direction(&self, system: &System, weights: &[f64], targets: &Targets) -> Direction {
        let pull = |at: usize| {
            // Without a bound the distance is infinite and the target 0.
            self.dual[at] - targets.below[at] / self.distance_below(system, at)
                + targets.above[at] / self.distance_above(system, at)
        };
        let pulls: Vec<f64> = (0..weights.len()).map(pull).collect();
        let mut prices = self.primal.clone();
        let scaled: Vec<f64> = pulls.iter().zip(weights).map(|(pull, weight)| pull * weight).collect();
        system.add_product(&scaled, &mut prices);
        system.solve(weights, &mut prices);
        let value = |at: usize| weights[at] * (system.transposed_product(&prices, at) - pulls[at]);
        let values: Vec<f64> = (0..weights.len()).map(value).collect();
        let below = |at: usize| (targets.below[at] - self.below[at] * values[at]) / self.distance_below(system, at);
        let above = |at: usize| (targets.above[at] + self.above[at] * values[at]) / self.distance_above(system, at);
        let below = (0..weights.len()).map(below).collect();
        let above = (0..weights.len()).map(above).collect();
        Direction { values, prices, below, above }
    }

    /// The longest steps that keep distances and prices positive, at most 1; equal where the cost is quadratic.
    fn lengths(&self, system: &System, direction: &Direction) -> (f64, f64) {
        let (mut primal, mut dual) = (1.0_f64, 1.0_f64);
        for at in 0..self.values.len() {
            let step = direction.values[at];
            if step < 0.0 {
                primal = primal.min(-self.distance_below(system, at) / step);
            } else if 0.0 < step {
                primal = primal.min(self.distance_above(system, at) / step);
            }
            for (price, change) in [(self.below[at], direction.below[at]), (self.above[at], direction.above[at])] {
                if change < 0.0 {
                    dual = dual.min(-price / change);
                }
            }
        }
        if system.quadratic.iter().any(|cost| *cost != 0.0) {
            primal = primal.min(dual);
            dual = primal;
        }
        (primal, dual)
    }

    /// Gondzio's correction: a longer step whose products come back to the neighbourhood of the centre.
    fn corrected(
        &self,
        system: &System,
        weights: &[f64],
        targets: &mut Targets,
        direction: &Direction,
        centre: f64,
    ) -> Option<Direction> {
        const LONGER: f64 = 0.3;
        const NEAR: f64 = 0.1;
        const FAR: f64 = 10.0;
        const WORTH: f64 = 1.02;
        let (primal, dual) = self.lengths(system, direction);
        if 0.99 < primal.min(dual) {
            return None;
        }
        let (far, high) = ((primal + LONGER).min(1.0), (dual + LONGER).min(1.0));
        let term = |distance: f64, price: f64, step: f64, change: f64| {
            let product = (distance + far * step) * (price + high * change);
            (product.clamp(NEAR * centre, FAR * centre) - product).max(-FAR * centre)
        };
        let corrections = self.targets(system, term, Some(direction));
        let sum = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a + b).collect();
        let next =
            Targets { below: sum(&targets.below, &corrections.below), above: sum(&targets.above, &corrections.above) };
        let better = self.direction(system, weights, &next);
        let (longer_primal, longer_dual) = self.lengths(system, &better);
        if longer_primal + longer_dual < WORTH * (primal + dual) {
            return None;
        }
        *targets = next;
        Some(better)
    }

    fn walk(&mut self, system: &System, direction: &Direction) -> bool {
        let (primal, dual) = self.lengths(system, direction);
        let (primal, dual) = ((DAMPING * primal).min(1.0), (DAMPING * dual).min(1.0));
        if primal.is_nan() || dual.is_nan() || primal.max(dual) < STANDSTILL {
            return false;
        }
        let go = |figures: &mut Vec<f64>, changes: &[f64], length: f64| {
            for (figure, change) in figures.iter_mut().zip(changes) {
                *figure += length * change;
            }
        };
        go(&mut self.values, &direction.values, primal);
        go(&mut self.prices, &direction.prices, dual);
        go(&mut self.below, &direction.below, dual);
        go(&mut self.above, &direction.above, dual);
        self.measure(system);
        self.prices.iter().chain(&self.values).all(|figure| figure.is_finite())
    }
}

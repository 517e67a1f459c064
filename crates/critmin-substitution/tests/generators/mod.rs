//! Deterministic problems, ported bit for bit from the generators behind the reference objectives.
#![allow(dead_code, reason = "each of the users needs a part")]

use critmin_substitution::equilibrium::{
    BaseFlow, InverseLine, LinearMarket, RegionTotal, ReroutingModel, SpatialModel, TradeArc,
};

/// Weight of cost against entropy in [`entropy`].
pub(crate) const BETA: f64 = 0.3;

/// Steele, G. L., Lea, D. and Flood, C. H. 2014, Fast splittable pseudorandom number generators, OOPSLA.
pub(crate) struct SplitMix64(pub(crate) u64);

impl SplitMix64 {
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub(crate) fn draw(&mut self, low: f64, high: f64, size: usize) -> Vec<f64> {
        (0..size).map(|_| self.between(low, high)).collect()
    }
}

/// Linear spatial price equilibrium, seed 5.
pub(crate) fn price_equilibrium(n_regions: usize, n_commodities: usize) -> SpatialModel {
    let (mut random, n) = (SplitMix64(5), n_regions * n_commodities);
    let mut lines = |low: f64, high: f64, flat: f64, steep: f64| -> Vec<InverseLine> {
        let intercepts = random.draw(low, high, n);
        let slopes = random.draw(flat, steep, n);
        intercepts.into_iter().zip(slopes).map(|(intercept, slope)| InverseLine { intercept, slope }).collect()
    };
    let demand = lines(50.0, 150.0, 0.1, 1.0);
    let supply = lines(5.0, 60.0, 0.05, 1.0);
    let transport = random.draw(1.0, 40.0, n_regions * n);
    let mut model = SpatialModel::default();
    for region in 0..n_regions {
        for commodity in 0..n_commodities {
            let at = region * n_commodities + commodity;
            model.markets.push(LinearMarket {
                region: region.to_string(),
                commodity: commodity.to_string(),
                demand: Some(demand[at]),
                supply: Some(supply[at]),
            });
            for to in (0..n_regions).filter(|to| *to != region) {
                let cost = transport[(region * n_regions + to) * n_commodities + commodity];
                model.arcs.push(TradeArc::open(&region.to_string(), &to.to_string(), &commodity.to_string(), cost));
            }
        }
    }
    model
}

/// Entropic transport, seed 3: base flows `exp(-beta c)`, so that the objective of the generator,
/// `sum c x + sum x ln x / beta`, is the relative entropy over beta.
pub(crate) fn entropy(n: usize) -> ReroutingModel {
    let mut random = SplitMix64(3);
    let supply = random.draw(10.0, 100.0, n);
    let demand = random.draw(10.0, 100.0, n);
    let cost = random.draw(1.0, 20.0, n * n);
    let scale = demand.iter().sum::<f64>() / supply.iter().sum::<f64>();
    let total = |(region, mass_t): (usize, f64)| RegionTotal { region: region.to_string(), mass_t };
    let flow = |(cell, cost): (usize, &f64)| BaseFlow {
        origin: (cell / n).to_string(),
        destination: (cell % n).to_string(),
        mass_t: (-BETA * cost).exp(),
    };
    ReroutingModel {
        flows: cost.iter().enumerate().map(flow).collect(),
        supplies: supply.iter().map(|mass| mass * scale).enumerate().map(total).collect(),
        demands: demand.into_iter().enumerate().map(total).collect(),
        ..ReroutingModel::default()
    }
}

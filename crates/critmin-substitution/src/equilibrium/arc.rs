//! What moves between regions: arcs with costs, premiums and limits.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::error::Faults;

/// A way for one commodity from one region to another. Regions and commodities are free labels; the unit of money is
/// the caller's, the same throughout a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeArc {
    /// Where the material leaves.
    pub origin: String,
    /// Where it arrives.
    pub destination: String,
    /// What moves.
    pub commodity: String,
    /// Tells apart arcs between the same regions: `direct`, `leak through SGP`. May be empty.
    #[serde(default)]
    pub route: String,
    /// Cost of moving it \[money/t\], at least 0.
    pub transport_cost: f64,
    /// What the way costs on top, such as the premium of a leak or a tariff \[money/t\], at least 0.
    #[serde(default)]
    pub premium: f64,
    /// The most that can move \[t\], at least 0: a quota, the capacity of a leak, 0 for a ban. Absent = unlimited.
    #[serde(default)]
    pub capacity_t: Option<f64>,
}

/// What moves on one arc.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TradeFlow {
    /// Where the material leaves.
    pub origin: String,
    /// Where it arrives.
    pub destination: String,
    /// What moves.
    pub commodity: String,
    /// The way.
    pub route: String,
    /// How much \[t\], at least 0 up to the tolerance of the solver.
    pub flow_t: f64,
    /// What one tonne more of `capacity_t` would earn \[money/t\], at least 0: the quota rent, the margin of the leak,
    /// or the worth of a tonne through a ban. 0 on an arc without limit.
    pub rent: f64,
}

impl TradeArc {
    /// An arc without limit and premium.
    pub fn open(origin: &str, destination: &str, commodity: &str, transport_cost: f64) -> Self {
        Self {
            origin: origin.to_owned(),
            destination: destination.to_owned(),
            commodity: commodity.to_owned(),
            route: String::new(),
            transport_cost,
            premium: 0.0,
            capacity_t: None,
        }
    }

    /// Transport cost and premium \[money/t\].
    pub fn cost(&self) -> f64 {
        self.transport_cost + self.premium
    }

    /// `gap` = price at the destination less price at the origin.
    pub(super) fn flow(&self, flow_t: f64, gap: f64) -> TradeFlow {
        TradeFlow {
            origin: self.origin.clone(),
            destination: self.destination.clone(),
            commodity: self.commodity.clone(),
            route: self.route.clone(),
            flow_t,
            rent: if self.capacity_t.is_some() { (gap - self.cost()).max(0.0) } else { 0.0 },
        }
    }

    fn place(&self) -> String {
        let route = if self.route.is_empty() { String::new() } else { format!(" ({})", self.route) };
        format!("arc {} to {} of {}{route}", self.origin, self.destination, self.commodity)
    }
}

/// Where each market stands, by region and commodity.
pub(super) struct Places<'a> {
    positions: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Places<'a> {
    /// A second market under the same labels is a fault.
    pub(super) fn new(labels: impl Iterator<Item = (&'a str, &'a str)>, faults: &mut Faults) -> Self {
        let mut positions = HashMap::new();
        for (position, (region, commodity)) in labels.enumerate() {
            let is_first = positions.insert((region, commodity), position).is_none();
            faults.require(is_first, &format!("market of {commodity} in {region}"), "a second one", "one");
        }
        faults.require(!positions.is_empty(), "markets", "none", "at least one");
        Self { positions }
    }

    pub(super) fn get(&self, region: &str, commodity: &str) -> Option<usize> {
        self.positions.get(&(region, commodity)).copied()
    }

    /// Origin and destination of every arc; a faulty arc has none and a fault.
    pub(super) fn ends(&self, arcs: &[TradeArc], faults: &mut Faults) -> Vec<(usize, usize)> {
        let mut ends = Vec::with_capacity(arcs.len());
        let mut seen = std::collections::HashSet::with_capacity(arcs.len());
        for arc in arcs {
            let key = (&arc.origin, &arc.destination, &arc.commodity, &arc.route);
            let is_sound = seen.insert(key) && arc.transport_cost.is_finite() && 0.0 <= arc.cost();
            let is_sound = is_sound && 0.0 <= arc.transport_cost && arc.premium.is_finite() && 0.0 <= arc.premium;
            let is_sound = is_sound && arc.capacity_t.is_none_or(|capacity| capacity.is_finite() && 0.0 <= capacity);
            let found = (self.get(&arc.origin, &arc.commodity), self.get(&arc.destination, &arc.commodity));
            match found {
                (Some(origin), Some(destination)) if is_sound && origin != destination => {
                    ends.push((origin, destination));
                }
                _ => self.explain(arc, faults),
            }
        }
        ends
    }

    /// Which of the rules of an arc it breaks.
    fn explain(&self, arc: &TradeArc, faults: &mut Faults) {
        let place = arc.place();
        let before = faults.count();
        for region in [&arc.origin, &arc.destination] {
            let is_known = self.get(region, &arc.commodity).is_some();
            faults.require(is_known, &place, format!("`{region}`"), "a region with a market of that commodity");
        }
        faults.require(arc.origin != arc.destination, &place, "one region", "two: a market needs no arc to itself");
        faults.at_least_zero(&format!("transport cost of {place}"), arc.transport_cost);
        faults.at_least_zero(&format!("premium of {place}"), arc.premium);
        if let Some(capacity) = arc.capacity_t {
            faults.at_least_zero(&format!("capacity of {place}"), capacity);
        }
        faults.require(before < faults.count(), &place, "a second one", "one, or another `route`");
    }
}

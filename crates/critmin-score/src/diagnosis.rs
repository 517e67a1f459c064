//! Why a cell has no value, in words: the publisher's reason where one is known, then ours.

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::ABSENT;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::method::{AxisSet, NodeId, Rule, axes_in, needs};
use crate::plan::Plan;
use crate::status::Reasons;

/// What is needed to explain an absence.
pub(crate) struct Diagnosis {
    /// Which labels of an axis each input has a row for.
    present: BTreeMap<(NodeId, usize), Vec<bool>>,
    /// Position of the year axis, and the year of each of its labels.
    years: Option<(usize, Vec<Option<f64>>)>,
    /// The known gaps of the cell at hand.
    gaps: Vec<usize>,
    /// By gaps and then by the engine's reason, the reason that was told before: most cells repeat one.
    told: FxHashMap<Vec<usize>, FxHashMap<u32, u32>>,
}

impl Diagnosis {
    pub(crate) fn new(plan: &Plan) -> Self {
        let nodes = plan.method.nodes.iter().enumerate();
        let inputs = nodes
            .filter(|(id, node)| matches!(node.rule, Rule::Input(_)) && plan.arrays[*id].support.axes == node.axes);
        let columns: Vec<_> = inputs.flat_map(|(id, node)| axes_in(node.axes).map(move |axis| (id, axis))).collect();
        let is_there = |&(id, axis): &(NodeId, usize)| {
            let mut is_there = vec![false; plan.labels.names(axis).len()];
            plan.arrays[id].support.column(axis).iter().for_each(|&label| is_there[label as usize] = true);
            ((id, axis), is_there)
        };
        let present = columns.par_iter().map(is_there).collect::<Vec<_>>().into_iter().collect();
        let years = plan
            .method
            .axis(crate::gaps::YEAR)
            .map(|axis| (axis, plan.labels.names(axis).iter().map(|name| name.parse().ok()).collect()));
        Self { present, years, gaps: Vec::new(), told: FxHashMap::default() }
    }

    /// The reason of one cell as a position in `reasons`; `own` is the engine's own, where the cell has a row.
    pub(crate) fn reason(
        &mut self,
        plan: &Plan,
        id: NodeId,
        own: Option<u32>,
        label: &dyn Fn(usize) -> u32,
        reasons: &mut Reasons,
    ) -> u32 {
        self.find_gaps(plan, label);
        let Some(own) = own else { return reasons.intern(self.beside_gaps(plan, self.lacking(plan, id, label))) };
        if let Some(&known) = self.told.get(self.gaps.as_slice()).and_then(|told| told.get(&own)) {
            return known;
        }
        let position = reasons.intern(self.beside_gaps(plan, plan.reasons.texts[own as usize].clone()));
        self.told.entry(self.gaps.clone()).or_default().insert(own, position);
        position
    }

    /// Notes the known gaps that hold for the labels of one cell.
    fn find_gaps(&mut self, plan: &Plan, label: &dyn Fn(usize) -> u32) {
        self.gaps.clear();
        if plan.gaps.is_empty() {
            return;
        }
        let year = self.years.as_ref().and_then(|(axis, years)| *years.get(label(*axis) as usize)?);
        let holds = |gap: &crate::gaps::KnownGap| {
            gap.labels.iter().all(|&(axis, wanted)| label(axis) == wanted) && gap.covers(year)
        };
        self.gaps.extend(plan.gaps.iter().enumerate().filter(|(_, gap)| holds(gap)).map(|(place, _)| place));
    }

    /// The publisher's reasons where one is known, then ours.
    fn beside_gaps(&self, plan: &Plan, ours: String) -> String {
        let mut known: Vec<&str> = self.gaps.iter().map(|&place| plan.gaps[place].reason.as_str()).collect();
        known.dedup();
        if known.is_empty() { ours } else { format!("{} ({ours})", known.join("; ")) }
    }

    /// The inputs behind `id` that have no row for one of the labels.
    fn lacking(&self, plan: &Plan, id: NodeId, label: &dyn Fn(usize) -> u32) -> String {
        let mut open = vec![id];
        let mut seen = BTreeSet::new();
        let mut lacking: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            open.extend(needs(&plan.method.nodes[id].rule));
            for axis in axes_in(plan.method.nodes[id].axes as AxisSet) {
                let Some(is_there) = self.present.get(&(id, axis)) else { continue };
                let code = label(axis);
                if code != ABSENT && !is_there[code as usize] {
                    let key = (plan.method.axes[axis].name.clone(), plan.labels.name(axis, code).to_owned());
                    lacking.entry(key).or_default().insert(plan.method.nodes[id].name.clone());
                }
            }
        }
        if lacking.is_empty() {
            return "no input has rows for all of these labels together".to_owned();
        }
        let words = lacking.into_iter().map(|((axis, label), inputs)| {
            let inputs: Vec<String> = inputs.into_iter().collect();
            let verb = if inputs.len() == 1 { "has" } else { "have" };
            format!("{} {verb} no row for {axis} = {label}", crate::error::list(&inputs))
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

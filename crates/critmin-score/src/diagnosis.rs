//! Why a cell has no value, in words: the publisher's reason where one is known, then ours.

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::ABSENT;

use crate::method::{AxisSet, NodeId, Rule, axes_in, needs};
use crate::plan::Plan;

/// What is needed to explain an absence.
pub(crate) struct Diagnosis {
    /// Which labels of an axis each input has a row for.
    present: BTreeMap<(NodeId, usize), Vec<bool>>,
    /// Position of the year axis, and the year of each of its labels.
    years: Option<(usize, Vec<Option<f64>>)>,
}

impl Diagnosis {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut present = BTreeMap::new();
        for (id, node) in plan.method.nodes.iter().enumerate() {
            if !matches!(node.rule, Rule::Input(_)) || plan.arrays[id].support.axes != node.axes {
                continue;
            }
            for axis in axes_in(node.axes) {
                let mut is_there = vec![false; plan.labels.names(axis).len()];
                plan.arrays[id].support.column(axis).iter().for_each(|&label| is_there[label as usize] = true);
                present.insert((id, axis), is_there);
            }
        }
        let years = plan
            .method
            .axis(crate::gaps::YEAR)
            .map(|axis| (axis, plan.labels.names(axis).iter().map(|name| name.parse().ok()).collect()));
        Self { present, years }
    }

    /// The reason of one cell; `own` is the engine's own, where the cell has a row.
    pub(crate) fn words(&mut self, plan: &Plan, id: NodeId, own: Option<u32>, label: &dyn Fn(usize) -> u32) -> String {
        let ours = match own {
            Some(reason) => plan.reasons.texts[reason as usize].clone(),
            None => self.lacking(plan, id, label),
        };
        match self.known_gap(plan, label) {
            Some(known) => format!("{known} ({ours})"),
            None => ours,
        }
    }

    fn known_gap(&self, plan: &Plan, label: &dyn Fn(usize) -> u32) -> Option<String> {
        let year = self.years.as_ref().and_then(|(axis, years)| *years.get(label(*axis) as usize)?);
        let holds = |gap: &&crate::gaps::KnownGap| {
            gap.labels.iter().all(|&(axis, wanted)| label(axis) == wanted) && gap.covers(year)
        };
        let mut found: Vec<&str> = plan.gaps.iter().filter(holds).map(|gap| gap.reason.as_str()).collect();
        found.dedup();
        (!found.is_empty()).then(|| found.join("; "))
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

//! The labels of every axis, each with a number.

use std::collections::HashMap;

use critmin_core::ABSENT;

use crate::method::{Axis, axes_in};
use crate::support::Support;

/// Labels by axis, numbered as they come.
#[derive(Debug, Default)]
pub(crate) struct AxisLabels {
    axes: Vec<String>,
    names: Vec<Vec<String>>,
    known: Vec<HashMap<String, u32>>,
}

impl AxisLabels {
    pub(crate) fn new(axes: &[Axis]) -> Self {
        Self {
            axes: axes.iter().map(|axis| axis.name.clone()).collect(),
            names: vec![Vec::new(); axes.len()],
            known: vec![HashMap::new(); axes.len()],
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "labels are counted in u32")]
    pub(crate) fn intern(&mut self, axis: usize, label: &str) -> u32 {
        if let Some(&known) = self.known[axis].get(label) {
            return known;
        }
        let position = self.names[axis].len() as u32;
        self.names[axis].push(label.to_owned());
        self.known[axis].insert(label.to_owned(), position);
        position
    }

    pub(crate) fn find(&self, axis: usize, label: &str) -> Option<u32> {
        self.known[axis].get(label).copied()
    }

    /// Numbers for the labels in use, in alphabetical order; returns the number of each code.
    pub(crate) fn intern_used(&mut self, axis: usize, labels: &[String], is_used: &[bool]) -> Vec<u32> {
        let mut used: Vec<usize> = (0..labels.len()).filter(|&code| is_used[code]).collect();
        used.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
        let mut map = vec![ABSENT; labels.len()];
        for code in used {
            map[code] = self.intern(axis, &labels[code]);
        }
        map
    }

    pub(crate) fn name(&self, axis: usize, label: u32) -> &str {
        &self.names[axis][label as usize]
    }

    pub(crate) fn names(&self, axis: usize) -> &[String] {
        &self.names[axis]
    }

    /// The alphabetical rank of each label of an axis.
    pub(crate) fn ranks(&self, axis: usize) -> Vec<u32> {
        let names = &self.names[axis];
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| names[a].cmp(&names[b]));
        let mut ranks = vec![0; names.len()];
        for (rank, label) in (0..).zip(order) {
            ranks[label] = rank;
        }
        ranks
    }

    /// How many labels each axis has.
    pub(crate) fn counts(&self) -> Vec<usize> {
        self.names.iter().map(Vec::len).collect()
    }

    /// The labels of an axis that are numbers, ascending.
    pub(crate) fn numbers(&self, axis: usize) -> Vec<(u32, f64)> {
        #[expect(clippy::cast_possible_truncation, reason = "labels are counted in u32")]
        let numbers = self.names[axis].iter().enumerate().map(|(label, name)| (label as u32, name.parse::<f64>()));
        let mut numbers: Vec<(u32, f64)> = numbers.filter_map(|(label, number)| Some((label, number.ok()?))).collect();
        numbers.sort_by(|a, b| a.1.total_cmp(&b.1));
        numbers
    }

    /// One key in words: `commodity = gallium, origin = CHN`.
    pub(crate) fn words(&self, support: &Support, row: usize) -> String {
        let part = |axis: usize| format!("{} = {}", self.axes[axis], self.name(axis, support.column(axis)[row]));
        axes_in(support.axes).map(part).collect::<Vec<_>>().join(", ")
    }
}

//! How one array reads another: by label, with a stated policy where the other has no row or no value.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::Error;
use crate::document::HigherIs;
use crate::labels::AxisLabels;
use crate::method::{AxisSet, Missing, Node, NodeId};
use crate::status::{Cell, Cells, Reasons, Status};
use crate::support::{Groups, Index, NONE, PARALLEL, Packing, Positions, Support, index};

/// An array with its keys, its values and their statuses.
#[derive(Debug)]
pub(crate) struct Array {
    pub(crate) support: Arc<Support>,
    /// NaN exactly where the status is unavailable.
    pub(crate) values: Vec<f64>,
    pub(crate) cells: Cells,
    /// What was chosen, for `select` and `classify`: positions in `choices`, or labels of the axis.
    pub(crate) choice: Option<Vec<u32>>,
}

/// One array read by another.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) node: NodeId,
    pub(crate) index: Index,
    /// Values that stand after the rows of the other array.
    virtuals: Vec<Virtual>,
    n: u32,
}

/// A value that a policy supplies.
#[derive(Debug)]
enum Virtual {
    Constant(f64),
    Largest,
    Smallest,
    MeanOf(Vec<u32>),
}

impl Edge {
    /// The values that policies supply, given the values of the other array.
    pub(crate) fn supplied(&self, values: &[f64]) -> Vec<f64> {
        let known = || values.iter().copied().filter(|value| !value.is_nan());
        self.virtuals
            .iter()
            .map(|one| match one {
                Virtual::Constant(value) => *value,
                Virtual::Largest => known().fold(f64::NAN, f64::max),
                Virtual::Smallest => known().fold(f64::NAN, f64::min),
                Virtual::MeanOf(rows) => mean(rows.iter().map(|&row| values[row as usize])),
            })
            .collect()
    }

    /// The value for row `row` of the reading array.
    #[inline]
    pub(crate) fn at(&self, row: usize, values: &[f64], supplied: &[f64]) -> f64 {
        let position = self.index.at(row);
        if position < self.n {
            return values[position as usize];
        }
        if position == NONE { f64::NAN } else { supplied[(position - self.n) as usize] }
    }
}

#[expect(clippy::cast_precision_loss, reason = "few members")]
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    sum / n as f64
}

/// What an edge is built from.
pub(crate) struct EdgeBuilder<'a> {
    pub(crate) labels: &'a AxisLabels,
    pub(crate) counts: &'a [usize],
    pub(crate) reasons: &'a mut Reasons,
    /// The binding that reads.
    pub(crate) user: &'a str,
    /// Axes whose labels every row of the answer shows.
    pub(crate) told: AxisSet,
}

impl EdgeBuilder<'_> {
    /// Reads `array` for every key of `driver`; the status of each key joins those in `whole`.
    #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
    pub(crate) fn build(
        &mut self,
        driver: &Arc<Support>,
        id: NodeId,
        node: &Node,
        array: &Array,
        known: Option<Index>,
        whole: &mut Cells,
    ) -> Result<Edge, Error> {
        let index = match known {
            Some(known) => known,
            None => index(driver, &array.support, self.counts, self.user)?,
        };
        let mut edge = Edge { node: id, index, virtuals: Vec::new(), n: array.values.len() as u32 };
        let has_holes = match &edge.index {
            Index::Gather(rows) => rows.contains(&NONE),
            _ => false,
        };
        if array.cells.is_none() && !has_holes {
            return Ok(edge);
        }
        let cells = whole.get_or_insert_with(|| vec![Cell::OK; driver.n]);
        let open = join(&edge.index, node, array, cells);
        if open.is_empty() {
            return Ok(edge);
        }
        let mut policy = Policy::new(self, node, array, driver)?;
        let mut moved = Vec::new();
        for row in open {
            let row = row as usize;
            let position = edge.index.at(row);
            let own = if position == NONE { None } else { Some(crate::status::cell(&array.cells, position as usize)) };
            let (cell, replacement) = policy.apply(self, &mut edge.virtuals, row, own)?;
            cells[row] = cells[row].and(cell);
            if let Some(replacement) = replacement {
                moved.push((row, replacement));
            }
        }
        if !moved.is_empty() {
            let mut rows: Vec<u32> = (0..driver.n).map(|row| edge.index.at(row)).collect();
            for (row, replacement) in moved {
                rows[row] = match replacement {
                    Replacement::Row(position) => position,
                    Replacement::Virtual(position) => edge.n + position as u32,
                };
            }
            edge.index = Index::Gather(Arc::new(rows));
        }
        Ok(edge)
    }
}

/// Joins the statuses of the array to `cells`; returns the rows for which a policy has to decide.
fn join(index: &Index, node: &Node, array: &Array, cells: &mut [Cell]) -> Vec<u32> {
    // An absence that stays one keeps its reason; whoever adds up may leave it out where the input allows that.
    let may_skip = match node.missing {
        Missing::Unavailable => Some(false),
        Missing::Skip => Some(true),
        _ => None,
    };
    let join = |(row, slot): (usize, &mut Cell)| {
        let position = index.at(row);
        let own = (position != NONE).then(|| crate::status::cell(&array.cells, position as usize));
        let own = match own {
            Some(own) if own.status == Status::Unavailable => {
                may_skip.map(|may_skip| Cell { may_skip: own.may_skip || may_skip, ..own })
            }
            own => own,
        };
        match own {
            Some(own) if own == Cell::OK => None,
            Some(own) => {
                *slot = slot.and(own);
                None
            }
            #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
            None => Some(row as u32),
        }
    };
    if cells.len() < PARALLEL {
        cells.iter_mut().enumerate().filter_map(join).collect()
    } else {
        cells.par_iter_mut().enumerate().with_min_len(PARALLEL / 4).filter_map(join).collect()
    }
}

enum Replacement {
    Row(u32),
    Virtual(usize),
}

/// A missing policy at work.
struct Policy<'a> {
    node: &'a Node,
    array: &'a Array,
    driver: &'a Arc<Support>,
    /// Packed keys of the driver over the axes that the policy groups by, and the groups of the other array.
    groups: Option<(Vec<u64>, Positions, Groups)>,
    known: FxHashMap<u64, u32>,
    own_key: Packing,
    used: FxHashMap<usize, usize>,
}

impl<'a> Policy<'a> {
    fn new(
        builder: &EdgeBuilder<'_>,
        node: &'a Node,
        array: &'a Array,
        driver: &'a Arc<Support>,
    ) -> Result<Self, Error> {
        let by: Option<AxisSet> = match node.missing {
            Missing::MeanOver(over) => Some(node.axes & !over),
            Missing::NotListed { within, .. } => Some(within),
            Missing::Nearest { axis, .. } => Some(node.axes & !(1 << axis)),
            _ => None,
        };
        let groups = match by {
            None => None,
            Some(by) => {
                let packing = Packing::new(by, builder.counts, &node.name)?;
                let groups = Groups::new(&array.support, by, builder.counts, &node.name)?;
                let mut positions = Positions::new(packing.size, groups.n());
                let keys = packing.pack(&array.support);
                for (row, &group) in groups.of_row.iter().enumerate() {
                    positions.get_or_insert(keys[row], group);
                }
                Some((packing.pack(driver), positions, groups))
            }
        };
        let own_key = Packing::new(node.axes & !builder.told, builder.counts, &node.name)?;
        Ok(Self { node, array, driver, groups, known: FxHashMap::default(), own_key, used: FxHashMap::default() })
    }

    fn apply(
        &mut self,
        builder: &mut EdgeBuilder<'_>,
        virtuals: &mut Vec<Virtual>,
        row: usize,
        own: Option<Cell>,
    ) -> Result<(Cell, Option<Replacement>), Error> {
        let node = self.node;
        let name = &node.name;
        match &node.missing {
            Missing::Unavailable => Ok((self.absent(builder, row, own, false), None)),
            Missing::Skip => Ok((self.absent(builder, row, own, true), None)),
            Missing::Error => Err(Error::MissingValue {
                needed_by: builder.user.to_owned(),
                name: name.clone(),
                key: self.key(builder, row, self.node.axes),
            }),
            Missing::Constant(value) => {
                let cell =
                    Cell::imputed(builder.reasons.intern(format!("`{name}`: constant {value} where none is known")));
                Ok((cell, Some(self.supply(virtuals, 0, Virtual::Constant(*value)))))
            }
            word @ (Missing::Worst | Missing::Best) => {
                let is_worst = matches!(word, Missing::Worst);
                let is_largest = is_worst == (self.node.higher_is == HigherIs::Riskier);
                let which = if is_worst { "worst" } else { "best" };
                let cell = Cell::imputed(
                    builder.reasons.intern(format!("`{name}`: the {which} known value where none is known")),
                );
                Ok((
                    cell,
                    Some(self.supply(virtuals, 0, if is_largest { Virtual::Largest } else { Virtual::Smallest })),
                ))
            }
            Missing::NotListed { value, .. } => {
                if own.is_some() || self.group(row).is_none() {
                    return Ok((self.absent(builder, row, own, false), None));
                }
                Ok((Cell::OK, Some(self.supply(virtuals, 0, Virtual::Constant(*value)))))
            }
            Missing::MeanOver(_) => {
                let members = self.valid_members(row);
                let Some(&first) = members.first() else { return Ok((self.absent(builder, row, own, false), None)) };
                let cell =
                    Cell::imputed(builder.reasons.intern(format!("`{name}`: mean of the others where none is known")));
                Ok((cell, Some(self.supply(virtuals, first as usize + 1, Virtual::MeanOf(members)))))
            }
            Missing::Nearest { axis, at_most } => {
                let (axis, at_most) = (*axis, *at_most);
                let Some((position, from, to)) = self.nearest(builder, row, axis, at_most) else {
                    return Ok((self.absent(builder, row, own, false), None));
                };
                let cell = Cell::imputed(builder.reasons.intern(format!("`{name}`: {from} taken for {to}")));
                Ok((cell, Some(Replacement::Row(position))))
            }
        }
    }

    /// The value that a policy supplies, once for all rows that need it.
    fn supply(&mut self, virtuals: &mut Vec<Virtual>, key: usize, one: Virtual) -> Replacement {
        let next = virtuals.len();
        let position = *self.used.entry(key).or_insert(next);
        if position == next {
            virtuals.push(one);
        }
        Replacement::Virtual(position)
    }

    fn absent(&mut self, builder: &mut EdgeBuilder<'_>, row: usize, own: Option<Cell>, may_skip: bool) -> Cell {
        let cell = own.unwrap_or_else(|| {
            let key = self.own_key.key(self.driver, row);
            let reason = if let Some(&known) = self.known.get(&key) {
                known
            } else {
                let labels = self.key(builder, row, self.node.axes & !builder.told);
                let labels = if labels.is_empty() { labels } else { format!(" for {labels}") };
                let text = format!("no `{}`{labels}", self.node.name);
                let reason = builder.reasons.intern(text);
                self.known.insert(key, reason);
                reason
            };
            Cell::unavailable(reason)
        });
        Cell { may_skip: cell.may_skip || may_skip, ..cell }
    }

    fn key(&self, builder: &EdgeBuilder<'_>, row: usize, axes: AxisSet) -> String {
        let keys = crate::method::axes_in(axes).map(|axis| vec![self.driver.column(axis)[row]]).collect();
        builder.labels.words(&Support { axes, keys, n: 1 }, 0)
    }

    fn group(&self, row: usize) -> Option<usize> {
        let (keys, positions, _) = self.groups.as_ref()?;
        let group = positions.get(keys[row]);
        (group != NONE).then_some(group as usize)
    }

    fn valid_members(&self, row: usize) -> Vec<u32> {
        let (Some(group), Some((.., groups))) = (self.group(row), self.groups.as_ref()) else { return Vec::new() };
        groups.members(group).iter().copied().filter(|&member| !self.array.values[member as usize].is_nan()).collect()
    }

    /// The row with the nearest label on `axis`; of two as near the earlier one.
    fn nearest(
        &self,
        builder: &EdgeBuilder<'_>,
        row: usize,
        axis: usize,
        at_most: f64,
    ) -> Option<(u32, String, String)> {
        let wanted = builder.labels.name(axis, self.driver.column(axis)[row]).to_owned();
        let target: f64 = wanted.parse().ok()?;
        let column = self.array.support.column(axis);
        let label = |member: u32| builder.labels.name(axis, column[member as usize]);
        let distance = |member: u32| label(member).parse::<f64>().ok().map(|number| ((number - target).abs(), number));
        let found = self
            .valid_members(row)
            .into_iter()
            .filter_map(|member| Some((distance(member)?, member)))
            .filter(|((distance, _), _)| *distance <= at_most)
            .min_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.0.1.total_cmp(&b.0.1)))?;
        Some((found.1, label(found.1).to_owned(), wanted))
    }
}

//! Which keys an array has, and how the keys of one array find their rows in another.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::Error;
use crate::method::{AxisSet, axes_in};

/// No row.
pub(crate) const NONE: u32 = u32::MAX;
/// Keys up to this many combinations are looked up in a plain array.
const DENSE: u64 = 1 << 22;
/// Keys up to this many combinations are told apart by one bit each.
const BITS: u64 = 1 << 28;
/// Rows from which work is shared between threads.
pub(crate) const PARALLEL: usize = 1 << 14;

/// The keys of an array: one row per key, one column of label positions per axis.
#[derive(Debug, Clone, Default)]
pub(crate) struct Support {
    pub(crate) axes: AxisSet,
    /// Columns in ascending order of the axis.
    pub(crate) keys: Vec<Vec<u32>>,
    pub(crate) n: usize,
}

impl Support {
    /// The one key of an array without axes.
    pub(crate) fn scalar() -> Self {
        Self { axes: 0, keys: Vec::new(), n: 1 }
    }

    pub(crate) fn column(&self, axis: usize) -> &[u32] {
        let position = (self.axes & ((1 << axis) - 1)).count_ones() as usize;
        &self.keys[position]
    }
}

/// How a key over some axes becomes one number.
pub(crate) struct Packing {
    /// Axis and its stride.
    strides: Vec<(usize, u64)>,
    pub(crate) size: u64,
}

impl Packing {
    /// # Errors
    ///
    /// [`Error::TooManyLabels`] when the combinations do not fit.
    pub(crate) fn new(axes: AxisSet, n_labels: &[usize], name: &str) -> Result<Self, Error> {
        let mut size = 1_u64;
        let mut strides = Vec::new();
        for axis in axes_in(axes) {
            strides.push((axis, size));
            let next = size.checked_mul(n_labels[axis].max(1) as u64).filter(|&next| next < 1 << 63);
            size = next.ok_or_else(|| Error::TooManyLabels { name: name.to_owned() })?;
        }
        Ok(Self { strides, size })
    }

    /// The packed key of one row.
    pub(crate) fn key(&self, support: &Support, row: usize) -> u64 {
        self.strides.iter().map(|&(axis, stride)| u64::from(support.column(axis)[row]) * stride).sum()
    }

    /// The packed keys of every row of `support`, which has all the axes.
    pub(crate) fn pack(&self, support: &Support) -> Vec<u64> {
        let columns: Vec<(&[u32], u64)> =
            self.strides.iter().map(|&(axis, stride)| (support.column(axis), stride)).collect();
        let key = |row: usize| columns.iter().map(|(column, stride)| u64::from(column[row]) * stride).sum();
        if support.n < PARALLEL {
            (0..support.n).map(key).collect()
        } else {
            (0..support.n).into_par_iter().map(key).collect()
        }
    }
}

/// From packed key to position.
pub(crate) enum Positions {
    Dense(Vec<u32>),
    Hashed(FxHashMap<u64, u32>),
}

impl Positions {
    pub(crate) fn new(size: u64, expected: usize) -> Self {
        if size <= DENSE {
            #[expect(clippy::cast_possible_truncation, reason = "at most DENSE")]
            return Self::Dense(vec![NONE; size as usize]);
        }
        Self::Hashed(FxHashMap::with_capacity_and_hasher(expected, rustc_hash::FxBuildHasher))
    }

    #[expect(clippy::cast_possible_truncation, reason = "dense keys are at most DENSE")]
    pub(crate) fn get(&self, key: u64) -> u32 {
        match self {
            Self::Dense(rows) => rows[key as usize],
            Self::Hashed(rows) => rows.get(&key).copied().unwrap_or(NONE),
        }
    }

    /// Sets a position unless there is one, and returns the one that counts.
    #[expect(clippy::cast_possible_truncation, reason = "dense keys are at most DENSE")]
    pub(crate) fn get_or_insert(&mut self, key: u64, position: u32) -> u32 {
        match self {
            Self::Dense(rows) => {
                let slot = &mut rows[key as usize];
                if *slot == NONE {
                    *slot = position;
                }
                *slot
            }
            Self::Hashed(rows) => *rows.entry(key).or_insert(position),
        }
    }
}

/// Row `i` of one array reads row `index[i]` of another.
#[derive(Debug, Clone)]
pub(crate) enum Index {
    Identity,
    /// The other array has one row.
    Scalar,
    Gather(Arc<Vec<u32>>),
}

impl Index {
    pub(crate) fn at(&self, row: usize) -> u32 {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
            Self::Identity => row as u32,
            Self::Scalar => 0,
            Self::Gather(rows) => rows[row],
        }
    }
}

/// Whether no key occurs twice.
#[expect(clippy::cast_possible_truncation, reason = "at most BITS")]
pub(crate) fn is_distinct(support: &Support, n_labels: &[usize], name: &str) -> Result<bool, Error> {
    let packing = Packing::new(support.axes, n_labels, name)?;
    if packing.size > BITS {
        return Ok(false);
    }
    let mut seen = vec![0_u64; (packing.size / 64 + 1) as usize];
    Ok(packing.pack(support).into_iter().all(|key| {
        let (word, bit) = ((key / 64) as usize, 1_u64 << (key % 64));
        let is_new = seen[word] & bit == 0;
        seen[word] |= bit;
        is_new
    }))
}

/// Where each key of `driver` has its row in `other`, whose axes `driver` has too.
pub(crate) fn index(
    driver: &Arc<Support>,
    other: &Arc<Support>,
    n_labels: &[usize],
    name: &str,
) -> Result<Index, Error> {
    if Arc::ptr_eq(driver, other) {
        return Ok(Index::Identity);
    }
    if other.axes == 0 {
        return Ok(if other.n == 1 { Index::Scalar } else { Index::Gather(Arc::new(vec![NONE; driver.n])) });
    }
    let packing = Packing::new(other.axes, n_labels, name)?;
    let positions = positions(other, &packing);
    let keys = packing.pack(driver);
    let rows: Vec<u32> = if driver.n < PARALLEL {
        keys.iter().map(|&key| positions.get(key)).collect()
    } else {
        keys.par_iter().map(|&key| positions.get(key)).collect()
    };
    Ok(Index::Gather(Arc::new(rows)))
}

#[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
fn positions(support: &Support, packing: &Packing) -> Positions {
    let mut positions = Positions::new(packing.size, support.n);
    for (row, key) in packing.pack(support).into_iter().enumerate() {
        positions.get_or_insert(key, row as u32);
    }
    positions
}

/// The keys that an expression over `parts` has: all keys of the parts with the most axes, and where a part brings
/// axes of its own, the combinations that agree on the axes they share.
///
/// Beside them, for each part, the rows that its keys have, where the combination already told them.
pub(crate) fn union(
    parts: &[&Arc<Support>],
    n_labels: &[usize],
    name: &str,
) -> Result<(Arc<Support>, Vec<Option<Index>>), Error> {
    let all = parts.iter().fold(0, |set, part| set | part.axes);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&part| std::cmp::Reverse(parts[part].axes.count_ones()));
    let mut known = vec![None; parts.len()];
    let Some(&first) = order.first() else { return Ok((Arc::new(Support::scalar()), known)) };
    let mut whole = Arc::clone(parts[first]);
    let mut n_products = 0;
    for &part in &order[1..] {
        if parts[part].axes & !whole.axes != 0 {
            let (support, left, right) = product(&whole, parts[part], n_labels, name)?;
            whole = Arc::new(support);
            n_products += 1;
            // After a second product the rows of the first would have to be followed through it.
            known = vec![None; parts.len()];
            if n_products == 1 {
                known[first] = Some(Index::Gather(Arc::new(left)));
            }
            known[part] = Some(Index::Gather(Arc::new(right)));
        }
    }
    for part in order {
        if parts[part].axes == all && !Arc::ptr_eq(parts[part], &whole) {
            let before = whole.n;
            whole = added(&whole, parts[part], n_labels, name)?;
            if whole.n != before {
                known = vec![None; parts.len()];
            }
        }
    }
    Ok((whole, known))
}

/// `whole` with the keys of `part` that it lacks.
fn added(whole: &Arc<Support>, part: &Arc<Support>, n_labels: &[usize], name: &str) -> Result<Arc<Support>, Error> {
    let packing = Packing::new(whole.axes, n_labels, name)?;
    let known = positions(whole, &packing);
    let keys = packing.pack(part);
    let extra: Vec<usize> = (0..part.n).filter(|&row| known.get(keys[row]) == NONE).collect();
    if extra.is_empty() {
        return Ok(Arc::clone(whole));
    }
    let mut keys = whole.keys.clone();
    for (column, more) in keys.iter_mut().zip(&part.keys) {
        column.extend(extra.iter().map(|&row| more[row]));
    }
    Ok(Arc::new(Support { axes: whole.axes, keys, n: whole.n + extra.len() }))
}

/// Every pair of keys that agree on the axes they share, and the rows of both sides.
fn product(
    left: &Support,
    right: &Support,
    n_labels: &[usize],
    name: &str,
) -> Result<(Support, Vec<u32>, Vec<u32>), Error> {
    let shared = left.axes & right.axes;
    let packing = Packing::new(shared, n_labels, name)?;
    let groups = Groups::of_keys(&packing.pack(right), packing.size);
    let mut left_rows = Vec::with_capacity(left.n);
    let mut right_rows = Vec::with_capacity(left.n);
    for (row, key) in packing.pack(left).into_iter().enumerate() {
        let group = groups.positions.get(key);
        if group != NONE {
            let members = groups.members(group as usize);
            #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
            left_rows.extend(std::iter::repeat_n(row as u32, members.len()));
            right_rows.extend_from_slice(members);
        }
    }
    let axes = left.axes | right.axes;
    let taken: Vec<usize> = axes_in(axes).collect();
    let keys = taken
        .par_iter()
        .map(|&axis| {
            let (side, rows) = if left.axes >> axis & 1 == 1 { (left, &left_rows) } else { (right, &right_rows) };
            let column = side.column(axis);
            rows.iter().map(|&row| column[row as usize]).collect()
        })
        .collect();
    Ok((Support { axes, keys, n: left_rows.len() }, left_rows, right_rows))
}

/// Rows that belong together, in the order of their first appearance; inside a group rows keep their order.
pub(crate) struct Groups {
    pub(crate) starts: Arc<Vec<u32>>,
    pub(crate) rows: Arc<Vec<u32>>,
    /// The first row of each group.
    pub(crate) first: Vec<u32>,
    /// The group of each row.
    pub(crate) of_row: Vec<u32>,
    positions: Positions,
}

impl Groups {
    /// Groups the rows of `support` by the axes in `by`.
    pub(crate) fn new(support: &Support, by: AxisSet, n_labels: &[usize], name: &str) -> Result<Self, Error> {
        let packing = Packing::new(by, n_labels, name)?;
        Ok(Self::of_keys(&packing.pack(support), packing.size))
    }

    #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
    fn of_keys(keys: &[u64], size: u64) -> Self {
        let mut positions = Positions::new(size, keys.len());
        let mut first = Vec::new();
        let mut counts: Vec<u32> = Vec::new();
        let mut of_row = Vec::with_capacity(keys.len());
        for (row, &key) in keys.iter().enumerate() {
            let group = positions.get_or_insert(key, first.len() as u32);
            if group as usize == first.len() {
                first.push(row as u32);
                counts.push(0);
            }
            counts[group as usize] += 1;
            of_row.push(group);
        }
        let mut starts = Vec::with_capacity(first.len() + 1);
        let mut sum = 0;
        starts.push(0);
        for count in &mut counts {
            let start = sum;
            sum += *count;
            starts.push(sum);
            *count = start;
        }
        let mut rows = vec![0; keys.len()];
        for (row, &group) in of_row.iter().enumerate() {
            let slot = &mut counts[group as usize];
            rows[*slot as usize] = row as u32;
            *slot += 1;
        }
        Self { starts: Arc::new(starts), rows: Arc::new(rows), first, of_row, positions }
    }

    pub(crate) fn n(&self) -> usize {
        self.first.len()
    }

    pub(crate) fn members(&self, group: usize) -> &[u32] {
        &self.rows[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// The keys of the groups, over the axes in `by`.
    pub(crate) fn support(&self, of: &Support, by: AxisSet) -> Support {
        let keys = axes_in(by)
            .map(|axis| {
                let column = of.column(axis);
                self.first.iter().map(|&row| column[row as usize]).collect()
            })
            .collect();
        Support { axes: by, keys, n: self.n() }
    }
}

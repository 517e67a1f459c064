//! Exact detection of repeated keys in bounded memory.

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::Year;

/// One bit per (year, origin, destination, product): 34 MB for a year with 233 economies and 5,000 products all
/// trading with each other, whatever the order of the rows; real years need less.
#[derive(Default)]
pub(super) struct SeenFlows {
    years: BTreeMap<Year, Pairs>,
    closed: BTreeSet<Year>,
}

/// For every pair of economies, a bit set over products.
type Pairs = Vec<Vec<u64>>;

impl SeenFlows {
    /// Forgets the keys, but not the years: the next file must bring others. So memory does not grow with the years.
    pub(super) fn close_years(&mut self) {
        self.closed.extend(std::mem::take(&mut self.years).into_keys());
    }

    /// Whether `year` may come: `false` when an earlier file held it.
    pub(super) fn may_hold(&self, year: Year) -> bool {
        !self.closed.contains(&year)
    }

    /// Notes the key; `false` when it was there before.
    pub(super) fn insert(&mut self, year: Year, origin: u16, destination: u16, product: u32) -> bool {
        let pairs = self.years.entry(year).or_default();
        let pair = pair_number(usize::from(origin), usize::from(destination));
        if pairs.len() <= pair {
            pairs.resize(pair + 1, Vec::new());
        }
        let products = &mut pairs[pair];
        let (word, bit) = (product as usize / 64, 1u64 << (product % 64));
        if products.len() <= word {
            products.resize(word + 1, 0);
        }
        let is_new = products[word] & bit == 0;
        products[word] |= bit;
        is_new
    }
}

/// Numbers pairs so that n economies need n² places, without knowing n: squares grow shell by shell.
///
/// References: Szudzik (2006), An Elegant Pairing Function.
fn pair_number(a: usize, b: usize) -> usize {
    if a < b { b * b + a } else { a * a + a + b }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_are_numbered_without_gaps() {
        let numbers: BTreeSet<usize> = (0..30).flat_map(|a| (0..30).map(move |b| pair_number(a, b))).collect();
        assert_eq!(numbers, (0..900).collect());
    }

    proptest! {
        /// Agrees with a plain set of keys.
        #[test]
        fn same_as_a_set(keys in prop::collection::vec((2000..2003i16, 0..6u16, 0..6u16, 0..200u32), 0..400)) {
            let (mut seen, mut set) = (SeenFlows::default(), BTreeSet::new());
            for (year, origin, destination, product) in keys {
                let expected = set.insert((year, origin, destination, product));
                prop_assert_eq!(seen.insert(Year(year), origin, destination, product), expected);
            }
        }
    }
}

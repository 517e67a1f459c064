//! How nodes and edges lie in memory: by columns, the edges compressed by buyer and, transposed, by supplier.

use critmin_core::{CountryId, Stage};

/// The nodes by columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nodes {
    pub(crate) ids: Vec<String>,
    pub(crate) goods: Vec<String>,
    pub(crate) good: Vec<u32>,
    pub(crate) stage: Vec<Option<Stage>>,
    pub(crate) countries: Vec<CountryId>,
    /// Position in `countries`, or [`ABSENT`].
    pub(crate) country: Vec<u32>,
    /// NaN where not known; never leaves as a number.
    pub(crate) own_supply: Vec<f64>,
    pub(crate) capacity: Vec<f64>,
}

/// The edges by columns, sorted by (buyer, group, supplier).
#[derive(Debug, Clone, Default)]
pub(crate) struct Edges {
    pub(crate) supplier: Vec<u32>,
    pub(crate) flow: Vec<f64>,
    /// First edge of each buyer, and the number of edges.
    pub(crate) first: Vec<u32>,
    pub(crate) groups: Vec<Group>,
    /// First group of each buyer, and the number of groups.
    pub(crate) first_group: Vec<u32>,
    /// The transpose: for each supplier, its buyers and the positions of these edges.
    pub(crate) first_sale: Vec<u32>,
    pub(crate) buyer: Vec<u32>,
    pub(crate) sale: Vec<u32>,
    /// Empty when no edge has one; NaN where not known.
    pub(crate) capacity: Vec<f64>,
    /// Empty when no edge has one; position in `provenances`.
    pub(crate) provenance: Vec<u32>,
    pub(crate) provenances: Vec<Provenance>,
}

/// One input of a buyer: its suppliers replace each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    /// Position in the graph's kinds.
    pub(crate) kind: u32,
    /// Its first edge; it ends where the next group, or the buyer's last edge, ends.
    pub(crate) first: u32,
    pub(crate) is_essential: bool,
}

/// What a group delivers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupKind {
    pub(crate) commodity: String,
    pub(crate) good: String,
}

/// Where a flow comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Provenance {
    pub(crate) year: Option<i16>,
    pub(crate) source_id: Option<String>,
    pub(crate) grade: Option<String>,
}

/// The number, unless it stands for an absent one.
pub(crate) fn known(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

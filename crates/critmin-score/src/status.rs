//! What a cell is worth: a number as the method wants it, one that a policy made up, one from a part, or none.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// What kind of answer a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Computed from values that are all there.
    Ok,
    /// A stated policy put a value where none was.
    Imputed,
    /// Computed from a part of what belongs to it; the coverage says how large a part.
    Partial,
    /// No value; the reason says why. Never zero.
    Unavailable,
}

impl Status {
    /// The word in the `status` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Imputed => "imputed",
            Self::Partial => "partial",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The status of one cell of one array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) status: Status,
    /// Unavailable, and whoever adds up may leave it out.
    pub(crate) may_skip: bool,
    /// Position in [`Reasons`]; 0 is none.
    pub(crate) reason: u32,
    /// Used over all members, 0 to 1.
    pub(crate) coverage: f32,
}

impl Cell {
    pub(crate) const OK: Self = Self { status: Status::Ok, may_skip: false, reason: 0, coverage: 1.0 };

    pub(crate) fn unavailable(reason: u32) -> Self {
        Self { status: Status::Unavailable, may_skip: false, reason, coverage: 0.0 }
    }

    pub(crate) fn imputed(reason: u32) -> Self {
        Self { status: Status::Imputed, may_skip: false, reason, coverage: 1.0 }
    }

    /// The worse of two, which tells its own reason.
    pub(crate) fn and(self, other: Self) -> Self {
        let worse = if other.status > self.status { other } else { self };
        let may_skip = match (self.status == Status::Unavailable, other.status == Status::Unavailable) {
            (true, true) => self.may_skip && other.may_skip,
            _ => worse.may_skip,
        };
        Self { coverage: self.coverage.min(other.coverage), may_skip, ..worse }
    }
}

/// The statuses of an array; most arrays are all right throughout.
pub(crate) type Cells = Option<Vec<Cell>>;

pub(crate) fn cell(cells: &Cells, row: usize) -> Cell {
    cells.as_ref().map_or(Cell::OK, |cells| cells[row])
}

/// Every reason once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reasons {
    pub(crate) texts: Vec<String>,
    known: FxHashMap<String, u32>,
}

impl Reasons {
    pub(crate) fn new() -> Self {
        let mut reasons = Self::default();
        reasons.intern(String::new());
        reasons
    }

    #[expect(clippy::cast_possible_truncation, reason = "fewer reasons than labels")]
    pub(crate) fn intern(&mut self, text: String) -> u32 {
        if let Some(&known) = self.known.get(&text) {
            return known;
        }
        let position = self.texts.len() as u32;
        self.texts.push(text.clone());
        self.known.insert(text, position);
        position
    }
}

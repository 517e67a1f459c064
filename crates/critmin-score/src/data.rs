//! What a method is asked, and on which data.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::Columns;

/// Where the inputs of a method come from.
pub struct Data<'a> {
    /// A table of the reference dataset by name.
    pub tables: &'a (dyn Fn(&str) -> Option<Arc<Columns>> + Sync),
    /// Tables by name of the input; they win over the reference dataset.
    ///
    /// Columns: one per axis, and `value` or one named as the input; `standard_error` and `source_id` if known.
    pub inputs: BTreeMap<String, Arc<Columns>>,
    /// By input: column and the one label to keep, such as the edition in `source_id`.
    pub pins: BTreeMap<String, BTreeMap<String, String>>,
    /// Blocs by name and their members, for the labels of a question that are no country.
    pub regions: BTreeMap<String, Vec<String>>,
}

/// The labels that are asked for, by axis; an axis that is not named is asked for whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Axis and labels. Every one of them has a row in the result, whatever its status.
    pub labels: BTreeMap<String, Vec<String>>,
}

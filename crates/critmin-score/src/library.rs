//! The published methods that come with critmin, one document each.

use std::sync::{Arc, OnceLock};

use critmin_core::nearest;

use crate::{Error, Method};

/// Id and text of every shipped document, in alphabetical order: the files of the folder `methods`.
pub const DOCUMENTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/documents.rs"));

/// The ids of the shipped methods, in alphabetical order.
///
/// ```
/// assert!(critmin_score::library().contains(&"eu-2023"));
/// ```
pub fn library() -> Vec<&'static str> {
    DOCUMENTS.iter().map(|(id, _)| *id).collect()
}

/// A shipped method by its id.
///
/// # Errors
///
/// [`Error::UnknownMethod`] with the nearest known ids.
pub fn method(id: &str) -> Result<Arc<Method>, Error> {
    static PARSED: OnceLock<Vec<OnceLock<Arc<Method>>>> = OnceLock::new();
    let Some(position) = DOCUMENTS.iter().position(|(known, _)| *known == id) else {
        return Err(Error::UnknownMethod { found: id.to_owned(), nearest: nearest(id, library()) });
    };
    let parsed = PARSED.get_or_init(|| DOCUMENTS.iter().map(|_| OnceLock::new()).collect());
    if let Some(known) = parsed[position].get() {
        return Ok(Arc::clone(known));
    }
    let method = Arc::new(Method::from_toml(DOCUMENTS[position].1)?);
    Ok(Arc::clone(parsed[position].get_or_init(|| method)))
}

/// The text of a shipped document.
///
/// # Errors
///
/// As [`method`].
pub fn document(id: &str) -> Result<&'static str, Error> {
    let found = DOCUMENTS.iter().find(|(known, _)| *known == id).map(|(_, text)| *text);
    found.ok_or_else(|| Error::UnknownMethod { found: id.to_owned(), nearest: nearest(id, library()) })
}

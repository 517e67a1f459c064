//! Scoring methods: documents, answers, and how sure they are.

mod answer;
mod comparison;
mod document;
mod sure;

pub(crate) use answer::{Scores, score};
pub(crate) use comparison::compare;
pub(crate) use document::{Method, method, method_from_toml, method_ids};

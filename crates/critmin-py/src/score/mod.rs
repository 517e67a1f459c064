//! Scoring methods: documents, answers, and how sure they are.

mod answer;
mod document;
mod ranking;
mod sure;

pub(crate) use answer::{Scores, score};
pub(crate) use document::{Method, method, method_from_toml, method_ids};
pub(crate) use ranking::{rank_agreement, ranks};

//! How exposed are we?
//!
//! A published scoring method is a [document](Method): inputs with units and axes, named bindings over a few primitives,
//! policies for what is missing, and test values. [`Method::from_toml`] reads and checks it, [`Plan::compile`] binds it
//! to tables, [`Plan::evaluate`] answers for everything at once. Each cell of the answer has a [`Status`]: a number that
//! rests on an assumption says so, and what is not known is unavailable with a reason, never zero.
//!
//! The methods that come with critmin are in the [`library`]; a user's own is the same kind of text. How sure an answer
//! is, [`uncertainty`] and [`intervals`] tell; whether several methods agree, [`compare`](compare()).
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! use critmin_core::{Column, Columns};
//! use critmin_score::{Data, Method, Plan, Request};
//!
//! let method = Arc::new(Method::from_toml(r#"
//!     format = 1
//!     id = "concentration"
//!     title = "Concentration of production"
//!     question = "On how few countries does production rest?"
//!     evidence = "ours"
//!     outputs = ["hhi"]
//!     citation = { text = "Hirschman (1964), American Economic Review 54(5), 761-762" }
//!     [axes]
//!     commodity = "commodity"
//!     origin = "producing country"
//!     [inputs]
//!     production = { description = "production", axes = ["commodity", "origin"], unit = "t_contained" }
//!     [bindings]
//!     supply = { share = "production", over = "origin" }
//!     hhi = { reduce = "supply", over = "origin", by = "sum", power = 2, higher_is = "riskier" }
//! "#)?);
//! let production = Columns::new("production", vec![
//!     ("commodity".into(), Column::from_labels([Some("gallium"), Some("gallium")])),
//!     ("origin".into(), Column::from_labels([Some("CHN"), Some("JPN")])),
//!     ("value".into(), Column::Number(vec![750.0, 250.0])),
//! ])?;
//! let data = Data {
//!     tables: &|_| None, // or `critmin_tables::reference::columns`
//!     inputs: BTreeMap::from([("production".into(), Arc::new(production))]),
//!     pins: BTreeMap::new(),
//!     regions: BTreeMap::new(),
//! };
//! let scores = Plan::compile(&method, &data, &Request::default())?.evaluate();
//! assert_eq!(scores.rows()[0].value, Some(0.625));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod carry;
mod check;
mod compare;
mod data;
mod diagnosis;
mod document;
mod edge;
mod error;
pub mod formula;
mod gaps;
pub mod indices;
mod interval;
mod kernel;
mod labels;
mod leaf;
mod library;
mod lower;
mod method;
mod parse;
mod plan;
mod program;
mod rules;
mod scores;
pub mod statistics;
mod status;
mod support;
pub mod uncertainty;
pub mod unit;

pub use answer::ScoreTable;
pub use check::{TestOutcome, check};
pub use compare::{ComparedCell, Comparison, PairAgreement, compare};
pub use data::{Data, Request};
pub use document::{Citation, Distribution, DistributionKind, Evidence, HigherIs, NoPublishedTest};
pub use error::Error;
pub use interval::{Interval, intervals};
pub use library::{DOCUMENTS, document, library, method};
pub use method::{Axis, Method};
pub use plan::Plan;
pub use scores::{InputCard, MethodCard, OutputCard, Score, Scores};
pub use status::Status;

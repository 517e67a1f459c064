//! Where a number comes from. Two editions of one series are two sources.

use serde::{Deserialize, Serialize};

use crate::SourceId;

/// One edition of one publisher's series, with its licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Identity: `usgs-mcs-2026`.
    pub source_id: SourceId,
    /// Publisher's title.
    pub title: String,
    /// Edition, release or vintage.
    pub edition: String,
    /// Who publishes it.
    pub publisher: String,
    /// SPDX expression or name of the licence.
    pub licence: String,
    /// The line to print beside a figure.
    pub attribution: String,
    /// Where a person gets it.
    pub url: String,
}

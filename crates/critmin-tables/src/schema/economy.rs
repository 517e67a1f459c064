//! The tables of the economy stage: kept by hand, each share with its source, grade and range.

use super::ColumnKind::{Label, Number, Text};
use super::{Column, TableSchema, optional, required};

const LOW: Column = optional("low", Number, "lower end of what is plausible");
const HIGH: Column = optional("high", Number, "upper end of what is plausible");
const GRADE: Column = required("grade", Label, "published, literature or assumption");
const SOURCE: Column = required("source", Label, "report, table and page, or `chosen by us`");
const NOTE: Column = required("note", Text, "reasoning and caveats");

/// Which industries use a commodity.
pub(super) const LINKS: TableSchema = TableSchema {
    name: "industry_links",
    description: "One share that ties a commodity to a U.S. industry.",
    key: &["commodity", "industry", "quantity"],
    columns: &[
        required("commodity", Label, "commodity id"),
        required("industry", Label, "BEA detail code as text"),
        required(
            "quantity",
            Label,
            "output_share (part of the industry's output that embodies it), use_share (of the use of it) or producer_share (of the production of it)",
        ),
        required("value", Number, "fraction"),
        LOW,
        HIGH,
        GRADE,
        SOURCE,
        NOTE,
    ],
};

/// How likely an exporter restricts its exports.
pub(super) const PROBABILITIES: TableSchema = TableSchema {
    name: "supplier_probabilities",
    description: "How likely an exporter restricts its exports of a commodity within a year.",
    key: &["commodity", "exporter"],
    columns: &[
        optional("commodity", Label, "commodity id; absent = any without a row of its own"),
        optional("exporter", Label, "country; absent = any without a row of its own"),
        required("probability", Number, "within a year, 0 to 1"),
        LOW,
        HIGH,
        GRADE,
        SOURCE,
        NOTE,
    ],
};

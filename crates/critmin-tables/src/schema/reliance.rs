//! The table that `import_reliance` answers with; it is computed, not part of the reference dataset.

use super::ColumnKind::{Label, Number, Text, Year};
use super::{TableSchema, optional, required};

/// Printed against recomputed U.S. apparent consumption and net import reliance, cell by cell.
pub static IMPORT_RELIANCE: TableSchema = TableSchema {
    name: "import_reliance",
    description: "One printed figure of U.S. apparent consumption or net import reliance, and its recomputation.",
    key: &["series", "quantity", "year"],
    columns: &[
        required("series", Label, "id of the series; see the study's recipe"),
        required("chapter", Label, "the publisher's chapter"),
        required("commodity", Label, "commodity id; see `commodities`"),
        required("published_commodity", Label, "the publisher's name of the commodity"),
        required("detail", Label, "the publisher's words for what is counted"),
        required(
            "quantity",
            Label,
            "apparent_consumption (in the unit of the row) or net_import_reliance (in per cent)",
        ),
        required("year", Year, "year of the quantity"),
        optional("computed", Number, "recomputed figure without regard to rounding"),
        optional(
            "computed_low",
            Number,
            "lower end of what the rounding of the inputs allows; open when absent beside `computed_high`",
        ),
        optional("computed_high", Number, "upper end of what the rounding of the inputs allows"),
        required("printed", Text, "the figure as printed"),
        optional("published", Number, "the printed number; absent for a bound, a letter or a footnote mark"),
        optional("published_low", Number, "lower end of what the printed figure allows"),
        optional("published_high", Number, "upper end of what the printed figure allows"),
        optional("difference", Number, "`computed` - `published`"),
        optional("tolerance", Number, "half of the rounding step of the printed number"),
        required("grade", Label, "how well the printed figure is supported: published, literature or assumption"),
        required("verdict", Label, "matches, differs, cannot_be_computed or not_published"),
        optional("reason", Text, "why, when it is not plain arithmetic"),
    ],
};

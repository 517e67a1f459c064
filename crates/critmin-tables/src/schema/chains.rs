//! The tables of the flagship chains: kept by hand, each share with its source, grade and range.

use super::ColumnKind::{Label, Number, Text, Truth, Whole, Year};
use super::{Column, TableSchema, optional, required};

const CHAIN: Column = required("chain", Label, "id of the chain: that of its commodity");
const GOOD: Column = required("good", Label, "lower-case words; see `chain_goods`");
const STAGE: Column = required("stage", Label, "step of the chain");
const COMMODITY: Column = required("commodity", Label, "material whose mass is counted");
const HS6: Column = required("hs6", Label, "six digits as text, HS 1992");
const SHARE: Column = required("share", Number, "fraction");
const LOW: Column = optional("low", Number, "lower end of what is plausible");
const HIGH: Column = optional("high", Number, "upper end of what is plausible");
const GRADE: Column = required("grade", Label, "published, literature or assumption");
const SOURCE: Column = required("source", Label, "report, table and page, or `chosen by us`");
const NOTE: Column = optional("note", Text, "caveat");

/// Goods of the chains.
pub(super) const GOODS: TableSchema = TableSchema {
    name: "chain_goods",
    description: "One good of the flagship chains.",
    key: &["good"],
    columns: &[GOOD, required("name", Text, "English name"), required("description", Text, "what it is")],
};

/// Stages of the chains.
pub(super) const STAGES: TableSchema = TableSchema {
    name: "chain_stages",
    description: "One good of one chain at one stage: who makes it, how it is traded, what it is made from.",
    key: &["chain", "good", "stage"],
    columns: &[
        CHAIN,
        required("position", Whole, "order along the chain, from 1"),
        GOOD,
        STAGE,
        required(
            "commodity",
            Label,
            "commodity under which the statistics keep it; that of the host metal where it is a by-product's source",
        ),
        required("has_countries", Truth, "whether output or trade is known by country"),
        required(
            "output_table",
            Label,
            "where output by country stands: world_production, eu_supply_shares, parameters, chain_outputs or none",
        ),
        optional("output_key", Text, "form, material or parameter in that table, joined by |"),
        optional("output_total_t", Number, "world output that shares are applied to [t contained]"),
        optional("output_total_year", Year, "year of that total"),
        optional("trade_hs6", Text, "codes of HS 1992 that carry its trade, joined by |"),
        required("import_evidence", Truth, "whether buyers' printed sources stand in for trade that no code isolates"),
        optional("us_import_detail", Text, "detail of the U.S. import sources"),
        optional("us_imports_t", Number, "U.S. imports that these sources are applied to [t contained]"),
        optional("eu_imports_t", Number, "EU imports that the EU sourcing shares are applied to [t contained]"),
        optional("feed_good", Label, "good that it is made from"),
        optional("feed_stage", Label, "stage of that good"),
        optional("yield", Number, "contained mass out over in"),
        optional("yield_low", Number, "lower end"),
        optional("yield_high", Number, "upper end"),
        GRADE,
        SOURCE,
        NOTE,
    ],
};

/// Links of the chains.
pub(super) const LINKS: TableSchema = TableSchema {
    name: "chain_links",
    description: "One share of the use of a good that goes into another good; what the shares leave is unexplained use.",
    key: &["chain", "from_good", "from_stage", "to_good", "to_stage"],
    columns: &[
        CHAIN,
        COMMODITY,
        required("from_good", Label, "good that is used"),
        required("from_stage", Label, "its stage"),
        required("to_good", Label, "good that it goes into"),
        required("to_stage", Label, "its stage"),
        SHARE,
        LOW,
        HIGH,
        required("is_essential", Truth, "whether the good cannot be made without it"),
        GRADE,
        SOURCE,
        NOTE,
    ],
};

/// Output by country where no statistic has it.
pub(super) const OUTPUTS: TableSchema = TableSchema {
    name: "chain_outputs",
    description: "One country's share of the world's output of a good that no statistic covers.",
    key: &["good", "stage", "country"],
    columns: &[
        GOOD,
        STAGE,
        required("country", Label, "ISO 3166-1 alpha-3; see `countries`"),
        SHARE,
        LOW,
        HIGH,
        required("year", Year, "year of the share"),
        GRADE,
        SOURCE,
        NOTE,
    ],
};

/// Content shares of codes that are recorded in gross mass.
pub(super) const CONTENTS: TableSchema = TableSchema {
    name: "chain_contents",
    description: "Contained over gross mass of one code, where `commodity_forms` has no fixed one.",
    key: &["hs6", "commodity"],
    columns: &[
        HS6,
        COMMODITY,
        required(
            "content_share",
            Number,
            "t of the declared basis per t gross; above 1 where an oxide basis is heavier",
        ),
        LOW,
        HIGH,
        GRADE,
        SOURCE,
        NOTE,
    ],
};

/// Recorded flows that cannot be what their code says.
pub(super) const FAULTS: TableSchema = TableSchema {
    name: "trade_faults",
    description: "One recorded flow that cannot be what its code says; chains leave it out and say so.",
    key: &["hs6", "origin", "destination", "year_from"],
    columns: &[
        HS6,
        required("origin", Label, "exporting economy"),
        required("destination", Label, "importing economy"),
        required("year_from", Year, "first year for which that was seen"),
        required("year_to", Year, "last year"),
        required("reason", Text, "what was seen"),
    ],
};

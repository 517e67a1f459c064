//! The tables of what can be done: kept by hand, each figure with its source, grade and range.

use super::ColumnKind::{Date, Label, Number, Text, Truth, Whole};
use super::{TableSchema, optional, required};

/// One use of a commodity with its share and what it adds.
pub(super) const END_USES: TableSchema = TableSchema {
    name: "end_uses",
    description: "One use of a commodity with its share and what it adds.",
    key: &["commodity", "use"],
    columns: &[
        required("commodity", Label, "commodity id"),
        required("use", Text, "lower-case words; the uses of a commodity sum to 1"),
        optional("form", Label, "form of process_steps that the use takes; absent = the last one"),
        required("use_share", Number, "share of the use of the commodity, 0 to 1"),
        optional("low", Number, "lower end of the share"),
        optional("high", Number, "upper end of the share"),
        required("value_added_usd_per_t", Number, "value added at risk per tonne of the commodity, USD; chosen by us"),
        optional("value_added_low", Number, "lower end, USD/t"),
        optional("value_added_high", Number, "upper end, USD/t"),
        required("grade", Label, "of the share: published, literature or assumption"),
        required("source", Label, "report, table and page, or `chosen by us`"),
        required("note", Text, "reasoning and caveats"),
    ],
};

/// What can replace a commodity in a use, how much of it by when, and at which price.
pub(super) const SUBSTITUTES: TableSchema = TableSchema {
    name: "substitutes",
    description: "What can replace a commodity in a use, how much of it by when, and at which price.",
    key: &["commodity", "use", "substitute"],
    columns: &[
        required("commodity", Label, "commodity id"),
        required("use", Text, "use of the table end_uses"),
        required("substitute", Text, "replacing material or technology; `design-change` where none replaces it"),
        optional(
            "substitute_commodity",
            Label,
            "commodity whose supply it draws on; absent = abundant, or none of ours",
        ),
        required("feasible_share_3_months", Number, "part of the use that can have switched after 3 months, 0 to 1"),
        required("feasible_share_12_months", Number, "the same after 12 months"),
        required("feasible_share_36_months", Number, "the same after 36 months"),
        required("mass_ratio", Number, "t of the substitute per t replaced"),
        optional("mass_ratio_low", Number, "lower end"),
        optional("mass_ratio_high", Number, "upper end"),
        required("cost_ratio", Number, "unit cost of the substituted part over the original"),
        optional("cost_ratio_low", Number, "lower end"),
        optional("cost_ratio_high", Number, "upper end"),
        required("performance_ratio", Number, "performance over the original, 1 = equal"),
        optional("performance_ratio_low", Number, "lower end"),
        optional("performance_ratio_high", Number, "upper end"),
        required("is_proven", Truth, "whether it is in commercial use today"),
        required("grade", Label, "published, literature or assumption"),
        required("source", Label, "report, table and page, or `chosen by us`"),
        required("note", Text, "reasoning and caveats"),
    ],
};

/// One step of making a commodity, in contained metal.
pub(super) const PROCESS_STEPS: TableSchema = TableSchema {
    name: "process_steps",
    description: "One step of making a commodity, in contained metal.",
    key: &["commodity", "process"],
    columns: &[
        required("commodity", Label, "commodity id"),
        required("process", Label, "mine, extract, refine, purify, recycle, ..."),
        required("position", Whole, "place in the chain, from 1"),
        optional("input_form", Label, "form taken; absent = extraction or scrap"),
        required("output_form", Label, "form made"),
        required("stage", Label, "stage of the world tables"),
        optional("recovery", Number, "contained out over contained in; absent for an extraction"),
        optional("recovery_low", Number, "lower end"),
        optional("recovery_high", Number, "upper end"),
        required("cost_usd_per_t", Number, "operating cost per t of contained output, USD"),
        optional("cost_low", Number, "lower end"),
        optional("cost_high", Number, "upper end"),
        required("freight_usd_per_t", Number, "freight and insurance of the output form, USD per t contained"),
        optional("host_commodity", Label, "host of a by-product"),
        optional("host_ratio", Number, "t that can be won per t of the host's output"),
        optional("host_ratio_low", Number, "lower end"),
        optional("host_ratio_high", Number, "upper end"),
        optional(
            "ramp_share_per_month",
            Number,
            "share of its capacity that a process can add per month; absent = no limit",
        ),
        required("grade", Label, "published, literature or assumption"),
        required("source", Label, "report, table and page, or `chosen by us`"),
        required("note", Text, "reasoning and caveats"),
    ],
};

/// Capacity and output of a step in a country, where the world tables do not give it.
pub(super) const REGIONAL_SUPPLY: TableSchema = TableSchema {
    name: "regional_supply",
    description: "Capacity and output of a step in a country, where the world tables do not give it.",
    key: &["commodity", "process", "region"],
    columns: &[
        required("commodity", Label, "commodity id"),
        required("process", Label, "process of process_steps"),
        required("region", Label, "country"),
        optional(
            "capacity_t",
            Number,
            "t contained output per year; absent = that of the world tables, or output times the capacity factor",
        ),
        optional("output_t", Number, "base output per year; absent = that of the world tables"),
        optional(
            "by_product_limit_t",
            Number,
            "what the host allows per year; absent = host_ratio times the host's output",
        ),
        optional("available_from", Date, "first day of the capacity; absent = now"),
        required("is_secondary", Truth, "whether it is made from scrap"),
        required("grade", Label, "published, literature or assumption"),
        required("source", Label, "report, table and page, or `chosen by us`"),
        required("note", Text, "reasoning and caveats"),
    ],
};

/// What a region uses of a form; what is left of the world's output goes to the region `other`.
pub(super) const REGIONAL_DEMAND: TableSchema = TableSchema {
    name: "regional_demand",
    description: "What a region uses of a form; what is left of the world's output goes to the region `other`.",
    key: &["commodity", "region", "form"],
    columns: &[
        required("commodity", Label, "commodity id"),
        required("region", Label, "country, or a bloc taken as one"),
        required("form", Label, "form of process_steps"),
        required("demand_t", Number, "t contained per year"),
        optional("low", Number, "lower end"),
        optional("high", Number, "upper end"),
        optional("stock_t", Number, "known stock at the start; absent = not known"),
        required("grade", Label, "published, literature or assumption"),
        required("source", Label, "report, table and page, or `chosen by us`"),
        required("note", Text, "reasoning and caveats"),
    ],
};

/// A project that could be financed.
pub(super) const CANDIDATE_PROJECTS: TableSchema = TableSchema {
    name: "candidate_projects",
    description: "A project that could be financed.",
    key: &["project"],
    columns: &[
        required("project", Text, "id"),
        required("name", Text, "name"),
        required("commodity", Label, "commodity id"),
        required("process", Label, "process of process_steps"),
        required("country", Label, "where"),
        required("owner_countries", Label, "countries of the owners, joined by |"),
        required("capacity_t", Number, "t contained output per year"),
        required("capex_million_usd", Number, "capital cost, million USD"),
        optional("capex_low", Number, "lower end"),
        optional("capex_high", Number, "upper end"),
        required("construction_years", Number, "years from the decision to the first output"),
        required("offtake_share", Number, "part that can be contracted to the lender's buyers, 0 to 1"),
        optional("customers_in_china_share", Number, "share of its customers in China; absent = not known"),
        optional("uses_chinese_technology", Truth, "whether it relies on Chinese technology; absent = not known"),
        required("status", Label, "construction, decided, financing, expansion, study or stalled"),
        required("announced", Whole, "year"),
        required("grade", Label, "of the weakest figure: published, literature or assumption"),
        required("source", Label, "where its figures were read"),
        required("note", Text, "what is literature and what is chosen"),
    ],
};

//! The files of the reference dataset, compiled in; one per table, in the order of [`crate::TABLES`].

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../data/", $name, ".parquet")))
    };
}

/// Name and bytes of every table's file.
pub(super) const FILES: &[(&str, &[u8])] = &[
    file!("sources"),
    file!("countries"),
    file!("country_aliases"),
    file!("area_aggregates"),
    file!("blocs"),
    file!("bloc_memberships"),
    file!("commodities"),
    file!("commodity_aliases"),
    file!("commodity_splits"),
    file!("commodity_forms"),
    file!("world_production"),
    file!("world_production_aggregates"),
    file!("us_salient_statistics"),
    file!("us_import_sources"),
    file!("us_import_source_aggregates"),
    file!("trade_flows"),
    file!("governance"),
    file!("eu_assessments"),
    file!("eu_assessment_inputs"),
    file!("eu_supply_shares"),
    file!("eu_use_shares"),
    file!("io_cells"),
    file!("io_codes"),
    file!("hs_concordance"),
    file!("hs_naics"),
    file!("metal_intensities"),
    file!("policy_measures"),
    file!("parameters"),
    file!("market_recipes"),
    file!("chain_goods"),
    file!("chain_stages"),
    file!("chain_links"),
    file!("chain_outputs"),
    file!("chain_contents"),
    file!("trade_faults"),
    file!("industry_links"),
    file!("supplier_probabilities"),
    file!("end_uses"),
    file!("substitutes"),
    file!("process_steps"),
    file!("regional_supply"),
    file!("regional_demand"),
    file!("candidate_projects"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_table_has_its_file() {
        let declared: Vec<&str> = crate::TABLES.iter().map(|table| table.name).collect();
        let embedded: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert!(!declared.is_empty());
        assert_eq!(declared, embedded);
    }
}

//! The figures a question is asked of.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::{
    BlocId, BlocMembership, CandidateProject, CommodityForm, CommodityId, CommodityRegister, CountryId,
    CountryRegister, EndUse, ImportSource, IndustryLink, MarketRecipe, ParameterTable, PolicyMeasure, ProcessStep,
    ProductionRecord, RegionalDemand, RegionalSupply, SalientRecord, Source, SubstituteOption, SupplierProbability,
};

/// The reference dataset as records: what the model crates read. `critmin-tables` builds it.
///
/// Bilateral trade, governance indicators and input–output tables are columnar and stay with
/// `critmin-tables`.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// Economies and their spellings.
    pub countries: CountryRegister,
    /// Commodities and their spellings.
    pub commodities: CommodityRegister,
    /// Who belongs to which bloc, from when to when.
    pub bloc_memberships: Vec<BlocMembership>,
    /// HS codes of the commodities.
    pub forms: Vec<CommodityForm>,
    /// World production, capacity and reserves, country rows and aggregates apart by [`crate::Area`].
    pub production: Vec<ProductionRecord>,
    /// U.S. salient statistics.
    pub salient: Vec<SalientRecord>,
    /// U.S. import sources.
    pub import_sources: Vec<ImportSource>,
    /// Government measures.
    pub policy_measures: Vec<PolicyMeasure>,
    /// Model parameters with source and grade.
    pub parameters: ParameterTable,
    /// Which rows of the statistics describe a commodity's market.
    pub recipes: Vec<MarketRecipe>,
    /// Which industries use and make which commodity.
    pub industry_links: Vec<IndustryLink>,
    /// How likely suppliers restrict their exports.
    pub supplier_probabilities: Vec<SupplierProbability>,
    /// Uses of commodities.
    pub end_uses: Vec<EndUse>,
    /// What can replace a commodity in a use.
    pub substitutes: Vec<SubstituteOption>,
    /// Steps of making a commodity.
    pub process_steps: Vec<ProcessStep>,
    /// Capacity and output of steps, where the world tables do not give them.
    pub regional_supply: Vec<RegionalSupply>,
    /// What regions use.
    pub regional_demand: Vec<RegionalDemand>,
    /// Projects that could be financed.
    pub candidate_projects: Vec<CandidateProject>,
    /// Every source, with licence and attribution.
    pub sources: Vec<Source>,
}

impl Dataset {
    /// The dataset with only those rows of production, salient statistics, import sources and recipes that belong to
    /// `commodities`: many questions about few commodities are answered faster on it, and alike.
    #[must_use]
    pub fn of_commodities(&self, commodities: &BTreeSet<CommodityId>) -> Self {
        let has = |commodity: &CommodityId| commodities.contains(commodity);
        Self {
            countries: self.countries.clone(),
            commodities: self.commodities.clone(),
            bloc_memberships: self.bloc_memberships.clone(),
            forms: self.forms.clone(),
            production: self.production.iter().filter(|row| has(&row.commodity)).cloned().collect(),
            salient: self.salient.iter().filter(|row| has(&row.commodity)).cloned().collect(),
            import_sources: self.import_sources.iter().filter(|row| has(&row.commodity)).cloned().collect(),
            policy_measures: self.policy_measures.clone(),
            parameters: self.parameters.clone(),
            recipes: self.recipes.iter().filter(|row| has(&row.commodity)).cloned().collect(),
            industry_links: self.industry_links.iter().filter(|row| has(&row.commodity)).cloned().collect(),
            supplier_probabilities: self.supplier_probabilities.clone(),
            end_uses: self.end_uses.clone(),
            substitutes: self.substitutes.clone(),
            process_steps: self.process_steps.clone(),
            regional_supply: self.regional_supply.clone(),
            regional_demand: self.regional_demand.clone(),
            candidate_projects: self.candidate_projects.clone(),
            sources: self.sources.clone(),
        }
    }

    /// The members of `bloc`, by id: on one day, or whoever ever was a member when no day is given.
    pub fn bloc_members<'a>(&'a self, bloc: &'a BlocId, day: Option<NaiveDate>) -> impl Iterator<Item = &'a CountryId> {
        let members: BTreeSet<&CountryId> = self
            .bloc_memberships
            .iter()
            .filter(|row| row.bloc == *bloc && day.is_none_or(|day| row.covers(day)))
            .map(|row| &row.country)
            .collect();
        members.into_iter()
    }
}

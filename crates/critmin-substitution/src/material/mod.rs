//! Which material can take the place of which, how far, how soon and at what cost?
//!
//! * [`EndUse`] and [`SubstituteOption`]: what the indices take of the tables `end_uses` and `substitutes`.
//! * [`substitutability`]: our index, 1 = perfect substitute.
//! * [`eu_substitution_index_importance`], [`eu_substitution_index_risk`], [`graedel_score`]: indices after the EU method
//!   and after Graedel et al., from memory; both point the other way.
//! * [`CesNode`], [`ces_response`]: sources within a commodity and commodities within a use, with constant elasticities
//!   of substitution.

mod ces;
mod foreign;
mod index;
mod table;

pub use ces::{
    CES_SHARE_TOLERANCE, CesBranch, CesInput, CesInputResponse, CesNestResponse, CesNode, CesResponse, CesValueShare,
    NestedElasticity, ces_quantity_ratio, ces_response, ces_unit_cost, ces_value_shares,
};
pub use foreign::{
    EuCost, EuPerformance, EuSubstitute, ForeignIndex, GraedelRating, UseRating, eu_substitution_index_importance,
    eu_substitution_index_risk, graedel_score, substitutability_from_eu, substitutability_from_graedel,
};
pub use index::{
    FeasibleShares, Horizon, OptionPart, SHARE_ROUNDING, Substitutability, UseSubstitutability, substitutability,
};
pub use table::{EndUse, SubstituteOption, switching_cost};

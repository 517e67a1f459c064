//! At which step of the chain a world table counts.

use critmin_core::{ProductionStatistic, Stage};

/// Words of a table's detail, in the order in which they decide.
const BY_DETAIL: &[(&str, Stage)] = &[
    ("synthetic", Stage::Compound), // soda ash made from salt, and its sum with natural
    ("mine p", Stage::Mine),        // `Mine production`, and `Mine poduction` as spelt in 2025
    ("refinery", Stage::Refinery),
    ("smelter", Stage::Smelter),
    ("sponge", Stage::Refinery), // titanium metal
    ("pigment", Stage::Compound),
    ("pig iron", Stage::Smelter),
    ("raw steel", Stage::Refinery),
    ("ferrosilicon", Stage::Smelter),
    ("ferosilicon", Stage::Smelter), // as spelt in 2025
    ("silicon metal", Stage::Refinery),
    ("fused aluminum oxide", Stage::Compound),
    ("silicon carbide", Stage::Compound),
    ("cement", Stage::Compound),
    ("clinker", Stage::Compound),
    ("arsenic trioxide", Stage::Compound),
    ("nitrogen content", Stage::Compound),
    ("scandium oxide", Stage::Compound),
    ("lime", Stage::Compound),
    ("primary production", Stage::Refinery),
    ("helium", Stage::Refinery),
    ("rare gases", Stage::Refinery),
    ("bromine", Stage::Refinery),
    ("sulfur", Stage::Refinery),
    ("slag", Stage::Scrap),
    ("boron", Stage::Mine),
];

/// Words of a section and its commodity, asked when the detail is silent.
const BY_SECTION: &[(&str, Stage)] = &[
    ("lime production", Stage::Compound),
    ("ammonia", Stage::Compound),
    ("low-purity", Stage::Refinery),
    ("refinery", Stage::Refinery),
    ("smelter", Stage::Smelter),
    ("mine production", Stage::Mine),
    ("primary production", Stage::Refinery),
    ("boron", Stage::Mine),
    ("bromine", Stage::Refinery),
    ("sulfur", Stage::Refinery),
];

/// What an unknown section should look like.
pub(super) const EXPECTED: &str =
    "a section or detail that names mine, smelter or refinery production, or another step known to the stage table";

/// The stage that the publisher's words mean; `None` when no rule knows them. Reserves are in the ground: mine.
pub(super) fn stage_of(statistic: ProductionStatistic, detail: &str, section: &str, commodity: &str) -> Option<Stage> {
    if statistic == ProductionStatistic::Reserves {
        return Some(Stage::Mine);
    }
    let find = |table: &[(&str, Stage)], text: &str| {
        table.iter().find(|(words, _)| text.contains(words)).map(|(_, stage)| *stage)
    };
    let place = format!("{section} / {commodity}").to_lowercase();
    find(BY_DETAIL, &detail.to_lowercase()).or_else(|| find(BY_SECTION, &place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_decides_before_the_section() {
        let stage = |detail, section| stage_of(ProductionStatistic::Production, detail, section, "Copper");
        let both = "World Mine and Refinery Production and Reserves";
        assert_eq!(stage("Refinery production", both), Some(Stage::Refinery));
        assert_eq!(stage("Mine production", both), Some(Stage::Mine));
        assert_eq!(stage("Production", "World Mine Production and Reserves"), Some(Stage::Mine));
        assert_eq!(stage("Production", "World Wonders"), None);
    }

    #[test]
    fn low_purity_gallium_is_primary_metal() {
        let section = "World Low-Purity Production and Production Capacity";
        let stage = stage_of(ProductionStatistic::Capacity, "Production capacity", section, "Gallium");
        assert_eq!(stage, Some(Stage::Refinery));
    }
}

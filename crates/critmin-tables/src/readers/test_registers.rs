//! Small registers for the tests of the readers.

use critmin_core::{
    Commodity, CommodityId, CommodityRegister, Country, CountryAlias, CountryId, CountryKind, CountryRegister,
};

use super::{AreaNames, CommodityNames, CommoditySplit, Registers};

const COUNTRIES: &[(&str, &str)] = &[
    ("CHN", "China"),
    ("CHL", "Chile"),
    ("COD", "Congo (Kinshasa)"),
    ("DEU", "Germany"),
    ("BEL", "Belgium"),
    ("PER", "Peru"),
    ("TUR", "Turkey"),
    ("USA", "United States"),
];
const COMMODITIES: &[(&str, &str)] = &[
    ("gallium", "Gallium"),
    ("clays", "Clays"),
    ("kaolin", "Kaolin"),
    ("mercury", "Mercury"),
    ("natural-mica", "Mica (Natural)"),
    ("platinum", "Platinum"),
    ("palladium", "Palladium"),
    ("platinum-group-metals", "Platinum-Group metals"),
    ("magnesium-metal", "Magnesium metal"),
    ("yttrium", "Yttrium"),
    ("vermiculite", "Vermiculite"),
    ("wollastonite", "Wollastonite"),
    ("antimony", "Antimony"),
    ("aluminum", "Aluminium"),
    ("bauxite", "Bauxite"),
];
const AGGREGATES: &[(&str, &str)] = &[
    ("World total", "world_total"),
    ("World total (rounded)", "world_total"),
    ("Other countries", "other_countries"),
    ("China, Germany, and Russia", "country_group"),
];
const SPLITS: &[(&str, &str, &str, &str, &str)] = &[
    ("usgs-mcs-2026", "Clays", "Statistics_detail", "Mine production: Kaolin", "kaolin"),
    ("usgs-mcs-2026", "Clays", "Statistics_detail", "Mine production: Kaolin, rounded", "kaolin"),
    ("usgs-mcs-2025", "Platinum-Group metals", "TYPE", "Mine production, Palladium content", "palladium"),
    ("usgs-mcs-2025", "Platinum-Group metals", "TYPE", "Mine production, Platinum content", "platinum"),
    ("eu-crm-2023", "Aluminium", "Stage", "E", "bauxite"),
];
const SCHEMES: &[&str] = &["usgs-mcs-2026", "usgs-mcs-2025", "eu-crm-2023", "premise", "policy"];

/// A handful of countries and commodities, spelt the same in every scheme.
pub(crate) fn registers() -> Registers {
    let areas = AreaNames::new(
        &countries(),
        AGGREGATES.iter().map(|(alias, kind)| ("usgs".to_owned(), (*alias).to_owned(), (*kind).to_owned())),
    );
    let splits = SPLITS.iter().map(|(scheme, alias, column, text, commodity)| CommoditySplit {
        scheme: (*scheme).to_owned(),
        alias: (*alias).to_owned(),
        column: (*column).to_owned(),
        text: (*text).to_owned(),
        commodity: id(commodity),
    });
    Registers { areas: areas.unwrap(), commodities: CommodityNames::new(&commodities(), splits).unwrap() }
}

fn countries() -> CountryRegister {
    let countries = COUNTRIES.iter().map(|(id, name)| Country {
        country: CountryId::new(*id).unwrap(),
        name: (*name).to_owned(),
        iso2: None,
        m49: None,
        kind: CountryKind::Country,
    });
    let aliases = ["usgs", "eu"].into_iter().flat_map(|scheme| {
        COUNTRIES.iter().map(move |(id, name)| CountryAlias {
            scheme: scheme.to_owned(),
            alias: (*name).to_owned(),
            country: CountryId::new(*id).unwrap(),
            valid_from: None,
            valid_to: None,
        })
    });
    CountryRegister::new(countries.collect(), aliases.collect()).unwrap()
}

fn commodities() -> CommodityRegister {
    let commodities = COMMODITIES.iter().map(|(commodity, name)| Commodity {
        commodity: id(commodity),
        name: (*name).to_owned(),
        symbol: None,
        basis: None,
        group: None,
    });
    let aliases = SCHEMES.iter().flat_map(|scheme| {
        COMMODITIES.iter().map(|(commodity, name)| ((*scheme).to_owned(), (*name).to_owned(), id(commodity)))
    });
    CommodityRegister::new(commodities.collect(), aliases.collect()).unwrap()
}

fn id(commodity: &str) -> CommodityId {
    CommodityId::new(commodity).unwrap()
}

//! A small dataset built by hand from figures of USGS MCS 2026, and the curated tables.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]

use std::path::{Path, PathBuf};

use critmin_core::{
    Area, Commodity, CommodityId, CommodityRegister, Country, CountryId, CountryKind, CountryRegister, Dataset, Flag,
    ImportSource, Observation, Parameter, ParameterTable, ProductionRecord, ProductionStatistic, SalientRecord,
    SalientStatistic, SourceId, Stage, Year,
};
use critmin_disruption::{Market, MarketRecipe, Producer, RestrictedExports, Scope};
use serde::de::DeserializeOwned;

pub(crate) const EDITION: &str = "usgs-mcs-2026";

pub(crate) fn country(id: &str) -> CountryId {
    CountryId::new(id).unwrap()
}

pub(crate) fn commodity(id: &str) -> CommodityId {
    CommodityId::new(id).unwrap()
}

/// The folder of the shared material, or `None` with a reason; in CI its absence is a failure.
pub(crate) fn shared() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("CRITMIN_SHARED").map_or(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "the shared folder is missing: set CRITMIN_SHARED");
    eprintln!("not run: no shared folder at {}; set CRITMIN_SHARED", folder.display());
    None
}

pub(crate) fn curated<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/curated").join(file);
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows: Vec<T> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert!(!rows.is_empty(), "{file} holds no rows");
    rows
}

pub(crate) fn recipes() -> Vec<MarketRecipe> {
    curated("market_recipes.csv")
}

/// A market of one restricting country, `CHN`, under a ban.
pub(crate) fn market(producers: &[(&str, f64, f64)], net_exports_t: f64, demand: f64, supply: f64) -> Market {
    let producer = |&(id, production_t, capacity_t): &(&str, f64, f64)| Producer {
        country: Some(country(id)),
        production_t,
        capacity_t,
    };
    Market {
        commodity: commodity("gallium"),
        stage: Stage::Refinery,
        form: "primary".to_owned(),
        year: Year(2022),
        scope: Scope::Global,
        producers: producers.iter().map(producer).collect(),
        restricted: vec![RestrictedExports { country: country("CHN"), net_exports_t, restriction_level: 1.0 }],
        price_usd_per_t: None,
        price_elasticity_of_demand: demand,
        price_elasticity_of_supply: supply,
    }
}

type World<'a> = &'a [(&'a str, Observation)];

/// World-table rows; the country `…` is the remainder, `WLD` the total.
pub(crate) fn world(
    id: &str,
    stage: Stage,
    form: &str,
    (statistic, year): (ProductionStatistic, i16),
    tonnes_per_unit: f64,
    rows: World<'_>,
) -> Vec<ProductionRecord> {
    let row = |(area, published): &(&str, Observation)| ProductionRecord {
        commodity: commodity(id),
        form: form.to_owned(),
        stage,
        statistic,
        area: area_of(area),
        year: Year(year),
        published: *published,
        unit: "published unit".to_owned(),
        tonnes_per_unit: Some(tonnes_per_unit),
        source_id: SourceId::new(EDITION).unwrap(),
        note: String::new(),
    };
    rows.iter().map(row).collect()
}

fn area_of(area: &str) -> Area {
    match area {
        "…" => Area::OtherCountries,
        "WLD" => Area::WorldTotal,
        id => Area::Country { country: country(id) },
    }
}

pub(crate) fn salient(
    id: &str,
    statistic: SalientStatistic,
    detail: &str,
    published: Observation,
    (unit, tonnes_per_unit): (&str, Option<f64>),
) -> SalientRecord {
    SalientRecord {
        published_commodity: id.to_owned(),
        published_detail: detail.to_owned(),
        occurrence: 1,
        chapter: id.to_uppercase(),
        commodity: commodity(id),
        statistic,
        published_statistic: String::new(),
        detail: detail.to_owned(),
        year: Year(2024),
        printed: String::new(),
        published,
        unit: unit.to_owned(),
        tonnes_per_unit,
        source_id: SourceId::new(EDITION).unwrap(),
        note: String::new(),
    }
}

pub(crate) fn sources(id: &str, detail: &str, rows: &[(&str, f64)]) -> Vec<ImportSource> {
    let row = |(area, share): &(&str, f64)| ImportSource {
        commodity: commodity(id),
        detail: detail.to_owned(),
        area: area_of(area),
        year_from: Year(2021),
        year_to: Year(2024),
        share: Observation::reported(*share),
        source_id: SourceId::new(EDITION).unwrap(),
        note: String::new(),
    };
    rows.iter().map(row).collect()
}

const KG: (&str, Option<f64>) = ("kilograms", Some(1e-3));
const T: (&str, Option<f64>) = ("metric tons", Some(1.0));

/// Gallium, germanium, antimony, natural graphite, tungsten and rare earths of 2024.
pub(crate) fn dataset() -> Dataset {
    let parameters: Vec<Parameter> = curated("parameters.csv");
    Dataset {
        countries: countries(),
        commodities: commodities(),
        production: production(),
        salient: salient_rows(),
        import_sources: import_sources(),
        parameters: ParameterTable { rows: parameters },
        ..Dataset::default()
    }
}

fn countries() -> CountryRegister {
    let named = |(id, name): &(&str, &str)| Country {
        country: country(id),
        name: (*name).to_owned(),
        iso2: None,
        m49: None,
        kind: CountryKind::Country,
    };
    let list = [
        ("USA", "United States"),
        ("CHN", "China"),
        ("JPN", "Japan"),
        ("RUS", "Russia"),
        ("KOR", "South Korea"),
        ("DEU", "Germany"),
    ];
    CountryRegister::new(list.iter().map(named).collect(), Vec::new()).unwrap()
}

fn commodities() -> CommodityRegister {
    let named =
        |id: &str| Commodity { commodity: commodity(id), name: id.to_owned(), symbol: None, basis: None, group: None };
    let list = ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "rare-earths", "zinc"];
    CommodityRegister::new(list.map(named).to_vec(), Vec::new()).unwrap()
}

fn production() -> Vec<ProductionRecord> {
    use ProductionStatistic::{Capacity, Production};
    use Stage::{Mine, Refinery};
    let n = Observation::reported;
    let e = Observation::estimated;
    let withheld = Observation::absent(Flag::Withheld);
    [
        world(
            "gallium",
            Refinery,
            "Primary production",
            (Production, 2024),
            1e-3,
            &[("USA", n(0.0)), ("CHN", n(839_000.0)), ("JPN", e(3_000.0)), ("RUS", e(6_000.0)), ("…", n(0.0))],
        ),
        world("gallium", Refinery, "Primary production: rounded", (Production, 2024), 1e-3, &[("WLD", n(848_000.0))]),
        world(
            "gallium",
            Refinery,
            "Production capacity",
            (Capacity, 2025),
            1e-3,
            &[
                ("USA", n(0.0)),
                ("CHN", n(1_600_000.0)),
                ("JPN", e(10_000.0)),
                ("RUS", e(10_000.0)),
                ("…", e(100_000.0)),
            ],
        ),
        world(
            "antimony",
            Mine,
            "Mine production",
            (Production, 2024),
            1.0,
            &[("CHN", n(40_000.0)), ("RUS", n(40_000.0)), ("USA", withheld)],
        ),
        world(
            "natural-graphite",
            Mine,
            "Mine production",
            (Production, 2024),
            1.0,
            &[("USA", n(0.0)), ("CHN", e(1_270_000.0)), ("RUS", e(20_000.0)), ("…", e(261_000.0))],
        ),
        world(
            "tungsten",
            Mine,
            "Mine production",
            (Production, 2024),
            1.0,
            &[("CHN", e(67_000.0)), ("RUS", e(1_500.0)), ("…", e(13_110.0))],
        ),
        world(
            "zinc",
            Mine,
            "Mine production",
            (Production, 2024),
            1.0,
            &[("CHN", n(4_000_000.0)), ("RUS", n(310_000.0))],
        ),
        world("zinc", Refinery, "Refinery production", (Production, 2024), 1.0, &[("CHN", n(6_800_000.0))]),
    ]
    .concat()
}

fn salient_rows() -> Vec<SalientRecord> {
    use SalientStatistic::{Consumption, Imports, Price, Production, Stocks};
    let n = Observation::reported;
    let per_kg = ("dollars per kilogram", None);
    let absent = Observation::absent;
    vec![
        salient("gallium", Consumption, "Consumption, reported", n(18_700.0), KG),
        salient("gallium", Stocks, "Stocks, consumer, yearend", n(3_410.0), KG),
        salient("gallium", Imports, "Imports for consumption: Metal", n(11_000.0), KG),
        salient("gallium", Production, "Production, primary", n(0.0), KG),
        salient("gallium", Price, "Price, average unit value of imports, dollars per kilogram", n(439.0), per_kg),
        salient("germanium", Consumption, "Consumption, estimated", absent(Flag::NotAvailable), KG),
        salient("germanium", Imports, "Imports for consumption: Germanium metal", Observation::estimated(21_000.0), KG),
        salient(
            "germanium",
            Imports,
            "Imports for consumption: Germanium dioxide",
            Observation::estimated(11_000.0),
            KG,
        ),
        salient("germanium", Production, "Production, refinery: Primary", n(0.0), KG),
        salient("germanium", Price, "Price, annual average, dollars per kilogram: Germanium metal", n(1_991.0), per_kg),
        salient("antimony", Consumption, "Consumption, apparent", n(28_600.0), T),
        salient("antimony", Imports, "Imports for consumption: Oxide", n(24_000.0), T),
        salient("antimony", Imports, "Imports for consumption: Unwrought, powder", n(4_920.0), T),
        salient("antimony", Production, "Production, Smelter: Primary", n(588.0), T),
        salient("antimony", Production, "Production, Smelter: Secondary", n(3_330.0), T),
        salient("antimony", Price, "Price, metal, average, dollars per pound", n(10.24), ("dollars per pound", None)),
        salient("natural-graphite", Consumption, "Consumption, apparent", n(65_200.0), T),
        salient("tungsten", Consumption, "Consumption: Apparent, all forms", absent(Flag::Withheld), T),
        salient(
            "tungsten",
            Price,
            "Price, concentrate, average in-warehouse Rotterdam, dollars per dry metric ton unit of tungsten trioxide",
            n(252.0),
            ("dollars per dry metric ton unit", None),
        ),
        salient("rare-earths", Consumption, "Consumption, apparent, compounds and metals", n(9_010.0), T),
    ]
}

fn import_sources() -> Vec<ImportSource> {
    [
        sources("gallium", "Metal", &[("CAN", 0.28), ("JPN", 0.22), ("CHN", 0.18), ("DEU", 0.16), ("…", 0.16)]),
        sources(
            "germanium",
            "Combined total",
            &[("BEL", 0.41), ("CHN", 0.23), ("CAN", 0.17), ("DEU", 0.14), ("…", 0.05)],
        ),
        sources(
            "antimony",
            "Total metal and oxide",
            &[("CHN", 0.55), ("BEL", 0.12), ("THA", 0.08), ("IND", 0.06), ("…", 0.19)],
        ),
    ]
    .concat()
}

//! The profile of a commodity: totals and absences never enter a sum, and a ratio takes both figures of one year.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test states exact results and fails loudly")]

use critmin_core::{
    Area, Commodity, CommodityId, CommodityRegister, CountryId, Dataset, Flag, MarketRecipe, Observation,
    PolicyMeasure, ProductionRecord, ProductionStatistic, Profile, SalientRecord, SalientStatistic, SourceId, Stage,
    Suspension, Year, profile,
};

fn gallium() -> CommodityId {
    CommodityId::new("gallium").unwrap()
}

fn edition() -> SourceId {
    SourceId::new("usgs-mcs-2026").unwrap()
}

fn country(id: &str) -> Area {
    Area::Country { country: CountryId::new(id).unwrap() }
}

fn row(form: &str, area: Area, year: i16, published: Observation) -> ProductionRecord {
    ProductionRecord {
        commodity: gallium(),
        form: form.to_owned(),
        stage: Stage::Refinery,
        statistic: ProductionStatistic::Production,
        area,
        year: Year(year),
        published,
        unit: "kilograms".to_owned(),
        tonnes_per_unit: Some(1e-3),
        source_id: edition(),
        note: String::new(),
    }
}

fn salient(statistic: SalientStatistic, detail: &str, year: i16, published: Observation) -> SalientRecord {
    SalientRecord {
        chapter: "GALLIUM".to_owned(),
        commodity: gallium(),
        published_commodity: "Gallium".to_owned(),
        statistic,
        published_statistic: String::new(),
        detail: detail.to_owned(),
        published_detail: detail.to_owned(),
        occurrence: 1,
        year: Year(year),
        printed: String::new(),
        published,
        unit: "kilograms".to_owned(),
        tonnes_per_unit: Some(1e-3),
        source_id: edition(),
        note: String::new(),
    }
}

fn told(production: Vec<ProductionRecord>, salient: Vec<SalientRecord>) -> Profile {
    let recipe = MarketRecipe {
        commodity: gallium(),
        stage: Stage::Refinery,
        year: Year(2024),
        production_form: Some("Primary".to_owned()),
        capacity_form: None,
        consumption_detail: Some("Used".to_owned()),
        stocks_detail: Some("Consumers|Traders".to_owned()),
        price_detail: None,
        price_content_share: None,
        imports_detail: None,
        domestic_production_detail: None,
        import_source_detail: None,
        note: String::new(),
    };
    let name = "Gallium".to_owned();
    let commodity = Commodity { commodity: gallium(), name, symbol: None, basis: None, group: None };
    let commodities = CommodityRegister::new(vec![commodity], Vec::new()).unwrap();
    let policy_measures = vec![measure()];
    let dataset =
        Dataset { commodities, production, salient, recipes: vec![recipe], policy_measures, ..Dataset::default() };
    profile(&dataset, "gallium", "2026-01-01".parse().unwrap()).unwrap()
}

fn measure() -> PolicyMeasure {
    let day = |text: &str| text.parse().unwrap();
    PolicyMeasure {
        announced: day("2024-12-03"),
        effective: day("2024-12-03"),
        ended: Some(day("2027-12-31")),
        suspension: Some(Suspension { from: day("2025-11-09"), until: Some(day("2026-11-27")) }),
        imposer: "CHN".to_owned(),
        target: "USA".to_owned(),
        commodities: vec!["gallium".to_owned()],
        instrument: "ban".to_owned(),
        reference: String::new(),
        source_url: String::new(),
        note: String::new(),
    }
}

#[test]
fn totals_remainders_and_absences_stay_out_of_the_sums() {
    let n = Observation::reported;
    let told = told(
        vec![
            // Neither of another year nor of another form.
            row("Primary", Area::WorldTotal, 2023, n(9e9)),
            row("Primary: low purity", Area::WorldTotal, 2024, n(9e9)),
            row("Primary", country("CHN"), 2024, n(750_000.0)),
            row("Primary", country("JPN"), 2024, n(250_000.0)),
            row("Primary", country("USA"), 2024, Observation::absent(Flag::Withheld)),
            row("Primary", Area::OtherCountries, 2024, n(250_000.0)),
            row("Primary", Area::WorldTotal, 2024, n(1_250_000.0)),
            row("Primary", country("CHN"), 2023, n(9e9)),
        ],
        Vec::new(),
    );
    assert_eq!(told.producers.len(), 3);
    let shares: Vec<_> = told.producers.iter().map(|producer| producer.share).collect();
    assert_eq!(shares, [Some(0.75), Some(0.25), None]);
    assert_eq!(told.producers[2].flag, Flag::Withheld);
    let [one] = &told.concentration[..] else { panic!("{:?}", told.concentration) };
    assert_eq!((one.hhi, one.effective_suppliers), (0.625, 1.6));
    assert_eq!((one.world_total_t, one.coverage), (Some(1_250.0), Some(0.8)));
}

#[test]
fn the_total_of_a_longer_form_is_not_ours() {
    let n = Observation::reported;
    let rows = vec![
        row("Primary: low purity", Area::WorldTotal, 2024, n(9e9)),
        row("Primary", country("CHN"), 2024, n(750_000.0)),
    ];
    assert_eq!(told(rows, Vec::new()).concentration[0].coverage, None);
}

/// Stocks of several holders are a sum only where each is printed, and cover the consumption of the same year.
#[test]
fn stocks_need_every_holder_and_the_same_year() {
    let n = Observation::reported;
    let used = |year, mass| salient(SalientStatistic::Consumption, "Used", year, n(mass));
    let held = |holder, year, figure| salient(SalientStatistic::Stocks, holder, year, figure);
    let rows = vec![
        used(2023, 12_000.0),
        used(2024, 24_000.0),
        held("Consumers", 2023, n(2_000.0)),
        held("Traders", 2023, n(1_000.0)),
        held("Consumers", 2024, n(2_000.0)),
        held("Traders", 2024, Observation::absent(Flag::Withheld)),
    ];
    let stocks = told(Vec::new(), rows).stocks.unwrap();
    assert_eq!((stocks.year, stocks.stock_t.0, stocks.consumption_t.0, stocks.months.0), (Year(2023), 3.0, 12.0, 3.0));
    assert!(told(Vec::new(), vec![used(2024, 24_000.0)]).stocks.is_none());
}

#[test]
fn a_suspended_measure_is_not_in_force() {
    let told = told(Vec::new(), Vec::new());
    assert_eq!(told.measures.iter().map(|measure| measure.status).collect::<Vec<_>>(), ["suspended"]);
}

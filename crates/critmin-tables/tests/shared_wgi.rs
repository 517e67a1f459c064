//! Worldwide Governance Indicators: the figures that the README of the source lists, on the files themselves.

#![allow(clippy::unwrap_used)] // helpers of tests may fail like tests
#![expect(clippy::cast_precision_loss)] // small counts

mod common;

use critmin_core::{CountryId, SourceId, Year};
use critmin_tables::readers::wgi::{Dimension, GovernanceRecord, governance_table, mean_of_six, read_wgi};
use critmin_tables::reference;
use critmin_tables::{Encoding, SourceFile};

/// The 2015, 2023 and 2024 updates.
fn updates() -> Option<[Vec<GovernanceRecord>; 3]> {
    let folder = common::shared()?.join("sources/wgi");
    let registers = reference::registers().unwrap();
    let read = |years: &str, update: &str| {
        let path = folder.join(format!("wgi_{update}_update_{years}.csv.gz"));
        let source_id = SourceId::new(format!("wgi-{update}-update")).unwrap();
        read_wgi(&SourceFile::open(&path, Encoding::Utf8).unwrap(), registers.areas.countries(), &source_id).unwrap()
    };
    Some([read("1996_2014", "2015"), read("1996_2022", "2023"), read("1996_2023", "2024")])
}

fn country(id: &str) -> CountryId {
    CountryId::new(id).unwrap()
}

/// The scale of the EU, `2 x (2.5 - mean of six)`, averaged over years; higher = worse governed.
fn eu_scale(records: &[GovernanceRecord], id: &str, years: std::ops::RangeInclusive<i16>) -> f64 {
    let means: Vec<f64> = years.map(|year| mean_of_six(records, &country(id), Year(year)).unwrap()).collect();
    2.0 * (2.5 - means.iter().sum::<f64>() / means.len() as f64)
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 0.5001e-4, "found {found}, the README has {expected}");
}

#[test]
fn counts() {
    let Some(updates) = updates() else { return };
    assert_eq!(updates.each_ref().map(Vec::len), [19_690, 29_705, 30_974]);
    let complete = updates.each_ref().map(|records| {
        records.chunk_by(|a, b| (&a.country, a.year) == (&b.country, b.year)).filter(|group| group.len() == 6).count()
    });
    assert_eq!(complete, [3_219, 4_840, 5_045]);
    let table = governance_table(&updates[2]).unwrap();
    assert_eq!(table.num_rows(), 30_974);
}

#[test]
fn china() {
    let Some(updates) = updates() else { return };
    let expected = [
        [-1.5444, -0.4631, 0.3393, -0.2664, -0.3345, -0.3304],
        [-1.6167, -0.5226, 0.3554, -0.3313, -0.3962, -0.3374],
        [-1.6168, -0.5226, 0.3549, -0.3313, -0.3961, -0.3377],
    ];
    for (records, expected) in updates.iter().zip(expected) {
        for (dimension, expected) in Dimension::ALL.into_iter().zip(expected) {
            let is_it = |record: &&GovernanceRecord| {
                record.country.as_str() == "CHN" && record.year == Year(2014) && record.dimension == dimension
            };
            assert_near(f64::from(records.iter().find(is_it).unwrap().wgi_estimate), expected);
        }
    }
    let means = [
        [Some(-0.4333), None, None],
        [Some(-0.4748), Some(-0.3106), Some(-0.3333)],
        [Some(-0.4749), Some(-0.3104), Some(-0.3338)],
    ];
    for (records, expected) in updates.iter().zip(means) {
        for (year, expected) in [2014, 2020, 2022].into_iter().zip(expected) {
            let found = mean_of_six(records, &country("CHN"), Year(year));
            assert_eq!(found.is_some(), expected.is_some(), "{year}");
            found.zip(expected).into_iter().for_each(|(found, expected)| assert_near(found, expected));
        }
    }
    for (records, estimate, standard_error) in [(&updates[1], -0.4411, 0.2168), (&updates[2], -0.4513, 0.2141)] {
        let is_it = |record: &&GovernanceRecord| {
            record.country.as_str() == "CHN"
                && record.year == Year(2022)
                && record.dimension == Dimension::PoliticalStability
        };
        let record = records.iter().find(is_it).unwrap();
        assert_near(f64::from(record.wgi_estimate), estimate);
        assert_near(f64::from(record.standard_error.unwrap()), standard_error);
    }
}

#[test]
fn the_scale_of_the_eu() {
    let Some([first, second, third]) = updates() else { return };
    for (id, of_2023, of_2024) in [
        ("CHN", 5.7138, 5.7135),
        ("COD", 8.2539, 8.2537), // `ZAR` in the file
        ("USA", 2.7253, 2.7252),
        ("CHL", 3.2492, 3.2490),
        ("AUS", 1.9671, 1.9667),
    ] {
        assert_near(eu_scale(&second, id, 2016..=2020), of_2023);
        assert_near(eu_scale(&third, id, 2016..=2020), of_2024);
    }
    for (records, expected) in [(&first, 6.0534), (&second, 6.1110), (&third, 6.1111)] {
        assert_near(eu_scale(records, "CHN", 2010..=2014), expected);
    }
}

/// Every dimension of the last year has mean 0 and standard deviation 1.
#[test]
fn estimates_are_standardised() {
    let Some([first, second, third]) = updates() else { return };
    for (records, year) in [(&first, 2014), (&second, 2022), (&third, 2023)] {
        for dimension in Dimension::ALL {
            let is_it = |record: &&GovernanceRecord| record.year == Year(year) && record.dimension == dimension;
            let estimates: Vec<f64> =
                records.iter().filter(is_it).map(|record| f64::from(record.wgi_estimate)).collect();
            assert!(200 < estimates.len(), "only {} estimates of {dimension} in {year}", estimates.len());
            let n = estimates.len() as f64;
            let mean = estimates.iter().sum::<f64>() / n;
            let variance = estimates.iter().map(|estimate| (estimate - mean).powi(2)).sum::<f64>() / n;
            assert!(
                mean.abs() < 0.005 && (variance.sqrt() - 1.0).abs() < 0.005,
                "{dimension} {year}: {mean}, {variance}"
            );
        }
    }
}

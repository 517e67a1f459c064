//! Small layouts of our own, one trap each, and bad input.

use critmin_core::Flag::{Bound, NotAvailable, NotMeaningful, Reported, Withheld};
use critmin_core::{Area, Flag, Observation, ProductionStatistic, Stage};
use proptest::prelude::*;

use super::{mcs2025, mcs2026};
use crate::readers::test_registers::registers;
use crate::{Encoding, Error, SourceFile};

const HEADER_2026: &str = "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,Is critical mineral 2025,Other notes";
const HEADER_2025: &str = "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,PROD_NOTES,CAP_2023,CAP_EST_ 2024,CAP_NOTES,RESERVES_2024,RESERVE_NOTES";

/// Text as the 2026 release encodes it.
fn windows_1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

fn read_2026(rows: &[&str]) -> Result<mcs2026::Mcs2026, Error> {
    let text = format!("{HEADER_2026}\n{}\n", rows.join("\n"));
    let file = SourceFile::decode("mcs2026.csv", windows_1252(&text), Encoding::Windows1252)?;
    mcs2026::parse(&file, &registers())
}

fn read_2025(rows: &[&str]) -> Result<Vec<critmin_core::ProductionRecord>, Error> {
    let text = format!("\u{feff}{HEADER_2025}\n{}\n", rows.join("\n"));
    let file = SourceFile::decode("mcs2025.csv", text.into_bytes(), Encoding::Utf8)?;
    mcs2025::parse(&file, &registers())
}

#[test]
fn totals_share_the_form_and_qualifiers_go_to_the_note() {
    let place = "MERCURY,World Mine Production and Reserves,Mercury";
    let rows = [
        format!("{place},China,Production,Mine production,metric tons,2024,\"1,000\",Estimated.,No,"),
        format!("{place},Peru,Production,Mine production: exports,metric tons,2024,30,,No,"),
        format!("{place},World total,Production,Mine production: rounded,metric tons,2024,\"1,030\",,No,"),
    ];
    let production = read_2026(&rows.each_ref().map(String::as_str)).unwrap().production;
    assert!(production.iter().all(|row| row.form == "Mine production" && row.stage == Stage::Mine));
    assert_eq!(production[0].published, Observation::estimated(1_000.0));
    assert_eq!(production[1].note, "printed as `Mine production: exports`");
    assert_eq!(production[2].area, Area::WorldTotal);
    assert_eq!(production[2].mass_t(), Some(Observation::reported(1_030.0)));
}

#[test]
fn a_shifted_tail_loses_no_figure() {
    let row = "YTTRIUM,World Mine Production and Reserves,Yttrium,World total,Production,mine production of Y2O3,metric tons,2025,\"10,000 - 15,000\",Yes,Yttrium,";
    let production = read_2026(&[row]).unwrap().production;
    assert_eq!(production[0].published, Observation::between(10_000.0, 15_000.0));
    assert_eq!(production[0].note, "");
    let blank = "WOLLASTONITE,Salient Statistics—United States,Wollastonite,United States,Employment,people,number,2025,68\u{a0},,,";
    let salient = read_2026(&[blank]).unwrap().salient;
    assert_eq!(salient[0].published, Observation::reported(68.0));
    assert_eq!(salient[0].printed, "68");
}

#[test]
fn two_mica_tables_are_told_apart_by_their_order() {
    let row = |statistic: &str, detail: &str, value: &str| {
        format!(
            "MICA (NATURAL),Salient Statistics—United States,Mica (Natural),United States,{statistic},{detail},metric tons,2021,{value},,No,"
        )
    };
    let rows =
        [row("Import", "Imports", "24"), row("Sold or used", "Sold or used", "NA"), row("Import", "Imports", "3")];
    let salient = read_2026(&rows.each_ref().map(String::as_str)).unwrap().salient;
    let details: Vec<&str> = salient.iter().map(|row| row.detail.as_str()).collect();
    assert_eq!(details, ["Mica (Scrap and flake): Imports", "Mica (Sheet): Sold or used", "Mica (Sheet): Imports"]);
}

#[test]
fn import_shares_are_fractions() {
    let row = |country: &str, value: &str| {
        format!(
            "GALLIUM,Import Sources,Gallium,{country},Import sources 2021-2024,Gallium metal,percent,2021–24,{value},,Yes,"
        )
    };
    let rows = [row("Germany", "29"), row("Other countries", "<1"), row("\"China, Germany, and Russia\"", ">50")];
    let sources = read_2026(&rows.each_ref().map(String::as_str)).unwrap().import_sources;
    assert_eq!(sources[0].share, Observation::reported(0.29));
    assert_eq!((sources[0].year_from.0, sources[0].year_to.0), (2021, 2024));
    assert_eq!(sources[1].share, Observation::at_most(0.01));
    assert_eq!(sources[2].area.kind(), "country_group");
}

#[test]
fn every_problem_of_2026_is_told_with_its_row() {
    let good = "GALLIUM,World Low-Purity Production and Production Capacity,Gallium,China,Production,Primary production,kilograms,2024,5,,Yes,";
    let bad = "GALLIUM,World Low-Purity Production and Production Capacity,Galium,Chinna,Production,Primary production,kilograms,24,5o,,Maybe,";
    let cut = "GALLIUM,World Low-Purity";
    let message = read_2026(&[good, bad, good, cut]).unwrap_err().to_string();
    assert_eq!(
        message,
        "7 problems in the input\n  \
         mcs2026.csv, row 5: found `2 cells`, expected 12 cells as in the header; the file may be truncated\n  \
         mcs2026.csv, row 3, column `Is critical mineral 2025`: found `Maybe`, expected `Yes`, `No` or a blank\n  \
         mcs2026.csv, row 3, column `Commodity`: found `Galium`, expected a commodity that the register knows, such as `Gallium`; or add the spelling to its aliases\n  \
         mcs2026.csv, row 3, column `Country`: found `Chinna`, expected a country that the register knows, such as `China`; or add the spelling to its aliases\n  \
         mcs2026.csv, row 3, column `Year`: found `24`, expected a year of four digits\n  \
         mcs2026.csv, row 3, column `Value`: found `5o`, expected a number, `NA`, `—`, `W`, `E`, `s`, `XX`, `>n`, `<n`, a range `a–b`, or words such as `Large`\n  \
         mcs2026.csv, row 4: found `gallium, Primary production, refinery, production, CHN, 2024`, expected one row per commodity, form, stage, statistic, area and year: row 2 has the same; remove one of the two"
    );
}

#[test]
fn other_layouts_and_encodings_are_refused() {
    let file = SourceFile::decode("x.csv", b"a,b\n1,2\n".to_vec(), Encoding::Windows1252).unwrap();
    assert!(
        matches!(mcs2026::parse(&file, &registers()), Err(Error::MissingColumns { missing, .. }) if missing.len() == 12)
    );
    let wrong = SourceFile::decode("x.csv", windows_1252("Salient Statistics—"), Encoding::Utf8);
    assert!(matches!(wrong, Err(Error::Encoding { byte: 0x97, .. })));
    let empty = read_2026(&[]).unwrap_err().to_string();
    assert!(empty.contains("no complete row"), "{empty}");
    let section = "GALLIUM,Resources,Gallium,China,Production,x,kilograms,2024,5,,Yes,";
    let message = read_2026(&[section]).unwrap_err().to_string();
    assert!(message.contains("column `Section`: found `Resources`, expected a world table"), "{message}");
}

#[test]
fn a_blank_of_2025_means_what_its_note_says() {
    let row = |country: &str, value: &str, note: &str| {
        format!("MCS2025,Mercury ,{country},Mine production,metric tons,{value},,{note},,,,,")
    };
    let rows = [
        row("China", "1", ""),
        row("Chile", "", "W for 23-24"),
        row("Congo (Kinshasa)", "", "Less than 1/2 unit"),
        row("Peru (exports)", "", "na for 2023"),
        row("Turkey", "", ""),
        row("World total (rounded) 10", "", "XX"),
    ];
    let records = read_2025(&rows.each_ref().map(String::as_str)).unwrap();
    let of_2023: Vec<_> = records.iter().filter(|record| record.year.0 == 2023).collect();
    let flags: Vec<Flag> = of_2023.iter().map(|record| record.published.flag()).collect();
    assert_eq!(flags, [Reported, Withheld, Bound, NotAvailable, NotAvailable, NotMeaningful]);
    assert_eq!(of_2023[2].area.country().unwrap().as_str(), "COD");
    assert_eq!(of_2023[3].note, "printed as `Peru (exports)` -- na for 2023");
    assert_eq!(of_2023[5].area, Area::WorldTotal);
}

#[test]
fn estimates_of_2025_follow_column_type_and_note() {
    let row = |country: &str, kind: &str, note: &str| {
        format!("MCS2025,Gallium,{country},\"{kind}\",kilograms,5,6,{note},,,,,")
    };
    let rows = [
        row("China", "Primary production", ""),
        row("Chile", "Primary production", "estimated 2023"),
        row("Peru", "Primary production, estimated", "reported"),
        row("Turkey", "Primary production, estimated", ""),
    ];
    let records = read_2025(&rows.each_ref().map(String::as_str)).unwrap();
    let marks: Vec<bool> = records.iter().map(|record| record.published.is_estimated()).collect();
    assert_eq!(marks, [false, true, true, true, false, true, true, true]);
    assert!(records.iter().all(|record| record.form == "Primary production"));
}

#[test]
fn reserves_of_2025_belong_where_the_notes_say() {
    let group = "MCS2025,Platinum-Group metals,China,\"Mine production, Palladium content\",kilograms,1,2,,,,,820000,";
    let records = read_2025(&[group]).unwrap();
    let reserves = records.iter().find(|record| record.statistic == ProductionStatistic::Reserves).unwrap();
    assert_eq!((reserves.commodity.as_str(), reserves.form.as_str()), ("platinum-group-metals", "PGM reserves"));
    assert_eq!(records[0].commodity.as_str(), "palladium");
    let moved = "MCS2025,Magnesium metal,China,Magnesium smelter production,thousand metric tons,1,2,,,64,reported,64,Moved to capacity column not a reserve";
    let records = read_2025(&[moved]).unwrap();
    assert!(records.iter().all(|record| record.statistic != ProductionStatistic::Reserves));
    let capacity = records.iter().find(|record| record.statistic == ProductionStatistic::Capacity).unwrap();
    assert_eq!(capacity.published, Observation::reported(64.0));
    assert_eq!(capacity.mass_t(), Some(Observation::reported(64_000.0)));
    let thousands =
        "MCS2025,Antimony,China,Mine production,metric tons,1,2,,,,,3500, (Reserve data is thousand metric tons).";
    let reserves = read_2025(&[thousands]).unwrap().pop().unwrap();
    assert_eq!((reserves.unit.as_str(), reserves.tonnes_per_unit), ("thousand metric tons", Some(1_000.0)));
    assert!(reserves.note.starts_with("unit printed as `metric tons`"), "{}", reserves.note);
}

#[test]
fn every_problem_of_2025_is_told_with_its_row() {
    let rows = [
        "MCS2024,Gallium,Atlantis,Primary production,kilograms,1,2,,,,,,",
        "MCS2025,Galium,China,Primary production,kilograms,1x,2,,,,,,",
        "MCS2025,Gallium,China,Primary production,kilograms,1,-2,,,,,,",
    ];
    let message = read_2025(&rows).unwrap_err().to_string();
    for part in [
        "column `SOURCE`: found `MCS2024`",
        "found `Atlantis`",
        "row 3, column `PROD_2023`: found `1x`",
        "row 4, column `PROD_EST_ 2024`: found `-2`, expected a quantity that is not negative",
        "`Galium`",
    ] {
        assert!(message.contains(part), "{part} not in {message}");
    }
}

proptest! {
    #[test]
    fn readers_survive_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400), with_header in any::<bool>()) {
        for (header, encoding) in [(HEADER_2026, Encoding::Windows1252), (HEADER_2025, Encoding::Utf8)] {
            let mut text = if with_header { format!("{header}\n").into_bytes() } else { Vec::new() };
            text.extend_from_slice(&bytes);
            if let Ok(file) = SourceFile::decode("fuzz", text, encoding) {
                let _ = mcs2026::parse(&file, &registers());
                let _ = mcs2025::parse(&file, &registers());
            }
        }
    }

    #[test]
    fn readers_survive_any_cells(cells in prop::collection::vec("[^\",\r\n]{0,12}", 13)) {
        let (row_2026, row_2025) = (cells[..12].join(","), cells.join(","));
        let _ = read_2026(&[&row_2026]);
        let _ = read_2025(&[&row_2025]);
    }
}

//! Readers meet any bytes with a table or an error, never with a panic; and they read compressed files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test may panic, and printed figures are compared as printed

use std::io::Write;
use std::path::Path;

use critmin_tables::Error;
use critmin_tables::readers::{eu, hs, metal_intensity, policy, usgs};
use critmin_tables::reference;
use proptest::prelude::*;

const HEADERS: &[&str] = &[
    "",
    "Material,Year,SR,EI",
    "Material,Stage,Country,Share,t",
    "Material,Application,Share,NACE sector,VA in million \u{20ac}",
    "HS6_6d,HS6_4d,HS6_2d,HS0_6d,HS0_4d,HS0_2d",
    "HS6_6d,HS6_4d,HS6_2d,NAICS_6d,NAICS_5d,NAICS_4d,NAICS_3d,NAICS_2d",
    "metal,unit,year,mean,median,min,max,origin_var",
    "date_announced,date_effective,date_end,suspended_from,suspended_until,imposer,target,commodities,hs6_hint,instrument,reference,verified,source_url,note",
];

/// Every reader over one file; `true` when any of them accepted it.
fn read_all(path: &Path) -> bool {
    let registers = reference::registers().unwrap();
    [
        usgs::read_mcs_2026(path, &registers).is_ok(),
        usgs::read_mcs_2025(path, &registers).is_ok(),
        eu::read_eu_assessments(path, &registers).is_ok(),
        eu::read_eu_supply_shares(path, eu::EuScope::Global, &registers).is_ok(),
        eu::read_eu_use_shares(path, &registers).is_ok(),
        hs::read_hs_concordance(path).is_ok(),
        hs::read_hs_naics(path).is_ok(),
        metal_intensity::read_metal_intensities(path, &registers).is_ok(),
        policy::read_policy_events(path, &registers).is_ok(),
    ]
    .contains(&true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes(header in 0..HEADERS.len(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let header = HEADERS[header].replace('\u{20ac}', "EUR");
        file.write_all(header.as_bytes()).unwrap();
        file.write_all(b"\n").unwrap();
        file.write_all(&bytes).unwrap();
        read_all(file.path());
    }

    #[test]
    fn any_cells(header in 1..HEADERS.len(), cells in prop::collection::vec("[^\",\r\n]{0,10}", 14)) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let n_cells = HEADERS[header].split(',').count();
        write!(file, "{}\n{}\n", HEADERS[header], cells[..n_cells].join(",")).unwrap();
        read_all(file.path());
    }
}

#[test]
fn compressed_files_are_read_and_truncated_ones_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crms.csv.gz");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"Material,Year,SR,EI\nGallium,2023,3.9,3.7\n").unwrap();
    let bytes = packed.finish().unwrap();
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(eu::read_eu_assessments(&path, &reference::registers().unwrap()).unwrap().len(), 1);
    assert!(read_all(&path));
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let fault = eu::read_eu_assessments(&path, &reference::registers().unwrap()).unwrap_err();
    assert!(matches!(fault, Error::Unreadable { kind: "gzip", .. }), "{fault}");
    let fault = eu::read_eu_assessments(&folder.path().join("none.csv"), &reference::registers().unwrap()).unwrap_err();
    assert!(fault.to_string().starts_with("cannot read `"), "{fault}");
}

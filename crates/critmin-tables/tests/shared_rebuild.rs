//! A rebuild of the reference dataset from the publishers' files gives the committed bytes.

mod common;

use std::fs;
use std::path::Path;

use critmin_tables::TABLES;
use critmin_tables::reference::build;

#[test]
fn a_rebuild_gives_the_same_bytes() {
    let Some(shared) = common::shared() else { return };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let rebuilt = tempfile::tempdir().unwrap();
    let tables = build::build(&shared.join("sources"), &data.join("curated"), rebuilt.path()).unwrap();
    assert_eq!(tables.len(), TABLES.len());
    let files = tables.iter().map(|table| format!("{}.parquet", table.name)).chain(["datapackage.json".to_owned()]);
    for file in files {
        let committed = fs::read(data.join(&file)).unwrap();
        let again = fs::read(rebuilt.path().join(&file)).unwrap();
        assert!(!committed.is_empty(), "{file} is empty");
        assert!(committed == again, "{file} differs: run `make data` and commit the result");
    }
}

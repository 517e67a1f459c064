use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float32Array, Float64Array, Int8Array, Int16Array,
    LargeStringArray, NullArray, StringArray, StringViewArray, UInt64Array,
};
use arrow::datatypes::{Int8Type, UInt32Type};
use proptest::prelude::*;

use super::*;

fn one(array: ArrayRef) -> Result<Column, Error> {
    let batch = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
    columns_from_batch("t", &batch).map(|columns| columns.column("x").unwrap().clone())
}

/// Each row as its label, the form in which two columns are compared whatever their codes.
fn rows(column: &Column) -> Vec<Option<String>> {
    let Column::Text { codes, labels } = column else { panic!("expected labels, found {column:?}") };
    codes.iter().map(|code| (*code != ABSENT).then(|| labels[*code as usize].clone())).collect()
}

fn texts(cells: &[Option<&str>]) -> Vec<Option<String>> {
    cells.iter().map(|cell| cell.map(str::to_owned)).collect()
}

#[test]
fn every_kind_of_text_gives_the_same_labels() {
    let cells = [Some("CHN"), None, Some("AUS"), Some("CHN")];
    let small: DictionaryArray<Int8Type> = cells.into_iter().collect();
    let large: DictionaryArray<UInt32Type> = cells.into_iter().collect();
    let kinds: [ArrayRef; 5] = [
        Arc::new(StringArray::from(cells.to_vec())),
        Arc::new(LargeStringArray::from(cells.to_vec())),
        Arc::new(StringViewArray::from(cells.to_vec())),
        Arc::new(small),
        Arc::new(large),
    ];
    for array in kinds {
        let column = one(array).unwrap();
        assert_eq!(rows(&column), texts(&cells));
        assert!(matches!(column, Column::Text { labels, .. } if labels == ["CHN", "AUS"]));
    }
}

#[test]
fn a_dictionary_that_repeats_a_label_or_holds_none_is_read_by_its_words() {
    let values = StringArray::from(vec![Some("a"), Some("a"), None, Some("b")]);
    let keys = Int8Array::from(vec![Some(0), Some(1), Some(2), Some(3), None]);
    let column = one(Arc::new(DictionaryArray::new(keys, Arc::new(values)))).unwrap();
    assert_eq!(rows(&column), texts(&[Some("a"), Some("a"), None, Some("b"), None]));
    assert!(matches!(column, Column::Text { labels, .. } if labels == ["a", "b"]));
}

#[test]
fn an_empty_dictionary_has_no_labels() {
    let none: DictionaryArray<UInt32Type> = [None::<&str>, None].into_iter().collect();
    assert_eq!(one(Arc::new(none)).unwrap(), Column::Text { codes: vec![ABSENT; 2], labels: vec![] });
}

#[test]
fn whole_numbers_days_and_truths_are_labels() {
    let years = one(Arc::new(Int16Array::from(vec![Some(2022), Some(2021), None, Some(2022)]))).unwrap();
    assert_eq!(years, Column::Text { codes: vec![0, 1, ABSENT, 0], labels: vec!["2022".into(), "2021".into()] });
    let largest = one(Arc::new(UInt64Array::from(vec![u64::MAX]))).unwrap();
    assert_eq!(rows(&largest), texts(&[Some("18446744073709551615")]));
    let days = one(Arc::new(Date32Array::from(vec![Some(20_060), Some(-1), None]))).unwrap();
    assert_eq!(rows(&days), texts(&[Some("2024-12-03"), Some("1969-12-31"), None]));
    let truths = one(Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))).unwrap();
    assert_eq!(rows(&truths), texts(&[Some("true"), Some("false"), None]));
}

#[test]
fn an_empty_number_is_nan_and_a_nan_is_refused_with_its_row() {
    let Column::Number(numbers) = one(Arc::new(Float32Array::from(vec![Some(0.5), None]))).unwrap() else {
        panic!("expected numbers")
    };
    assert_eq!(numbers[0].to_bits(), 0.5_f64.to_bits());
    assert!(numbers[1].is_nan());
    for (bad, word) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let fault = one(Arc::new(Float64Array::from(vec![Some(1.0), None, Some(bad)]))).unwrap_err();
        assert_eq!(
            fault.to_string(),
            format!(
                "column `x` of `t` holds `{word}` in row 3: expected a finite number; leave the cell empty (null) where nothing is known"
            )
        );
    }
}

#[test]
fn a_column_of_another_kind_is_named() {
    let fault = one(Arc::new(NullArray::new(2))).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "column `x` of `t` is of type `Null`: expected text, whole numbers, numbers, days or truth values; cast it, or leave the column out"
    );
}

proptest! {
    #[test]
    fn whole_numbers_come_back(cells in prop::collection::vec(prop::option::of(any::<i16>()), 0..50)) {
        let expected: Vec<_> = cells.iter().map(|cell| cell.map(|cell| cell.to_string())).collect();
        let column = one(Arc::new(Int16Array::from(cells))).unwrap();
        prop_assert_eq!(rows(&column), expected);
    }
}

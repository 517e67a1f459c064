//! Multi-regional tables in the folder layout of pymrio: `Z.txt`, `Y.txt` and `file_parameters.json`, tab-separated.
//!
//! The layout (Stadler 2021, Pymrio, Journal of Open Research Software 9, <https://doi.org/10.5334/jors.251>): as many
//! header rows and index columns as `file_parameters.json` says (two of each where it says nothing, region and sector), and
//! a row of index names after the header where the writer put one.

use std::fs;
use std::path::Path;

use critmin_core::{InputOutputTable, IoCell, IoCode};

use crate::Error;

/// Header rows and index columns where nothing tells.
const LABELS: usize = 2;

/// One table of numbers with its labels.
struct Sheet {
    rows: Vec<String>,
    columns: Vec<String>,
    values: Vec<Vec<f64>>,
}

/// Reads `folder` as an industry-by-industry table. An industry is `region:sector`, makes one commodity of the same code,
/// and its value added is its output (`Z` and `Y` summed over the row) less its inputs. `unit` is what a value is in,
/// `year` what it describes; the layout does not tell them.
///
/// # Errors
///
/// [`Error::Read`] and [`Error::Unreadable`] with the file and the row, [`Error::InputOutput`] for a table that is faulty.
pub fn read_pymrio(folder: &Path, year: i16, unit: &str) -> Result<InputOutputTable, Error> {
    let parameters = parameters(folder)?;
    let z = sheet(folder, "Z", &parameters)?;
    let y = sheet(folder, "Y", &parameters)?;
    if z.rows != z.columns {
        return Err(unreadable(
            "Z.txt",
            "its rows and columns are not the same industries in the same order".to_owned(),
        ));
    }
    if y.rows != z.rows {
        return Err(unreadable("Y.txt", "its rows are not the industries of Z.txt".to_owned()));
    }
    let cells = |sheet: &Sheet| -> Vec<IoCell> {
        let row = |(row, values): (usize, &Vec<f64>)| {
            let some = values.iter().copied().enumerate().filter(|(_, value)| *value != 0.0);
            some.map(|(column, value)| IoCell { row, column, value }).collect::<Vec<_>>()
        };
        sheet.values.iter().enumerate().flat_map(row).collect()
    };
    let output: Vec<f64> = z.values.iter().zip(&y.values).map(|(z, y)| z.iter().chain(y).sum()).collect();
    let inputs = |column: usize| z.values.iter().map(|row| row[column]).sum::<f64>();
    let codes = |labels: &[String]| {
        labels.iter().map(|label| IoCode { code: label.clone(), name: label.clone() }).collect::<Vec<_>>()
    };
    let table = InputOutputTable {
        title: format!("multi-regional table of {year}"),
        source: "a folder in the layout of pymrio".to_owned(),
        year,
        unit: unit.to_owned(),
        industries: codes(&z.rows),
        commodities: codes(&z.rows),
        final_demand_categories: codes(&y.columns),
        make: output.iter().enumerate().map(|(row, value)| IoCell { row, column: row, value: *value }).collect(),
        intermediate_use: cells(&z),
        final_use: cells(&y),
        imports: vec![0.0; z.rows.len()],
        value_added: output.iter().enumerate().map(|(column, output)| output - inputs(column)).collect(),
    };
    table.validate()?;
    Ok(table)
}

fn unreadable(file: &str, reason: String) -> Error {
    Error::Unreadable { file: file.to_owned(), kind: "a pymrio table", reason }
}

fn parameters(folder: &Path) -> Result<serde_json::Value, Error> {
    let path = folder.join("file_parameters.json");
    if !path.exists() {
        return Ok(serde_json::Value::Null);
    }
    let text = fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    serde_json::from_str(&text).map_err(|fault| unreadable("file_parameters.json", fault.to_string()))
}

/// A number of the parameter file; the format writes numbers as text.
fn labels(parameters: &serde_json::Value, table: &str, name: &str) -> usize {
    let value = &parameters["files"][table][name];
    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    number.and_then(|number| usize::try_from(number).ok()).unwrap_or(LABELS)
}

fn sheet(folder: &Path, table: &str, parameters: &serde_json::Value) -> Result<Sheet, Error> {
    let file = parameters["files"][table]["name"].as_str().map_or_else(|| format!("{table}.txt"), str::to_owned);
    let path = folder.join(&file);
    let bytes = fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    let (n_header, n_index) = (labels(parameters, table, "nr_header"), labels(parameters, table, "nr_index_col"));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b'\t').has_headers(false).flexible(true).from_reader(bytes.as_slice());
    let records: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().map_err(|fault| unreadable(&file, fault.to_string()))?;
    if records.len() <= n_header {
        return Err(unreadable(&file, format!("{} rows: the header alone has {n_header}", records.len())));
    }
    let joined = |texts: Vec<&str>| texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(":");
    let n_columns = records[0].len().saturating_sub(n_index);
    let column =
        |at: usize| joined((0..n_header).map(|row| records[row].get(n_index + at).unwrap_or_default()).collect());
    let mut sheet = Sheet { rows: Vec::new(), columns: (0..n_columns).map(column).collect(), values: Vec::new() };
    for (index, record) in records.iter().enumerate().skip(n_header) {
        let cells: Vec<&str> = (0..n_columns).map(|at| record.get(n_index + at).unwrap_or_default().trim()).collect();
        // The names of the index columns stand in a row of their own.
        if index == n_header && cells.iter().all(|cell| cell.is_empty()) {
            continue;
        }
        let number = |(at, cell): (usize, &&str)| {
            cell.parse::<f64>().map_err(|_| {
                unreadable(
                    &file,
                    format!("row {}, column {}: found `{cell}`, expected a number", index + 1, n_index + at + 1),
                )
            })
        };
        sheet.values.push(cells.iter().enumerate().map(number).collect::<Result<_, _>>()?);
        sheet.rows.push(joined((0..n_index).map(|at| record.get(at).unwrap_or_default()).collect()));
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, z: &str, y: &str) {
        fs::write(folder.join("Z.txt"), z).unwrap();
        fs::write(folder.join("Y.txt"), y).unwrap();
    }

    const Z: &str = "region\t\tA\tB\nsector\t\tfood\tfood\nregion\tsector\t\t\nA\tfood\t10\t5\nB\tfood\t2\t8\n";
    const Y: &str =
        "region\t\tA\tB\ncategory\t\thouseholds\thouseholds\nregion\tsector\t\t\nA\tfood\t30\t5\nB\tfood\t1\t34\n";

    #[test]
    fn reads_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Z, Y);
        let table = read_pymrio(folder.path(), 2020, "million EUR").unwrap();
        assert_eq!(table.industries[1].code, "B:food");
        assert_eq!(table.output(), vec![50.0, 45.0]);
        assert_eq!(table.value_added, vec![38.0, 32.0]);
        assert!(table.check_balance(1e-12).is_ok());
        assert_eq!(table.final_demand_categories[0].code, "A:households");
    }

    #[test]
    fn faults_name_the_cell() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &Z.replace("\t8\n", "\tx\n"), Y);
        let fault = read_pymrio(folder.path(), 2020, "million EUR").unwrap_err().to_string();
        assert!(fault.contains("row 5") && fault.contains("`x`"), "{fault}");
        write(folder.path(), &Z.replace("B\tfood\t2", "C\tfood\t2"), Y);
        assert!(read_pymrio(folder.path(), 2020, "million EUR").is_err());
        assert!(matches!(read_pymrio(&folder.path().join("none"), 2020, ""), Err(Error::Read { .. })));
    }
}

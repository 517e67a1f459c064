//! Imports a BACI release, `import_baci INPUT OUTPUT COUNTRY_ALIASES`, and prints what was read and how long it took.
//!
//! The benchmark of the eleven-million-row import; users have `critmin data import baci`.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use critmin_core::{Country, CountryAlias, CountryId, CountryKind, CountryRegister, Year};
use critmin_tables::readers::baci::{BaciImport, import_baci};

#[expect(clippy::print_stdout)] // the answer of the program
fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [input, output, aliases] = paths.as_slice() else {
        return Err("usage: import_baci INPUT OUTPUT COUNTRY_ALIASES".into());
    };
    let countries = register(aliases)?;
    let start = Instant::now();
    let mut progress = |_, _| ControlFlow::Continue(());
    let summary = import_baci(input, output, &BaciImport::default(), &countries, &mut progress)?;
    println!("{summary:#?}\n{:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn register(aliases: &PathBuf) -> Result<CountryRegister, Box<dyn Error>> {
    let mut rows = Vec::new();
    for record in csv::Reader::from_path(aliases)?.records() {
        let record = record?;
        if &record[0] != "baci" {
            continue;
        }
        let year = |cell: &str| cell.parse().ok().map(Year);
        let (valid_from, valid_to) = (year(&record[3]), year(&record[4]));
        let (scheme, alias, country) = (record[0].to_owned(), record[1].to_owned(), CountryId::new(&record[2])?);
        rows.push(CountryAlias { scheme, alias, country, valid_from, valid_to });
    }
    let ids: BTreeSet<CountryId> = rows.iter().map(|row| row.country.clone()).collect();
    let country = |id: CountryId| {
        let name = id.to_string();
        Country { country: id, name, iso2: None, m49: None, kind: CountryKind::Country }
    };
    Ok(CountryRegister::new(ids.into_iter().map(country).collect(), rows)?)
}

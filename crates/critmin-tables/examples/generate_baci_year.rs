//! Writes a file like one year of BACI, to measure an import on:
//! `generate_baci_year OUTPUT COUNTRY_ALIASES [ROWS] [SEED]`.
//!
//! Rows are sorted by exporter, importer and product like a release; values and masses spread over many orders of
//! magnitude, about one mass in twenty-five is missing. The same arguments give the same bytes. The economies are
//! those of the alias table, the flows are invented.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};

const YEAR: u32 = 2023;
const N_PRODUCTS: u32 = 5_000;
const DEFAULT_ROWS: u64 = 11_000_000;
const DEFAULT_SEED: u64 = 20_231_231;
const MISSING_MASS_ONE_IN: u64 = 25;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(output), Some(aliases)) = (arguments.next(), arguments.next()) else {
        return Err("usage: generate_baci_year OUTPUT COUNTRY_ALIASES [ROWS] [SEED]".into());
    };
    let n_rows = arguments.next().map_or(Ok(DEFAULT_ROWS), |rows| rows.parse())?;
    let seed = arguments.next().map_or(Ok(DEFAULT_SEED), |seed| seed.parse())?;
    let countries = countries(&aliases)?;
    let mut file = BufWriter::with_capacity(1 << 20, File::create(output)?);
    write_year(&mut file, &countries, n_rows, seed)?;
    file.flush()?;
    Ok(())
}

/// BACI's codes that stand for one economy in the year, ascending.
fn countries(aliases: &str) -> Result<Vec<u32>, Box<dyn Error>> {
    let mut codes = Vec::new();
    for record in csv::Reader::from_path(aliases)?.records() {
        let record = record?;
        let bound =
            |column: usize, open: u32| if record[column].is_empty() { Ok(open) } else { record[column].parse() };
        if &record[0] == "baci" && (bound(3, 0)?..=bound(4, u32::MAX)?).contains(&YEAR) {
            codes.push(record[1].parse()?);
        }
    }
    codes.sort_unstable();
    Ok(codes)
}

fn write_year(file: &mut impl Write, countries: &[u32], n_rows: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    let n_cells = (countries.len() * countries.len().saturating_sub(1)) as u64 * u64::from(N_PRODUCTS);
    if n_cells < n_rows {
        return Err(format!("at most {n_cells} rows can be told apart").into());
    }
    writeln!(file, "t,i,j,k,v,q")?;
    let mut random = Random(seed);
    let (mut cells_left, mut rows_left) = (n_cells, n_rows);
    for &exporter in countries {
        for &importer in countries.iter().filter(|&&importer| importer != exporter) {
            for product in 0..N_PRODUCTS {
                // Selection sampling: every set of rows is equally likely, and exactly `n_rows` come out.
                if random.below(cells_left) < rows_left {
                    write_row(file, &mut random, exporter, importer, product)?;
                    rows_left -= 1;
                }
                cells_left -= 1;
            }
        }
    }
    Ok(())
}

fn write_row(
    file: &mut impl Write,
    random: &mut Random,
    exporter: u32,
    importer: u32,
    product: u32,
) -> std::io::Result<()> {
    // Chapters 01 to 97, each with its share of the products.
    let code = (1 + product * 97 / N_PRODUCTS) * 10_000 + 100 + product % 9_000;
    let (usd, kilograms) = (random.magnitude(), random.magnitude());
    write!(file, "{YEAR},{exporter},{importer},{code:06},{}.{:03},", usd / 1000, usd % 1000)?;
    if random.below(MISSING_MASS_ONE_IN) == 0 {
        writeln!(file, "           NA")
    } else {
        writeln!(file, "{}.{:03}", kilograms / 1000, kilograms % 1000)
    }
}

/// SplitMix64. Source: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators,
/// <https://doi.org/10.1145/2660193.2660195>.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A whole number below `end`, which must be above 0.
    fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A whole number from 1 to about 2^36, small ones as likely as large ones on a logarithmic scale.
    fn magnitude(&mut self) -> u64 {
        let bits = self.below(36);
        1 + self.below(1 << bits)
    }
}

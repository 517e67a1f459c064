//! Rebuilds the reference dataset: `build_reference --sources FOLDER --output FOLDER` (see `make data`).

use std::path::PathBuf;
use std::process::ExitCode;

use critmin_tables::reference::build;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).map(PathBuf::from)
    };
    let (Some(sources), Some(output)) = (folder("--sources"), folder("--output")) else {
        eprintln!("usage: build_reference --sources FOLDER --output FOLDER");
        return ExitCode::from(2);
    };
    match build::build(&sources, &output.join("curated"), &output) {
        Ok(tables) => {
            for table in &tables {
                eprintln!("{:>9} rows {:>9} bytes  {}", table.n_rows, table.n_bytes, table.name);
            }
            eprintln!("{:>24} bytes in all", tables.iter().map(|table| table.n_bytes).sum::<usize>());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

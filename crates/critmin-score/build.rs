//! Lists the shipped documents: a file in `methods/` is a method, nothing else has to be written down.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("methods");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut text = String::from("&[\n");
    for file in &files {
        let id = file.file_stem().ok_or("a document without a name")?.to_string_lossy().into_owned();
        writeln!(text, "    ({id:?}, include_str!({:?})),", file.display().to_string())?;
    }
    text.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("documents.rs"), text)?;
    Ok(())
}

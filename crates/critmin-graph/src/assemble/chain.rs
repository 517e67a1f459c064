//! The recipe of a chain: its goods and stages, and what goes into what.

use critmin_core::{Stage, nearest};

use crate::Error;
use crate::assemble::sheet::{Sheet, Tables};

/// A good at a stage.
pub(crate) type Place = (String, Stage);

/// One good of a chain at one stage.
#[derive(Debug, Clone)]
pub(crate) struct ChainStage {
    pub(crate) place: Place,
    /// The commodity under which statistics keep it.
    pub(crate) commodity: String,
    pub(crate) has_countries: bool,
    pub(crate) output_table: String,
    pub(crate) output_keys: Vec<String>,
    pub(crate) output_total: Option<f64>,
    pub(crate) trade_hs6: Vec<String>,
    pub(crate) import_evidence: bool,
    pub(crate) us_import_detail: String,
    pub(crate) us_imports: Option<f64>,
    pub(crate) eu_imports: Option<f64>,
    pub(crate) feed: Option<Place>,
    pub(crate) recovery: f64,
    pub(crate) grade: String,
}

/// What goes into what.
#[derive(Debug, Clone)]
pub(crate) struct ChainLink {
    pub(crate) from: Place,
    pub(crate) to: Place,
    /// Share of the use of `from` that goes into `to`.
    pub(crate) share: f64,
    pub(crate) is_essential: bool,
    pub(crate) grade: String,
}

/// One chain, its stages in the order of the chain.
pub(crate) struct Chain {
    pub(crate) id: String,
    pub(crate) stages: Vec<ChainStage>,
    pub(crate) links: Vec<ChainLink>,
}

/// The ids of the chains that the tables hold, sorted.
pub(crate) fn chain_ids(tables: Tables<'_>) -> Result<Vec<String>, Error> {
    let sheet = Sheet::open(tables, "chain_stages")?;
    let chain = sheet.text("chain")?;
    let mut ids: Vec<String> = (0..sheet.n_rows()).filter_map(|row| chain.get(row)).map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

impl Chain {
    pub(crate) fn read(tables: Tables<'_>, id: &str) -> Result<Self, Error> {
        let ids = chain_ids(tables)?;
        if !ids.iter().any(|known| known == id) {
            let near = nearest(id, ids.iter().map(String::as_str));
            let nearest = if near.is_empty() { ids } else { near };
            return Err(Error::UnknownName { kind: "chain", found: id.to_owned(), nearest });
        }
        let mut stages = stages(&Sheet::open(tables, "chain_stages")?, id)?;
        stages.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.place.cmp(&b.1.place)));
        let links = links(&Sheet::open(tables, "chain_links")?, id)?;
        Ok(Self { id: id.to_owned(), stages: stages.into_iter().map(|(_, stage)| stage).collect(), links })
    }

    pub(crate) fn stage(&self, place: &Place) -> Option<&ChainStage> {
        self.stages.iter().find(|stage| stage.place == *place)
    }

    /// The links into a place.
    pub(crate) fn feeds<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a ChainLink> {
        self.links.iter().filter(move |link| link.to == *place)
    }
}

fn stages(sheet: &Sheet, id: &str) -> Result<Vec<(i16, ChainStage)>, Error> {
    let (position, good, stage) = (sheet.text("position")?, sheet.text("good")?, sheet.text("stage")?);
    let (commodity, has_countries) = (sheet.text("commodity")?, sheet.text("has_countries")?);
    let (table, key, total) =
        (sheet.text("output_table")?, sheet.text("output_key")?, sheet.numbers("output_total_t")?);
    let (hs6, evidence, detail) =
        (sheet.text("trade_hs6")?, sheet.text("import_evidence")?, sheet.text("us_import_detail")?);
    let (us, eu) = (sheet.numbers("us_imports_t")?, sheet.numbers("eu_imports_t")?);
    let (feed_good, feed_stage) = (sheet.text("feed_good")?, sheet.text("feed_stage")?);
    let (recovery, grade) = (sheet.numbers("yield")?, sheet.text("grade")?);
    let known = |number: f64| (!number.is_nan()).then_some(number);
    let split = |text: &str| text.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let read = |row: usize| -> Result<(i16, ChainStage), Error> {
        let feed = match (feed_good.get(row), feed_stage.get(row)) {
            (Some(good), Some(stage)) => Some((good.to_owned(), stage.parse()?)),
            _ => None,
        };
        let one = ChainStage {
            place: (good.or_empty(row).to_owned(), stage.or_empty(row).parse()?),
            commodity: commodity.or_empty(row).to_owned(),
            has_countries: has_countries.get(row) == Some("true"),
            output_table: table.or_empty(row).to_owned(),
            output_keys: split(key.or_empty(row)),
            output_total: known(total[row]),
            trade_hs6: split(hs6.or_empty(row)),
            import_evidence: evidence.get(row) == Some("true"),
            us_import_detail: detail.or_empty(row).to_owned(),
            us_imports: known(us[row]),
            eu_imports: known(eu[row]),
            feed,
            recovery: known(recovery[row]).unwrap_or(1.0),
            grade: grade.or_empty(row).to_owned(),
        };
        Ok((position.year(row).unwrap_or(0), one))
    };
    sheet.rows_where(&[("chain", &[id])])?.into_iter().map(read).collect()
}

fn links(sheet: &Sheet, id: &str) -> Result<Vec<ChainLink>, Error> {
    let (from_good, from_stage) = (sheet.text("from_good")?, sheet.text("from_stage")?);
    let (to_good, to_stage) = (sheet.text("to_good")?, sheet.text("to_stage")?);
    let (share, is_essential, grade) = (sheet.numbers("share")?, sheet.text("is_essential")?, sheet.text("grade")?);
    let read = |row: usize| -> Result<ChainLink, Error> {
        Ok(ChainLink {
            from: (from_good.or_empty(row).to_owned(), from_stage.or_empty(row).parse()?),
            to: (to_good.or_empty(row).to_owned(), to_stage.or_empty(row).parse()?),
            share: share[row],
            is_essential: is_essential.get(row) != Some("false"),
            grade: grade.or_empty(row).to_owned(),
        })
    };
    sheet.rows_where(&[("chain", &[id])])?.into_iter().map(read).collect()
}

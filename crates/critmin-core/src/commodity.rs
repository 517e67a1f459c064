//! Commodities, the forms in which they are traded, and the HS codes that carry them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{CommodityId, Error, Stage, Year, nearest};

/// What is produced and traded, in the sense of the USGS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commodity {
    /// Lower-case words: `natural-graphite`.
    pub commodity: CommodityId,
    /// English name.
    pub name: String,
    /// Element symbol or formula, where there is one.
    pub symbol: Option<String>,
    /// What a tonne means in the world tables: `gallium content`, `REO`, `gross weight`.
    pub basis: Option<String>,
    /// Family: `rare-earths`, `platinum-group-metals`, `industrial-mineral`.
    pub group: Option<String>,
}

/// Whether an HS code can stand for a commodity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormStatus {
    /// The code isolates the commodity within its years of validity.
    Usable,
    /// The code also holds other commodities.
    Mixed,
    /// The code died in a revision of the nomenclature: what remains is not a series.
    Broken,
    /// The bundled trade table does not carry the code.
    Absent,
}

impl fmt::Display for FormStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Usable => "usable",
            Self::Mixed => "mixed",
            Self::Broken => "broken",
            Self::Absent => "absent",
        })
    }
}

/// One traded shape of a commodity: an HS code with its years of validity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommodityForm {
    /// Six digits as text.
    pub hs6: String,
    /// Revision of the nomenclature: `HS92`.
    pub hs_edition: String,
    /// Short words of our own.
    pub label: String,
    /// The commodity carried.
    pub commodity: CommodityId,
    /// Shape: ore, oxide, metal.
    pub form: String,
    /// Step of the chain.
    pub stage: Stage,
    /// Element mass over product mass, where it is fixed and known.
    pub content_share: Option<f64>,
    /// First year in which the code may be read.
    pub valid_from: Option<Year>,
    /// Last year in which the code may be read.
    pub valid_to: Option<Year>,
    /// Usable, mixed, broken or absent.
    pub status: FormStatus,
    /// Why, in words for the user.
    pub note: String,
}

/// The commodity table with its aliases.
#[derive(Debug, Clone, Default)]
pub struct CommodityRegister {
    commodities: BTreeMap<CommodityId, Commodity>,
    aliases: BTreeMap<String, BTreeMap<String, CommodityId>>,
}

impl CommodityRegister {
    /// Builds the register from commodities and `(scheme, alias, commodity)` rows.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when an id, or an alias within a scheme, occurs twice;
    /// [`Error::Unknown`] when an alias names a commodity that is not in the table.
    pub fn new(commodities: Vec<Commodity>, aliases: Vec<(String, String, CommodityId)>) -> Result<Self, Error> {
        let mut register = Self::default();
        for commodity in commodities {
            let id = commodity.commodity.clone();
            if register.commodities.insert(id.clone(), commodity).is_some() {
                return Err(Error::Duplicate { kind: "commodity", key: id.to_string() });
            }
        }
        for (scheme, alias, commodity) in aliases {
            if !register.commodities.contains_key(&commodity) {
                return Err(register.unknown(commodity.as_str()));
            }
            let key = format!("{scheme}: {alias}");
            if register.aliases.entry(scheme).or_default().insert(alias, commodity).is_some() {
                return Err(Error::Duplicate { kind: "commodity alias", key });
            }
        }
        Ok(register)
    }

    /// The commodity that `name` means: an id, an English name, a symbol, or any publisher's spelling.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] with the nearest known ids.
    pub fn find(&self, name: &str) -> Result<&Commodity, Error> {
        let wanted = name.trim();
        let slug = wanted.to_lowercase().replace([' ', '_'], "-");
        if let Some(commodity) = self.commodities.get(slug.as_str()) {
            return Ok(commodity);
        }
        let is_named = |commodity: &&Commodity| {
            commodity.name.eq_ignore_ascii_case(wanted) || commodity.symbol.as_deref() == Some(wanted)
        };
        let by_name = self.commodities.values().find(is_named);
        by_name.or_else(|| self.find_by_alias(wanted)).ok_or_else(|| self.unknown(wanted))
    }

    /// The commodity that a publisher means by `alias`.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] with the nearest spellings of the same publisher.
    pub fn resolve(&self, scheme: &str, alias: &str) -> Result<&CommodityId, Error> {
        let aliases = self.aliases.get(scheme);
        aliases.and_then(|aliases| aliases.get(alias)).ok_or_else(|| Error::Unknown {
            kind: "commodity",
            found: alias.to_owned(),
            nearest: nearest(alias, aliases.into_iter().flatten().map(|(known, _)| known.as_str())),
        })
    }

    /// The entry of `id`, when it is in the table.
    pub fn get(&self, id: &CommodityId) -> Option<&Commodity> {
        self.commodities.get(id)
    }

    /// Every commodity, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Commodity> {
        self.commodities.values()
    }

    /// Number of commodities.
    pub fn len(&self) -> usize {
        self.commodities.len()
    }

    /// Whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.commodities.is_empty()
    }

    fn find_by_alias(&self, wanted: &str) -> Option<&Commodity> {
        let entry = self.aliases.values().flatten().find(|(alias, _)| alias.eq_ignore_ascii_case(wanted));
        entry.and_then(|(_, id)| self.commodities.get(id))
    }

    fn unknown(&self, found: &str) -> Error {
        let known = self.commodities.values().map(|commodity| commodity.commodity.as_str());
        Error::Unknown { kind: "commodity", found: found.to_owned(), nearest: nearest(found, known) }
    }
}

//! BACI's numeric country codes, resolved once per year and code.

use std::collections::BTreeMap;

use critmin_core::{CountryId, CountryRegister, Year};

const N_CODES: usize = 1000;
const NOT_ASKED: u16 = u16::MAX;
const UNKNOWN: u16 = u16::MAX - 1;

/// Resolves codes through the country register and numbers the economies found, from 0.
pub(super) struct CountryCodes<'a> {
    register: &'a CountryRegister,
    by_year: BTreeMap<i16, Vec<u16>>,
    numbers: BTreeMap<CountryId, u16>,
    ids: Vec<CountryId>,
}

impl<'a> CountryCodes<'a> {
    pub(super) fn new(register: &'a CountryRegister) -> Self {
        Self { register, by_year: BTreeMap::new(), numbers: BTreeMap::new(), ids: Vec::new() }
    }

    /// The number of the economy that `code` means in `year`; `None` when the register does not know it.
    pub(super) fn resolve(&mut self, code: u32, year: Year) -> Option<u16> {
        let code = usize::try_from(code).ok().filter(|&code| code < N_CODES)?;
        let slots = self.by_year.entry(year.0).or_insert_with(|| vec![NOT_ASKED; N_CODES]);
        if slots[code] == NOT_ASKED {
            let found = self.register.resolve("baci", &code.to_string(), Some(year)).ok();
            slots[code] = found.map_or(UNKNOWN, |id| number_of(id, &mut self.numbers, &mut self.ids));
        }
        Some(slots[code]).filter(|&number| number != UNKNOWN)
    }

    /// The economies by number.
    pub(super) fn ids(&self) -> &[CountryId] {
        &self.ids
    }
}

fn number_of(id: &CountryId, numbers: &mut BTreeMap<CountryId, u16>, ids: &mut Vec<CountryId>) -> u16 {
    if let Some(&number) = numbers.get(id) {
        return number;
    }
    // There are at most a thousand codes per year, and fewer economies than codes.
    let number = u16::try_from(ids.len()).unwrap_or(UNKNOWN);
    numbers.insert(id.clone(), number);
    ids.push(id.clone());
    number
}

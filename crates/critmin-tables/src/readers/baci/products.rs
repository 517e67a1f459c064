//! The HS codes met in an import, numbered in order of appearance.

use critmin_core::Error;

const N_CODES: usize = 1_000_000;
const NOT_MET: u32 = u32::MAX;

/// Codes as numbers from 0, so that a flow needs four bytes for its code and a set of codes one bit for each.
pub(super) struct Products {
    numbers: Vec<u32>,
    labels: Vec<String>,
    is_kept: Vec<bool>,
}

impl Products {
    pub(super) fn new() -> Self {
        Self { numbers: vec![NOT_MET; N_CODES], labels: Vec::new(), is_kept: Vec::new() }
    }

    /// The number of a code below one million.
    pub(super) fn number(&mut self, code: u32) -> u32 {
        let slot = &mut self.numbers[code as usize];
        if *slot == NOT_MET {
            *slot = u32::try_from(self.labels.len()).unwrap_or(NOT_MET);
            self.labels.push(format!("{code:06}"));
            self.is_kept.push(false);
        }
        *slot
    }

    /// Six-digit texts by number.
    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Notes that a row of this code is written.
    pub(super) fn keep(&mut self, number: u32) {
        self.is_kept[number as usize] = true;
    }

    /// How many codes have rows that are written.
    pub(super) fn n_kept(&self) -> usize {
        self.is_kept.iter().filter(|&&is_kept| is_kept).count()
    }
}

/// A code that a caller names, as a number.
pub(super) fn wanted_code(code: &str) -> Result<u32, Error> {
    let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_code.then(|| code.parse().ok()).flatten();
    number.ok_or_else(|| Error::MalformedId {
        kind: "HS code",
        found: code.to_owned(),
        expected: "six digits as text, such as `280530`",
    })
}

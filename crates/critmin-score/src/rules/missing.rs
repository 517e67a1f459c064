//! What a look-up without a value gives, as the document writes it.

use crate::Error;
use crate::document::{HigherIs, RawMissing};
use crate::method::{AxisSet, Missing};
use crate::parse::Builder;

impl Builder<'_> {
    pub(crate) fn missing(
        &self,
        name: &str,
        raw: &RawMissing,
        axes: AxisSet,
        higher_is: HigherIs,
    ) -> Result<Missing, Error> {
        Ok(match raw {
            RawMissing::Named(word) => match word.as_str() {
                "unavailable" => Missing::Unavailable,
                "error" => Missing::Error,
                "skip" => Missing::Skip,
                "worst" | "best" if higher_is == HigherIs::Larger => {
                    let reason = format!("`missing = \"{word}\"` needs `higher_is = \"riskier\"` or `\"safer\"`");
                    return Err(self.fault(name, "missing", reason));
                }
                "worst" => Missing::Worst,
                "best" => Missing::Best,
                found => {
                    let reason =
                        format!("unknown policy `{found}`; expected unavailable, error, skip, worst, best, or a table");
                    return Err(self.fault(name, "missing", reason));
                }
            },
            RawMissing::Constant { constant } => Missing::Constant(*constant),
            RawMissing::MeanOver { mean_over } => {
                let axis = self.own_axis(name, mean_over, axes)?;
                Missing::MeanOver(1 << axis)
            }
            RawMissing::NotListed { not_listed, within } => {
                let within = within.iter().try_fold(0, |set, axis| Ok(set | 1 << self.own_axis(name, axis, axes)?))?;
                Missing::NotListed { value: *not_listed, within }
            }
            RawMissing::Nearest { nearest, at_most } => {
                Missing::Nearest { axis: self.own_axis(name, nearest, axes)?, at_most: *at_most }
            }
        })
    }

    fn own_axis(&self, name: &str, axis: &str, axes: AxisSet) -> Result<usize, Error> {
        let found = self.axis(name, axis)?;
        if axes >> found & 1 == 1 {
            return Ok(found);
        }
        Err(self.fault(name, "missing", format!("`{name}` has no axis `{axis}`")))
    }
}

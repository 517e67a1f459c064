//! The material balance of a consuming country.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::{Error, Tonnes};

/// One year's balance of one commodity in one country, all entries on one basis: in \[t/yr\], or in another
/// additive quantity `Q` ([`crate::reliance::Interval`]).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Balance<Q = Tonnes> {
    /// Primary production, at the stage that the balance is about.
    pub primary_production: Q,
    /// Production from (old) scrap.
    pub secondary_production: Q,
    /// Imports for consumption.
    pub imports: Q,
    /// Exports.
    pub exports: Q,
    /// Closing minus opening stock: positive = build-up. USGS prints "adjustments" with the opposite sign.
    pub stock_change: Q,
}

/// Net imports over consumption, at most 1; higher = more dependent, negative for a net exporter.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NetImportReliance(pub f64);

impl<Q: Copy + Add<Output = Q> + Sub<Output = Q>> Balance<Q> {
    /// Net imports after stock changes, `imports - exports - stock_change`, in the unit of the entries.
    pub fn net_imports(&self) -> Q {
        self.imports - self.exports - self.stock_change
    }

    /// Apparent consumption, in the unit of the entries:
    /// `primary + secondary production + imports - exports - stock change`.
    ///
    /// Source: the definitions printed in the notes of U.S. Geological Survey, Mineral Commodity Summaries 2026,
    /// <https://doi.org/10.5066/P1WKQ63T> (they differ by commodity in what counts as production).
    pub fn apparent_consumption(&self) -> Q {
        self.primary_production + self.secondary_production + self.net_imports()
    }
}

impl Balance {
    /// Net import reliance, net imports over apparent consumption.
    ///
    /// Source: as for [`Self::apparent_consumption`]. USGS prints per cent, and `E` below zero.
    ///
    /// # Errors
    ///
    /// [`Error::NoConsumption`] when apparent consumption is not positive.
    pub fn net_import_reliance(&self) -> Result<NetImportReliance, Error> {
        let consumption = self.apparent_consumption();
        if 0.0 < consumption.0 {
            Ok(NetImportReliance(self.net_imports() / consumption))
        } else {
            Err(Error::NoConsumption { found: consumption.0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The balance closes: what comes in is used, sent out or stored.
        #[test]
        fn mass_is_conserved(p in 0.0..1e6f64, s in 0.0..1e6f64, m in 0.0..1e6f64, x in 0.0..1e6f64, d in -1e6..1e6f64) {
            let balance = Balance {
                primary_production: Tonnes(p),
                secondary_production: Tonnes(s),
                imports: Tonnes(m),
                exports: Tonnes(x),
                stock_change: Tonnes(d),
            };
            let out = balance.apparent_consumption() + balance.exports + balance.stock_change;
            prop_assert!((out.0 - (p + s + m)).abs() < 1e-9 * (p + s + m + x + d.abs() + 1.0));
        }

        /// Reliance never exceeds one, and equals one exactly when nothing is produced at home.
        #[test]
        fn reliance_is_at_most_one(p in 0.0..1e6f64, m in 1.0..1e6f64) {
            let balance = Balance { primary_production: Tonnes(p), imports: Tonnes(m), ..Balance::default() };
            let reliance = balance.net_import_reliance().unwrap().0;
            prop_assert!(reliance <= 1.0);
            prop_assert_eq!(p <= 0.0, 1.0 <= reliance);
        }
    }

    #[test]
    fn no_consumption_is_an_error_not_a_number() {
        let balance = Balance { exports: Tonnes(1.0), ..Balance::default() };
        assert!(matches!(balance.net_import_reliance(), Err(Error::NoConsumption { .. })));
    }
}

//! BACI bilateral trade (CEPII): the publisher's release files of any HS revision, whole years in bounded memory.
//!
//! A release is one CSV per year, `BACI_HS92_Y2023_V202401b.csv` with the columns `t,i,j,k,v,q`, or the zip that
//! holds them. [`import_baci`] turns either into Parquet in the schema of the table `trade_flows`. `k` has lost
//! its leading zeros in many copies and is padded to six digits; a missing quantity (`NA`, blank) stays missing.
//!
//! Source: Gaulier and Zignago (2010), BACI: International Trade Database at the Product-Level, CEPII Working
//! Paper 2010-23.

mod countries;
mod embedded;
mod flow_file;
mod flows;
mod import;
mod input;
mod products;
mod release;
mod row;
mod seen;
mod typed;

pub use embedded::{decode_embedded_trade, encode_embedded_trade};
pub use flows::{TradeFlow, TradeFlows, trade_flows_table};
pub use import::{BaciImport, ImportSummary, Progress, import_baci};
pub use typed::read_baci_parquet;

/// BACI prints thousands of USD with three decimals, so a value is a whole number of USD. Where the product with
/// 1000 misses that number by rounding only, it is restored; anything else is left as it is.
fn usd_from_thousands(thousands: f64) -> f64 {
    const ROUNDING: f64 = 4.0 * f64::EPSILON;
    let usd = thousands * 1000.0;
    let whole = usd.round();
    if (usd - whole).abs() <= whole * ROUNDING { whole } else { usd }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp)] // exact is the point

    use super::usd_from_thousands;

    #[test]
    fn printed_thousands_become_whole_dollars() {
        assert_eq!(usd_from_thousands(88.981), 88_981.0);
        assert_eq!(usd_from_thousands(278_942.597), 278_942_597.0);
        assert_eq!(usd_from_thousands(0.001), 1.0);
        assert_eq!(usd_from_thousands(0.0005), 0.5);
    }
}

//! Layouts of our own for the list of policy events.

use super::*;
use crate::readers::test_registers::registers;

fn read(rows: &str) -> Result<Vec<PolicyEvent>, Error> {
    let text = format!("{}\n{rows}", COLUMNS.join(","));
    parse(&SourceFile::decode("events.csv", text.into_bytes(), Encoding::Utf8)?, &registers())
}

#[test]
fn unknown_goods_stay_as_words() {
    let row =
        "2024-12-03,2024-12-03,,2025-11-09,,CHN,USA,Gallium; magnets (strong; weak); Gallium,811292,ban,No. 46,yes,,\n";
    let events = read(row).unwrap();
    assert_eq!(events[0].measure.commodities, ["Gallium", "magnets (strong; weak)", "Gallium"]);
    assert_eq!(events[0].commodity_ids, [CommodityId::new("gallium").unwrap()]);
    let pause = events[0].measure.suspension.unwrap();
    assert_eq!((pause.from.to_string().as_str(), pause.until), ("2025-11-09", None));
    assert_eq!(verified(&events).len(), 1);
    assert_eq!(policy_measures_table(&events).unwrap().num_rows(), 1);
}

#[test]
fn every_bad_cell_is_told() {
    let row = "2024-12-03,2024-12-02,soon,2025-11-09,2025-01-01,CHX,USA,Gallium,8112,ban,No. 46,maybe,,\n";
    let message = read(row).unwrap_err().to_string();
    assert_eq!(
        message,
        "6 problems in the input\n  \
         events.csv, row 2, column `verified`: found `maybe`, expected `yes`, `partly` or `no`\n  \
         events.csv, row 2, column `hs6_hint`: found `8112`, expected HS codes of six digits, separated by `;`\n  \
         events.csv, row 2, column `date_end`: found `soon`, expected a day such as `2024-12-03`\n  \
         events.csv, row 2, column `date_effective`: found `2024-12-02`, expected a day not before `date_announced` (2024-12-03)\n  \
         events.csv, row 2, column `suspended_until`: found `2025-01-01`, expected a day not before `suspended_from` (2025-11-09)\n  \
         events.csv, row 2, column `imposer`: found `CHX`, expected ISO 3166-1 alpha-3 of a known country, `WLD` or `WTO`"
    );
}

//! The words that say what a world table counts, the same for its rows and its total.

use std::collections::{BTreeMap, BTreeSet};

use crate::readers::text_rows::tidy;

/// Every form of one file, by commodity word and statistic.
#[derive(Default)]
pub(super) struct Forms {
    totals: BTreeSet<(String, String, String)>,
    spellings: BTreeMap<(String, String, String), String>,
}

impl Forms {
    /// Notes the detail of one row; `is_total` for a world total.
    pub(super) fn add(&mut self, commodity: &str, statistic: &str, detail: &str, is_total: bool) {
        let form = plain(detail);
        let key = (tidy(commodity), tidy(statistic), form.to_lowercase());
        if is_total {
            self.totals.insert(key.clone());
        }
        self.spellings.entry(key).or_insert(form);
    }

    /// The form that a detail means, and the words that qualify its row only.
    ///
    /// A detail such as `Mine production: exports` belongs to the table `Mine production` when that has a world
    /// total and the detail itself has none. Of two spellings that differ in capitals the first of the file holds.
    pub(super) fn of(&self, commodity: &str, statistic: &str, detail: &str) -> (String, Option<String>) {
        let key = |form: &str| (tidy(commodity), tidy(statistic), form.to_lowercase());
        let form = plain(detail);
        let spelt = |form: &str| self.spellings.get(&key(form)).cloned().unwrap_or_else(|| form.to_owned());
        if !self.totals.contains(&key(&form))
            && let Some((table, _)) = form.split_once(": ")
            && self.totals.contains(&key(table))
        {
            return (spelt(table), Some(form));
        }
        (spelt(&form), None)
    }
}

/// A detail without blanks around it and without `rounded` at its end.
fn plain(detail: &str) -> String {
    let detail = tidy(detail);
    let bare =
        detail.strip_suffix("rounded").map_or(detail.as_str(), |rest| rest.trim_end().trim_end_matches([':', ',']));
    bare.trim_end_matches(',').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_total_share_a_form() {
        let mut forms = Forms::default();
        for (detail, is_total) in [
            ("Mine production: Ilmenite", false),
            ("Mine production: ilmenite, rounded", true),
            ("Mine production: rounded", true),
            ("Mine production: exports", false),
            ("Production—ulexite", false),
        ] {
            forms.add("Ore ", "Production", detail, is_total);
        }
        let of = |detail| forms.of("Ore", "Production", detail);
        assert_eq!(of("Mine production: ilmenite, rounded"), ("Mine production: Ilmenite".to_owned(), None));
        assert_eq!(of("Mine production: rounded"), ("Mine production".to_owned(), None));
        let qualified = ("Mine production".to_owned(), Some("Mine production: exports".to_owned()));
        assert_eq!(of("Mine production: exports"), qualified);
        assert_eq!(of("Production—ulexite"), ("Production—ulexite".to_owned(), None));
    }
}

//! Nearest known names, for messages that help.

/// Up to three of `known` that resemble `found`, best first; empty when nothing comes near.
///
/// Resemblance is the Jaro–Winkler similarity of the lower-case names (crate `strsim`), and a name that
/// contains `found`, or is contained in it, counts as near.
///
/// ```
/// assert_eq!(critmin_core::nearest("galium", ["gallium", "germanium", "zinc"])[0], "gallium");
/// ```
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    const NEAR_ENOUGH: f64 = 0.8;
    const HOW_MANY: usize = 3;
    let found = found.trim().to_lowercase();
    let mut candidates: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (similarity(&found, &name.to_lowercase()), name))
        .filter(|(score, _)| NEAR_ENOUGH <= *score)
        .collect();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    candidates.dedup_by(|a, b| a.1 == b.1);
    candidates.into_iter().take(HOW_MANY).map(|(_, name)| name.to_owned()).collect()
}

fn similarity(found: &str, name: &str) -> f64 {
    const CONTAINS: f64 = 0.9;
    let alike = strsim::jaro_winkler(found, name);
    let is_part = 3 <= found.len() && 3 <= name.len() && (name.contains(found) || found.contains(name));
    if is_part { alike.max(CONTAINS) } else { alike }
}

//! Which rows of the publishers' tables make up the market of a commodity: data, not guesses.

use critmin_core::{CommodityId, MarketRecipe, Stage};

/// The recipe of `commodity` at `stage`, or its first one when no stage is asked for.
pub(crate) fn find_recipe<'a>(
    recipes: &'a [MarketRecipe],
    commodity: &CommodityId,
    stage: Option<Stage>,
) -> Option<&'a MarketRecipe> {
    let is_wanted =
        |recipe: &&MarketRecipe| recipe.commodity == *commodity && stage.is_none_or(|stage| recipe.stage == stage);
    recipes.iter().find(is_wanted)
}

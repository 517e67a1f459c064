//! From an equilibrium to the rows of the outcome.

use critmin_core::Tonnes;

use crate::{
    Band, Consumer, ConsumerOutcome, CoverStatus, Equilibrium, Market, MarketKey, MarketOptions, MarketResult,
    ProducerRow, RestrictedExports, StockCover, StockRule, TimelineRow, depletion, stock_cover,
};

impl MarketResult {
    pub(crate) fn new(market: &Market, options: &MarketOptions, after: &Equilibrium, band: Option<Band>) -> Self {
        Self {
            form: market.form.clone(),
            year: market.year,
            restriction_level: mean_level(market),
            price_ratio: after.price_ratio,
            price_ratio_low: band.map(|band| band.price_ratio_low),
            price_ratio_high: band.and_then(|band| band.price_ratio_high),
            price_ratio_bound: options.price_ratio_bound(market.price_elasticity_of_demand.abs()),
            base_price_usd_per_t: market.price_usd_per_t,
            price_usd_per_t: market.price_usd_per_t.map(|price| price * after.price_ratio),
            base_demand_t: after.base_demand_t,
            quantity_t: after.quantity_t,
            quantity_ratio: after.quantity_ratio,
            shortfall_t: after.shortfall_t,
            shortfall_share: after.shortfall_share,
            shortfall_share_low: band.map(|band| band.shortfall_share_low),
            shortfall_share_high: band.map(|band| band.shortfall_share_high),
            unserved_share: after.unserved_share,
            restricted_supply_t: after.restricted_supply_t,
            lost_supply_t: after.lost_supply_t,
            iterations: after.iterations,
            residual: after.residual,
        }
    }
}

fn exports_t(market: &Market) -> f64 {
    market.restricted.iter().map(|exports| exports.net_exports_t).sum()
}

/// What the restrictions withhold before any leakage \[t/yr\].
fn withheld_t(market: &Market) -> f64 {
    market.restricted.iter().map(|exports| exports.restriction_level * exports.net_exports_t).sum()
}

/// Restriction level over all restricted exports; 0 when there are none.
fn mean_level(market: &Market) -> f64 {
    let exports_t = exports_t(market);
    if exports_t == 0.0 { 0.0 } else { withheld_t(market) / exports_t }
}

/// The restricting countries, then the suppliers outside the restriction in the order of the market.
pub(crate) fn producer_rows(market: &Market, after: &Equilibrium, key: &MarketKey) -> Vec<ProducerRow> {
    let withheld_t = withheld_t(market);
    // Leakage returns through third countries; it is shown with the exporter it comes from, in proportion.
    let lost_share = if withheld_t == 0.0 { 0.0 } else { after.lost_supply_t / withheld_t };
    let restricting = |exports: &RestrictedExports| ProducerRow {
        key: key.clone(),
        country: Some(exports.country.clone()),
        is_restricting: true,
        base_t: exports.net_exports_t,
        post_t: exports.net_exports_t * (1.0 - exports.restriction_level * lost_share),
        capacity_t: None,
        is_at_capacity: false,
    };
    let outside = after.producers.iter().map(|producer| ProducerRow {
        key: key.clone(),
        country: producer.country.clone(),
        is_restricting: false,
        base_t: producer.base_t,
        post_t: producer.post_t,
        capacity_t: producer.capacity_t,
        is_at_capacity: producer.is_at_capacity,
    });
    market.restricted.iter().map(restricting).chain(outside).collect()
}

/// The shortfall of one consumer, the same share as that of the market, and how long its stock covers it.
pub(crate) fn consumer_outcome(
    consumer: &Consumer,
    after: &Equilibrium,
    band: Option<Band>,
    options: &MarketOptions,
    key: &MarketKey,
) -> ConsumerOutcome {
    let short = |share: f64| consumer.consumption_t.map(|consumption| Tonnes(consumption.0 * share));
    let shortfall_t = short(after.shortfall_share);
    // Nothing short is nothing short, whatever the consumption.
    let known = shortfall_t.or_else(|| (after.shortfall_share == 0.0).then_some(Tonnes(0.0)));
    let cover = match options.stocks {
        StockRule::Consumer => stock_cover(consumer.stock_t, known),
        StockRule::None => StockCover { status: CoverStatus::NotAsked, months_of_cover: None },
    };
    ConsumerOutcome {
        key: key.clone(),
        country: consumer.country.clone(),
        consumption_t: consumer.consumption_t,
        shortfall_share: after.shortfall_share,
        shortfall_t,
        shortfall_t_low: band.and_then(|band| short(band.shortfall_share_low)),
        shortfall_t_high: band.and_then(|band| short(band.shortfall_share_high)),
        stock_t: consumer.stock_t,
        cover,
    }
}

/// Month by month, where consumption and stock are known and stocks are asked for.
pub(crate) fn timeline(row: &ConsumerOutcome) -> Vec<TimelineRow> {
    let (Some(stock), Some(consumption), Some(shortfall)) = (row.stock_t, row.consumption_t, row.shortfall_t) else {
        return Vec::new();
    };
    if row.cover.status == CoverStatus::NotAsked {
        return Vec::new();
    }
    let with_consumer = |depletion| TimelineRow {
        commodity: row.key.commodity.clone(),
        stage: row.key.stage,
        scope: row.key.scope.clone(),
        destination: row.key.destination.clone(),
        country: row.country.clone(),
        depletion,
    };
    depletion(stock, consumption, shortfall).into_iter().map(with_consumer).collect()
}

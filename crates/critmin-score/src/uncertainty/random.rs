//! Random numbers that depend on seed, draw and stream alone, and an exponential for whole columns.

use rand_distr::{Distribution, StandardNormal, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Which of two independent sets of draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    A,
    B,
}

/// The generator of one input in one draw.
pub(super) fn generator(seed: u64, draw: usize, stream: usize, sample: Sample) -> Xoshiro256PlusPlus {
    let stream = 2 * stream as u64 + u64::from(sample == Sample::B);
    Xoshiro256PlusPlus::seed_from_u64(mixed(mixed(mixed(seed) ^ draw as u64) ^ stream))
}

/// The finaliser of SplitMix64: neighbouring numbers become unrelated ones.
fn mixed(number: u64) -> u64 {
    let mut state = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Standard normal deviates.
pub(super) fn fill_normal(random: &mut Xoshiro256PlusPlus, out: &mut [f64]) {
    for slot in out {
        *slot = StandardNormal.sample(random);
    }
}

/// Uniform deviates from -1 to 1.
pub(super) fn fill_uniform(random: &mut Xoshiro256PlusPlus, out: &mut [f64]) {
    for slot in out {
        let unit: f64 = StandardUniform.sample(random);
        *slot = 2.0 * unit - 1.0;
    }
}

/// 1/k! for k = 13 down to 0; the next term is below 1e-17 for arguments up to ln 2 / 2.
const TAYLOR: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// `exp(factor * x)` for each `x`, to about one unit in the last place.
///
/// Plain arithmetic that the compiler turns into vector instructions, and the same bits on every machine, which the
/// exponential of the system is not.
pub(super) fn exponentials(factor: f64, column: &mut [f64]) {
    for slot in column {
        *slot = exponential(factor * *slot);
    }
}

#[inline]
fn exponential(x: f64) -> f64 {
    // Adding this leaves an integer in the low bits of the number: no rounding instruction is needed.
    const SHIFTER: f64 = 6_755_399_441_055_744.0;
    // ln 2 in two parts, the first with trailing zeros, so that multiples of it are exact.
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * std::f64::consts::LOG2_E + SHIFTER;
    let whole = shifted - SHIFTER;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let series = TAYLOR.iter().fold(0.0, |sum, term| sum * rest + term);
    series * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_the_exponential() {
        let mut n = 0;
        for step in -70_000..=70_000_i32 {
            let x = f64::from(step) * 0.009_97;
            let relative = exponential(x) / x.exp() - 1.0;
            assert!(relative.abs() < 4.0 * f64::EPSILON, "exp({x}) is off by {relative}");
            n += 1;
        }
        assert!(n == 140_001 && exponential(f64::NAN).is_nan());
    }

    #[test]
    fn streams_are_unrelated_and_repeatable() {
        let column = |seed, draw, stream, sample| {
            let mut column = vec![0.0; 4];
            fill_normal(&mut generator(seed, draw, stream, sample), &mut column);
            column
        };
        let first = column(1, 2, 3, Sample::A);
        assert_eq!(first, column(1, 2, 3, Sample::A));
        for other in [
            column(2, 2, 3, Sample::A),
            column(1, 3, 3, Sample::A),
            column(1, 2, 4, Sample::A),
            column(1, 2, 3, Sample::B),
        ] {
            assert!(first.iter().zip(&other).all(|(a, b)| (a - b).abs() > 0.0));
        }
    }
}

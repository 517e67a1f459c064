//! Dense kernels of the sparse factor: columns one after the other, lower triangles only.

/// Columns that are eliminated before the rest of a front is updated.
const PANEL: usize = 32;
/// Rows and columns of the tile that stays in registers.
const TILE: usize = 4;
/// A pivot below this share of its diagonal entry belongs to a row that others imply.
const DEPENDENT: f64 = 1e-13;
/// What stands in for such a pivot: its unknown becomes zero.
const NO_STEP: f64 = 1e64;

/// Eliminates the first `n_pivots` columns of the symmetric `front` of `size`: they become columns of the factor, and the
/// rest becomes the Schur complement.
pub(super) fn eliminate(front: &mut [f64], size: usize, n_pivots: usize, packed: &mut Vec<f64>) {
    let original: Vec<f64> = (0..n_pivots).map(|column| front[column * size + column]).collect();
    let mut first = 0;
    while first < n_pivots {
        let last = (first + PANEL).min(n_pivots);
        factor_panel(front, size, first, last, &original);
        if last < size {
            pack(front, size, first, last, packed);
            update(front, size, last, last - first, packed);
        }
        first = last;
    }
}

fn factor_panel(front: &mut [f64], size: usize, first: usize, last: usize, original: &[f64]) {
    for column in first..last {
        let (done, from_here) = front.split_at_mut(column * size);
        let current = &mut from_here[column..size];
        for other in first..column {
            let left = &done[other * size + column..(other + 1) * size];
            let factor = left[0];
            for (target, value) in current.iter_mut().zip(left) {
                *target -= factor * value;
            }
        }
        let pivot = current[0];
        let is_dependent = pivot.is_nan() || pivot <= DEPENDENT * original[column] || pivot <= 0.0;
        let root = if is_dependent { NO_STEP } else { pivot.sqrt() };
        current[0] = root;
        for value in &mut current[1..] {
            *value /= root;
        }
    }
}

/// Rows from `last` on of the columns `first..last`, in tiles of rows, so that the update reads memory in order.
fn pack(front: &[f64], size: usize, first: usize, last: usize, packed: &mut Vec<f64>) {
    let width = last - first;
    let n_tiles = (size - last).div_ceil(TILE);
    packed.clear();
    packed.resize(n_tiles * width * TILE, 0.0);
    for column in first..last {
        let rows = &front[column * size + last..(column + 1) * size];
        for (tile, chunk) in rows.chunks(TILE).enumerate() {
            let begin = (tile * width + column - first) * TILE;
            packed[begin..begin + chunk.len()].copy_from_slice(chunk);
        }
    }
}

/// Subtracts the product of the packed panel and its transpose from the lower triangle that begins at `begin`.
fn update(front: &mut [f64], size: usize, begin: usize, width: usize, packed: &[f64]) {
    let tile_length = width * TILE;
    for (column_tile, columns) in packed.chunks_exact(tile_length).enumerate() {
        let n_columns = TILE.min(size - begin - column_tile * TILE);
        for (offset, rows) in packed[column_tile * tile_length..].chunks_exact(tile_length).enumerate() {
            let product = tile(rows, columns);
            let row = begin + (column_tile + offset) * TILE;
            let n_rows = TILE.min(size - row);
            for (within, values) in product.iter().enumerate().take(n_columns) {
                let at = (begin + column_tile * TILE + within) * size + row;
                for (target, value) in front[at..at + n_rows].iter_mut().zip(values) {
                    *target -= value;
                }
            }
        }
    }
}

/// One tile of the product, by column.
#[inline]
fn tile(rows: &[f64], columns: &[f64]) -> [[f64; TILE]; TILE] {
    let mut sums = [[0.0; TILE]; TILE];
    let (rows, _) = rows.as_chunks::<TILE>();
    let (columns, _) = columns.as_chunks::<TILE>();
    for (row, column) in rows.iter().zip(columns) {
        for (sum, weight) in sums.iter_mut().zip(column) {
            for (value, part) in sum.iter_mut().zip(row) {
                *value += weight * part;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_is_the_product_of_its_factor() {
        for (size, n_pivots) in [(1, 1), (7, 3), (70, 45), (66, 66)] {
            let seed = |i: usize, j: usize| f64::from(u32::try_from((i * 31 + j * 17) % 23).unwrap()) / 23.0 - 0.5;
            let factor = |i: usize, j: usize| if i == j { 3.0 } else { seed(i, j) };
            let entry = |i: usize, j: usize| (0..=j).map(|k| factor(i, k) * factor(j, k)).sum::<f64>();
            let mut front = vec![0.0; size * size];
            for column in 0..size {
                for row in column..size {
                    front[column * size + row] = entry(row, column);
                }
            }
            eliminate(&mut front, size, n_pivots, &mut Vec::new());
            for column in 0..size {
                for row in column..size {
                    let rest = || (n_pivots..=column).map(|k| factor(row, k) * factor(column, k)).sum::<f64>();
                    let wanted = if column < n_pivots { factor(row, column) } else { rest() };
                    assert!((front[column * size + row] - wanted).abs() < 1e-9);
                }
            }
        }
    }
}

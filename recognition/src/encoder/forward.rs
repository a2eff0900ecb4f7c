//! The six layers, written once for every machine: [`crate::simd`] compiles them for the one that runs.

use std::array;

use super::{
    Encoder, HEAD, HEADS, HIDDEN, INTERMEDIATE, Layer, Linear, Norm,
    lanes::{MAGIC, ONE, absolute, greater, greatest, inverse, negative, part_above, times, total, two_to_the},
    panels::{GROUP, INPUTS, LANES, Lanes, Multiply, OUTPUTS, Rounding, Row, TILE},
};
use crate::static_table::to_length_one;

/// The vectors of texts by their pieces with their marks. All go through a layer before any goes through the next, so
/// that the weights are fetched once for all.
#[inline(always)]
pub(crate) fn embed<M: Multiply>(encoder: &Encoder, texts: &[Vec<u32>], multiply: M) -> Vec<Vec<f32>> {
    let lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
    let mut states = vec![0.0_f32; lengths.iter().sum::<usize>() * HIDDEN];
    let placed = texts.iter().flat_map(|ids| ids.iter().zip(encoder.positions.chunks_exact(HIDDEN)));
    for (state, (id, position)) in states.chunks_exact_mut(HIDDEN).zip(placed) {
        let at = *id as usize * HIDDEN;
        let (Some(word), Some(scale)) = (encoder.words.get(at..at + HIDDEN), encoder.word_scales.get(*id as usize))
        else {
            continue;
        };
        for ((state, word), position) in state.iter_mut().zip(word).zip(position) {
            *state = f32::from(*word) * scale + position;
        }
        normalise(state, &encoder.norm, multiply);
    }
    let mut room = Room::new(states.len() / HIDDEN);
    for layer in &encoder.layers {
        pass(layer, &mut states, &lengths, &mut room, multiply);
    }
    let mut rest = states.as_slice();
    let mut means = Vec::with_capacity(texts.len());
    for length in lengths {
        let (own, behind) = rest.split_at(length * HIDDEN);
        rest = behind;
        let mut mean = vec![0.0_f32; HIDDEN];
        for state in own.chunks_exact(HIDDEN) {
            for (mean, state) in mean.iter_mut().zip(state) {
                *mean += state;
            }
        }
        to_length_one(&mut mean);
        means.push(mean);
    }
    means
}

/// Where intermediate results stand; made once for all layers.
struct Room {
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    wide: Vec<f32>,
    narrow: Vec<f32>,
    rounded: Rounded,
}

impl Room {
    fn new(positions: usize) -> Self {
        let hidden = || vec![0.0; positions * HIDDEN];
        Self {
            query: hidden(),
            key: hidden(),
            value: hidden(),
            wide: vec![0.0; positions * INTERMEDIATE],
            narrow: hidden(),
            rounded: Rounded::default(),
        }
    }
}

#[inline(always)]
fn pass<M: Multiply>(layer: &Layer, states: &mut [f32], lengths: &[usize], room: &mut Room, multiply: M) {
    let rounded = &mut room.rounded;
    rounded.take(states, HIDDEN);
    product(&layer.query, rounded, &mut room.query, multiply);
    product(&layer.key, rounded, &mut room.key, multiply);
    product(&layer.value, rounded, &mut room.value, multiply);
    let mut from = 0;
    for length in lengths {
        let own = from..from + length * HIDDEN;
        attend(
            &room.query[own.clone()],
            &room.key[own.clone()],
            &room.value[own.clone()],
            &mut room.narrow[own.clone()],
            multiply,
        );
        from = own.end;
    }
    rounded.take(&room.narrow, HIDDEN);
    product(&layer.attended, rounded, &mut room.query, multiply);
    add_and_normalise(states, &room.query, &layer.attended_norm, multiply);
    rounded.take(states, HIDDEN);
    product(&layer.widen, rounded, &mut room.wide, multiply);
    for part in room.wide.as_chunks_mut::<LANES>().0 {
        *part = gelu(*part, multiply);
    }
    rounded.take(&room.wide, INTERMEDIATE);
    product(&layer.narrow, rounded, &mut room.narrow, multiply);
    add_and_normalise(states, &room.narrow, &layer.narrow_norm, multiply);
}

/// Rows of inputs, rounded to eight bits group by group.
#[derive(Default)]
struct Rounded {
    width: usize,
    rows: Vec<i8>,
    /// One for each group of each row.
    groups: Vec<Rounding>,
}

impl Rounded {
    #[inline(always)]
    fn take(&mut self, states: &[f32], width: usize) {
        self.width = width;
        self.rows.resize(states.len(), 0);
        self.groups.clear();
        for (rows, state) in self.rows.as_chunks_mut::<GROUP>().0.iter_mut().zip(states.as_chunks::<GROUP>().0) {
            let largest = largest(state).max(1e-12);
            let inverse = 127.0 / largest;
            for (row, x) in rows.iter_mut().zip(state) {
                *row = round(*x * inverse);
            }
            let mut sums = [0_i16; LANES];
            for part in rows.as_chunks::<LANES>().0 {
                for (sum, row) in sums.iter_mut().zip(part) {
                    *sum += i16::from(*row);
                }
            }
            let sum: i32 = sums.iter().map(|sum| i32::from(*sum)).sum();
            self.groups.push(Rounding { step: largest / 127.0, excess: 128 * sum });
        }
    }
}

#[inline(always)]
fn largest(state: &[f32; GROUP]) -> f32 {
    let mut lanes = [0.0; LANES];
    for part in state.as_chunks().0 {
        lanes = greater(lanes, absolute(*part));
    }
    greatest(lanes)
}

/// Nearest whole number, of |x| ≤ 127, by the machine's own rounding.
#[inline(always)]
fn round(x: f32) -> i8 {
    ((x + MAGIC).to_bits() as i32 - MAGIC.to_bits() as i32) as i8
}

/// `out = inputs · weights + bias`, row by row.
#[inline(always)]
fn product<M: Multiply>(linear: &Linear, rounded: &Rounded, out: &mut [f32], multiply: M) {
    let (fours, groups) = (rounded.width / INPUTS, rounded.width / GROUP);
    let count = rounded.rows.len() / rounded.width;
    let inputs: &[[i8; INPUTS]] = rounded.rows.as_chunks().0;
    let own = inputs.chunks_exact(fours).zip(rounded.groups.chunks_exact(groups));
    let mut rows: Vec<Row<'_>> = own.map(|(inputs, roundings)| Row { inputs, roundings }).collect();
    // Behind the last row it is multiplied again, and the result is not used.
    rows.resize(count.next_multiple_of(TILE), rows[count - 1]);
    in_tiles::<TILE, M>(linear, &rows, out, multiply);
}

/// Rows times a matrix, so many at a time.
#[inline(always)]
fn in_tiles<const ROWS: usize, M: Multiply>(linear: &Linear, rows: &[Row<'_>], out: &mut [f32], multiply: M) {
    let outputs = linear.bias.len();
    let panels = linear.weights.panels().zip(linear.scales.as_chunks::<OUTPUTS>().0);
    for (number, ((panel, scales), bias)) in panels.zip(linear.bias.as_chunks::<OUTPUTS>().0).enumerate() {
        let tiles = rows.as_chunks::<ROWS>().0.iter().zip(out.chunks_mut(ROWS * outputs));
        for (rows, out) in tiles {
            let products = multiply.tile(panel, rows);
            for (products, out) in products.iter().zip(out.chunks_exact_mut(outputs)) {
                let Some(out) = out[number * OUTPUTS..].first_chunk_mut::<OUTPUTS>() else { continue };
                for at in 0..OUTPUTS / LANES {
                    out.as_chunks_mut().0[at] = multiply.multiply_add(
                        products.as_chunks().0[at],
                        scales.as_chunks().0[at],
                        bias.as_chunks().0[at],
                    );
                }
            }
        }
    }
}

/// One row of inputs times a matrix.
#[inline(always)]
pub(crate) fn multiply<M: Multiply>(linear: &Linear, inputs: &[f32], out: &mut [f32], multiply: M) {
    if inputs.is_empty() {
        return;
    }
    let mut rounded = Rounded::default();
    rounded.take(inputs, inputs.len());
    let row = Row { inputs: rounded.rows.as_chunks().0, roundings: &rounded.groups };
    in_tiles::<1, M>(linear, &[row], out, multiply);
}

/// Positions that attend together: what one alone would wait for, the others use.
const TOGETHER: usize = 4;

/// Every position takes from all, by how well its query meets their keys (Vaswani et al. 2017).
#[inline(always)]
fn attend<M: Multiply>(query: &[f32], key: &[f32], value: &[f32], out: &mut [f32], multiply: M) {
    let count = query.len() / HIDDEN;
    let width = count.next_multiple_of(LANES);
    let mut keys = vec![[0.0_f32; LANES]; HEAD * width / LANES];
    let mut weights = vec![[0.0_f32; LANES]; TOGETHER * width / LANES];
    for head in 0..HEADS {
        let from = head * HEAD;
        for (at, key) in key.chunks_exact(HIDDEN).enumerate() {
            // Lanes are positions: part by part, dimension by dimension.
            let part = &mut keys[at / LANES * HEAD..][..HEAD];
            for (lanes, k) in part.iter_mut().zip(&key[from..from + HEAD]) {
                lanes[at % LANES] = *k;
            }
        }
        for first in (0..count).step_by(TOGETHER) {
            // Behind the last position it attends again, and the result is not used.
            let at = |number: usize| (first + number).min(count - 1) * HIDDEN + from;
            let queries: [&[f32]; TOGETHER] = array::from_fn(|number| &query[at(number)..][..HEAD]);
            for (part, keys) in keys.chunks_exact(HEAD).enumerate() {
                let mut sums = [[0.0; LANES]; TOGETHER];
                for (d, keys) in keys.iter().enumerate() {
                    for at in 0..TOGETHER {
                        sums[at] = multiply.multiply_add([queries[at][d]; LANES], *keys, sums[at]);
                    }
                }
                for (at, sums) in sums.into_iter().enumerate() {
                    weights[at * width / LANES + part] = sums;
                }
            }
            for weights in weights.chunks_exact_mut(width / LANES) {
                weights.as_flattened_mut()[count..].fill(f32::MIN);
                to_shares(weights, multiply);
            }
            let shares = weights.as_flattened();
            let mut taken = [[[0.0; LANES]; HEAD / LANES]; TOGETHER];
            for (position, value) in value.chunks_exact(HIDDEN).enumerate() {
                let parts = value[from..from + HEAD].as_chunks().0;
                for at in 0..TOGETHER {
                    let share = [shares[at * width + position]; LANES];
                    for part in 0..HEAD / LANES {
                        taken[at][part] = multiply.multiply_add(share, parts[part], taken[at][part]);
                    }
                }
            }
            for (number, taken) in taken.iter().enumerate() {
                out[at(number)..][..HEAD].copy_from_slice(taken.as_flattened());
            }
        }
    }
}

/// Softmax of weights over √[`HEAD`].
#[inline(always)]
fn to_shares<M: Multiply>(weights: &mut [Lanes], multiply: M) {
    let scale = 1.0 / (HEAD as f32).sqrt();
    let mut tops = [f32::MIN; LANES];
    for part in weights.iter() {
        tops = greater(tops, *part);
    }
    let top = [-greatest(tops) * scale; LANES];
    let mut sums = [0.0; LANES];
    for part in weights.iter_mut() {
        *part = exp(multiply.multiply_add(*part, [scale; LANES], top), multiply);
        sums = multiply.multiply_add(*part, ONE, sums);
    }
    let inverse = [1.0 / total(sums); LANES];
    for part in weights {
        *part = times(*part, inverse);
    }
}

#[inline(always)]
fn add_and_normalise<M: Multiply>(states: &mut [f32], added: &[f32], norm: &Norm, multiply: M) {
    for (state, added) in states.chunks_exact_mut(HIDDEN).zip(added.chunks_exact(HIDDEN)) {
        for (state, added) in state.iter_mut().zip(added) {
            *state += added;
        }
        normalise(state, norm, multiply);
    }
}

/// Layer normalisation (Ba, Kiros, Hinton 2016). The variance of real states is far above the file's epsilon of 1e-12.
#[inline(always)]
fn normalise<M: Multiply>(state: &mut [f32], norm: &Norm, multiply: M) {
    let state: &mut [Lanes] = state.as_chunks_mut().0;
    let mut sums = [0.0; LANES];
    for part in state.iter() {
        sums = multiply.multiply_add(*part, ONE, sums);
    }
    let away = [-total(sums) / HIDDEN as f32; LANES];
    let mut squares = [0.0; LANES];
    for part in state.iter_mut() {
        *part = multiply.multiply_add(*part, ONE, away);
        squares = multiply.multiply_add(*part, *part, squares);
    }
    let inverse = [1.0 / (total(squares) / HIDDEN as f32 + 1e-12).sqrt(); LANES];
    for ((part, gamma), beta) in state.iter_mut().zip(norm.gamma.as_chunks().0).zip(norm.beta.as_chunks().0) {
        *part = multiply.multiply_add(times(*part, inverse), *gamma, *beta);
    }
}

/// x · Φ(x), with the error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
#[inline(always)]
fn gelu<M: Multiply>(x: Lanes, multiply: M) -> Lanes {
    let z = times(absolute(x), [std::f32::consts::FRAC_1_SQRT_2; LANES]);
    let t = inverse(multiply.multiply_add([0.327_591_1; LANES], z, ONE));
    let mut series = [1.061_405_4; LANES];
    for term in [-1.453_152, 1.421_413_7, -0.284_496_7, 0.254_829_6, 0.0] {
        series = multiply.multiply_add(t, series, [term; LANES]);
    }
    let powers = exp(times(negative(z), z), multiply);
    let tail = times(times(series, [0.5; LANES]), powers);
    // Of a number above nothing all but the tail, of one below the tail.
    times(x, part_above(x, tail))
}

/// e^x to 1e-6 for x ≤ 0; below −87 it is as good as nothing. Split into 2^whole · 2^part, the part by its series.
#[inline(always)]
fn exp<M: Multiply>(x: Lanes, multiply: M) -> Lanes {
    let powers = times(greater(x, [-87.0; LANES]), [std::f32::consts::LOG2_E; LANES]);
    let shifted = multiply.multiply_add(powers, ONE, [MAGIC; LANES]);
    let whole = multiply.multiply_add(shifted, ONE, [-MAGIC; LANES]);
    let part = times(multiply.multiply_add(negative(whole), ONE, powers), [std::f32::consts::LN_2; LANES]);
    let mut series = [1.0 / 720.0; LANES];
    for term in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = multiply.multiply_add(part, series, [term; LANES]);
    }
    times(series, two_to_the(shifted))
}

#[cfg(test)]
mod tests {
    use super::{super::panels::Plain, *};

    #[test]
    fn short_cuts_are_near_the_truth() {
        for step in -2000_i16..=2000 {
            let x = f32::from(step) / 100.0;
            if x <= 0.0 {
                assert!((exp([x; LANES], Plain)[0] - x.exp()).abs() < 1e-6, "exp({x})");
            }
            let z = f64::from(x);
            // The logistic curve is a poor Φ; tanh with the cubic term is within 5e-4 of the true one.
            let near = 0.5 * z * (1.0 + (0.797_884_6 * (z + 0.044_715 * z.powi(3))).tanh());
            assert!((f64::from(gelu([x; LANES], Plain)[0]) - near).abs() < 1e-3, "gelu({x})");
        }
        for (x, right) in [(1.4, 1), (-1.6, -2), (127.0, 127), (-127.0, -127), (0.0, 0)] {
            assert_eq!(round(x), right);
        }
    }
}

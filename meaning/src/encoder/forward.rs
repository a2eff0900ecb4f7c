//! The six layers, written once for every machine: [`crate::machine`] compiles them for the one that runs.

use super::{
    Encoder, HEAD, HEADS, HIDDEN, INTERMEDIATE, Layer, Linear, Norm,
    panels::{Block, GROUP, INPUTS, Multiply, OUTPUTS, Rounding, Row, TILE},
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
        normalise(state, &encoder.norm);
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
    add_and_normalise(states, &room.query, &layer.attended_norm);
    rounded.take(states, HIDDEN);
    product(&layer.widen, rounded, &mut room.wide, multiply);
    for x in &mut room.wide {
        *x = gelu(*x, multiply);
    }
    rounded.take(&room.wide, INTERMEDIATE);
    product(&layer.narrow, rounded, &mut room.narrow, multiply);
    add_and_normalise(states, &room.narrow, &layer.narrow_norm);
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
            let mut sum = 0_i32;
            for row in rows {
                sum += i32::from(*row);
            }
            self.groups.push(Rounding { step: largest / 127.0, excess: 128 * sum });
        }
    }
}

#[inline(always)]
fn largest(state: &[f32; GROUP]) -> f32 {
    let mut strands = [0.0_f32; STRANDS];
    for part in state.as_chunks::<STRANDS>().0 {
        for (strand, x) in strands.iter_mut().zip(part) {
            *strand = greater(*strand, x.abs());
        }
    }
    folded(strands, greater)
}

/// Added and taken away again, it leaves a whole number: its own last digit is one.
const MAGIC: f32 = 12_582_912.0;

/// Nearest whole number, of |x| ≤ 127, by the machine's own rounding.
#[inline(always)]
fn round(x: f32) -> i8 {
    ((x + MAGIC).to_bits() as i32 - MAGIC.to_bits() as i32) as i8
}

/// `out = inputs · weights + bias`, row by row.
#[inline(always)]
fn product<M: Multiply>(linear: &Linear, rounded: &Rounded, out: &mut [f32], multiply: M) {
    let panels = linear.weights.panels().zip(linear.scales.as_chunks::<OUTPUTS>().0);
    let count = rounded.rows.len() / rounded.width;
    for (number, ((panel, scales), bias)) in panels.zip(linear.bias.as_chunks::<OUTPUTS>().0).enumerate() {
        let mut to = Columns { out, outputs: linear.bias.len(), from: number * OUTPUTS, scales, bias };
        let whole = count - count % TILE;
        for from in (0..whole).step_by(TILE) {
            multiplied::<TILE, M>(panel, rounded, from, &mut to, multiply);
        }
        match count - whole {
            1 => multiplied::<1, M>(panel, rounded, whole, &mut to, multiply),
            2 => multiplied::<2, M>(panel, rounded, whole, &mut to, multiply),
            3 => multiplied::<3, M>(panel, rounded, whole, &mut to, multiply),
            4 => multiplied::<4, M>(panel, rounded, whole, &mut to, multiply),
            5 => multiplied::<5, M>(panel, rounded, whole, &mut to, multiply),
            _ => {}
        }
    }
}

/// Where the products with a panel belong.
struct Columns<'a> {
    out: &'a mut [f32],
    /// Numbers in a row of `out`.
    outputs: usize,
    /// The panel's first column.
    from: usize,
    scales: &'a [f32; OUTPUTS],
    bias: &'a [f32; OUTPUTS],
}

/// The products of a panel with `ROWS` rows.
#[inline(always)]
fn multiplied<const ROWS: usize, M: Multiply>(
    panel: &[Block],
    rounded: &Rounded,
    from: usize,
    to: &mut Columns<'_>,
    multiply: M,
) {
    let (fours, groups) = (rounded.width / INPUTS, rounded.width / GROUP);
    let inputs: &[[i8; INPUTS]] = rounded.rows.as_chunks().0;
    let rows = std::array::from_fn(|at| Row {
        inputs: &inputs[(from + at) * fours..][..fours],
        roundings: &rounded.groups[(from + at) * groups..][..groups],
    });
    let products = multiply.tile::<ROWS>(panel, rows);
    for (row, products) in products.iter().enumerate() {
        let out = &mut to.out[(from + row) * to.outputs + to.from..][..OUTPUTS];
        for at in 0..OUTPUTS {
            out[at] = multiply.plus(products[at], to.scales[at], to.bias[at]);
        }
    }
}

/// Queries that are answered together: what is read of keys and values serves all of them.
const QUERIES: usize = 4;

/// Every position takes from all, by how well its query meets their keys (Vaswani et al. 2017).
#[inline(always)]
fn attend<M: Multiply>(query: &[f32], key: &[f32], value: &[f32], out: &mut [f32], multiply: M) {
    let count = query.len() / HIDDEN;
    let width = count.next_multiple_of(STRANDS);
    // Sixteen keys side by side, number by number.
    let mut keys = vec![[0.0_f32; STRANDS]; HEAD * width / STRANDS];
    let mut weights = vec![[0.0_f32; STRANDS]; QUERIES * width / STRANDS];
    for head in 0..HEADS {
        let from = head * HEAD;
        for (at, key) in key.chunks_exact(HIDDEN).enumerate() {
            for (d, k) in key[from..from + HEAD].iter().enumerate() {
                keys[at / STRANDS * HEAD + d][at % STRANDS] = *k;
            }
        }
        for first in (0..count).step_by(QUERIES) {
            // Behind the last query it is answered again, and the answer is written once.
            let place = |at: usize| (first + at).min(count - 1) * HIDDEN + from;
            let queries: [&[f32]; QUERIES] = std::array::from_fn(|at| &query[place(at)..][..HEAD]);
            meet(queries, &keys, &mut weights, multiply);
            for weights in weights.chunks_exact_mut(width / STRANDS) {
                for behind in count..width {
                    weights[behind / STRANDS][behind % STRANDS] = f32::MIN;
                }
                to_shares(weights, multiply);
            }
            let taken = take(&weights, &value[from..], count, multiply);
            for (at, taken) in taken.iter().enumerate() {
                out[place(at)..][..HEAD].copy_from_slice(taken);
            }
        }
    }
}

/// How well queries meet keys; `weights` gets all of the first query, then all of the next.
#[inline(always)]
fn meet<M: Multiply>(
    queries: [&[f32]; QUERIES],
    keys: &[[f32; STRANDS]],
    weights: &mut [[f32; STRANDS]],
    multiply: M,
) {
    let blocks = keys.len() / HEAD;
    for (block, keys) in keys.chunks_exact(HEAD).enumerate() {
        let mut sums = [[0.0_f32; STRANDS]; QUERIES];
        for (d, keys) in keys.iter().enumerate() {
            for (sum, query) in sums.iter_mut().zip(queries) {
                for (sum, k) in sum.iter_mut().zip(keys) {
                    *sum = multiply.plus(query[d], *k, *sum);
                }
            }
        }
        for (at, sum) in sums.into_iter().enumerate() {
            weights[at * blocks + block] = sum;
        }
    }
}

/// What queries take of the first `count` values; a value stands every [`HIDDEN`] numbers.
#[inline(always)]
fn take<M: Multiply>(
    weights: &[[f32; STRANDS]],
    values: &[f32],
    count: usize,
    multiply: M,
) -> [[f32; HEAD]; QUERIES] {
    let weights = weights.as_flattened();
    let width = weights.len() / QUERIES;
    let mut taken = [[0.0_f32; HEAD]; QUERIES];
    for (at, value) in values.chunks(HIDDEN).take(count).enumerate() {
        for (number, taken) in taken.iter_mut().enumerate() {
            let weight = weights[number * width + at];
            for (taken, v) in taken.iter_mut().zip(&value[..HEAD]) {
                *taken = multiply.plus(weight, *v, *taken);
            }
        }
    }
    taken
}

/// Softmax of weights over √[`HEAD`].
#[inline(always)]
fn to_shares<M: Multiply>(weights: &mut [[f32; STRANDS]], multiply: M) {
    let scale = 1.0 / (HEAD as f32).sqrt();
    let mut tops = [f32::MIN; STRANDS];
    for part in weights.iter() {
        for (top, weight) in tops.iter_mut().zip(part) {
            *top = greater(*top, *weight);
        }
    }
    let top = folded(tops, greater);
    let mut sums = [0.0_f32; STRANDS];
    for part in weights.iter_mut() {
        for (weight, sum) in part.iter_mut().zip(&mut sums) {
            *weight = exp((*weight - top) * scale, multiply);
            *sum += *weight;
        }
    }
    let inverse = 1.0 / total(sums);
    for part in weights {
        for weight in part {
            *weight *= inverse;
        }
    }
}

#[inline(always)]
fn add_and_normalise(states: &mut [f32], added: &[f32], norm: &Norm) {
    for (state, added) in states.chunks_exact_mut(HIDDEN).zip(added.chunks_exact(HIDDEN)) {
        for (state, added) in state.iter_mut().zip(added) {
            *state += added;
        }
        normalise(state, norm);
    }
}

/// Layer normalisation (Ba, Kiros, Hinton 2016). The variance of real states is far above the file's epsilon of 1e-12.
#[inline(always)]
fn normalise(state: &mut [f32], norm: &Norm) {
    let mut sums = [0.0_f32; STRANDS];
    for part in state.as_chunks::<STRANDS>().0 {
        for (sum, x) in sums.iter_mut().zip(part) {
            *sum += x;
        }
    }
    let mean = total(sums) / HIDDEN as f32;
    let mut squares = [0.0_f32; STRANDS];
    for part in state.as_chunks::<STRANDS>().0 {
        for (square, x) in squares.iter_mut().zip(part) {
            *square += (x - mean) * (x - mean);
        }
    }
    let inverse = 1.0 / (total(squares) / HIDDEN as f32 + 1e-12).sqrt();
    for ((x, gamma), beta) in state.iter_mut().zip(&norm.gamma).zip(&norm.beta) {
        *x = (*x - mean) * inverse * gamma + beta;
    }
}

/// Sums run in so many strands, so that whole registers add.
const STRANDS: usize = 16;

#[inline(always)]
fn total(strands: [f32; STRANDS]) -> f32 {
    folded(strands, |a, b| a + b)
}

/// All strands in one, by halves.
#[inline(always)]
fn folded(mut strands: [f32; STRANDS], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = STRANDS / 2;
    while half > 0 {
        for at in 0..half {
            strands[at] = join(strands[at], strands[at + half]);
        }
        half /= 2;
    }
    strands[0]
}

/// As `max`, without its care for what is no number.
#[inline(always)]
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// x · Φ(x), with the error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
#[inline(always)]
fn gelu<M: Multiply>(x: f32, multiply: M) -> f32 {
    let plus = |a, b, sum| multiply.plus(a, b, sum);
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / plus(0.327_591_1, z, 1.0);
    let series = plus(t, plus(t, plus(t, plus(t, 1.061_405_4, -1.453_152), 1.421_413_7), -0.284_496_7), 0.254_829_6);
    let tail = 0.5 * t * series * exp(-z * z, multiply);
    x * if x > 0.0 { 1.0 - tail } else { tail }
}

/// e^x to 1e-6 for x ≤ 0; below −87 it is as good as nothing. Split into 2^whole · 2^part, the part by its series.
#[inline(always)]
fn exp<M: Multiply>(x: f32, multiply: M) -> f32 {
    let plus = |a, b, sum| multiply.plus(a, b, sum);
    let powers = if x > -87.0 { x } else { -87.0 } * std::f32::consts::LOG2_E;
    let shifted = powers + MAGIC;
    let part = (powers - (shifted - MAGIC)) * std::f32::consts::LN_2;
    let cubic = plus(part, plus(part, plus(part, 1.0 / 720.0, 1.0 / 120.0), 1.0 / 24.0), 1.0 / 6.0);
    let series = plus(part, plus(part, plus(part, cubic, 0.5), 1.0), 1.0);
    let whole = shifted.to_bits() as i32 - MAGIC.to_bits() as i32;
    series * f32::from_bits(((whole + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::Plain;

    #[test]
    fn short_cuts_are_near_the_truth() {
        for step in -2000_i16..=2000 {
            let x = f32::from(step) / 100.0;
            if x <= 0.0 {
                assert!((exp(x, Plain) - x.exp()).abs() < 1e-6, "exp({x})");
            }
            let z = f64::from(x);
            // The logistic curve is a poor Φ; tanh with the cubic term is within 5e-4 of the true one.
            let near = 0.5 * z * (1.0 + (0.797_884_6 * (z + 0.044_715 * z.powi(3))).tanh());
            assert!((f64::from(gelu(x, Plain)) - near).abs() < 1e-3, "gelu({x})");
        }
        for (x, right) in [(1.4, 1), (-1.6, -2), (127.0, 127), (-127.0, -127), (0.0, 0)] {
            assert_eq!(round(x), right);
        }
    }
}

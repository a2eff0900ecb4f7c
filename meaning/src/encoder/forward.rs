//! The six layers, written once for every machine: [`crate::machine`] compiles them for the one that runs.

use super::{
    Encoder, HIDDEN, INTERMEDIATE, Layer, Linear, Norm,
    attention::attend,
    curves::{MAGIC, STRANDS, folded, gelu, greater, total},
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

/// One row of inputs times a matrix.
#[inline(always)]
pub(crate) fn multiply<M: Multiply>(linear: &Linear, inputs: &[f32], out: &mut [f32], multiply: M) {
    if inputs.is_empty() {
        return;
    }
    let mut rounded = Rounded::default();
    rounded.take(inputs, inputs.len());
    product(linear, &rounded, out, multiply);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rounded_is_the_nearest() {
        for (x, right) in [(1.4, 1), (-1.6, -2), (127.0, 127), (-127.0, -127), (0.0, 0)] {
            assert_eq!(round(x), right);
        }
    }
}

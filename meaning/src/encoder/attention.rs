//! Every position takes from all others what it asks for.

use super::{
    HEAD, HEADS, HIDDEN,
    curves::{STRANDS, exp, folded, greater, total},
    panels::Multiply,
};

/// Queries that are answered together: what is read of keys and values serves all of them.
const QUERIES: usize = 4;

/// Every position takes from all, by how well its query meets their keys (Vaswani et al. 2017).
#[inline(always)]
pub(super) fn attend<M: Multiply>(query: &[f32], key: &[f32], value: &[f32], out: &mut [f32], multiply: M) {
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
fn meet<M: Multiply>(queries: [&[f32]; QUERIES], keys: &[[f32; STRANDS]], weights: &mut [[f32; STRANDS]], multiply: M) {
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
fn take<M: Multiply>(weights: &[[f32; STRANDS]], values: &[f32], count: usize, multiply: M) -> [[f32; HEAD]; QUERIES] {
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

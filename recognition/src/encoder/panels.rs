//! Weights of eight bits in the order in which registers take them.
//!
//! Thirty-two outputs make a panel; for every four inputs it holds four weights of each output, 128 bytes: what two
//! instructions of a machine with dot products of bytes multiply by four inputs.
//!
//! Invariants
//! - All ways of multiplying give the same whole numbers within a group of inputs.

/// Outputs of a panel.
pub(crate) const OUTPUTS: usize = 32;
/// Inputs that are taken at once.
pub(crate) const INPUTS: usize = 4;
/// Bytes of a panel for [`INPUTS`] inputs.
pub(super) const BLOCK: usize = OUTPUTS * INPUTS;

/// A block of weights, each plus 128, so that the bytes have no sign: output by output, four inputs each.
pub(crate) type Block = [u8; BLOCK];

/// A matrix in panels.
#[derive(Clone, Debug)]
pub(super) struct Panels {
    pub(super) inputs: usize,
    pub(super) blocks: Vec<Block>,
}

impl Panels {
    /// Reorders weights that stand output by output. Outputs must divide by 32 and inputs by 4, as those of the encoder do.
    pub(super) fn of(weights: &[i8], inputs: usize) -> Self {
        let mut blocks = Vec::with_capacity(weights.len() / BLOCK);
        for panel in weights.chunks_exact(inputs * OUTPUTS) {
            for from in (0..inputs).step_by(INPUTS) {
                let weight = |at: usize| panel[at / INPUTS * inputs + from + at % INPUTS];
                blocks.push(std::array::from_fn(|at| (weight(at) as u8) ^ 0x80));
            }
        }
        Self { inputs, blocks }
    }

    /// Room for [`OUTPUTS`] more; they weigh nothing yet.
    pub(super) fn add_panel(&mut self) {
        self.blocks.extend(std::iter::repeat_n([0x80; BLOCK], self.inputs / INPUTS));
    }

    /// Sets the weights of an output.
    pub(super) fn set(&mut self, output: usize, weights: &[i8]) {
        let from = output / OUTPUTS * (self.inputs / INPUTS);
        for (block, four) in self.blocks[from..].iter_mut().zip(weights.chunks_exact(INPUTS)) {
            let place = &mut block[output % OUTPUTS * INPUTS..][..INPUTS];
            place.iter_mut().zip(four).for_each(|(place, weight)| *place = (*weight as u8) ^ 0x80);
        }
    }

    /// The blocks of each panel.
    pub(super) fn panels(&self) -> impl Iterator<Item = &[Block]> {
        self.blocks.chunks_exact(self.inputs / INPUTS)
    }
}

/// Positions of a message that are multiplied together: with two registers each, as many sums as a machine can begin
/// before the first is done.
pub(crate) const TILE: usize = 6;

/// Inputs that are rounded by the largest value among them: one that stands out costs its group alone.
pub(super) const GROUP: usize = 64;

/// Blocks of a panel for a group of inputs.
pub(crate) const BLOCKS: usize = GROUP / INPUTS;

/// How a group of inputs was rounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounding {
    /// What a step stands for.
    pub(crate) step: f32,
    /// 128 × the sum of the rounded: what weights that count 128 too much add to every product.
    pub(crate) excess: i32,
}

/// A row of inputs, rounded group by group.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) inputs: &'a [[i8; INPUTS]],
    pub(crate) roundings: &'a [Rounding],
}

/// Products by position, then by output.
pub(crate) type Products<const ROWS: usize> = [[f32; OUTPUTS]; ROWS];

/// Numbers that go through the layers side by side: as many as the widest register holds.
pub(crate) const LANES: usize = 16;
pub(crate) type Lanes = [f32; LANES];

/// What machines do differently.
pub(crate) trait Multiply: Copy {
    /// a · b + c lane by lane, in one step where the machine has one.
    fn multiply_add(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes;

    /// A panel multiplied by at most [`TILE`] rows: the products, in the inputs' own scale and in steps of the weights.
    fn tile<const ROWS: usize>(self, panel: &[Block], rows: &[Row<'_>; ROWS]) -> Products<ROWS>;
}

/// Plain Rust: for every machine.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

impl Multiply for Plain {
    #[inline(always)]
    fn multiply_add(self, a: Lanes, b: Lanes, mut c: Lanes) -> Lanes {
        for at in 0..LANES {
            c[at] += a[at] * b[at];
        }
        c
    }

    #[inline(always)]
    fn tile<const ROWS: usize>(self, panel: &[Block], rows: &[Row<'_>; ROWS]) -> Products<ROWS> {
        let mut products = [[0.0_f32; OUTPUTS]; ROWS];
        for (group, blocks) in panel.chunks_exact(BLOCKS).enumerate() {
            for (row, products) in rows.iter().zip(&mut products) {
                let mut sums = [0_i32; OUTPUTS];
                for (block, four) in blocks.iter().zip(&row.inputs[group * BLOCKS..]) {
                    let x = four.map(i32::from);
                    for (sum, weights) in sums.iter_mut().zip(block.as_chunks::<INPUTS>().0) {
                        let w = weights.map(i32::from);
                        *sum += (x[0] * w[0] + x[1] * w[1]) + (x[2] * w[2] + x[3] * w[3]);
                    }
                }
                let Rounding { step, excess } = row.roundings[group];
                for (product, sum) in products.iter_mut().zip(sums) {
                    *product += (sum - excess) as f32 * step;
                }
            }
        }
        products
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_multiply_like_the_matrix() {
        let (outputs, inputs) = (64, 2 * GROUP);
        let weights: Vec<i8> = (0..outputs * inputs).map(|at| ((at * 37 + 11) % 255) as u8 as i8).collect();
        let row: Vec<i8> = (0..inputs).map(|at| ((at * 91 + 3) % 255) as u8 as i8).collect();
        let roundings: Vec<Rounding> = row
            .chunks_exact(GROUP)
            .map(|group| Rounding { step: 0.5, excess: 128 * group.iter().map(|x| i32::from(*x)).sum::<i32>() })
            .collect();
        let panels = Panels::of(&weights, inputs);
        for (number, panel) in panels.panels().enumerate() {
            let products = Plain.tile(panel, &[Row { inputs: row.as_chunks().0, roundings: &roundings }; TILE]);
            for (output, product) in products[0].iter().enumerate() {
                let from = (number * OUTPUTS + output) * inputs;
                let right: i32 =
                    weights[from..from + inputs].iter().zip(&row).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum();
                assert!((product - 0.5 * right as f32).abs() < 0.5, "{product} {right}");
            }
        }
    }
}

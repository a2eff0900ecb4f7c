//! Weights of eight bits in the order in which registers take them.
//!
//! Thirty-two outputs make a panel; for every four inputs it holds four weights of each output, 128 bytes: what two
//! instructions of a machine with dot products of bytes multiply by four inputs.
//!
//! Invariants
//! - All ways of multiplying give the same whole numbers.

/// Outputs of a panel.
pub(crate) const OUTPUTS: usize = 32;
/// Inputs that are taken at once.
pub(crate) const INPUTS: usize = 4;
/// Bytes of a panel for [`INPUTS`] inputs.
pub(super) const BLOCK: usize = OUTPUTS * INPUTS;

/// A block of weights, each plus 128, so that the bytes have no sign: output by output, four inputs each.
pub(crate) type Block = [u8; BLOCK];

/// A matrix in panels.
#[derive(Debug)]
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

    /// The blocks of each panel.
    pub(super) fn panels(&self) -> impl Iterator<Item = &[Block]> {
        self.blocks.chunks_exact(self.inputs / INPUTS)
    }
}

/// Positions of a message that are multiplied together.
pub(crate) const TILE: usize = 4;

/// Sums of products: by position, then by output.
pub(crate) type Sums = [[i32; OUTPUTS]; TILE];

/// Multiplies blocks of one panel by [`TILE`] rows of as many inputs. Weights count 128 too much each.
pub(crate) trait Multiply: Copy {
    /// Adds up the products.
    fn tile(self, blocks: &[Block], rows: [&[[i8; INPUTS]]; TILE]) -> Sums;
}

/// Plain Rust: for every machine.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

impl Multiply for Plain {
    #[inline(always)]
    fn tile(self, blocks: &[Block], rows: [&[[i8; INPUTS]]; TILE]) -> Sums {
        let mut sums = [[0_i32; OUTPUTS]; TILE];
        for (at, block) in blocks.iter().enumerate() {
            let mut weights = [[0_i32; OUTPUTS]; INPUTS];
            for (output, four) in block.chunks_exact(INPUTS).enumerate() {
                for input in 0..INPUTS {
                    weights[input][output] = i32::from(four[input]);
                }
            }
            for (row, sums) in rows.iter().zip(&mut sums) {
                let x = row[at].map(i32::from);
                for output in 0..OUTPUTS {
                    sums[output] += (x[0] * weights[0][output] + x[1] * weights[1][output])
                        + (x[2] * weights[2][output] + x[3] * weights[3][output]);
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_multiply_like_the_matrix() {
        let (outputs, inputs) = (64, 24);
        let weights: Vec<i8> = (0..outputs * inputs).map(|at| ((at * 37 + 11) % 255) as u8 as i8).collect();
        let row: Vec<i8> = (0..inputs).map(|at| ((at * 91 + 3) % 255) as u8 as i8).collect();
        let fours: Vec<[i8; INPUTS]> =
            row.chunks_exact(INPUTS).map(|four| std::array::from_fn(|at| four[at])).collect();
        let total: i32 = row.iter().map(|x| i32::from(*x)).sum();
        let panels = Panels::of(&weights, inputs);
        for (number, panel) in panels.panels().enumerate() {
            let sums = Plain.tile(panel, [&fours; TILE]);
            for (output, sum) in sums[0].iter().enumerate() {
                let from = (number * OUTPUTS + output) * inputs;
                let right: i32 =
                    weights[from..from + inputs].iter().zip(&row).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum();
                assert_eq!(sum - 128 * total, right);
            }
        }
    }
}

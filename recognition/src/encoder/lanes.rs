//! Sums over whole registers: loops of a fixed number of steps that a compiler turns into one instruction.
//!
//! No closures: one does not have the instructions of the function that it stands in.

use super::panels::{LANES, Lanes};

pub(super) const ONE: Lanes = [1.0; LANES];

/// Added and taken away again, it leaves a whole number: its own last digit is one.
pub(super) const MAGIC: f32 = 12_582_912.0;

#[inline(always)]
pub(super) fn times(mut a: Lanes, b: Lanes) -> Lanes {
    for at in 0..LANES {
        a[at] *= b[at];
    }
    a
}

#[inline(always)]
pub(super) fn inverse(mut a: Lanes) -> Lanes {
    for x in &mut a {
        *x = 1.0 / *x;
    }
    a
}

#[inline(always)]
pub(super) fn negative(mut a: Lanes) -> Lanes {
    for x in &mut a {
        *x = -*x;
    }
    a
}

#[inline(always)]
pub(super) fn absolute(mut a: Lanes) -> Lanes {
    for x in &mut a {
        *x = x.abs();
    }
    a
}

/// The greater of each two, which must be numbers.
#[inline(always)]
pub(super) fn greater(mut a: Lanes, b: Lanes) -> Lanes {
    for at in 0..LANES {
        a[at] = if a[at] > b[at] { a[at] } else { b[at] };
    }
    a
}

/// Where `x` is above nothing what `tail` leaves of one, elsewhere the tail.
#[inline(always)]
pub(super) fn part_above(x: Lanes, mut tail: Lanes) -> Lanes {
    for at in 0..LANES {
        tail[at] = if x[at] > 0.0 { 1.0 - tail[at] } else { tail[at] };
    }
    tail
}

/// 2 to the whole numbers to which [`MAGIC`] was added.
#[inline(always)]
pub(super) fn two_to_the(mut shifted: Lanes) -> Lanes {
    for x in &mut shifted {
        let whole = x.to_bits() as i32 - MAGIC.to_bits() as i32;
        *x = f32::from_bits(((whole + 127) << 23) as u32);
    }
    shifted
}

/// All lanes added up, half by half.
#[inline(always)]
pub(super) fn total(lanes: Lanes) -> f32 {
    let (mut eight, mut four) = ([0.0; 8], [0.0; 4]);
    for at in 0..8 {
        eight[at] = lanes[at] + lanes[at + 8];
    }
    for at in 0..4 {
        four[at] = eight[at] + eight[at + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The greatest of all lanes, half by half.
#[inline(always)]
pub(super) fn greatest(lanes: Lanes) -> f32 {
    let (mut eight, mut four) = ([0.0_f32; 8], [0.0_f32; 4]);
    for at in 0..8 {
        eight[at] = if lanes[at] > lanes[at + 8] { lanes[at] } else { lanes[at + 8] };
    }
    for at in 0..4 {
        four[at] = if eight[at] > eight[at + 4] { eight[at] } else { eight[at + 4] };
    }
    let (a, b) = (if four[0] > four[2] { four[0] } else { four[2] }, if four[1] > four[3] { four[1] } else { four[3] });
    if a > b { a } else { b }
}

//! Which instructions the machine has, and the layers compiled for them.
//!
//! This is the one file with `unsafe` in Kairos: a function that uses instructions which not every machine has may be
//! called only after asking the machine, and the compiler can't see that it was asked.
//!
//! Invariants
//! - Every call stands right behind the question whether the machine has all the instructions that the function names.
//! - All variants give the same whole-number products; `f32` results differ by rounding alone.
#![expect(unsafe_code, reason = "calling what was compiled for instructions that the machine was asked about")]

use crate::{
    classifier::{self, Lessons},
    encoder::{self, Encoder, Plain},
};

/// The vector of a text by its pieces with their marks, by the quickest way this machine knows.
pub(crate) fn embed(encoder: &Encoder, ids: &[u32]) -> Vec<f32> {
    #[cfg(target_arch = "x86_64")]
    {
        if has_vnni() {
            // SAFETY: the machine has just said that it has all that the function names.
            return unsafe { x86::embed_with_vnni(encoder, ids) };
        }
        if has_avx2() {
            // SAFETY: as above.
            return unsafe { x86::embed_with_avx2(encoder, ids) };
        }
    }
    encoder::forward(encoder, ids, Plain)
}

/// The loss of a classifier and its slope, by the quickest way this machine knows.
pub(crate) fn loss(lessons: &Lessons<'_>, weights: &[f32], slope: &mut [f32]) -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        if has_vnni() {
            // SAFETY: the machine has just said that it has all that the function names.
            return unsafe { x86::loss_with_avx512(lessons, weights, slope) };
        }
        if has_avx2() {
            // SAFETY: as above.
            return unsafe { x86::loss_with_avx2(lessons, weights, slope) };
        }
    }
    classifier::loss(lessons, weights, slope)
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
fn has_vnni() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has_avx2() && has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512vnni")
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_add_epi32, _mm256_and_si256, _mm256_madd_epi16, _mm256_set1_epi16, _mm256_set1_epi32,
        _mm256_setzero_si256, _mm256_srli_epi16, _mm512_dpbusd_epi32, _mm512_set1_epi32, _mm512_setzero_si512,
    };

    use crate::{
        classifier::{self, Lessons},
        encoder::{self, Block, Encoder, INPUTS, Multiply, OUTPUTS, Sums, TILE},
    };

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    pub(super) fn embed_with_vnni(encoder: &Encoder, ids: &[u32]) -> Vec<f32> {
        encoder::forward(encoder, ids, Vnni)
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn embed_with_avx2(encoder: &Encoder, ids: &[u32]) -> Vec<f32> {
        encoder::forward(encoder, ids, Avx2)
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    pub(super) fn loss_with_avx512(lessons: &Lessons<'_>, weights: &[f32], slope: &mut [f32]) -> f64 {
        classifier::loss(lessons, weights, slope)
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn loss_with_avx2(lessons: &Lessons<'_>, weights: &[f32], slope: &mut [f32]) -> f64 {
        classifier::loss(lessons, weights, slope)
    }

    /// Sixteen sums of four products of bytes in one instruction.
    #[derive(Clone, Copy)]
    struct Vnni;

    impl Multiply for Vnni {
        #[inline(always)]
        fn tile(self, blocks: &[Block], rows: [&[[i8; INPUTS]]; TILE]) -> Sums {
            // SAFETY: `Vnni` is private, and used by `embed_with_vnni` alone.
            unsafe { tile_with_vnni(blocks, rows) }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    #[inline]
    fn tile_with_vnni(blocks: &[Block], rows: [&[[i8; INPUTS]]; TILE]) -> Sums {
        let mut sums: [[__m512i; 2]; TILE] = [[_mm512_setzero_si512(); 2]; TILE];
        let rows = rows.map(|row| &row[..blocks.len()]);
        for (at, block) in blocks.iter().enumerate() {
            let weights: [__m512i; 2] = bytemuck::cast(*block);
            for (sum, four) in sums.iter_mut().zip(rows) {
                let x = _mm512_set1_epi32(i32::from_ne_bytes(bytemuck::cast(four[at])));
                *sum = [_mm512_dpbusd_epi32(sum[0], weights[0], x), _mm512_dpbusd_epi32(sum[1], weights[1], x)];
            }
        }
        bytemuck::cast(sums)
    }

    /// Eight sums of two products of 16 bits in one instruction: even and odd inputs by themselves.
    #[derive(Clone, Copy)]
    struct Avx2;

    impl Multiply for Avx2 {
        #[inline(always)]
        fn tile(self, blocks: &[Block], rows: [&[[i8; INPUTS]]; TILE]) -> Sums {
            // SAFETY: `Avx2` is private, and used by `embed_with_avx2` alone.
            unsafe { tile_with_avx2(blocks, rows) }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn tile_with_avx2(blocks: &[Block], rows: [&[[i8; INPUTS]]; TILE]) -> Sums {
        let mut all = [[0; OUTPUTS]; TILE];
        let rows = rows.map(|row| &row[..blocks.len()]);
        let low = _mm256_set1_epi16(0xFF);
        // Half of the outputs at a time: there are no more registers.
        for (half, to) in [0..2, 2..4].into_iter().zip([0, OUTPUTS / 2]) {
            let mut sums: [[__m256i; 2]; TILE] = [[_mm256_setzero_si256(); 2]; TILE];
            for (at, block) in blocks.iter().enumerate() {
                let registers: [__m256i; 4] = bytemuck::cast(*block);
                let weights = [registers[half.start], registers[half.start + 1]];
                for (sum, four) in sums.iter_mut().zip(rows) {
                    let x = four[at].map(i16::from);
                    let evens = _mm256_set1_epi32(bytemuck::cast([x[0], x[2]]));
                    let odds = _mm256_set1_epi32(bytemuck::cast([x[1], x[3]]));
                    for (sum, weights) in sum.iter_mut().zip(weights) {
                        let even = _mm256_madd_epi16(_mm256_and_si256(weights, low), evens);
                        let odd = _mm256_madd_epi16(_mm256_srli_epi16::<8>(weights), odds);
                        *sum = _mm256_add_epi32(*sum, _mm256_add_epi32(even, odd));
                    }
                }
            }
            for (all, sums) in all.iter_mut().zip(sums) {
                let sums: [i32; OUTPUTS / 2] = bytemuck::cast(sums);
                all[to..to + OUTPUTS / 2].copy_from_slice(&sums);
            }
        }
        all
    }
}

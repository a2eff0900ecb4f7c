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
    classifier::{self, TrainingSet},
    encoder::{self, Encoder, Linear, Plain},
};

/// The vectors of texts by their pieces with their marks, by the quickest way this machine knows.
pub(crate) fn embed(encoder: &Encoder, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
    #[cfg(target_arch = "x86_64")]
    {
        if has_vnni() {
            // SAFETY: the machine has just said that it has all that the function names.
            return unsafe { x86::embed_with_vnni(encoder, texts) };
        }
        if has_avx2() {
            // SAFETY: as above.
            return unsafe { x86::embed_with_avx2(encoder, texts) };
        }
    }
    encoder::forward(encoder, texts, Plain)
}

/// One row of inputs times a matrix, by the quickest way this machine knows.
pub(crate) fn multiply(linear: &Linear, inputs: &[f32], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    {
        if has_vnni() {
            // SAFETY: the machine has just said that it has all that the function names.
            return unsafe { x86::multiply_with_vnni(linear, inputs, out) };
        }
        if has_avx2() {
            // SAFETY: as above.
            return unsafe { x86::multiply_with_avx2(linear, inputs, out) };
        }
    }
    encoder::multiply(linear, inputs, out, Plain);
}

/// The loss of a classifier and its slope, by the quickest way this machine knows.
pub(crate) fn loss(samples: &TrainingSet<'_>, weights: &[f32], slope: &mut [f32]) -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        if has_vnni() {
            // SAFETY: the machine has just said that it has all that the function names.
            return unsafe { x86::loss_with_avx512(samples, weights, slope) };
        }
        if has_avx2() {
            // SAFETY: as above.
            return unsafe { x86::loss_with_avx2(samples, weights, slope) };
        }
    }
    classifier::loss(samples, weights, slope, Plain)
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
        __m256, __m256i, __m512, __m512i, _mm256_add_epi32, _mm256_and_si256, _mm256_cvtepi32_ps, _mm256_fmadd_ps,
        _mm256_madd_epi16, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_srli_epi16,
        _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    };

    use crate::{
        classifier::{self, TrainingSet},
        encoder::{self, BLOCKS, Block, Encoder, Lanes, Linear, Multiply, OUTPUTS, Products, Row},
    };

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    pub(super) fn embed_with_vnni(encoder: &Encoder, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        encoder::forward(encoder, texts, Vnni)
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn embed_with_avx2(encoder: &Encoder, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        encoder::forward(encoder, texts, Avx2)
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    pub(super) fn multiply_with_vnni(linear: &Linear, inputs: &[f32], out: &mut [f32]) {
        encoder::multiply(linear, inputs, out, Vnni);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn multiply_with_avx2(linear: &Linear, inputs: &[f32], out: &mut [f32]) {
        encoder::multiply(linear, inputs, out, Avx2);
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    pub(super) fn loss_with_avx512(samples: &TrainingSet<'_>, weights: &[f32], slope: &mut [f32]) -> f64 {
        classifier::loss(samples, weights, slope, Vnni)
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn loss_with_avx2(samples: &TrainingSet<'_>, weights: &[f32], slope: &mut [f32]) -> f64 {
        classifier::loss(samples, weights, slope, Avx2)
    }

    /// Sixteen sums of four products of bytes in one instruction.
    #[derive(Clone, Copy)]
    struct Vnni;

    impl Multiply for Vnni {
        #[inline(always)]
        fn multiply_add(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
            // SAFETY: as for `tile`.
            unsafe { multiply_add_with_avx512(a, b, c) }
        }

        #[inline(always)]
        fn tile<const ROWS: usize>(self, panel: &[Block], rows: &[Row<'_>; ROWS]) -> Products<ROWS> {
            // SAFETY: `Vnni` is private, and used by functions that name these instructions alone.
            unsafe { tile_with_vnni(panel, rows) }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    #[inline]
    fn multiply_add_with_avx512(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        bytemuck::cast(_mm512_fmadd_ps(bytemuck::cast(a), bytemuck::cast(b), bytemuck::cast(c)))
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn multiply_add_with_avx2(a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        let ([a, a2], [b, b2], [c, c2]): ([__m256; 2], [__m256; 2], [__m256; 2]) =
            (bytemuck::cast(a), bytemuck::cast(b), bytemuck::cast(c));
        bytemuck::cast([_mm256_fmadd_ps(a, b, c), _mm256_fmadd_ps(a2, b2, c2)])
    }

    // Loops instead of `map` and `zip`: a closure does not have the instructions of the function that it stands in.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma")]
    #[inline]
    fn tile_with_vnni<const ROWS: usize>(panel: &[Block], rows: &[Row<'_>; ROWS]) -> Products<ROWS> {
        let mut products: [[__m512; 2]; ROWS] = [[_mm512_setzero_ps(); 2]; ROWS];
        let mut group = 0;
        while let Some(blocks) = panel.get(group * BLOCKS..).and_then(|rest| rest.first_chunk::<BLOCKS>()) {
            let mut inputs = [&[[0; 4]; BLOCKS]; ROWS];
            let mut sums: [[__m512i; 2]; ROWS] = [[_mm512_set1_epi32(0); 2]; ROWS];
            for at in 0..ROWS {
                let Some(own) = rows[at].inputs[group * BLOCKS..].first_chunk() else {
                    return bytemuck::cast(products);
                };
                inputs[at] = own;
                sums[at] = [_mm512_set1_epi32(-rows[at].roundings[group].excess); 2];
            }
            for number in 0..BLOCKS {
                let weights: [__m512i; 2] = bytemuck::cast(blocks[number]);
                for at in 0..ROWS {
                    let x = _mm512_set1_epi32(i32::from_ne_bytes(bytemuck::cast(inputs[at][number])));
                    sums[at][0] = _mm512_dpbusd_epi32(sums[at][0], weights[0], x);
                    sums[at][1] = _mm512_dpbusd_epi32(sums[at][1], weights[1], x);
                }
            }
            for at in 0..ROWS {
                let step = _mm512_set1_ps(rows[at].roundings[group].step);
                products[at][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[at][0]), step, products[at][0]);
                products[at][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[at][1]), step, products[at][1]);
            }
            group += 1;
        }
        bytemuck::cast(products)
    }

    /// Eight sums of two products of 16 bits in one instruction: even and odd inputs by themselves.
    #[derive(Clone, Copy)]
    struct Avx2;

    impl Multiply for Avx2 {
        #[inline(always)]
        fn multiply_add(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
            // SAFETY: as for `tile`.
            unsafe { multiply_add_with_avx2(a, b, c) }
        }

        #[inline(always)]
        fn tile<const ROWS: usize>(self, panel: &[Block], rows: &[Row<'_>; ROWS]) -> Products<ROWS> {
            // SAFETY: `Avx2` is private, and used by functions that name these instructions alone.
            unsafe { tile_with_avx2(panel, rows) }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn tile_with_avx2<const ROWS: usize>(panel: &[Block], rows: &[Row<'_>; ROWS]) -> Products<ROWS> {
        let mut all = [[0.0; OUTPUTS]; ROWS];
        let low = _mm256_set1_epi16(0xFF);
        // Half of the outputs at a time: there are no more registers.
        for half in 0..2 {
            let mut products: [[__m256; 2]; ROWS] = [[_mm256_setzero_ps(); 2]; ROWS];
            let mut group = 0;
            while let Some(blocks) = panel.get(group * BLOCKS..).and_then(|rest| rest.first_chunk::<BLOCKS>()) {
                let mut sums: [[__m256i; 2]; ROWS] = [[_mm256_set1_epi32(0); 2]; ROWS];
                for at in 0..ROWS {
                    sums[at] = [_mm256_set1_epi32(-rows[at].roundings[group].excess); 2];
                }
                for (number, block) in blocks.iter().enumerate() {
                    let registers: [__m256i; 4] = bytemuck::cast(*block);
                    for at in 0..ROWS {
                        let [a, b, c, d] = rows[at].inputs[group * BLOCKS + number];
                        let evens = _mm256_set1_epi32(bytemuck::cast([i16::from(a), i16::from(c)]));
                        let odds = _mm256_set1_epi32(bytemuck::cast([i16::from(b), i16::from(d)]));
                        for part in 0..2 {
                            let weights = registers[2 * half + part];
                            let even = _mm256_madd_epi16(_mm256_and_si256(weights, low), evens);
                            let odd = _mm256_madd_epi16(_mm256_srli_epi16::<8>(weights), odds);
                            sums[at][part] = _mm256_add_epi32(sums[at][part], _mm256_add_epi32(even, odd));
                        }
                    }
                }
                for at in 0..ROWS {
                    let step = _mm256_set1_ps(rows[at].roundings[group].step);
                    for part in 0..2 {
                        let sums = _mm256_cvtepi32_ps(sums[at][part]);
                        products[at][part] = _mm256_fmadd_ps(sums, step, products[at][part]);
                    }
                }
                group += 1;
            }
            for at in 0..ROWS {
                let products: [f32; OUTPUTS / 2] = bytemuck::cast(products[at]);
                all[at][half * (OUTPUTS / 2)..][..OUTPUTS / 2].copy_from_slice(&products);
            }
        }
        all
    }
}

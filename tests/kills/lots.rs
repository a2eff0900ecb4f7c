//! Numbers that look random, the same for every run.

/// Knuth's MMIX.
pub(super) struct Lots(u64);

impl Lots {
    pub(super) const fn from(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

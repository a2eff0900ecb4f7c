//! Where a test may let the process die: between what is written and what is done.
//!
//! Outside of tests nothing of this is compiled: the crate `fail` does something only with a feature that our tests switch
//! on.

/// Dies here, as if by `kill -9`, where a test has said so in `FAILPOINTS`.
pub(crate) fn may_crash_at(point: &str) {
    let _ = point;
    fail::fail_point!(point, |_| std::process::abort());
}

/// True where a test wants the other way to be gone here.
pub(crate) fn is_set(point: &str) -> bool {
    let _ = point;
    fail::fail_point!(point, |_| true);
    false
}

/// Reads `FAILPOINTS` for the life of the process; nothing outside of tests.
pub fn prepare() -> Option<fail::FailScenario<'static>> {
    fail::has_failpoints().then(fail::FailScenario::setup)
}

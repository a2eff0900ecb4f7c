//! The randomised share of people whose needs are recorded and not answered, so that an effect can be told from chance.

use chat::PersonId;
use sha2::{Digest, Sha256};

use crate::{
    engine::{Reason, Rule},
    library::Trigger,
    messages::say,
};

/// True for somebody whom `trigger` leaves without help.
pub(crate) fn is_held_out(trigger: &Trigger, person: &PersonId) -> bool {
    check(trigger, person).is_some_and(|reason| !reason.passed)
}

/// Whether `person` gets help from `trigger`: stable for both, independent between triggers.
pub(crate) fn check(trigger: &Trigger, person: &PersonId) -> Option<Reason> {
    if trigger.holdout_percent == 0 {
        return None;
    }
    let digest = Sha256::digest(format!("{}\n{person}", trigger.id));
    let lot = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % 100;
    let value = say!("control-group-share", percent = trigger.holdout_percent);
    Some(if lot < u64::from(trigger.holdout_percent) {
        Reason::stopped(Rule::Holdout, value)
    } else {
        Reason::passed(Rule::Holdout, value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::samples;

    #[test]
    fn about_the_promised_share_is_held_out() {
        let trigger = Trigger { holdout_percent: 20, ..samples::trigger("too-expensive") };
        let people = (0..5_000).map(|n| PersonId::new(format!("p{n}")));
        let out = people.filter(|person| check(&trigger, person).is_some_and(|reason| !reason.passed)).count();
        // Binomial, 5,000 at 20 %: six standard deviations are 170.
        assert!((830..=1_170).contains(&out), "{out} of 5,000");
    }
}

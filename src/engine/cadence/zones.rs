//! Time zones as people name them: by a city.

use jiff::tz::{self, TimeZone};

use crate::messages::say;

/// The IANA name of what somebody wrote: such a name, or a city that one is named for; the error says what would be
/// right.
pub fn zone_named(text: &str) -> Result<String, String> {
    let written = text.trim().replace(' ', "_");
    let exact = TimeZone::get(&written).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    let of_city = || {
        let names = tz::db().available().map(|name| name.as_str().to_owned());
        let city = |name: &String| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&written));
        // Of several, America/Louisville and America/Kentucky/Louisville say, the short one; they are the same zone.
        names.filter(city).min_by_key(|name| (name.len(), name.clone()))
    };
    let found = exact.filter(|name| !written.is_empty() && name.len() < 60).or_else(of_city);
    found.ok_or_else(|| say!("form-zone-wrong").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_name_or_by_a_city() {
        for (written, zone) in [
            ("Europe/Lisbon", "Europe/Lisbon"),
            ("europe/lisbon", "Europe/Lisbon"),
            (" lisbon ", "Europe/Lisbon"),
            ("New York", "America/New_York"),
            ("Buenos Aires", "America/Buenos_Aires"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(zone_named(written).as_deref(), Ok(zone), "{written}");
        }
        for wrong in ["", "Atlantis", "../../etc/passwd"] {
            assert!(zone_named(wrong).unwrap_err().contains("such as"), "{wrong}");
        }
    }
}

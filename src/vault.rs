//! Secrets at rest: what is kept in the database and opens somebody else's door is sealed first.
//!
//! Invariants
//! - AES-256-GCM, with a nonce drawn for each seal, bound to what it belongs to: it opens nowhere else.
//! - What the previous key sealed opens still, and says that it is to be sealed anew.
//! - Nothing of a key, and nothing of what is sealed, stands in an error.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Prk, Salt},
};

use crate::clock::Ids;

/// How a seal begins: the way it was made.
const MANNER: &str = "v1";

/// Seals and opens. The first key seals; every key opens what it sealed.
#[derive(Clone)]
pub struct Vault {
    keys: Vec<Key>,
    ids: Ids,
}

#[derive(Clone)]
struct Key {
    /// Told in a seal, so that the right key is taken: 8 hexadecimal digits that tell nothing of the key.
    name: String,
    secret: String,
}

/// What was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The secret.
    pub text: String,
    /// True when an older key sealed it.
    pub is_of_an_older_key: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}

/// Why something stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shut {
    /// None of the keys sealed it.
    #[error("it was sealed by a key that is not configured: secret.key and secret.previous_key are others")]
    UnknownKey,
    /// It is not what was sealed, or belongs to something else.
    #[error("what was sealed has been altered")]
    Altered,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// A vault whose keys come of `key` and of the one before it; both long and random.
    pub fn new(key: &str, previous: Option<&str>, ids: Ids) -> Self {
        let keys = [Some(key), previous].into_iter().flatten();
        Self { keys: keys.map(|secret| Key { name: name(secret), secret: secret.to_owned() }).collect(), ids }
    }

    /// Seals a text that belongs to `what`: only with the same it is opened again.
    pub fn seal(&self, text: &str, what: &str) -> String {
        let key = &self.keys[0];
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&self.ids.secret_bytes()[..NONCE_LEN]);
        let mut sealed = text.as_bytes().to_vec();
        key.aead()
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(what), &mut sealed)
            .expect("a secret is far shorter than 64 GB");
        let whole = [nonce.as_slice(), &sealed].concat();
        format!("{MANNER}:{}:{}", key.name, STANDARD_NO_PAD.encode(whole))
    }

    /// Opens what was sealed.
    pub fn open(&self, sealed: &str, what: &str) -> Result<Opened, Shut> {
        let mut parts = sealed.splitn(3, ':');
        let (Some(MANNER), Some(name), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Shut::Altered);
        };
        let index = self.keys.iter().position(|key| key.name == name).ok_or(Shut::UnknownKey)?;
        let mut bytes = STANDARD_NO_PAD.decode(text).map_err(|_| Shut::Altered)?;
        if bytes.len() < NONCE_LEN {
            return Err(Shut::Altered);
        }
        let mut hidden = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| Shut::Altered)?;
        let opened = self.keys[index].aead().open_in_place(nonce, Aad::from(what), &mut hidden);
        let text = std::str::from_utf8(opened.map_err(|_| Shut::Altered)?).map_err(|_| Shut::Altered)?.to_owned();
        Ok(Opened { text, is_of_an_older_key: index > 0 })
    }
}

impl Key {
    fn aead(&self) -> LessSafeKey {
        let pseudo_random = pseudo_random(&self.secret);
        let okm = pseudo_random.expand(&[b"seal"], &AES_256_GCM).expect("the length of a key");
        LessSafeKey::new(UnboundKey::from(okm))
    }
}

/// The secret of an operator has any length and shape; the keys that come of it have one each.
fn pseudo_random(secret: &str) -> Prk {
    Salt::new(HKDF_SHA256, b"kairos vault v1").extract(secret.as_bytes())
}

fn name(secret: &str) -> String {
    let mut bytes = [0; 32];
    let pseudo_random = pseudo_random(secret);
    let okm = pseudo_random.expand(&[b"name"], HKDF_SHA256).expect("the length of a digest");
    okm.fill(&mut bytes).expect("the length of a digest");
    format!("{:08x}", u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old key that is long enough, surely";
    const NEW: &str = "a new key that is long enough, surely!";

    fn vault(key: &str, previous: Option<&str>) -> Vault {
        Vault::new(key, previous, Ids::random())
    }

    #[test]
    fn what_is_sealed_opens_for_what_it_belongs_to_alone() {
        let vault = vault(NEW, None);
        let sealed = vault.seal("xoxb-hush", "slack:T1");
        assert!(!sealed.contains("hush"));
        assert_ne!(sealed, vault.seal("xoxb-hush", "slack:T1"), "each seal is its own");
        let opened = Opened { text: "xoxb-hush".to_owned(), is_of_an_older_key: false };
        assert_eq!(vault.open(&sealed, "slack:T1"), Ok(opened));
        assert_eq!(vault.open(&sealed, "slack:T2"), Err(Shut::Altered), "another workspace's row");
    }

    #[test]
    fn a_key_is_changed_without_losing_what_the_old_one_sealed() {
        let sealed = vault(OLD, None).seal("xoxb-hush", "slack:T1");
        let opened = vault(NEW, Some(OLD)).open(&sealed, "slack:T1").unwrap();
        assert!(opened.is_of_an_older_key && opened.text == "xoxb-hush");
        assert_eq!(vault(NEW, None).open(&sealed, "slack:T1"), Err(Shut::UnknownKey));
        let anew = vault(NEW, Some(OLD)).seal(&opened.text, "slack:T1");
        assert!(!vault(NEW, None).open(&anew, "slack:T1").unwrap().is_of_an_older_key);
    }

    #[test]
    fn whatever_is_altered_stays_shut_and_nothing_is_told() {
        let vault = vault(NEW, None);
        let sealed = vault.seal("xoxb-hush", "slack:T1");
        for at in 0..sealed.len() {
            let mut other = sealed.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(vault.open(&String::from_utf8(other).unwrap(), "slack:T1").is_err(), "at {at}");
        }
        for odd in ["", "v1", "v1:", "v1::", "xoxb-hush", "v1:00000000:AAAA"] {
            assert!(vault.open(odd, "slack:T1").is_err(), "{odd}");
        }
        assert_eq!(format!("{vault:?}"), "Vault(…)");
    }
}

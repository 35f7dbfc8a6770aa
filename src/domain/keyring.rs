//! The site's secret keys, and what is made with them: encrypted contacts, hashes to look addresses up by, and tokens.
//!
//! From each secret key one key for each use is derived (BLAKE3's key derivation). The first key of the ring is the
//! current one, with which everything new is made; the others still open what was made with them, until
//! `undersigned rotate-keys` has made that anew.

use std::{fmt, str::FromStr, sync::Arc};

use aes_siv::{KeyInit, siv::Aes256Siv};
use data_encoding::{BASE64URL_NOPAD, Encoding, Specification};
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use super::{draft::DraftId, petition::PetitionId, signature::SignatureId};

/// Bytes of a secret key.
pub const KEY_BYTES: usize = 32;
/// Bytes of a token; 128 bits cannot be guessed.
const TOKEN_BYTES: usize = 16;

/// The secret keys, the current one first. Cheap to clone; says nothing when it is printed.
#[derive(Clone)]
pub struct Keyring(Arc<[Key]>);

struct Key {
    number: u8,
    seal: [u8; 64],
    secrets: [u8; 64],
    lookup: [u8; 32],
    token: [u8; 32],
    text: [u8; 64],
}

/// A secret key as it stands in the settings: `1:` and 52 letters and digits.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    number: u8,
    bytes: [u8; KEY_BYTES],
}

/// What a token is for. A token of one purpose is none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Confirm a signature, or say "I did not sign this".
    Confirm,
    /// See what is held about a signature, take it back.
    Manage,
    /// Stop mails about a petition.
    Unsubscribe,
    /// See the page that thanks for a confirmed signature, for an hour.
    Signed,
}

/// What a link about a whole petition is for. A token of one purpose is none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PetitionPurpose {
    /// Support a petition that is not published yet.
    Support,
    /// See the page of its creator, and withdraw the petition.
    Creator,
}

/// What is encrypted for staff. What was encrypted as one does not open as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretOf {
    /// What the codes of an account's telephone are made from.
    Telephone,
    /// The same of a telephone that has not been proved yet.
    NewTelephone,
    /// What a browser keeps while somebody signs in elsewhere.
    SingleSignOn,
    /// What a browser keeps while somebody signs in with a passkey.
    PasskeySignIn,
    /// What a browser keeps while somebody registers a passkey.
    NewPasskey,
}

/// What a token of staff is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffPurpose {
    /// Accept an invitation.
    Invitation,
    /// Show that somebody has signed in to an account in this browser before.
    Browser,
}

/// What a token of somebody who follows something is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowPurpose {
    /// Confirm that something is to be followed, or say "I did not ask for this".
    Confirm,
    /// Stop following one thing.
    Stop,
    /// See everything that is followed, and stop it.
    Manage,
    /// Stop the weekly news.
    Weekly,
}

/// How to reach a signer: what is kept encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// E-mail address, as typed.
    pub email: String,
    /// Postcode without its space; `None` outside the United Kingdom.
    pub postcode: Option<String>,
}

/// A keyed hash of an e-mail address in canonical form: 64 bits, so that among ten million addresses the chance that any
/// two agree is three in a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailHash(pub i64);

/// What was encrypted cannot be opened: no key of the ring fits, or it was tampered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("none of the secret keys opens this")]
pub struct Unopened;

/// What stands in the settings is not a ring of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKeyring {
    /// There is no key.
    #[error("wants at least one key; `undersigned new-key` makes one")]
    Empty,
    /// A key is not written as `undersigned new-key` writes it.
    #[error(
        "wants keys as `undersigned new-key` makes them, such as 1:… (a number from 1 to 255, a colon, 52 letters and digits)"
    )]
    NotAKey,
    /// Two keys have one number.
    #[error("wants a number of its own for every key; {0} is there twice")]
    Twice(u8),
}

impl Keyring {
    /// A ring of these keys, the current one first.
    ///
    /// # Errors
    /// Without a key, and when two have one number.
    pub fn new(keys: &[SecretKey]) -> Result<Self, NotAKeyring> {
        if keys.is_empty() {
            return Err(NotAKeyring::Empty);
        }
        for (at, key) in keys.iter().enumerate() {
            if keys[..at].iter().any(|other| other.number == key.number) {
                return Err(NotAKeyring::Twice(key.number));
            }
        }
        Ok(Self(keys.iter().map(Key::derive).collect()))
    }

    fn current(&self) -> &Key {
        &self.0[0]
    }

    /// The number of the current key, which is the first byte of everything it has encrypted.
    pub fn current_number(&self) -> u8 {
        self.current().number
    }

    /// Encrypts a contact (AES-256-SIV, RFC 5297) for one petition and one address: put beside another, it does not open.
    /// The same contact gives the same bytes there, which tells no more than its hash does.
    pub fn seal(&self, contact: &Contact, petition: PetitionId, hash: EmailHash) -> Vec<u8> {
        let key = self.current();
        let plain = format!("{}\0{}", contact.email, contact.postcode.as_deref().unwrap_or(""));
        let mut sealed = vec![key.number];
        let text = Aes256Siv::new(&key.seal.into()).encrypt(belonging(petition, hash), plain.as_bytes());
        sealed.extend(text.expect("a contact is short enough"));
        sealed
    }

    /// Opens what [`Self::seal`] has encrypted.
    ///
    /// # Errors
    /// When no key fits, or it was encrypted for another petition or address.
    pub fn open(&self, sealed: &[u8], petition: PetitionId, hash: EmailHash) -> Result<Contact, Unopened> {
        let (number, text) = sealed.split_first().ok_or(Unopened)?;
        let key = self.0.iter().find(|key| key.number == *number).ok_or(Unopened)?;
        let plain = Aes256Siv::new(&key.seal.into()).decrypt(belonging(petition, hash), text).map_err(|_| Unopened)?;
        let plain = String::from_utf8(plain).map_err(|_| Unopened)?;
        let (email, postcode) = plain.split_once('\0').ok_or(Unopened)?;
        Ok(Contact { email: email.to_owned(), postcode: (!postcode.is_empty()).then(|| postcode.to_owned()) })
    }

    /// Encrypts something of staff, for one account (or 0) and one use.
    pub fn seal_secret(&self, of: SecretOf, account: i32, plain: &[u8]) -> Vec<u8> {
        let key = self.current();
        let mut sealed = vec![key.number];
        let text = Aes256Siv::new(&key.secrets.into()).encrypt(secret_of(of, account), plain);
        sealed.extend(text.expect("a secret is short enough"));
        sealed
    }

    /// Opens what [`Self::seal_secret`] has encrypted.
    ///
    /// # Errors
    /// When no key fits, or it was encrypted for something else.
    pub fn open_secret(&self, of: SecretOf, account: i32, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        let (number, text) = sealed.split_first().ok_or(Unopened)?;
        let key = self.0.iter().find(|key| key.number == *number).ok_or(Unopened)?;
        Aes256Siv::new(&key.secrets.into()).decrypt(secret_of(of, account), text).map_err(|_| Unopened)
    }

    /// A token of staff for one purpose, about something.
    pub fn staff_token(&self, purpose: StaffPurpose, about: &str) -> String {
        TOKEN.encode(&self.current().mac(purpose.code(), about.as_bytes()))
    }

    /// Whether this is that token.
    pub fn is_staff_token(&self, token: &str, purpose: StaffPurpose, about: &str) -> bool {
        self.is_mac(token, purpose.code(), about.as_bytes())
    }

    /// The hash under which failures of signing in are counted.
    pub fn failure_hash(&self, counted: &str) -> [u8; 32] {
        self.current().hash("sign-in failure", counted)
    }

    /// Tells whether a form that is sent again holds the same.
    pub fn content_hash(&self, content: &str) -> [u8; 32] {
        self.current().hash("petition form", content)
    }

    /// The token that leads to a draft.
    pub fn draft_token(&self, draft: DraftId) -> String {
        TOKEN.encode(&self.current().mac(DRAFT, &draft.0.to_le_bytes()))
    }

    /// Whether this is that token.
    pub fn is_draft_token(&self, token: &str, draft: DraftId) -> bool {
        self.is_mac(token, DRAFT, &draft.0.to_le_bytes())
    }

    /// The hash under which a canonical e-mail address is found.
    pub fn email_hash(&self, canonical: &str) -> EmailHash {
        self.current().email_hash(canonical)
    }

    /// The hashes under which an address may have been put with former keys; none while there is one key only.
    pub fn former_email_hashes(&self, canonical: &str) -> Vec<EmailHash> {
        self.0[1..].iter().map(|key| key.email_hash(canonical)).collect()
    }

    /// The hashes by which postcodes are compared, that under the current key first: 32 bits, since only those of one
    /// address on one petition are. 0 without a postcode.
    pub fn postcode_hashes(&self, postcode: Option<&str>) -> Vec<i32> {
        let Some(postcode) = postcode else { return vec![0] };
        let hash = |key: &Key| {
            let hash = key.hash("postcode", postcode);
            i32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]) | 1
        };
        self.0.iter().map(hash).collect()
    }

    /// The token for one purpose of one signature.
    pub fn token(&self, purpose: Purpose, signature: SignatureId) -> String {
        TOKEN.encode(&self.current().mac(purpose.code(), &signature.get().to_le_bytes()))
    }

    /// Whether this is that token. Takes as long for a wrong one as for the right one.
    pub fn is_token(&self, token: &str, purpose: Purpose, signature: SignatureId) -> bool {
        self.is_mac(token, purpose.code(), &signature.get().to_le_bytes())
    }

    /// A token that is good until a moment.
    pub fn token_until(&self, purpose: Purpose, signature: SignatureId, until: Timestamp) -> String {
        let second = until.as_second();
        let mac = self.current().mac(purpose.code(), &until_bytes(signature.get(), second));
        format!("{second}-{}", TOKEN.encode(&mac))
    }

    /// Whether this is such a token, and still good.
    pub fn is_token_until(&self, token: &str, purpose: Purpose, signature: SignatureId, now: Timestamp) -> bool {
        let Some((second, mac)) = token.split_once('-') else { return false };
        let Ok(until) = second.parse::<i64>() else { return false };
        self.is_mac(mac, purpose.code(), &until_bytes(signature.get(), until)) && now.as_second() <= until
    }

    /// The token for one purpose of one petition.
    pub fn petition_token(&self, purpose: PetitionPurpose, petition: PetitionId) -> String {
        TOKEN.encode(&self.current().mac(purpose.code(), &petition.get().to_le_bytes()))
    }

    /// Whether this is that token.
    pub fn is_petition_token(&self, token: &str, purpose: PetitionPurpose, petition: PetitionId) -> bool {
        self.is_mac(token, purpose.code(), &petition.get().to_le_bytes())
    }

    /// The token for one purpose of somebody who follows something: of one following, or of all that somebody follows.
    pub fn follow_token(&self, purpose: FollowPurpose, number: i64) -> String {
        TOKEN.encode(&self.current().mac(purpose.code(), &number.to_le_bytes()))
    }

    /// Whether this is that token. Takes as long for a wrong one as for the right one.
    pub fn is_follow_token(&self, token: &str, purpose: FollowPurpose, number: i64) -> bool {
        self.is_mac(token, purpose.code(), &number.to_le_bytes())
    }

    /// Encrypts the address of somebody who follows something, for one hash: put beside another, it does not open.
    pub fn seal_follower(&self, email: &str, hash: EmailHash) -> Vec<u8> {
        self.seal(&Contact { email: email.to_owned(), postcode: None }, no_petition(), hash)
    }

    /// Opens what [`Self::seal_follower`] has encrypted.
    ///
    /// # Errors
    /// When no key fits, or it was encrypted for another address.
    pub fn open_follower(&self, sealed: &[u8], hash: EmailHash) -> Result<String, Unopened> {
        self.open(sealed, no_petition(), hash).map(|contact| contact.email)
    }

    /// The mark that a petition's form carries: when it was made.
    pub fn form_stamp(&self, petition: PetitionId, made: Timestamp) -> String {
        let second = made.as_second();
        format!("{second}-{}", TOKEN.encode(&self.current().mac(FORM, &until_bytes(petition.get(), second))))
    }

    /// How old the form with this mark is; `None` if the mark is not ours, or not this petition's.
    pub fn form_age(&self, stamp: &str, petition: PetitionId, now: Timestamp) -> Option<SignedDuration> {
        let (second, mac) = stamp.split_once('-')?;
        let made = second.parse::<i64>().ok()?;
        let ours = self.is_mac(mac, FORM, &until_bytes(petition.get(), made));
        ours.then(|| Timestamp::from_second(made).ok()).flatten().map(|made| now.duration_since(made))
    }

    /// Encrypts a text for one use, such as "search of session 7": good for that, and nothing else. Letters, digits, `-`
    /// and `_`, which an address can hold.
    pub fn seal_text(&self, purpose: &str, text: &str) -> String {
        let key = self.current();
        let sealed = Aes256Siv::new(&key.text.into()).encrypt([purpose.as_bytes()], text.as_bytes());
        let mut bytes = vec![key.number];
        bytes.extend(sealed.expect("a text is short enough"));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Opens what [`Self::seal_text`] has encrypted for the same use; `None` if it is not that.
    pub fn open_text(&self, purpose: &str, sealed: &str) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let (number, text) = bytes.split_first()?;
        let key = self.0.iter().find(|key| key.number == *number)?;
        let plain = Aes256Siv::new(&key.text.into()).decrypt([purpose.as_bytes()], text).ok()?;
        String::from_utf8(plain).ok()
    }

    /// The same for a text that is good until a moment.
    pub fn seal_until(&self, purpose: &str, text: &str, until: Timestamp) -> String {
        self.seal_text(purpose, &format!("{} {text}", until.as_second()))
    }

    /// Opens what [`Self::seal_until`] has encrypted for the same use; `None` if it is not that, or no longer good.
    pub fn open_until(&self, purpose: &str, sealed: &str, now: Timestamp) -> Option<String> {
        let plain = self.open_text(purpose, sealed)?;
        let (until, text) = plain.split_once(' ')?;
        (now.as_second() <= until.parse().ok()?).then(|| text.to_owned())
    }

    fn is_mac(&self, text: &str, what: u8, about: &[u8]) -> bool {
        let Ok(given) = TOKEN.decode(text.as_bytes()) else { return false };
        self.0.iter().any(|key| bool::from(key.mac(what, about).ct_eq(&given)))
    }
}

/// Marks what a form's stamp is made of; the purposes of tokens have other numbers.
const FORM: u8 = 0;
/// The same of a draft's token.
const DRAFT: u8 = 50;

impl Purpose {
    fn code(self) -> u8 {
        match self {
            Self::Confirm => 1,
            Self::Manage => 2,
            Self::Unsubscribe => 3,
            Self::Signed => 4,
        }
    }
}

impl PetitionPurpose {
    fn code(self) -> u8 {
        match self {
            Self::Support => 51,
            Self::Creator => 52,
        }
    }
}

impl StaffPurpose {
    fn code(self) -> u8 {
        match self {
            Self::Invitation => 101,
            Self::Browser => 102,
        }
    }
}

impl FollowPurpose {
    fn code(self) -> u8 {
        match self {
            Self::Confirm => 201,
            Self::Stop => 202,
            Self::Manage => 203,
            Self::Weekly => 204,
        }
    }
}

/// To what the addresses of those belong who follow something: no petition has this number.
fn no_petition() -> PetitionId {
    0.into()
}

/// To what an encrypted secret of staff belongs.
fn secret_of(of: SecretOf, account: i32) -> [[u8; 4]; 2] {
    let what: u32 = match of {
        SecretOf::Telephone => 1,
        SecretOf::NewTelephone => 2,
        SecretOf::SingleSignOn => 3,
        SecretOf::PasskeySignIn => 4,
        SecretOf::NewPasskey => 5,
    };
    [what.to_le_bytes(), account.to_le_bytes()]
}

fn until_bytes(number: i64, second: i64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    bytes[8..].copy_from_slice(&second.to_le_bytes());
    bytes
}

/// To what an encrypted contact belongs.
fn belonging(petition: PetitionId, hash: EmailHash) -> [[u8; 8]; 2] {
    [petition.get().to_le_bytes(), hash.0.to_le_bytes()]
}

/// Letters and digits only, in small letters: nothing that a mail program takes for the end of a link.
static TOKEN: std::sync::LazyLock<Encoding> = std::sync::LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.encoding().expect("an alphabet of 32")
});

impl Key {
    fn derive(secret: &SecretKey) -> Self {
        let mut seal = [0; 64];
        blake3::Hasher::new_derive_key("undersigned 2026-11 contacts")
            .update(&secret.bytes)
            .finalize_xof()
            .fill(&mut seal);
        let mut text = [0; 64];
        blake3::Hasher::new_derive_key("undersigned 2026-11 texts")
            .update(&secret.bytes)
            .finalize_xof()
            .fill(&mut text);
        let mut secrets = [0; 64];
        blake3::Hasher::new_derive_key("undersigned 2026-11 secrets of staff")
            .update(&secret.bytes)
            .finalize_xof()
            .fill(&mut secrets);
        Self {
            number: secret.number,
            seal,
            secrets,
            lookup: blake3::derive_key("undersigned 2026-11 look-up", &secret.bytes),
            token: blake3::derive_key("undersigned 2026-11 tokens", &secret.bytes),
            text,
        }
    }

    fn hash(&self, kind: &str, text: &str) -> [u8; 32] {
        *blake3::Hasher::new_keyed(&self.lookup)
            .update(kind.as_bytes())
            .update(b"\0")
            .update(text.as_bytes())
            .finalize()
            .as_bytes()
    }

    fn email_hash(&self, canonical: &str) -> EmailHash {
        let hash = self.hash("email", canonical);
        EmailHash(i64::from_le_bytes(hash[..8].try_into().expect("eight bytes")))
    }

    fn mac(&self, what: u8, about: &[u8]) -> [u8; TOKEN_BYTES] {
        let hash = blake3::Hasher::new_keyed(&self.token).update(&[what]).update(about).finalize();
        hash.as_bytes()[..TOKEN_BYTES].try_into().expect("sixteen bytes")
    }
}

impl SecretKey {
    /// A key of these bytes, which must be random.
    pub fn new(number: u8, bytes: [u8; KEY_BYTES]) -> Self {
        Self { number, bytes }
    }

    /// How it is written in the settings.
    pub fn reveal(&self) -> String {
        format!("{}:{}", self.number, TOKEN.encode(&self.bytes))
    }
}

impl FromStr for SecretKey {
    type Err = NotAKeyring;

    fn from_str(text: &str) -> Result<Self, NotAKeyring> {
        let (number, key) = text.trim().split_once(':').ok_or(NotAKeyring::NotAKey)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or(NotAKeyring::NotAKey)?;
        let bytes = TOKEN.decode(key.as_bytes()).map_err(|_| NotAKeyring::NotAKey)?;
        Ok(Self { number, bytes: bytes.try_into().map_err(|_| NotAKeyring::NotAKey)? })
    }
}

impl FromStr for Keyring {
    type Err = NotAKeyring;

    /// Keys with commas between them, the current one first.
    fn from_str(text: &str) -> Result<Self, NotAKeyring> {
        let keys = text.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty());
        Self::new(&keys.map(str::parse).collect::<Result<Vec<SecretKey>, _>>()?)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.0.iter().map(|key| key.number);
        f.debug_tuple("Keyring").field(&numbers.collect::<Vec<_>>()).finish()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ring(numbers: &[u8]) -> Keyring {
        let keys: Vec<_> = numbers.iter().map(|number| SecretKey::new(*number, [*number; KEY_BYTES])).collect();
        Keyring::new(&keys).expect("a ring")
    }

    fn petition(number: i64) -> PetitionId {
        number.into()
    }

    proptest! {
        #[test]
        fn contacts_open_where_they_belong(
            email in "[a-z0-9.+]{1,60}@[a-z.]{1,60}", postcode in proptest::option::of("[A-Z0-9]{5,7}"), number in 1i64..1_000_000,
        ) {
            let (ring, contact) = (ring(&[1]), Contact { email, postcode });
            let hash = ring.email_hash(&contact.email);
            let sealed = ring.seal(&contact, petition(number), hash);
            prop_assert_eq!(ring.open(&sealed, petition(number), hash), Ok(contact.clone()));
            prop_assert_eq!(ring.open(&sealed, petition(number + 1), hash), Err(Unopened));
            prop_assert_eq!(ring.open(&sealed, petition(number), EmailHash(hash.0 ^ 1)), Err(Unopened));
            prop_assert!(!String::from_utf8_lossy(&sealed).contains(&contact.email));
            for at in 0..sealed.len() {
                let mut altered = sealed.clone();
                altered[at] ^= 1;
                prop_assert_eq!(ring.open(&altered, petition(number), hash), Err(Unopened));
            }
        }

        #[test]
        fn texts_open_for_their_use_and_in_their_time(text in "\\PC{0,60}", other in "\\PC{0,60}", second in 0i64..1_000_000) {
            let (one, both) = (ring(&[1]), ring(&[2, 1]));
            let until = Timestamp::from_second(second).expect("a moment");
            let later = Timestamp::from_second(second + 1).expect("a moment");
            let sealed = one.seal_until("search of 7", &text, until);
            prop_assert_eq!(both.open_until("search of 7", &sealed, until), Some(text.clone()));
            prop_assert_eq!(both.open_until("search of 7", &sealed, later), None);
            prop_assert_eq!(both.open_until("search of 8", &sealed, until), None);
            prop_assert_eq!(ring(&[2]).open_until("search of 7", &sealed, until), None);
            prop_assert_eq!(one.open_until("search of 7", &other, until), None);
            prop_assert!(sealed.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        }

        #[test]
        fn no_text_is_a_token_by_chance(text in "\\PC{0,60}", number in 1i64..1_000_000) {
            let now = Timestamp::UNIX_EPOCH;
            prop_assert!(!ring(&[1]).is_token(&text, Purpose::Confirm, number.into()));
            prop_assert!(!ring(&[1]).is_token_until(&text, Purpose::Signed, number.into(), now));
            prop_assert_eq!(ring(&[1]).form_age(&text, petition(number), now), None);
            let _ = text.parse::<Keyring>();
        }
    }

    #[test]
    fn tokens_belong_to_one_signature_and_one_purpose() {
        let ring = ring(&[1]);
        let token = ring.token(Purpose::Confirm, 7.into());
        assert_eq!(token.len(), 26);
        assert!(token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        assert!(ring.is_token(&token, Purpose::Confirm, 7.into()));
        assert!(!ring.is_token(&token, Purpose::Confirm, 8.into()));
        assert!(!ring.is_token(&token, Purpose::Manage, 7.into()));
        assert!(!ring.is_token(&token[..25], Purpose::Confirm, 7.into()));
        assert!(!ring.is_token("", Purpose::Confirm, 7.into()));
    }

    #[test]
    fn followers_are_reached_by_their_own_links_alone() {
        let ring = ring(&[1]);
        let token = ring.follow_token(FollowPurpose::Stop, 7);
        assert!(ring.is_follow_token(&token, FollowPurpose::Stop, 7));
        assert!(!ring.is_follow_token(&token, FollowPurpose::Stop, 8));
        assert!(!ring.is_follow_token(&token, FollowPurpose::Manage, 7));
        assert!(!ring.is_token(&token, Purpose::Unsubscribe, 7.into()));
        let hash = ring.email_hash("ada@example.org");
        let sealed = ring.seal_follower("ada@example.org", hash);
        assert_eq!(ring.open_follower(&sealed, hash).as_deref(), Ok("ada@example.org"));
        assert_eq!(ring.open_follower(&sealed, EmailHash(hash.0 ^ 1)), Err(Unopened));
        assert_eq!(ring.open(&sealed, petition(7), hash), Err(Unopened));
    }

    #[test]
    fn secrets_of_staff_open_where_they_belong() {
        let (before, after) = (ring(&[1]), ring(&[2, 1]));
        let sealed = before.seal_secret(SecretOf::Telephone, 7, b"secret");
        assert_eq!(after.open_secret(SecretOf::Telephone, 7, &sealed).as_deref(), Ok(&b"secret"[..]));
        assert_eq!(before.open_secret(SecretOf::Telephone, 8, &sealed), Err(Unopened));
        assert_eq!(before.open_secret(SecretOf::NewTelephone, 7, &sealed), Err(Unopened));
        assert_eq!(ring(&[2]).open_secret(SecretOf::Telephone, 7, &sealed), Err(Unopened));
        assert_eq!(before.open_secret(SecretOf::Telephone, 7, b""), Err(Unopened));
    }

    #[test]
    fn tokens_of_staff_have_one_purpose() {
        let ring = ring(&[1]);
        let token = ring.staff_token(StaffPurpose::Invitation, "1 1");
        assert!(ring.is_staff_token(&token, StaffPurpose::Invitation, "1 1"));
        assert!(!ring.is_staff_token(&token, StaffPurpose::Invitation, "1 2"));
        assert!(!ring.is_staff_token(&token, StaffPurpose::Browser, "1 1"));
    }

    #[test]
    fn a_draft_has_a_token_of_its_own() {
        let ring = ring(&[1]);
        let token = ring.draft_token(DraftId(7));
        assert!(ring.is_draft_token(&token, DraftId(7)) && !ring.is_draft_token(&token, DraftId(8)));
        assert!(!ring.is_token(&token, Purpose::Confirm, 7.into()));
        assert!(!ring.is_draft_token(&ring.token(Purpose::Confirm, 7.into()), DraftId(7)));
    }

    #[test]
    fn some_tokens_end() {
        let (ring, until) = (ring(&[1]), Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1));
        let token = ring.token_until(Purpose::Signed, 7.into(), until);
        assert!(ring.is_token_until(&token, Purpose::Signed, 7.into(), until));
        assert!(!ring.is_token_until(&token, Purpose::Signed, 7.into(), until + SignedDuration::from_secs(1)));
        let later = token.replace("3600-", "3601-");
        assert!(!ring.is_token_until(&later, Purpose::Signed, 7.into(), until));
    }

    #[test]
    fn a_former_key_still_opens_and_the_current_one_makes() {
        let (before, after) = (ring(&[1]), ring(&[2, 1]));
        let contact = Contact { email: "ada@example.org".to_owned(), postcode: Some("SW1A1AA".to_owned()) };
        let hash = before.email_hash("ada@example.org");
        let sealed = before.seal(&contact, petition(1), hash);
        assert_eq!(after.open(&sealed, petition(1), hash), Ok(contact));
        assert_eq!(after.former_email_hashes("ada@example.org"), [hash]);
        assert_ne!(after.email_hash("ada@example.org"), hash);
        assert!(after.is_token(&before.token(Purpose::Confirm, 1.into()), Purpose::Confirm, 1.into()));
        assert_eq!(ring(&[2]).open(&sealed, petition(1), hash), Err(Unopened));
    }

    #[test]
    fn keys_are_written_and_read() {
        let key = SecretKey::new(3, [9; KEY_BYTES]);
        assert_eq!(key.reveal().parse(), Ok(key.clone()));
        assert_eq!(
            format!("{}, {}", key.reveal(), SecretKey::new(2, [1; KEY_BYTES]).reveal())
                .parse::<Keyring>()
                .expect("two")
                .0
                .len(),
            2
        );
        assert_eq!("".parse::<Keyring>().err(), Some(NotAKeyring::Empty));
        assert_eq!("1:short".parse::<Keyring>().err(), Some(NotAKeyring::NotAKey));
        assert_eq!(format!("{0},{0}", key.reveal()).parse::<Keyring>().err(), Some(NotAKeyring::Twice(3)));
        assert!(!format!("{key:?}{:?}", ring(&[1])).contains("aaaa"));
    }

    #[test]
    fn forms_tell_how_old_they_are() {
        let (ring, made) = (ring(&[1]), Timestamp::UNIX_EPOCH);
        let stamp = ring.form_stamp(petition(1), made);
        let later = made + SignedDuration::from_secs(90);
        assert_eq!(ring.form_age(&stamp, petition(1), later), Some(SignedDuration::from_secs(90)));
        assert_eq!(ring.form_age(&stamp, petition(2), later), None);
    }
}

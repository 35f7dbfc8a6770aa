//! What somebody has besides a password: a telephone that makes codes (TOTP, RFC 6238), and codes on paper for when it is
//! lost.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use totp_rs::{Builder, Secret, Totp};

use super::staff::StaffId;

/// Bytes of what codes are made from.
pub const TOTP_BYTES: usize = 20;
/// Bytes of a recovery code: 80 bits, so that a plain hash hides it.
const RECOVERY_BYTES: usize = 10;
/// Recovery codes that somebody has.
pub const RECOVERY_CODES: usize = 10;

/// What the codes of somebody's telephone are made from. Says nothing when it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; TOTP_BYTES]);

impl TotpSecret {
    /// One of these bytes, which must be random.
    pub fn new(bytes: [u8; TOTP_BYTES]) -> Self {
        Self(bytes)
    }

    /// One of these bytes, if they are so many.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn totp(&self, site: &str, account: &str) -> Totp {
        let secret = Secret::from(self.0);
        // Names with a colon would not be read by telephones.
        let (site, account) = (site.replace(':', " "), account.replace(':', " "));
        let builder = Builder::new().with_secret(secret).with_skew(1).with_issuer(Some(site));
        builder.with_account_name(account).build_noncompliant()
    }

    /// The half minute for which this is the code, counted from 1970: the present one, the one before or the next.
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let second = u64::try_from(now.as_second()).ok()?;
        self.totp("", "").check(&code, second).and_then(|step| i64::try_from(step).ok())
    }

    /// The code of a moment.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.totp("", "").generate(u64::try_from(now.as_second()).unwrap_or(0)).to_string()
    }

    /// What is typed into a telephone that cannot read the picture: letters and digits in groups of four.
    pub fn words(&self) -> String {
        grouped(&BASE32_NOPAD.encode(&self.0))
    }

    /// What the picture says to a telephone.
    pub fn address(&self, site: &str, account: &str) -> String {
        // Fails only without an account's name.
        self.totp(site, account).to_url().unwrap_or_default()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// A code on paper. Says nothing when it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode([u8; RECOVERY_BYTES]);

impl RecoveryCode {
    /// Some of these bytes, which must be random.
    pub fn some(bytes: [[u8; RECOVERY_BYTES]; RECOVERY_CODES]) -> Vec<Self> {
        bytes.map(Self).to_vec()
    }

    /// Takes one as it was typed, in whatever case and groups.
    pub fn parse(typed: &str) -> Option<Self> {
        let plain: String = typed.chars().filter(|c| c.is_alphanumeric()).take(17).collect();
        let bytes = BASE32_NOPAD.decode(plain.to_ascii_uppercase().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// How it is written on paper.
    pub fn words(&self) -> String {
        grouped(&BASE32_NOPAD.encode(&self.0).to_ascii_lowercase())
    }

    /// What is kept of it.
    pub fn hash(&self, staff: StaffId) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new_derive_key("undersigned 2026-11 recovery codes");
        hasher.update(&staff.0.to_le_bytes()).update(&self.0).finalize().as_bytes().to_vec()
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of eight digits.
        let secret = TotpSecret::new(*b"12345678901234567890");
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(secret.code_at(at(second)), code);
            assert_eq!(secret.step_of(code, at(second)), Some(second / 30));
        }
        assert_eq!(secret.step_of(" 287 082 ", at(59)), Some(1));
        for wrong in ["287083", "28708", "2870820", "+87082", "", "code"] {
            assert_eq!(secret.step_of(wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_good_for_half_a_minute_more_on_either_side() {
        let (secret, now) = (TotpSecret::new([7; TOTP_BYTES]), at(1_800_000_000));
        let code = secret.code_at(now);
        for (off, good) in [(-60, false), (-30, true), (0, true), (59, true), (60, false)] {
            assert_eq!(secret.step_of(&code, now + SignedDuration::from_secs(off)).is_some(), good, "{off}");
        }
    }

    #[test]
    fn telephones_are_told_whose_codes_they_make() {
        let secret = TotpSecret::new([0; TOTP_BYTES]);
        let address = secret.address("Undersigned", "grace@example.org");
        assert!(address.starts_with("otpauth://totp/Undersigned:grace"), "{address}");
        assert!(address.contains("secret=AAAAAAAA") && address.contains("issuer=Undersigned"), "{address}");
        assert_eq!(secret.words(), "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
    }

    #[test]
    fn recovery_codes_belong_to_one_account() {
        let code = RecoveryCode([9; RECOVERY_BYTES]);
        assert_ne!(code.hash(StaffId(1)), code.hash(StaffId(2)));
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
    }

    proptest! {
        #[test]
        fn recovery_codes_are_read_as_they_are_written(bytes in any::<[u8; RECOVERY_BYTES]>()) {
            let code = RecoveryCode(bytes);
            for typed in [code.words(), code.words().to_uppercase(), code.words().replace('-', " ")] {
                prop_assert_eq!(RecoveryCode::parse(&typed), Some(code.clone()));
            }
        }

        #[test]
        fn whatever_is_typed_breaks_nothing(typed in "\\PC{0,60}") {
            let _ = RecoveryCode::parse(&typed);
            prop_assert_eq!(TotpSecret::new([7; TOTP_BYTES]).step_of(&typed, at(1_800_000_000)), None);
        }
    }
}

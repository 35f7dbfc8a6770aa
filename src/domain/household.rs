//! Who may sign with an address that has signed already: a second person of the same household, and nobody else.

use super::{
    limits,
    signature::{SignatureId, SignatureState},
};

/// A signature of the same address on the same petition, as far as the rule has to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub id: SignatureId,
    /// Which person of the household, from 1.
    pub member: i16,
    /// The name as it is compared ([`super::signer::SignerName::key`]).
    pub name_key: String,
    /// The hash of the postcode.
    pub postcode_hash: i32,
    /// Its state.
    pub state: SignatureState,
    /// Mails about signing that have been asked for.
    pub mails_sent: i16,
}

/// What becomes of a form that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A new signature, of this person of the household.
    New(i16),
    /// There is one already, not yet confirmed: its mail is sent again.
    Remind(SignatureId),
    /// There is one already, confirmed: a mail says so. The page does not, to nobody.
    TellAlreadySigned(SignatureId),
    /// There is one already, and it has had all the mails that one can have.
    Nothing,
}

/// The household rule (reference service, its section 4.4): of one address and petition a second signature counts if the
/// name differs and the postcode is the same; a third never does.
///
/// `postcode_hashes` are those of the postcode that was typed, under the current and the former keys.
pub fn decide(known: &[Known], name_key: &str, postcode_hashes: &[i32]) -> Decision {
    let same_name = known.iter().find(|known| known.name_key == name_key);
    let about = match (known, same_name) {
        ([], _) => return Decision::New(1),
        (_, Some(same)) => same,
        ([other], None) if postcode_hashes.contains(&other.postcode_hash) => {
            return Decision::New(if other.member == 1 { 2 } else { 1 });
        }
        ([first, ..], None) => first,
    };
    if about.mails_sent >= limits::CONFIRMATION_MAILS as i16 {
        return Decision::Nothing;
    }
    match about.state {
        SignatureState::Pending => Decision::Remind(about.id),
        _ => Decision::TellAlreadySigned(about.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: i64, name: &str, postcode_hash: i32, state: SignatureState) -> Known {
        Known { id: id.into(), member: id as i16, name_key: name.to_owned(), postcode_hash, state, mails_sent: 1 }
    }

    #[test]
    fn a_household_may_share_an_address() {
        use SignatureState::{Pending, Validated};
        assert_eq!(decide(&[], "ada", &[7]), Decision::New(1));
        let ada = known(1, "ada", 7, Pending);
        assert_eq!(decide(std::slice::from_ref(&ada), "ada", &[7]), Decision::Remind(1.into()));
        assert_eq!(decide(std::slice::from_ref(&ada), "ada", &[8]), Decision::Remind(1.into()), "she has moved");
        assert_eq!(decide(std::slice::from_ref(&ada), "bea", &[7]), Decision::New(2));
        assert_eq!(decide(std::slice::from_ref(&ada), "bea", &[8]), Decision::Remind(1.into()), "another household");
        assert_eq!(decide(std::slice::from_ref(&ada), "bea", &[8, 7]), Decision::New(2), "under a former key");
        let bea = known(2, "bea", 7, Validated);
        assert_eq!(decide(&[ada.clone(), bea.clone()], "cy", &[7]), Decision::Remind(1.into()), "two are enough");
        assert_eq!(decide(&[ada, bea.clone()], "bea", &[7]), Decision::TellAlreadySigned(2.into()));
        assert_eq!(decide(&[bea], "cy", &[7]), Decision::New(1), "the first has taken the signature back");
    }

    #[test]
    fn mails_end() {
        let mut ada = known(1, "ada", 7, SignatureState::Pending);
        ada.mails_sent = 5;
        assert_eq!(decide(&[ada.clone()], "ada", &[7]), Decision::Nothing);
        assert_eq!(decide(&[ada], "bea", &[7]), Decision::New(2), "which does not keep others from signing");
    }
}

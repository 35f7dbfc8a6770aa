//! The fields of conditions, on the pages for searches and for rules.

use crate::{
    domain::{
        signature::SignatureState,
        signature_search::{Conditions, Typed},
        suspicion::Suspicion,
    },
    store::{
        Db,
        signature_search::{Kind, areas_called},
    },
    web::form::{Choice, FormErrors},
};

/// Makes sense of what was typed; what does not is noted as a mistake.
pub(super) async fn read(db: &mut Db, typed: &Typed, errors: &mut FormErrors) -> sqlx::Result<Option<Conditions>> {
    let conditions = match typed.read() {
        Ok(conditions) => conditions,
        Err(mistakes) => {
            mistakes.into_iter().for_each(|(field, message)| errors.add(field, message));
            return Ok(None);
        }
    };
    let mut known = true;
    let places = [
        ("constituency", Kind::Constituency, &conditions.constituency, "There is no constituency of this name or code"),
        ("country", Kind::Country, &conditions.country, "There is no country of this name or code"),
    ];
    for (field, kind, typed, message) in places {
        if let Some(typed) = typed
            && areas_called(db, kind, typed).await?.is_empty()
        {
            errors.add(field, message);
            known = false;
        }
    }
    Ok(known.then_some(conditions))
}

/// Why signatures are suspected.
pub(super) fn suspicions() -> Vec<Choice> {
    let capital = |label: &str| label[..1].to_uppercase() + &label[1..];
    Suspicion::ALL.into_iter().map(|one| Choice::new(one.code().to_string(), capital(one.label()))).collect()
}

/// The states that can be asked for.
pub(super) fn states() -> Vec<Choice> {
    SignatureState::ALL.into_iter().map(|state| Choice::new(state.code(), state.label())).collect()
}

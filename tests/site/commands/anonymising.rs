//! Personal data ended by hand, and foreseen.

use super::program::Place;

#[test]
fn operators_see_whose_personal_data_would_end_and_end_them() {
    let place = Place::with_a_petition("anonymise");
    let _site = place.serve();
    place.sql(
        "update petitions set state = 'closed', closed_at = opened_at + interval '1 day', closes_at = opened_at + interval '1 day';
         insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, state, household_member,
             wants_updates, name, contact)
         select now(), now(), n, 1, (select min(id) from areas), 'validated', 1, true, 'Ada', 'x' from generate_series(1, 3) n",
    );
    let left = "select count(*)::text from signatures where name <> ''";
    let said = place.run(&["anonymise", "--dry-run"]).went_well().said;
    assert!(said.contains("petition 1 (") && said.contains("3 signatures would be erased"), "{said}");
    assert!(said.contains("The personal data of 3 signatures would be erased. Nothing was changed."), "{said}");
    assert!(!said.contains("Ada"), "{said}");
    assert_eq!(place.ask(left), ["3"]);
    place.sql("update petitions set keep_data_reason = 'A court case.'");
    let said = place.run(&["anonymise"]).went_well().said;
    assert!(said.contains("3 signatures kept, since staff have said so"), "{said}");
    assert_eq!(place.ask(left), ["3"]);
    place.sql("update petitions set keep_data_reason = null");
    let said = place.run(&["anonymise"]).went_well().said;
    assert!(said.contains("The personal data of 3 signatures were erased."), "{said}");
    assert_eq!(place.ask(left), ["0"]);
}

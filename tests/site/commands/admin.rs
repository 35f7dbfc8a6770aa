//! `undersigned admin`: the first account is made on the command line.

use super::program::Place;

#[test]
fn the_first_account_is_made_on_the_command_line() {
    let place = Place::with_a_petition("admin");
    let said = place.run(&["admin", "list"]).went_well().said;
    assert!(said.contains("There is no account yet; “undersigned admin add” makes the first one."), "{said}");
    let words = ["admin", "add", "Grace Hopper", "grace@example.org", "--public-url", "https://petitions.example.org"];
    let said = place.run(&words).went_well().said;
    assert!(said.contains("Grace Hopper has an account as sysadmin."), "{said}");
    let link = said.lines().last().expect("a link");
    let path = link.strip_prefix("https://petitions.example.org").expect(link);
    place.run(&words).failed(1, &["there is an account with the address grace@example.org already"]);

    let site = place.serve();
    assert!(site.get(path).contains("Set your password"));
    // Another link ends the first, while the site runs.
    let again = place.run(&["admin", "invite", "GRACE@example.org"]).went_well().said;
    let newer = again.lines().last().and_then(|link| link.split_once("/admin/")).expect("a link").1;
    assert_eq!(site.answer(path).0, 404);
    assert!(site.get(&format!("/admin/{newer}")).contains("Set your password"));

    // Somebody has to run the site.
    place.run(&["admin", "disable", "grace@example.org"]).failed(1, &["nobody else could run the site then"]);
    place.run(&["admin", "role", "grace@example.org", "reviewer"]).failed(1, &["nobody else could run the site then"]);
    place.run(&["admin", "add", "Ada Lovelace", "ada@example.org", "--role", "moderator"]).went_well();
    let said = place.run(&["admin", "role", "ada@example.org", "sysadmin"]).went_well().said;
    assert!(said.contains("The role is sysadmin now."), "{said}");
    place.run(&["admin", "disable", "grace@example.org"]).went_well();
    place.run(&["admin", "invite", "grace@example.org"]).failed(1, &["the account is closed"]);
    let said = place.run(&["admin", "list"]).went_well().said;
    assert!(said.contains("Grace Hopper <grace@example.org>, sysadmin, closed"), "{said}");
    assert!(said.contains("Ada Lovelace <ada@example.org>, sysadmin, invited until "), "{said}");
    place.run(&["admin", "enable", "grace@example.org"]).went_well();
    let log = place.ask("select who || ' ' || act from audit_log order by id");
    assert_eq!(log.first().map(String::as_str), Some("command line staff.add"), "{log:?}");
    assert_eq!(log.last().map(String::as_str), Some("command line staff.enable"), "{log:?}");
    site.stop();
}

#[test]
fn what_makes_no_account_is_refused() {
    let place = Place::new("admin-wrong");
    place.run(&["admin", "add", "https://example.org", "grace@example.org"]).failed(2, &["NAME"]);
    place.run(&["admin", "add", "Grace Hopper", "grace"]).failed(2, &["EMAIL"]);
    place
        .run(&["admin", "add", "Grace Hopper", "grace@example.org", "--role", "king"])
        .failed(2, &["reviewer, moderator or sysadmin"]);
    place
        .run(&["admin", "invite", "nobody@example.org"])
        .failed(1, &["there is no account with the address nobody@example.org"]);
}

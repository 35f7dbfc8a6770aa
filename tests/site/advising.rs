//! Advice to those who write a petition: seldom about what was published, mostly about what gets rejected.

use std::collections::BTreeMap;

use undersigned::domain::{
    advice::{About, Alike, advice},
    checks::{self, Texts, warnings},
};

use crate::{
    likeness::Labelled,
    support::{shared, shared_files},
};

fn of(action: &str, background: &str, additional_details: &str) -> Vec<About> {
    let texts = Texts { action, background, additional_details };
    advice(texts, Alike::default()).into_iter().map(|advice| advice.about).collect()
}

/// The share of petitions about which there is advice, and about what.
fn share<'a>(petitions: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> (f64, BTreeMap<About, Vec<&'a str>>) {
    let (mut all, mut met, mut about) = (0, 0, BTreeMap::<About, Vec<&str>>::new());
    for (action, background, details) in petitions {
        let found = of(action, background, details);
        all += 1;
        met += u32::from(!found.is_empty());
        for found in found {
            about.entry(found).or_default().push(action);
        }
    }
    (f64::from(met) / f64::from(all), about)
}

/// Petitions that were published in the United Kingdom.
fn published() -> BTreeMap<String, (String, String)> {
    let mut published = BTreeMap::new();
    for file in shared_files("petitions", ".json") {
        let json: serde_json::Value = serde_json::from_str(&shared(&file)).expect("JSON");
        let word = |name: &str| json["data"]["attributes"][name].as_str().unwrap_or_default().to_owned();
        published.insert(word("action"), (word("background"), word("additional_details")));
    }
    published
}

#[test]
fn moderators_are_seldom_warned_of_court_cases_where_there_is_none() {
    let is_warned = |action: &str, background: &str, additional_details: &str| {
        let texts = Texts { action, background, additional_details };
        warnings(texts).iter().any(|warning| warning.about == checks::About::Court)
    };
    let published = published();
    let warned: Vec<&String> = published
        .iter()
        .filter(|(action, (background, details))| is_warned(action, background, details))
        .map(|(action, _)| action)
        .collect();
    assert!(warned.len() * 10 < published.len(), "{warned:#?}");
    // Here somebody is named who is to be arrested.
    assert_eq!(warned.len(), 1, "{warned:#?}");
    let labelled = Labelled::texts();
    let warned: Vec<&str> = labelled
        .0
        .iter()
        .map(|petition| petition.text())
        .filter(|text| is_warned(text.action, text.background, text.additional_details))
        .map(|text| text.action)
        .collect();
    assert!(warned.len() * 10 < labelled.0.len(), "{warned:#?}");
    for (action, background) in &REJECTED[13..16] {
        assert!(is_warned(action, background, ""), "{action}");
    }
}

#[test]
fn published_petitions_seldom_get_advice() {
    let published = published();
    let texts = published.iter().map(|(action, (background, details))| (&**action, &**background, &**details));
    let (real, about) = share(texts);
    println!("{real:.2} of {} published petitions: {about:#?}", published.len());
    assert!(real <= 0.30, "{real:.2} of {} published petitions: {about:#?}", published.len());
    // What each kind of it says of them is right, or nearly so: these name people, and this one is written in capitals.
    for (kind, actions) in &about {
        let right = matches!(kind, About::Person | About::Court | About::Contact | About::Shouting);
        assert!(right || actions.len() <= 2, "{kind:?}: {actions:#?}");
    }
}

#[test]
fn petitions_that_were_written_to_be_compared_seldom_get_advice() {
    let labelled = Labelled::texts();
    let texts = labelled.0.iter().map(|petition| {
        let text = petition.text();
        (text.action, text.background, text.additional_details)
    });
    let (share, about) = share(texts);
    println!("{share:.2} of {} texts: {about:#?}", labelled.0.len());
    assert!(share <= 0.25, "{share:.2} of {} texts: {about:#?}", labelled.0.len());
}

/// Typical of what is rejected, for the reasons of the reference service; written for this test.
const REJECTED: [(&str, &str); 24] = [
    ("Reopen the paddling pool in our park before the summer holidays", "The council closed it."),
    ("Tell Ambridge Council to empty the bins every week", "They overflow."),
    ("Stop the planning application for flats behind the church", "It is too high."),
    ("Put traffic lights at the end of my road", "Cars are too fast."),
    ("Fix every pothole in our village", "Nobody does."),
    ("Make the Welsh Government fund more dentists in Powys", "There are none."),
    ("Scrap tuition fees at universities in Scotland for all", "Learning is for all."),
    ("Get rid of ULEZ", "It costs too much."),
    ("Tell Netflix to make another series of our favourite show", "It was good."),
    ("Tesco should open on Christmas Day", "We need milk."),
    ("Ban bullfighting in Spain", "It is cruel."),
    ("Tell Japan to end whaling", "Whales are clever."),
    ("Sack Mr Bloggs from the planning office", "He is rude."),
    ("Justice for Sarah Bloggs", "She was convicted for what she did not do."),
    ("Free David Bloggs who is in prison for nothing", "He awaits trial."),
    ("Reopen the case of a nurse", "The trial of the nurse was unfair and she was found guilty."),
    ("Ban fireworks and introduce lighter evenings", "Both are needed."),
    ("Fund more dentists, abolish car tax and also build homes", "All of it."),
    ("Trains", "They are late."),
    ("Everyone a bit kinder on trains", "It would be nice."),
    ("Why was my local branch closed?", "I want to know."),
    ("STOP EVERYTHING NOW", "It has to stop!!!"),
    ("Half price bird boxes in six colours", "Order at www.example.org."),
    ("Help me with my benefits", "Ring me: 01632 960 123."),
];

#[test]
fn what_gets_rejected_mostly_gets_advice() {
    let (share, about) = share(REJECTED.map(|(action, background)| (action, background, "")));
    let silent: Vec<&str> = REJECTED
        .iter()
        .filter(|(action, background)| of(action, background, "").is_empty())
        .map(|(action, _)| *action)
        .collect();
    println!("{share:.2} of what gets rejected: {about:#?}");
    assert!(share >= 0.85, "{share:.2}, none for {silent:#?}");
}

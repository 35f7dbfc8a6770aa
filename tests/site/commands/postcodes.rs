//! The postcode directory from files: what went in, what did not and why, and what readers see meanwhile.

use std::{
    collections::BTreeSet,
    fmt::Write,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::program::Place;
use crate::support::shared;

/// A directory of `rows` postcodes with a constituency, the n-th of them in use if n is odd.
fn directory(rows: usize) -> String {
    let letters: Vec<char> = "ABDEFGHJLN".chars().collect();
    let mut text = "pcds,doterm,pcon24cd\n".to_owned();
    for n in 0..rows {
        let (sector, first, second) = (n / 100 % 10, letters[n / 10 % 10], letters[n % 10]);
        let terminated = if n % 2 == 0 { "200001" } else { "" };
        writeln!(text, "LS{} {sector}{first}{second},{terminated},E14001320", n / 1000).unwrap();
    }
    text
}

#[test]
fn a_real_directory_is_imported_again_and_replaced_by_another() {
    let place = Place::with_a_petition("postcodes");
    let import = |file: &str| place.run(&["import", "postcodes", file]).went_well().said;
    let sample = place.file("sample.csv", shared("postcodes/sample_2024.csv")).display().to_string();
    assert_eq!(
        import(&sample),
        format!(
            "{sample}: 2698 postcodes, 22 rows without one were passed over (line 1519: “N20000 159” is not a postcode)\n\
             The directory has 2698 postcodes (it had 0), 0 of them no longer in use, 0 without a known constituency; 2698 are new, \
             different or gone.\n"
        )
    );
    assert!(import(&sample).contains("; 0 are new, different or gone.\n"));

    let other = "PCD,PCDS,DOTERM,PCON10,PCON24\nAB119AX,AB11 9AX,,S14000001,S14000061\nAB1 0AA,AB1 0AA,199606,,S14000061\n\
                 JE2 3AB,JE2 3AB,,,L93000001\nLS1 1UR,LS1 1UR,,,E14009998\nLS1 4DY,LS1 4DY,,,E14009999\n";
    let other = place.file("other.csv", other).display().to_string();
    let more = place.file("more.csv", "pcds,pcon24\nSW1A 1AA,E14001172\n").display().to_string();
    let said = place.run(&["import", "postcodes", &other, &more]).went_well().said;
    assert_eq!(
        said,
        format!(
            "{other}: 5 postcodes\n{more}: 1 postcodes\nThe directory has 6 postcodes (it had 2698), 1 of them no longer in use, 3 \
             without a known constituency; 2702 are new, different or gone.\n2 lie in constituencies that are not \
             known: E14009998, E14009999.\n"
        )
    );

    let site = place.serve();
    let rows = place.ask(
        "select p.code || ' ' || coalesce(a.code, '-') || case when p.terminated then ' terminated' else '' end
         from postcodes p left join areas a on a.id = p.area_id order by p.code",
    );
    let expected =
        ["AB10AA S14000061 terminated", "AB119AX S14000061", "JE23AB -", "LS11UR -", "LS14DY -", "SW1A1AA E14001172"];
    assert_eq!(rows, expected);
    assert_eq!(place.ask("select count(*)::text from incoming_postcodes"), ["0"]);
    site.stop();
}

#[test]
fn a_wrong_directory_is_refused_and_changes_nothing() {
    let place = Place::with_a_petition("wrong-postcodes");
    let good = place.file("good.csv", directory(10)).display().to_string();
    place.run(&["import", "postcodes", &good]).went_well();
    let whole = directory(300);
    for (name, content, reason) in [
        ("no-header", whole.split_once('\n').unwrap().1.as_bytes(), "line 1: there is no column pcds or pcd2"),
        ("no-constituency", &b"pcds,doterm\nLS1 1AA,\n"[..], "line 1: there is no column pcon or pcon with a year"),
        ("empty", b"", "line 1: there is no column"),
        ("no-rows", b"pcds,pcon24cd\n", "line 1: there are no rows below the header"),
        ("latin", b"pcds,pcon24cd\nLS1 1AA,E14001320\nLS1 1A\xc4,E14001320\n", "line 3: column 1 is not UTF-8 text"),
        ("archive", b"PK\x03\x04\x14\x00\x00\x00\xff\xfe", "line 1: the header is not UTF-8 text"),
        ("cut-off", &whole.as_bytes()[..whole.len() - 12], "line 301: "),
        (
            "no-postcode",
            b"pcds,pcon24cd\nLS1 1AA,E14001320\n\nLeeds,E14001320\n",
            "line 4: \u{201c}Leeds\u{201d} is not a postcode",
        ),
        ("name", b"pcds,pcon24cd\nLS1 1AA,Leeds Central\n", "line 2: \u{201c}Leeds Central\u{201d} is not the code"),
        (
            "twice",
            b"pcds,pcon24cd\nLS1 1AA,E14001320\nLS1 1AA,E14001321\n",
            "LS11AA: it lies in E14001320 and in E14001321",
        ),
        (
            "old-boundaries",
            b"pcds,pcon\nLS1 1AA,E14000777\nLS1 1AB,E14000777\nAB1 0AA,S14000021\n",
            "2 of 3 postcodes lie in constituencies that are not known, such as E14000777; import those first",
        ),
    ] {
        let file = place.file(name, content).display().to_string();
        place.run(&["import", "postcodes", &file]).failed(1, &["refused: ", reason]);
    }
    let missing = place.path("missing.csv").display().to_string();
    place
        .run(&["import", "postcodes", &missing])
        .failed(1, &[&format!("{missing}: refused: cannot be read: No such file")]);

    let said = place.run(&["import", "postcodes", &good]).went_well().said;
    assert!(said.contains("; 0 are new, different or gone."), "{said}");
}

#[test]
fn whoever_reads_during_an_import_sees_the_old_directory_or_the_new_one() {
    let place = Place::with_a_petition("postcodes-under-reading");
    let small = place.file("small.csv", directory(30_000)).display().to_string();
    let large = place.file("large.csv", directory(99_000)).display().to_string();
    let site = place.serve();
    place.run(&["import", "postcodes", &small]).went_well();
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                seen.extend(place.ask("select count(*) || ' ' || count(area_id) from postcodes"));
            }
            seen
        });
        for file in [&large, &small] {
            let said = place.run(&["import", "postcodes", file]).went_well().said;
            assert!(said.contains("; 69000 are new, different or gone."), "{said}");
        }
        done.store(true, Ordering::Relaxed);
        reader.join().expect("a reader")
    });
    assert_eq!(seen, BTreeSet::from(["30000 30000".to_owned(), "99000 99000".to_owned()]));
    site.stop();
}

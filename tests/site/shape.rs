//! A friendly guard: a module uses those below it and none above. The README has the picture.

use std::{collections::BTreeSet, fs, path::Path};

/// The modules, from the bottom up.
const FLOORS: [&[&str]; 10] = [
    &["domain", "clock", "metrics"],
    &["urls"],
    &["store"],
    &["mail"],
    &["actions", "settings"],
    &["app"],
    &["jobs"],
    &["web"],
    &["telemetry", "dev"],
    &["cli"],
];

#[test]
fn arrows_point_down() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let floor = |module: &str| {
        let found = FLOORS.iter().position(|floor| floor.contains(&module));
        found.unwrap_or_else(|| panic!("{module} has no floor yet"))
    };
    let mut arrows = BTreeSet::new();
    for entry in fs::read_dir(&source).expect("the source") {
        let path = entry.expect("a module").path();
        let module = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if !["main", "lib"].contains(&&*module) {
            arrows.extend(used_in(&path).into_iter().filter(|used| *used != module).map(|used| (module.clone(), used)));
        }
    }
    let picture: String = arrows.iter().map(|(from, to)| format!("{from} → {to}\n")).collect();
    for (from, to) in &arrows {
        assert!(floor(from) > floor(to), "{from} uses {to}, which is not below it:\n{picture}");
    }
    assert!(arrows.len() > 15, "{picture}");
}

/// The modules of ours that a file or folder names.
fn used_in(path: &Path) -> BTreeSet<String> {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("a file").path());
        return entries.flat_map(|path| used_in(&path)).collect();
    }
    if path.extension().is_none_or(|ending| ending != "rs") {
        return BTreeSet::new();
    }
    let text = fs::read_to_string(path).expect("a source file");
    text.split("crate::").skip(1).flat_map(first_words).collect()
}

/// `store::{self, Db}, …` names `store`; `{app::App, store::{self, Db}}; …` names `app` and `store`.
fn first_words(path: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let (mut depth, mut words, mut begins) = (1, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => begins = true,
            c if begins && c.is_ascii_lowercase() => {
                words.push(word(&group[at..]));
                begins = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    words
}

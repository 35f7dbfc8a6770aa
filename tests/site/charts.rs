//! Charts: what they say is true, what they draw adds up, and they stay small whatever the history.

use insta::{assert_snapshot, with_settings};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use undersigned::domain::area::{Hex, Nation};
use undersigned::domain::forecast::Forecast;
use undersigned::domain::series::{Hour, Range, Series, Step};
use undersigned::web::charts::{
    DayChart, Event, Hexagon, Hexmap, History, HistoryChart, Shade, Table, ThresholdLine, summary,
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn opened() -> Timestamp {
    at("2022-03-01T10:00:00Z")
}

fn deadline() -> Timestamp {
    at("2022-09-01T22:59:59.999Z")
}

/// A petition of 44,029 signatures ten days before its deadline: a burst, a tail, a second small burst.
fn series() -> Series {
    let until = at("2022-08-21T20:36:05Z");
    let mut hours = Vec::new();
    let mut total = 0;
    for hour in 0..4_000 {
        let starts_at = opened() + SignedDuration::from_hours(hour);
        let day = hour as f64 / 24.0;
        let second = if day > 20.0 { 60.0 / (day - 19.5).powf(1.3) } else { 0.0 };
        let added = (1_000.0 / (day + 1.0).powf(1.6) + second) as u32;
        hours.push(Hour { starts_at, added, removed: 0 });
        total += added;
    }
    let last_day = until - SignedDuration::from_hours(20);
    hours.push(Hour { starts_at: last_day, added: 13, removed: 0 });
    hours[24].added += 44_029 - 13 - total;
    Series::new(0, opened(), until, hours, Vec::new())
}

const THRESHOLDS: [ThresholdLine; 2] = [
    ThresholdLine { signatures: 10_000, label: "government response" },
    ThresholdLine { signatures: 100_000, label: "debate in Parliament" },
];

fn chart(series: &Series, range: Range) -> HistoryChart {
    let forecast = Forecast::new(series, opened(), deadline(), series.until());
    let events = [
        Event { at: at("2022-03-21T11:00:00Z"), label: "The government responded".into() },
        Event { at: at("2022-03-01T15:00:00Z"), label: "10,000 signatures".into() },
        Event { at: at("2021-01-01T00:00:00Z"), label: "Long before".into() },
    ];
    let history = History {
        series,
        range,
        opened_at: opened(),
        forecast: forecast.as_ref(),
        thresholds: &THRESHOLDS,
        events: &events,
    };
    HistoryChart::new(&history)
}

#[test]
fn the_history_as_a_picture() {
    let chart = chart(&series(), Range::All);
    assert_eq!(chart.summary, "13 signatures in the last 24 hours; half of all came in the first two days");
    assert_eq!(
        chart.events.iter().map(|event| event.label.as_str()).collect::<Vec<_>>(),
        ["10,000 signatures", "The government responded"],
        "in the order of time, without those outside the picture"
    );
    with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        assert_snapshot!("history.svg", chart.svg("growth"));
        assert_snapshot!("history-24h.svg", self::chart(&series(), Range::Day).svg("growth"));
    });
}

/// How each state of a petition is drawn.
#[test]
fn the_history_in_every_state() {
    let draw = |name: &str, series: &Series, range: Range, events: &[Event]| {
        let forecast = Forecast::new(series, opened(), deadline(), series.until());
        let history = History {
            series,
            range,
            opened_at: opened(),
            forecast: forecast.as_ref().filter(|_| range == Range::All),
            thresholds: &THRESHOLDS,
            events,
        };
        let chart = HistoryChart::new(&history);
        with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!(name, format!("{}\n{}\n{}", chart.summary, chart.notes.join("\n"), chart.svg("growth")));
        });
        chart
    };
    let opening = Event { at: opened(), label: "Opened for signatures".into() };

    // Its first evening: hours, the running one hatched, the two before it empty.
    let hours = [(0, 900), (1, 2_400), (2, 1_100), (3, 310), (6, 41)];
    let hours =
        hours.map(|(hour, added)| Hour { starts_at: opened() + SignedDuration::from_hours(hour), added, removed: 0 });
    let young = Series::new(0, opened(), at("2022-03-01T16:25:00Z"), hours.to_vec(), Vec::new());
    let chart = draw("history-first-day.svg", &young, Range::All, std::slice::from_ref(&opening));
    assert_eq!((chart.step, chart.notes.len()), (Step::Hour, 1));

    // A week with nights, by the hour.
    let nights = (0..24 * 20).map(|hour: i64| {
        let clock = (hour + 10) % 24;
        let added = if (7..23).contains(&clock) { 40 + (clock * 37 % 29) as u32 } else { 0 };
        Hour { starts_at: opened() + SignedDuration::from_hours(hour), added, removed: 0 }
    });
    let nights = Series::new(0, opened(), at("2022-03-21T09:40:00Z"), nights.collect(), Vec::new());
    let chart = draw("history-7d.svg", &nights, Range::Week, &[]);
    assert_eq!(chart.step, Step::Hour);
    assert_eq!(draw("history-30d.svg", &nights, Range::Month, &[]).step, Step::Day);

    // Half of it taken out again, and closed.
    let fallen = vec![
        Hour { starts_at: opened(), added: 12_400, removed: 0 },
        Hour { starts_at: at("2022-04-10T09:00:00Z"), added: 12, removed: 6_200 },
        Hour { starts_at: at("2022-08-20T09:00:00Z"), added: 900, removed: 0 },
    ];
    let fallen = Series::new(0, opened(), deadline(), fallen, Vec::new()).closed();
    let events = [
        opening,
        Event { at: at("2022-03-01T10:40:00Z"), label: "Reached 10,000 signatures".into() },
        Event { at: at("2022-04-10T09:00:00Z"), label: "6,200 signatures were removed as suspected fraud".into() },
        Event { at: deadline(), label: "Closed for signatures".into() },
    ];
    let chart = draw("history-fallen-and-closed.svg", &fallen, Range::All, &events);
    assert_eq!(chart.events.len(), 4);

    // Five years of another service, of which the beginning is not known.
    let since = at("2017-06-01T12:00:00Z");
    let years =
        (0..260).map(|week| Hour { starts_at: since + SignedDuration::from_hours(168 * week), added: 9, removed: 0 });
    let years = Series::new(1_000, since, at("2022-06-01T12:00:00Z"), years.collect(), Vec::new()).closed();
    let history = History { opened_at: since - SignedDuration::from_hours(99), ..history(&years) };
    let chart = HistoryChart::new(&history);
    assert_eq!((chart.step, chart.notes.len()), (Step::Week, 1));
    assert_eq!(Step::for_rows(years.length()), Step::Year);
}

/// What a chart of all of a history is drawn from, when there is nothing else.
fn history(series: &Series) -> History<'_> {
    History {
        series,
        range: Range::All,
        opened_at: series.since(),
        forecast: None,
        thresholds: &THRESHOLDS,
        events: &[],
    }
}

/// All signatures of a site yesterday and today until 9.25 pm.
fn two_days() -> Series {
    let until = at("2022-08-21T20:25:00Z");
    let midnight = at("2022-08-19T23:00:00Z");
    let hours = (0..46).map(|hour: i64| {
        let clock = hour % 24;
        let by_day = if (6..23).contains(&clock) { 300 + clock * 53 % 190 } else { 7 };
        let today = if hour < 24 { 1 } else { 2 };
        Hour { starts_at: midnight + SignedDuration::from_hours(hour), added: (by_day * today) as u32, removed: 0 }
    });
    Series::new(0, midnight, until, hours.collect(), Vec::new())
}

#[test]
fn today_as_a_picture() {
    let chart = DayChart::new(&two_days());
    assert_eq!(chart.note, "Bars: today. Line: yesterday. The hatched hour is not over yet.");
    assert_eq!(chart.rows.len(), 22);
    assert_eq!(chart.rows[0].when, "midnight");
    with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("today.svg", format!("{}\n{}", chart.summary, chart.svg("today")));
    });
}

#[test]
fn a_day_on_which_nobody_has_signed_is_not_drawn() {
    let (midnight, until) = (at("2022-08-19T23:00:00Z"), at("2022-08-20T23:00:00Z"));
    let empty = DayChart::new(&Series::new(0, midnight, until, Vec::new(), Vec::new()));
    assert_eq!((empty.summary.as_str(), empty.is_empty(), empty.rows.len()), ("Nobody has signed yet today", true, 0));
    let hours = vec![Hour { starts_at: at("2022-08-20T09:00:00Z"), added: 1_200, removed: 0 }];
    let chart = |until| DayChart::new(&Series::new(0, midnight, at(until), hours.clone(), Vec::new()));
    let morning = chart("2022-08-21T08:00:00Z");
    assert_eq!(morning.summary, "Nobody has signed yet today");
    assert!(!morning.is_empty(), "the line of yesterday is there");
    let evening = chart("2022-08-21T20:00:00Z");
    assert_eq!(evening.summary, "No signatures so far today; yesterday there were 1,200 by this time");
}

#[test]
fn pictures_are_small() {
    let series = series();
    for range in Range::EVERY {
        let bytes = chart(&series, range).svg("growth").len();
        assert!(bytes < 8_000, "{bytes} bytes for {}", range.word());
    }
    let places = (0..650i16).map(|number| (number % 26, number / 26));
    let hexagons: Vec<_> = places.map(|(column, row)| hexagon(column, row, f64::from(column * row % 97))).collect();
    let bytes = Hexmap::new(&hexagons, Shade::Count).svg("map").len();
    assert!(bytes < 6_500, "{bytes} bytes");
    let named: Vec<_> =
        hexagons.into_iter().map(|hexagon| Hexagon { words: Some("East: 5 signatures".into()), ..hexagon }).collect();
    let bytes = Hexmap::new(&named, Shade::Count).svg("map").len();
    assert!(bytes < 65_000, "{bytes} bytes");
}

#[test]
fn a_file_brings_its_own_style() {
    let file = chart(&series(), Range::All).file();
    assert!(file.starts_with("<svg xmlns="));
    assert!(file.contains("<style>") && file.contains("prefers-color-scheme: dark"));
    let part = chart(&series(), Range::All).svg("growth");
    assert!(!part.contains("style") && !part.contains("xmlns"));
}

#[test]
fn a_falling_count_is_drawn_and_said() {
    let hours = vec![
        Hour { starts_at: opened(), added: 900, removed: 0 },
        Hour { starts_at: at("2022-08-01T10:00:00Z"), added: 3, removed: 400 },
    ];
    let series = Series::new(0, opened(), at("2022-08-10T12:00:00Z"), hours, Vec::new());
    let chart = chart(&series, Range::Month);
    assert_eq!(
        chart.summary,
        "397 signatures fewer since 12 July 2022 (3 came, 400 were taken out); the busiest day was Monday 1 August with 3"
    );
    let svg = chart.svg("growth");
    assert!(svg.contains("the total fell from 900 to 503") && svg.contains(r#"class="removed""#));
}

#[test]
fn one_signature_was_and_two_were_taken_out() {
    for (removed, words) in
        [(1, "7 signatures in the last 24 hours (8 came, 1 was taken out)"), (2, "2 were taken out)")]
    {
        let hours = vec![Hour { starts_at: at("2022-08-10T10:00:00Z"), added: 8, removed }];
        let series = Series::new(0, opened(), at("2022-08-10T12:00:00Z"), hours, Vec::new());
        let summary = chart(&series, Range::Day).summary;
        assert!(summary.contains(words), "{summary}");
    }
}

#[test]
fn a_history_without_its_beginning_says_so() {
    let since = at("2022-05-01T12:00:00Z");
    let hours = vec![Hour { starts_at: since, added: 40, removed: 0 }];
    let series = Series::new(12_000, since, at("2022-05-03T12:30:00Z"), hours, Vec::new()).closed();
    let all = chart(&series, Range::All);
    assert_eq!(all.notes, ["The history begins on 1 May 2022, with 12,000 signatures; how they came is not known."]);
    assert_eq!(all.summary, "12,040 signatures in all");
    assert_eq!(chart(&series, Range::Day).notes, ["The line is drawn from 12,040 up, not from zero."]);
}

#[test]
fn what_is_drawn_in_a_special_way_is_explained() {
    let hours = vec![Hour { starts_at: opened(), added: 900, removed: 0 }];
    let notes = |until, range| chart(&Series::new(0, opened(), at(until), hours.clone(), Vec::new()), range).notes;
    assert_eq!(notes("2022-03-01T10:59:59Z", Range::All), ["The hatched hour is not over yet."]);
    assert!(notes("2022-03-01T11:00:00Z", Range::All).is_empty());
    let all = notes("2022-04-20T12:00:00Z", Range::All);
    assert_eq!(
        all,
        [
            "Dotted: the estimate, about 900 by 1 September 2022. Shaded: where half of petitions like this end, between 900 and \
             904; lighter: four in five, between 900 and 921."
        ]
    );
}

#[test]
fn a_range_that_goes_on_above_the_picture_says_how_far() {
    let surge = |until: &str, added| {
        let until = at(until);
        let hours = vec![
            Hour { starts_at: opened(), added: 200, removed: 0 },
            Hour { starts_at: until - SignedDuration::from_hours(5), added, removed: 0 },
        ];
        chart(&Series::new(0, opened(), until, hours, Vec::new()), Range::All)
    };
    let old = surge("2022-06-10T12:00:00Z", 2_000);
    assert!(old.svg("growth").contains(">range goes up to "), "{}", old.svg("growth"));
    assert!(old.notes[1].ends_with("; lighter: four in five, between 4,100 and 190,000."), "{:?}", old.notes);
    assert!(old.svg("growth").contains(">range goes up to 190,000 ↑<"), "{}", old.svg("growth"));
    assert_eq!(old.notes[2], "Both ranges go on above the picture.");
    // The picture of a young petition ends before its deadline.
    let young = surge("2022-03-09T12:00:00Z", 2_000);
    assert!(young.svg("growth").contains(">range goes on above ↑<"), "{}", young.svg("growth"));
    // What can be shown is shown.
    let calm = chart(&series(), Range::All);
    assert!(!calm.svg("growth").contains("↑") && !calm.notes.join(" ").contains("above"), "{:?}", calm.notes);
}

#[test]
fn words_stand_above_the_line_that_they_belong_to() {
    for range in Range::EVERY {
        for series in [series(), Series::new(12_000, opened(), at("2022-05-03T12:30:00Z"), Vec::new(), Vec::new())] {
            let svg = chart(&series, range).svg("growth");
            let level = svg.lines().filter(|line| line.starts_with("<text") && !line.contains("class=\"value\""));
            for text in level.filter(|line| !line.contains(">about ")) {
                assert!(!text.contains("dy=\"1") && !text.contains("dy=\"2"), "{text}");
            }
        }
    }
}

#[test]
fn summaries_say_where_most_came_from() {
    let burst = |day: i64| {
        let starts_at = opened() + SignedDuration::from_hours(24 * day);
        let hours =
            vec![Hour { starts_at: opened(), added: 10, removed: 0 }, Hour { starts_at, added: 90, removed: 0 }];
        let until = opened() + SignedDuration::from_hours(24 * 100);
        summary(&Series::new(0, opened(), until, hours, Vec::new()), opened(), Range::All)
    };
    assert_eq!(burst(1), "No signatures in the last 24 hours; half of all came in the first two days");
    assert_eq!(burst(50), "No signatures in the last 24 hours; the busiest day was 20 April 2022 with 90");
    assert_eq!(burst(98), "No signatures in the last 24 hours; half of all came in the last two days");
}

#[test]
fn tables_add_up() {
    let series = series();
    let table = Table::new(&series, Range::All);
    assert_eq!((table.step, table.removals), (Step::Week, false));
    assert_eq!(table.rows[0].when, "Week of 15 August 2022");
    assert_eq!(table.rows[0].bucket.total, 44_029);
    assert_eq!(table.rows.iter().map(|row| row.bucket.added).sum::<u64>(), 44_029);
    let day = Table::new(&series, Range::Day);
    assert_eq!(day.rows.iter().map(|row| row.bucket.added).sum::<u64>(), 13);
    assert_eq!((day.rows[0].when.as_str(), day.rows[24].when.as_str()), ("9 pm, 21 August", "From 9.36 pm, 20 August"));
}

#[test]
fn the_hour_that_comes_twice_is_told_apart() {
    let until = at("2022-10-30T03:30:00Z");
    let series = Series::new(0, at("2022-10-29T23:00:00Z"), until, Vec::new(), Vec::new());
    let hours: Vec<_> = Table::new(&series, Range::All).rows.into_iter().map(|row| row.when).collect();
    assert_eq!(hours[2..4], ["1 am GMT, 30 October", "1 am BST, 30 October"]);
}

fn hexagon(column: i16, row: i16, value: f64) -> Hexagon<'static> {
    let nation = Some(if row < 2 { Nation::Scotland } else { Nation::England });
    Hexagon { name: "Mid & West", nation, place: Hex { column, row }, value: Some(value), words: None }
}

#[test]
fn the_map_as_a_picture() {
    let figures = |unit: f64| -> Vec<_> {
        let mut hexagons: Vec<_> =
            (0..20i16).map(|number| hexagon(number % 4, number / 4, f64::from(number) * unit)).collect();
        hexagons[7].name = "Seven";
        hexagons[7].value = Some(100.0 * unit);
        hexagons.push(Hexagon { value: None, ..hexagon(6, 4, 0.0) });
        hexagons
    };
    let (count, share) = (Hexmap::new(&figures(10.0), Shade::Count), Hexmap::new(&figures(0.0143), Shade::Share));
    let mut compared = figures(0.1);
    compared[0].value = Some(0.3);
    for hexagon in &mut compared {
        hexagon.words = hexagon.value.map(|value| format!("{}: {value:.1} × usual", hexagon.name));
    }
    compared.retain(|hexagon| hexagon.value.is_some());
    let usual = Hexmap::new(&compared, Shade::Usual);
    for map in [&count, &share, &usual] {
        let constituencies: usize = map.legend.iter().map(|row| row.constituencies).sum();
        assert_eq!(constituencies, 20, "one is without a figure");
    }
    with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        assert_snapshot!("places.svg", count.svg("map"));
        assert_snapshot!("places-share.svg", share.svg("map"));
        assert_snapshot!("places-usual.svg", usual.file());
    });
}

#[test]
fn legends_are_round_and_without_gaps() {
    let legend = |counts: &[u64]| {
        let hexagons: Vec<_> =
            counts.iter().zip(0..).map(|(&count, number)| hexagon(number % 10, number / 10, count as f64)).collect();
        let rows = Hexmap::new(&hexagons, Shade::Count).legend;
        rows.into_iter()
            .map(|row| format!("{}: {} ({})", row.class, row.figures, row.constituencies))
            .collect::<Vec<_>>()
    };
    assert_eq!(legend(&[0, 0, 0]), ["k0: None (3)"]);
    assert_eq!(legend(&[0, 4, 0]), ["k0: None (2)", "k1: 4 (1)"]);
    assert_eq!(legend(&[1, 1, 1, 1, 1, 1, 2]), ["k1: 1 (6)", "k2: 2 (1)"]);
    let counts: Vec<u64> = (100..200).collect();
    assert_eq!(
        legend(&counts),
        [
            "k1: 100 to 119 (20)",
            "k2: 120 to 139 (20)",
            "k3: 140 to 159 (20)",
            "k4: 160 to 179 (20)",
            "k5: 180 to 199 (20)"
        ]
    );
}

#[test]
fn the_legend_of_more_and_less_than_usual_is_the_same_upside_down() {
    let legend = |values: &[f64]| {
        let hexagons: Vec<_> =
            values.iter().zip(0..).map(|(&value, number)| hexagon(number % 10, number / 10, value)).collect();
        let rows = Hexmap::new(&hexagons, Shade::Usual).legend;
        rows.into_iter()
            .map(|row| format!("{}: {} ({})", row.class, row.figures, row.constituencies))
            .collect::<Vec<_>>()
    };
    assert_eq!(legend(&[1.0; 30]), ["d3: about as usual, 0.91 to 1.1 (30)"]);
    let mut values = vec![1.0; 6];
    values.extend([0.2, 0.6, 1.6, 2.5]);
    assert_eq!(
        legend(&values),
        [
            "d1: 0.5 times or less (1)",
            "d2: 0.5 to 0.67 times (1)",
            "d3: about as usual, 0.67 to 1.5 (6)",
            "d4: 1.5 to 2 times (1)",
            "d5: 2 times or more (1)"
        ]
    );
}

/// How somebody sees a colour of the page: linear parts of red, green and blue.
type Seen = [f64; 3];

/// A custom property of the stylesheet: that of the light colours, or of the dark ones.
fn colour(name: &str, dark: bool) -> Seen {
    let css = include_str!("../../static/site.css");
    let of = |css: &str| css.split(&format!("--{name}: #")).nth(1).map(|rest| rest[..6].to_owned());
    let (light, rest) = css.split_once("prefers-color-scheme: dark").expect("two sets of colours");
    let hexadecimal = if dark { of(rest) } else { of(light) }.unwrap_or_else(|| panic!("--{name}"));
    std::array::from_fn(|part| {
        let value = u8::from_str_radix(&hexadecimal[part * 2..part * 2 + 2], 16).expect("a colour");
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// What people without one of the three kinds of cones see (Machado, Oliveira and Fernandes 2009, severity 1), and
/// everybody else.
const EYES: [[[f64; 3]; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
];

fn seen(colour: Seen, eyes: [[f64; 3]; 3]) -> Seen {
    eyes.map(|row| row.iter().zip(colour).map(|(weight, part)| weight * part).sum::<f64>().clamp(0.0, 1.0))
}

fn luminance([red, green, blue]: Seen) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: Seen, b: Seen) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

/// How far two colours are apart for the eye: in CIELAB, where 2.3 can just be told.
fn apart(a: Seen, b: Seen) -> f64 {
    let lab = |[red, green, blue]: Seen| {
        let cube = |part: f64| if part > 0.008856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 };
        let x = cube((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
        let y = cube(luminance([red, green, blue]));
        let z = cube((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
        [116.0 * y, 500.0 * (x - y), 200.0 * (y - z)]
    };
    lab(a).iter().zip(lab(b)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn neighbouring_colours_of_the_map_can_be_told_apart_by_everybody() {
    for dark in [false, true] {
        let paper = colour("paper", dark);
        let sequential: Vec<Seen> =
            std::iter::once(paper).chain((1..6).map(|class| colour(&format!("k{class}"), dark))).collect();
        let diverging: Vec<Seen> = (1..6).map(|class| colour(&format!("d{class}"), dark)).collect();
        for eyes in EYES {
            for pair in sequential.windows(2).chain(diverging.windows(2)) {
                let (a, b) = (seen(pair[0], eyes), seen(pair[1], eyes));
                assert!(
                    apart(a, b) >= 7.5 && contrast(a, b) >= 1.15,
                    "{pair:?}: {:.1}, {:.2}",
                    apart(a, b),
                    contrast(a, b)
                );
            }
            // More is never taken for less.
            for (less, more) in [(0, 4), (1, 3)] {
                assert!(apart(seen(diverging[less], eyes), seen(diverging[more], eyes)) >= 50.0);
            }
        }
        // On grey paper the steps of the one go in one direction; of the other a dash tells which way it goes.
        let grey: Vec<f64> = sequential.iter().map(|colour| luminance(*colour)).collect();
        assert!(grey.windows(2).all(|pair| (pair[0] < pair[1]) == dark), "{grey:?}");
        for (class, dash) in [(0, paper), (1, colour("ink", dark))] {
            assert!(contrast(diverging[class], dash) >= 3.0, "the dash of d{}", class + 1);
        }
    }
}

#[test]
fn a_map_as_a_file_has_the_colours_of_the_page() {
    let (css, style) = (include_str!("../../static/site.css"), include_str!("../../templates/charts/style.svg"));
    for name in ["k1", "k2", "k3", "k4", "k5", "d1", "d2", "d3", "d4", "d5"] {
        let colours = |text: &'static str| -> Vec<&'static str> {
            text.split(&format!("--{name}: #")).skip(1).map(|rest| &rest[..6]).collect()
        };
        assert_eq!(colours(css), colours(style), "--{name}, light and dark");
    }
}

proptest! {
    #[test]
    fn any_day_can_be_drawn(
        hours in prop::collection::vec((0i64..50, 0u32..50_000, 0u32..9_000), 0..50),
        day in prop_oneof![Just("2022-03-27"), Just("2022-03-28"), Just("2022-10-30"), Just("2022-10-31"), Just("2022-08-21")],
        seconds in 0i64..86_400,
    ) {
        let until = at(&format!("{day}T00:00:00Z")) + SignedDuration::from_secs(seconds);
        let since = Step::Day.floor(Step::Day.floor(until) - SignedDuration::from_secs(1));
        let hours = hours.into_iter()
            .map(|(hour, added, removed)| Hour { starts_at: since + SignedDuration::from_hours(hour), added, removed })
            .filter(|hour| hour.starts_at < until);
        let series = Series::new(0, since, until, hours.collect(), Vec::new());
        let chart = DayChart::new(&series);
        let svg = chart.svg("today");
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.len() < 6_000);
        prop_assert_eq!(chart.rows.iter().map(|row| row.today).sum::<u64>(), chart.sums.0);
        // On the days on which clocks change, an hour of yesterday is there twice, or not at all.
        if day == "2022-08-21" {
            prop_assert_eq!(chart.rows.iter().map(|row| row.yesterday).sum::<u64>(), chart.sums.1);
        }
        let today = series.today().expect("it is open");
        prop_assert_eq!((today.so_far.added, today.yesterday.map(|change| change.added)), (chart.sums.0, Some(chart.sums.1)));
    }

    #[test]
    fn any_history_can_be_drawn(
        before in prop_oneof![Just(0u64), 0u64..3_000_000],
        hours in prop::collection::vec((0i64..3_000, 0u32..50_000, 0u32..9_000), 0..50),
        age in prop_oneof![Just(0i64), 0i64..5_000], left in 0i64..5_000, closed in any::<bool>(), scheduled in -500i64..9_000,
    ) {
        let later = |hours: i64| opened() + SignedDuration::from_secs(hours * 3600 + 777);
        let hours = hours.into_iter()
            .map(|(hour, added, removed)| Hour { starts_at: later(hour), added, removed })
            .collect();
        let mut series = Series::new(before, later(0), later(age), hours, Vec::new());
        if closed {
            series = series.closed();
        }
        let forecast = Forecast::new(&series, opened(), later(age + left), later(age));
        let events = [Event { at: later(scheduled), label: "Debate".into() }, Event { at: later(age), label: "Now".into() }];
        for range in Range::EVERY {
            let forecast = forecast.as_ref();
            let history = History { series: &series, range, opened_at: opened(), forecast, thresholds: &THRESHOLDS, events: &events };
            let chart = HistoryChart::new(&history);
            for svg in [chart.svg("growth"), chart.file()] {
                prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
                prop_assert_eq!(svg.matches("<svg").count(), svg.matches("</svg>").count());
            }
            prop_assert_eq!(chart.svg("growth").matches("<circle").count(), chart.events.len());
            prop_assert!(chart.svg("growth").len() < 12_000);
            let table = Table::new(&series, range);
            prop_assert!(table.rows.len() <= 42);
            prop_assert_eq!(table.rows[0].bucket.total, series.total());
        }
    }

    #[test]
    fn every_constituency_is_in_one_class(
        counts in prop::collection::vec(prop_oneof![0u64..5, 0u64..100_000], 1..200), share in any::<bool>(),
    ) {
        let (shade, unit) = if share { (Shade::Share, 0.00143) } else { (Shade::Count, 1.0) };
        let hexagons: Vec<_> =
            counts.iter().zip(0..).map(|(&count, number)| hexagon(number % 14, number / 14, count as f64 * unit)).collect();
        let map = Hexmap::new(&hexagons, shade);
        prop_assert_eq!(map.legend.iter().map(|row| row.constituencies).sum::<usize>(), counts.len());
        let none = map.legend.iter().find(|row| row.class == "k0").map_or(0, |row| row.constituencies);
        prop_assert_eq!(none, counts.iter().filter(|&&count| count == 0).count());
    }

    #[test]
    fn every_comparison_is_in_one_class(ratios in prop::collection::vec(-6.0f64..6.0, 1..200)) {
        let hexagons: Vec<_> =
            ratios.iter().zip(0..).map(|(&log, number)| hexagon(number % 14, number / 14, log.exp())).collect();
        let map = Hexmap::new(&hexagons, Shade::Usual);
        prop_assert_eq!(map.legend.iter().map(|row| row.constituencies).sum::<usize>(), ratios.len());
        // Turned upside down, less is more.
        let turned: Vec<_> =
            ratios.iter().zip(0..).map(|(&log, number)| hexagon(number % 14, number / 14, (-log).exp())).collect();
        let turned = Hexmap::new(&turned, Shade::Usual);
        let sizes = |legend: &[undersigned::web::charts::LegendRow]| -> Vec<_> {
            legend.iter().map(|row| (row.class.as_bytes()[1] - b'0', row.constituencies)).collect()
        };
        let mut other: Vec<_> =
            sizes(&turned.legend).into_iter().map(|(class, number)| (6 - class, number)).collect();
        other.reverse();
        prop_assert_eq!(sizes(&map.legend), other);
    }
}

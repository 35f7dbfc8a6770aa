-- What the site said of each open petition, once a day, to be compared with what came of it.
create table estimates (
    petition_id bigint not null references petitions on delete cascade,
    -- By London's calendar.
    made_on date not null,
    made_at timestamptz not null,
    -- The deadline as it stood then.
    made_for timestamptz not null check (made_for > made_at),
    signature_count bigint not null check (signature_count >= 0),
    -- The count, and the last 24 hours times the days left.
    naive bigint not null check (naive >= signature_count),
    estimate bigint not null,
    -- Half of petitions, and four in five, were said to end between these.
    low bigint not null,
    high bigint not null,
    lowest bigint not null,
    highest bigint not null,
    -- The count at closing. Null: not closed yet.
    final_count bigint,
    primary key (petition_id, made_on),
    check (signature_count <= lowest and lowest <= low and low <= estimate and estimate <= high and high <= highest)
);

create index estimates_to_judge on estimates (petition_id) where final_count is null;

-- How good they were: sums over all that have been judged, made anew when more are.
create table track_record (
    -- By days since opening, or by days left.
    by_age boolean not null,
    -- Which of the spans of days, from 0.
    bucket integer not null check (bucket >= 0),
    estimates bigint not null check (estimates > 0),
    petitions bigint not null check (petitions > 0),
    -- Medians of |estimate - final| / final.
    naive_error double precision not null,
    error double precision not null,
    -- The share of final counts in the ranges.
    held_half double precision not null,
    held_four_in_five double precision not null,
    refreshed_at timestamptz not null,
    primary key (by_age, bucket)
);

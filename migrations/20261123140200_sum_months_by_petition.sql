-- How many signatures were counted and taken out of the count of a petition in a month (of London) that is over. Of each
-- petition by itself, so that whoever adds months up says which petitions count: for the public those that are published, for
-- staff those that began here. A job writes them; when the hours of a petition are rebuilt, so are its months.
drop table signature_months;

create table signature_months (
    petition_id bigint not null references petitions on delete cascade,
    month date not null check (extract(day from month) = 1),
    added bigint not null check (added >= 0),
    removed bigint not null check (removed >= 0),
    primary key (petition_id, month)
);

-- The first month that is not summed yet. Whoever sums or rebuilds holds it, so that neither misses what the other writes.
create table months_summed (
    only_row boolean primary key default true check (only_row),
    -- Null: none is.
    until date check (extract(day from until) = 1)
);

insert into months_summed default values;

-- Every month of every petition: those that are over as they were summed, the others from their hours. Of some months there
-- are several lines.
create view counted_months as
    select petition_id, month, added, removed from signature_months
    union all
    select petition_id, date_trunc('month', starts_at at time zone 'Europe/London')::date, added, removed
    from tally_hours
    where starts_at >= coalesce((select until::timestamp at time zone 'Europe/London' from months_summed), '-infinity');

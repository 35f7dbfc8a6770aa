-- Counting. The ledger says what happened; the tallies are its sums, kept so that no page has to count.
-- What a page shows adds up because the database makes it so:
--   total = before the history began + the sum of all hours                   (a generated column)
--   total = constituencies + countries other than the UK + not located        (a generated column)

create type ledger_reason as enum ('confirmed', 'withdrawn', 'quarantined', 'invalidated', 'reinstated', 'imported');

-- One line for each change of a petition's count. Lines are added, never altered.
create table ledger (
    id bigint generated always as identity primary key,
    petition_id bigint not null references petitions on delete cascade,
    -- Null: before the history of an imported petition begins; nobody knows exactly when.
    counted_at timestamptz,
    change integer not null check (change <> 0),
    reason ledger_reason not null,
    check (counted_at is not null or reason = 'imported')
);

create index ledger_by_petition on ledger (petition_id, counted_at);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the % is append-only', tg_table_name;
end
$$;

create trigger ledger_append_only before update or truncate on ledger
    for each statement execute function refuse_change();

-- With its petition a line goes too; by itself it does not.
create trigger ledger_keeps_its_lines before delete on ledger
    for each statement when (pg_trigger_depth() = 0) execute function refuse_change();

-- The counts of an imported petition as its publisher gave them at certain moments.
create table readings (
    petition_id bigint not null references petitions on delete cascade,
    read_at timestamptz not null,
    signature_count integer not null check (signature_count >= 0),
    primary key (petition_id, read_at)
);

-- The places of an imported petition as its publisher gave them, under the names it used then.
create table imported_places (
    petition_id bigint not null references petitions on delete cascade,
    area_id integer not null references areas,
    signature_count integer not null check (signature_count >= 0),
    published_name text not null,
    primary key (petition_id, area_id)
);

create table petition_totals (
    petition_id bigint primary key references petitions on delete cascade,
    -- Collected before the history begins; 0 where the history is whole.
    before_history integer not null default 0 check (before_history >= 0),
    -- The moment at which the history begins; null: it begins when the petition was created.
    history_since timestamptz,
    in_hours integer not null default 0,
    signature_count integer not null generated always as (before_history + in_hours) stored,
    in_constituencies integer not null default 0 check (in_constituencies >= 0),
    in_other_countries integer not null default 0 check (in_other_countries >= 0),
    not_located integer not null generated always as
        (before_history + in_hours - in_constituencies - in_other_countries) stored,
    -- Imported petitions only: the published places count some signatures twice, so "not located" may be negative.
    places_overlap boolean not null default false,
    -- Grows with every change of the count or of its parts.
    version bigint not null default 1,
    check (before_history + in_hours >= 0)
);

create index petition_totals_by_count on petition_totals (signature_count desc, petition_id desc);

create trigger petition_totals_version before update on petition_totals
    for each row execute function bump_version();

-- Several statements of one transaction move the parts; what counts is how it stands at the end.
create function check_places_fit() returns trigger language plpgsql as $$
begin
    if exists (select from petition_totals
               where petition_id = new.petition_id and not_located < 0 and not places_overlap) then
        raise exception 'petition %: more signatures in places than in all', new.petition_id
            using errcode = 'check_violation', constraint = 'petition_totals_places_fit';
    end if;
    return null;
end
$$;

create constraint trigger petition_totals_places_fit
    after insert or update on petition_totals
    deferrable initially deferred
    for each row execute function check_places_fit();

create function open_totals() returns trigger language plpgsql as $$
begin
    insert into petition_totals (petition_id) values (new.id);
    return null;
end
$$;

create trigger petitions_have_totals after insert on petitions
    for each row execute function open_totals();

create table tally_hours (
    petition_id bigint not null references petitions on delete cascade,
    starts_at timestamptz not null check (extract(epoch from starts_at)::bigint % 3600 = 0),
    added integer not null default 0 check (added >= 0),
    removed integer not null default 0 check (removed >= 0),
    primary key (petition_id, starts_at)
);

-- The last two days by minute, for sliding windows ("the last 24 hours"). Older minutes are dropped by a job.
create table tally_minutes (
    petition_id bigint not null references petitions on delete cascade,
    starts_at timestamptz not null check (extract(epoch from starts_at)::bigint % 60 = 0),
    added integer not null default 0 check (added >= 0),
    removed integer not null default 0 check (removed >= 0),
    primary key (petition_id, starts_at)
);

create index tally_minutes_by_time on tally_minutes (starts_at);

create table tally_constituencies (
    petition_id bigint not null references petitions on delete cascade,
    area_id integer not null references areas,
    signature_count integer not null check (signature_count >= 0),
    primary key (petition_id, area_id)
);

-- The United Kingdom has a row too, as published data has it; the total's parts leave it out,
-- since its signatures are in the constituencies or could not be located.
create table tally_countries (
    petition_id bigint not null references petitions on delete cascade,
    area_id integer not null references areas,
    signature_count integer not null check (signature_count >= 0),
    primary key (petition_id, area_id)
);

-- The triggers below carry every change of a part to the total. One statement, one update.

create function carry_hours() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update petition_totals t set in_hours = in_hours + d.change
        from (select petition_id, sum(added - removed) change from new_rows group by petition_id) d
        where t.petition_id = d.petition_id;
    elsif tg_op = 'DELETE' then
        update petition_totals t set in_hours = in_hours - d.change
        from (select petition_id, sum(added - removed) change from old_rows group by petition_id) d
        where t.petition_id = d.petition_id;
    else
        update petition_totals t set in_hours = in_hours + d.change
        from (select petition_id, sum(change) change from (
                  select petition_id, added - removed change from new_rows
                  union all select petition_id, removed - added from old_rows) rows
              group by petition_id) d
        where t.petition_id = d.petition_id;
    end if;
    return null;
end
$$;

create trigger tally_hours_added after insert on tally_hours
    referencing new table as new_rows for each statement execute function carry_hours();
create trigger tally_hours_changed after update on tally_hours
    referencing old table as old_rows new table as new_rows for each statement execute function carry_hours();
create trigger tally_hours_removed after delete on tally_hours
    referencing old table as old_rows for each statement execute function carry_hours();

create function carry_constituencies() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        update petition_totals t set in_constituencies = in_constituencies + d.change
        from (select petition_id, sum(signature_count) change from new_rows group by petition_id) d
        where t.petition_id = d.petition_id;
    elsif tg_op = 'DELETE' then
        update petition_totals t set in_constituencies = in_constituencies - d.change
        from (select petition_id, sum(signature_count) change from old_rows group by petition_id) d
        where t.petition_id = d.petition_id;
    else
        update petition_totals t set in_constituencies = in_constituencies + d.change
        from (select petition_id, sum(change) change from (
                  select petition_id, signature_count change from new_rows
                  union all select petition_id, -signature_count from old_rows) rows
              group by petition_id) d
        where t.petition_id = d.petition_id;
    end if;
    return null;
end
$$;

create trigger tally_constituencies_added after insert on tally_constituencies
    referencing new table as new_rows for each statement execute function carry_constituencies();
create trigger tally_constituencies_changed after update on tally_constituencies
    referencing old table as old_rows new table as new_rows for each statement execute function carry_constituencies();
create trigger tally_constituencies_removed after delete on tally_constituencies
    referencing old table as old_rows for each statement execute function carry_constituencies();

create function carry_countries() returns trigger language plpgsql as $$
declare
    uk constant integer := (select id from areas where kind = 'country' and code = 'GB');
begin
    if tg_op = 'INSERT' then
        update petition_totals t set in_other_countries = in_other_countries + d.change
        from (select petition_id, sum(signature_count) change from new_rows
              where area_id is distinct from uk group by petition_id) d
        where t.petition_id = d.petition_id;
    elsif tg_op = 'DELETE' then
        update petition_totals t set in_other_countries = in_other_countries - d.change
        from (select petition_id, sum(signature_count) change from old_rows
              where area_id is distinct from uk group by petition_id) d
        where t.petition_id = d.petition_id;
    else
        update petition_totals t set in_other_countries = in_other_countries + d.change
        from (select petition_id, sum(change) change from (
                  select petition_id, signature_count change from new_rows where area_id is distinct from uk
                  union all select petition_id, -signature_count from old_rows where area_id is distinct from uk) rows
              group by petition_id) d
        where t.petition_id = d.petition_id;
    end if;
    return null;
end
$$;

create trigger tally_countries_added after insert on tally_countries
    referencing new table as new_rows for each statement execute function carry_countries();
create trigger tally_countries_changed after update on tally_countries
    referencing old table as old_rows new table as new_rows for each statement execute function carry_countries();
create trigger tally_countries_removed after delete on tally_countries
    referencing old table as old_rows for each statement execute function carry_countries();

-- The hours as the ledger has them. Imported lines may correct each other (a later reading tells more about an hour),
-- so of those only what is left over counts.
create view counted_hours as
    select petition_id, starts_at,
        (coalesce(sum(change) filter (where reason <> 'imported' and change > 0), 0)
            + greatest(coalesce(sum(change) filter (where reason = 'imported'), 0), 0))::integer as added,
        (coalesce(-sum(change) filter (where reason <> 'imported' and change < 0), 0)
            + greatest(coalesce(-sum(change) filter (where reason = 'imported'), 0), 0))::integer as removed
    from (select petition_id, date_trunc('hour', counted_at, 'UTC') as starts_at, change, reason
          from ledger where counted_at is not null) lines
    group by petition_id, starts_at;

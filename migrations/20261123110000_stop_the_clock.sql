-- Deadlines that are moved: for everybody after an outage, or for one petition.

-- When signatures could not be taken: staff paused it, or the program was down and staff have noted it afterwards.
create table outages (
    id integer generated always as identity primary key,
    began_at timestamptz not null,
    -- Null: it is still going on.
    ended_at timestamptz,
    -- What the public is told of it.
    reason text not null check (reason <> '' and char_length(reason) <= 2000),
    -- When every petition that was open then had its days; null: they are still to be given. Until then nothing closes that
    -- could get some.
    settled_at timestamptz,
    check (ended_at > began_at),
    check (settled_at is null or ended_at is not null)
);

create unique index outages_one_at_a_time on outages ((true)) where ended_at is null;

insert into outages (began_at, reason)
    select collection_paused_at, 'No signatures were taken.' from site where collection_paused_at is not null;

-- Days that a petition is open for longer. Added, never altered: the deadline itself stands in petitions.closes_at.
create table extensions (
    id bigint generated always as identity primary key,
    petition_id bigint not null references petitions on delete cascade,
    -- Null: staff have extended this one.
    outage_id integer references outages,
    days smallint not null check (days between 1 and 1000),
    made_at timestamptz not null,
    made_by integer references staff,
    -- What the public is told of it; empty for an outage, which has words of its own.
    reason text not null check (char_length(reason) <= 2000),
    check ((reason = '') = (outage_id is not null)),
    -- However often it is tried, an outage is made good once.
    unique (petition_id, outage_id)
);

create index extensions_by_outage on extensions (outage_id);

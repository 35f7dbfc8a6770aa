-- Parliaments: petitions belong to the one in which they were created, and end with it.

create table parliaments (
    id integer generated always as identity primary key,
    -- Which Government answers its petitions.
    government text not null check (government <> '' and char_length(government) <= 400),
    opening_at timestamptz not null,
    -- When its dissolution was announced; everything below is known then.
    announced_at timestamptz,
    -- The last moment of its petitions.
    dissolution_at timestamptz,
    -- What stands above every page from the announcement on; Markdown.
    notice text not null default '' check (char_length(notice) <= 4000),
    -- Until when voters can register, and when they vote.
    registration_closes_at timestamptz,
    election_on date,
    -- Creators of unpublished petitions that are older than this are not told that they were stopped.
    notification_cutoff_at timestamptz,
    -- When everything that was open was closed, and everything unpublished stopped.
    dissolved_at timestamptz,
    -- When the next one took its place; null: it is the current one.
    archived_at timestamptz,
    -- Grows with every change, so that nobody overwrites what a colleague has done meanwhile.
    version bigint not null default 1,
    check (dissolution_at > opening_at),
    check (announced_at is null
        or dissolution_at is not null and registration_closes_at is not null and election_on is not null
           and notification_cutoff_at is not null and notice <> ''),
    check ((announced_at is null) = (dissolution_at is null)),
    check (dissolved_at is null or announced_at is not null),
    check (archived_at is null or dissolved_at is not null)
);

create trigger parliaments_version before update on parliaments for each row execute function bump_version();

-- There is one current parliament: the next begins in the transaction that archives the last.
create unique index parliaments_one_current on parliaments ((true)) where archived_at is null;

-- Nobody has said yet which one it is; it opened before anything that this site knows of.
insert into parliaments (government, opening_at) values ('HM Government', '2000-01-01T00:00:00Z');

create function current_parliament() returns integer language sql stable return
    (select id from parliaments where archived_at is null);

alter table petitions
    add column parliament_id integer not null default current_parliament() references parliaments,
    -- The petition's own deadline where the dissolution of its parliament comes before it; closes_at is then that moment.
    -- Null: closes_at is its own.
    add column own_closes_at timestamptz check (own_closes_at > closes_at);

create index petitions_by_parliament on petitions (parliament_id, state);

-- The mail that tells everybody once, however many petitions they have signed, that these close earlier.
create table closing_mailings (
    id integer generated always as identity primary key,
    parliament_id integer not null references parliaments,
    created_at timestamptz not null,
    created_by integer references staff,
    mails_per_minute integer not null check (mails_per_minute > 0),
    -- How many people it was for when it was decided.
    expected integer not null check (expected >= 0),
    -- Signatures up to this one are looked at; who signs later reads it on the page.
    last_signature bigint not null,
    -- Signatures up to this one have been looked at. Moves in the transaction that puts their mails into the outbox.
    queued_to bigint not null default 0,
    queued integer not null default 0 check (queued >= 0),
    all_queued_at timestamptz
);

create index closing_mailings_to_queue on closing_mailings (id) where all_queued_at is null;

-- Whose mail is in the outbox already. Emptied when the last one is.
create table closing_mailed (
    mailing_id integer not null references closing_mailings on delete cascade,
    email_hash bigint not null,
    primary key (mailing_id, email_hash)
);

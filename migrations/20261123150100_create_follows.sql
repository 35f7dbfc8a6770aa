-- Following by mail, without signing: a petition, a topic, or a constituency.

-- An address that follows something; it goes with the last of what it follows.
create table followers (
    id bigint generated always as identity primary key,
    created_at timestamptz not null,
    -- Keyed hash of the address in canonical form, as signatures have it: so it can be told who has signed as well.
    email_hash bigint not null unique,
    -- The address, encrypted (domain::keyring).
    contact bytea not null check (octet_length(contact) between 2 and 1500)
);

create table follows (
    id bigint generated always as identity primary key,
    follower_id bigint not null references followers on delete cascade,
    -- One of the three.
    petition_id integer references petitions on delete cascade,
    topic_code text references topics on update cascade on delete cascade,
    area_id integer references areas,
    -- Which boundaries of the constituency are meant.
    boundary_set smallint references boundary_sets,
    created_at timestamptz not null,
    -- Null: the link in the mail has not been confirmed yet. Nothing is told that happened before.
    confirmed_at timestamptz,
    -- Mails with that link.
    mails_sent smallint not null default 0,
    check (num_nonnulls(petition_id, topic_code, area_id) = 1),
    check ((area_id is null) = (boundary_set is null)),
    unique nulls not distinct (follower_id, petition_id, topic_code, area_id, boundary_set)
);

create index follows_of_petitions on follows (petition_id, id) where petition_id is not null;
create index follows_of_topics on follows (topic_code) where topic_code is not null;
create index follows_of_places on follows (area_id, boundary_set) where area_id is not null;
create index follows_unconfirmed on follows (created_at) where confirmed_at is null;

-- People who said "I did not ask for this": no more mails of this kind to that address.
create table unwanted_follows (
    email_hash bigint primary key,
    -- The number of the secret key that has made the hash: the address is not kept, so nobody can make it anew.
    key smallint not null,
    created_at timestamptz not null
);

-- The weekly news about topics and constituencies: one a week, of everything that happened after the last one ended.
create table digests (
    id bigint generated always as identity primary key,
    begins_at timestamptz not null,
    -- Unique, so that two processes cannot begin the same.
    ends_at timestamptz not null unique check (ends_at > begins_at),
    created_at timestamptz not null,
    -- Followers up to this one are in the outbox, or have been passed over. Moves in the transaction that puts them there.
    queued_to bigint not null default 0,
    queued integer not null default 0,
    all_queued_at timestamptz
);

-- What it tells, of topics and constituencies that somebody follows; written in the transaction that begins it, since who is
-- signed most cannot be found out afterwards.
create type happening as enum ('published', 'risen', 'responded', 'debated', 'not_debated');

create table digest_items (
    digest_id bigint not null references digests on delete cascade,
    topic_code text references topics on update cascade on delete cascade,
    area_id integer references areas,
    boundary_set smallint references boundary_sets,
    petition_id integer not null references petitions on delete cascade,
    what happening not null,
    happened_at timestamptz not null,
    check (num_nonnulls(topic_code, area_id) = 1),
    unique nulls not distinct (digest_id, topic_code, area_id, boundary_set, petition_id, what)
);

-- Petitions that have been among those signed most in a constituency since somebody follows it; each is told once.
create table local_tops (
    area_id integer not null references areas,
    boundary_set smallint not null references boundary_sets,
    petition_id integer not null references petitions on delete cascade,
    noted_at timestamptz not null,
    primary key (area_id, boundary_set, petition_id)
);

-- Followers of a petition come after its signers.
alter table mailings
    add column last_follow bigint not null default 0,
    add column follows_queued_to bigint not null default 0;

-- What happens to a petition by itself is told once, whichever process notices it first.
create unique index mailings_told_once on mailings (petition_id, kind)
    where kind in ('response_threshold_reached', 'debate_threshold_reached', 'closed');

alter table outbox
    -- Who gets it, and which of what they follow it is about. Not foreign keys: a mail whose follower is gone is not sent, and
    -- nobody has to look for it.
    add column follower_id bigint,
    add column follow_id bigint,
    add column digest_id bigint,
    drop constraint if exists outbox_check1,
    drop constraint if exists outbox_one_recipient,
    add constraint outbox_one_recipient check (num_nonnulls(signature_id, staff_id, feedback_id, follower_id) = 1),
    add constraint outbox_of_mailing check (mailing_id is null or num_nonnulls(signature_id, follow_id) = 1),
    add constraint outbox_to_follower check (follower_id is not null or num_nonnulls(follow_id, digest_id) = 0);

-- The government response on its way to the public, and what is mailed to signers about it and about what Parliament did.

create sequence response_revisions;

create table response_drafts (
    petition_id bigint primary key references petitions on delete cascade,
    -- New with every change, so that nobody overwrites what a colleague has written meanwhile; never the same again, so
    -- that a draft is not taken for one that was thrown away.
    revision bigint not null default nextval('response_revisions'),
    department_id integer references departments,
    responded_on date,
    summary text not null default '' check (char_length(summary) <= 4000),
    -- Markdown, as typed.
    details text not null default '' check (char_length(details) <= 100000),
    -- When a published response is corrected: what the public is told of it.
    correction_note text not null default '' check (char_length(correction_note) <= 4000),
    -- Whether signers who asked for it get a mail when it is published.
    mails_signers boolean not null default true,
    saved_at timestamptz not null,
    saved_by integer references staff,
    -- The second pair of eyes; every change of the text takes it back.
    approved_at timestamptz,
    approved_by integer references staff,
    -- When it publishes itself; null: when somebody does.
    publish_at timestamptz,
    publish_by integer references staff,
    check (approved_by is null or approved_by is distinct from saved_by)
);

create index response_drafts_to_publish on response_drafts (publish_at) where publish_at is not null;

alter table government_responses add column published_by integer references staff;

-- What a published response said before it was corrected or withdrawn. The public sees it. Added, never altered.
create table response_changes (
    id bigint generated always as identity primary key,
    petition_id bigint not null references petitions on delete cascade,
    changed_at timestamptz not null,
    staff_id integer references staff,
    kind text not null check (kind in ('corrected', 'withdrawn')),
    -- What the public is told of it.
    note text not null check (note <> '' and char_length(note) <= 4000),
    department_id integer references departments,
    responded_on date not null,
    summary text not null,
    details text not null,
    published_at timestamptz not null
);

create index response_changes_by_petition on response_changes (petition_id, id);

-- A mail to everybody who signed a petition and asked to hear of it.
create type mailing_kind as enum ('government_response', 'debate_scheduled', 'debate_outcome', 'activity');

create table mailings (
    id bigint generated always as identity primary key,
    petition_id integer not null references petitions on delete cascade,
    kind mailing_kind not null,
    -- Null for other kinds, and once it has been removed.
    activity_id bigint references activities on delete set null,
    created_at timestamptz not null,
    created_by integer references staff,
    -- The first mail leaves then, the last about when the pace allows.
    begins_at timestamptz not null,
    mails_per_minute integer not null check (mails_per_minute > 0),
    -- How many had asked for it when it was decided.
    expected integer not null check (expected >= 0),
    -- The last signature of that moment; whoever signs later reads it on the page.
    last_signature bigint not null,
    -- Signatures up to this one are in the outbox, or have been passed over. Moves in the transaction that puts them there.
    queued_to bigint not null default 0,
    queued integer not null default 0 check (queued >= 0),
    all_queued_at timestamptz,
    -- What became of them; moves in the transaction that takes them out of the outbox.
    sent integer not null default 0 check (sent >= 0),
    unwanted integer not null default 0 check (unwanted >= 0),
    -- Stopped for a while; nothing of it leaves.
    paused_at timestamptz,
    -- For how long it was stopped in all. Its mails are due by its own clock, which stands still while it is stopped: so
    -- they leave at the same pace afterwards, and a million rows need not be written for it.
    held interval not null default '0',
    -- Stopped for good; what has not left does not leave.
    cancelled_at timestamptz,
    -- By a newer one about the same.
    replaced_by bigint references mailings
);

create index mailings_by_petition on mailings (petition_id, id);
create index mailings_to_queue on mailings (id) where all_queued_at is null and cancelled_at is null;
create index mailings_cancelled on mailings (id) where cancelled_at is not null;

-- Mails about other things than a signature's confirmation.
alter type mail_kind add value 'petition_published';
alter type mail_kind add value 'petition_rejected';
alter type mail_kind add value 'petition_hidden';
alter type mail_kind add value 'petition_taken_down';
alter type mail_kind add value 'petition_restored';
alter type mail_kind add value 'mailing';
alter type mail_kind add value 'staff_invitation';

alter table outbox
    alter column signature_id drop not null,
    -- The mailing that a mail to signers belongs to. Not a foreign key: a million rows would each be looked up.
    add column mailing_id bigint,
    -- The member of staff who gets it.
    add column staff_id integer references staff on delete cascade,
    add check ((signature_id is null) <> (staff_id is null)),
    add check (mailing_id is null or signature_id is not null);

-- Confirmations go first: what is sent to a million people at their leisure has a queue of its own.
drop index outbox_due;
create index outbox_due on outbox (due_at) where given_up_at is null and mailing_id is null;
create index outbox_of_mailings on outbox (mailing_id, due_at) where given_up_at is null and mailing_id is not null;

-- Videos and transcripts of debates, as the pages of other services have them.
alter table debates add column published_by integer references staff;
alter table activities add column published_by integer references staff;

-- Rules that take signatures out, and what the public is told of it.

-- What nobody has confirmed can be taken out as well, and be taken back by its signer after that.
alter table signatures drop constraint signatures_check;
alter table signatures add constraint signatures_were_confirmed
    check (state in ('pending', 'invalidated', 'withdrawn') or confirmed_at is not null);

create type signature_rule_state as enum ('draft', 'counting', 'queued', 'running', 'stopped', 'done', 'undoing', 'undone');

create table signature_rules (
    id integer generated always as identity primary key,
    state signature_rule_state not null default 'draft',
    -- Grows when somebody changes its words or conditions, so that nobody overwrites or runs what they have not seen.
    version integer not null default 1,
    -- Why; for colleagues.
    summary text not null check (summary <> '' and char_length(summary) <= 1000),
    details text not null default '' check (char_length(details) <= 40000),
    -- All must hold (domain::signature_search). Only the petition is in clear; what says whom is encrypted.
    conditions jsonb not null,
    created_at timestamptz not null,
    created_by integer references staff,
    -- How many it would meet, and when that was counted.
    matches integer check (matches >= 0),
    counted_at timestamptz,
    -- How far it has come. Signatures after the last one came when it had begun.
    last_signature bigint,
    looked_to bigint not null default 0,
    invalidated integer not null default 0,
    reinstated integer not null default 0,
    started_at timestamptz,
    started_by integer references staff,
    ended_at timestamptz
);

-- What it has met, and what that was before: so it can be undone.
create table signature_rule_hits (
    rule_id integer not null references signature_rules,
    signature_id bigint not null references signatures on delete cascade,
    state_before signature_state not null,
    -- Somebody has judged the signature since, or the rule has been undone: it is no longer the rule's to put back.
    settled boolean not null default false,
    primary key (rule_id, signature_id)
);

create index signature_rule_hits_by_signature on signature_rule_hits (signature_id);
create index signature_rule_hits_to_undo on signature_rule_hits (rule_id, signature_id) where not settled;

-- Signatures that were counted and were taken out, or were put back, by day (of London) and reason: the sums of lines of
-- the ledger, as the petition's page shows them.
create table removals (
    petition_id integer not null references petitions on delete cascade,
    day date not null,
    reason ledger_reason not null check (reason in ('quarantined', 'invalidated', 'reinstated')),
    signatures integer not null check (signatures >= 0),
    primary key (petition_id, day, reason)
);

insert into removals (petition_id, day, reason, signatures)
    select petition_id, (counted_at at time zone 'Europe/London')::date, reason, count(*)
    from ledger where reason in ('quarantined', 'invalidated', 'reinstated')
    group by 1, 2, 3;

-- Signing. A signature is pending until the link in its mail has been confirmed; what happens then is counted in the
-- ledger. At ten million signatures on one petition every byte of a row counts: hence the short types, the order of the
-- columns (wide ones first, so that nothing is padded), and no column that is null in a counted signature.

create type signature_state as enum (
    'pending',      -- the link in the mail has not been confirmed yet
    'validated',    -- confirmed and counted
    'quarantined',  -- confirmed, but suspected to be fraud: not counted until somebody has looked
    'withdrawn',    -- taken back by the signer
    'invalidated'   -- taken out by staff
);

create table signatures (
    id bigint generated always as identity primary key,
    created_at timestamptz not null,
    confirmed_at timestamptz,
    -- Keyed hash of the address in canonical form (domain::keyring). Null once the personal data have been erased.
    email_hash bigint,
    -- Narrower than petitions.id: four bytes here are a hundred megabytes on a busy day.
    petition_id integer not null references petitions on delete cascade,
    -- The constituency; where that is not known, and for everybody abroad, the country.
    area_id integer not null references areas,
    -- Keyed hash, to tell whether two people of one address live in one household; 0 without a postcode.
    postcode_hash integer not null default 0,
    state signature_state not null default 'pending',
    -- Two people of one household may share an address; which of them this is.
    household_member smallint not null check (household_member in (1, 2)),
    -- Mails about signing that were asked for, the first one included.
    mails_sent smallint not null default 0,
    -- Why it goes into quarantine when it is confirmed (domain::suspicion); 0: it does not.
    suspicion smallint not null default 0,
    wants_updates boolean not null,
    -- Empty once the personal data have been erased; so is the contact.
    name text not null check (char_length(name) <= 1000),
    -- E-mail address and postcode, encrypted (domain::keyring).
    contact bytea not null check (octet_length(contact) <= 1500),
    signed_from inet,
    check (state = 'pending' or confirmed_at is not null)
-- Room on each page for the new version of a row that is confirmed: no index has to be told then.
) with (fillfactor = 95);

-- The database decides when two processes take the same signature at the same time.
create unique index signatures_by_email on signatures (email_hash, petition_id, household_member);
create index signatures_by_petition on signatures (petition_id);
create index signatures_suspected on signatures (petition_id, suspicion) where suspicion <> 0;

-- People who said "I did not sign this": no more mail about that petition to that address.
create table unwanted_mail (
    petition_id integer not null references petitions on delete cascade,
    email_hash bigint not null,
    -- The number of the secret key that has made the hash: the address is not kept, so nobody can make it anew.
    key smallint not null,
    created_at timestamptz not null,
    primary key (email_hash, petition_id)
);

-- What is to be sent. Written when it is decided, in the same transaction; the words are made when it is sent, so that a
-- row holds nothing personal. It is deleted once the mail has been handed over.
create type mail_kind as enum ('confirm_signature', 'already_signed');

create table outbox (
    id bigint generated always as identity primary key,
    kind mail_kind not null,
    -- Not a foreign key: a mail whose signature is gone is not sent, and nobody has to look for it.
    signature_id bigint not null,
    created_at timestamptz not null,
    -- When it may next be tried. Whoever takes it moves this on, so that nobody else does meanwhile.
    due_at timestamptz not null,
    attempts smallint not null default 0,
    given_up_at timestamptz,
    last_error text
);

create index outbox_due on outbox (due_at) where given_up_at is null;
create index outbox_given_up on outbox (given_up_at) where given_up_at is not null;

-- Settings that staff change while the site runs: one row.
create table site (
    only_row boolean primary key default true check (only_row),
    -- Since when no new signatures are taken; null: they are.
    collection_paused_at timestamptz
);

insert into site default values;

-- The ledger again, with the signature and where it counts: the constituency or country as the signature has it.
-- Imported lines have neither; their places are in imported_places. A line needs no number: what matters of it is in it.
drop view counted_hours;
alter table ledger rename to ledger_without_places;
drop index ledger_by_petition;

create table ledger (
    -- Null: before the history of an imported petition begins; nobody knows exactly when.
    counted_at timestamptz,
    -- Kept when the signature's personal data are erased, and when it is withdrawn.
    signature_id bigint,
    petition_id integer not null references petitions on delete cascade,
    -- The signature's; checked there.
    area_id integer,
    change integer not null check (change <> 0),
    reason ledger_reason not null,
    check (counted_at is not null or reason = 'imported'),
    check ((signature_id is null) = (reason = 'imported') and (area_id is null) = (reason = 'imported'))
);

insert into ledger (counted_at, petition_id, change, reason)
    select counted_at, petition_id, change, reason from ledger_without_places order by id;
drop table ledger_without_places;

create index ledger_by_petition on ledger (petition_id);

create trigger ledger_append_only before update or truncate on ledger
    for each statement execute function refuse_change();
create trigger ledger_keeps_its_lines before delete on ledger
    for each statement when (pg_trigger_depth() = 0) execute function refuse_change();

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

-- The places as the ledger and imported data have them. Who signed in a constituency signed in the United Kingdom too.
create view counted_places as
    select petition_id, area_id, kind, sum(change)::integer as signature_count
    from (select l.petition_id, l.area_id, a.kind, l.change from ledger l join areas a on a.id = l.area_id
          union all
          select l.petition_id, uk.id, uk.kind, l.change
          from ledger l join areas a on a.id = l.area_id and a.kind = 'constituency',
               areas uk where uk.kind = 'country' and uk.code = 'GB'
          union all
          select i.petition_id::integer, i.area_id, a.kind, i.signature_count
          from imported_places i join areas a on a.id = i.area_id) places
    group by petition_id, area_id, kind;

-- Queued only for a row that does not fit; every other row of every batch of signatures is spared the look.
drop trigger petition_totals_places_fit on petition_totals;
create constraint trigger petition_totals_places_fit
    after insert or update on petition_totals
    deferrable initially deferred
    for each row when (new.not_located < 0 and not new.places_overlap) execute function check_places_fit();

-- What signers change is carried to the total by store::tallies::count itself, in one go instead of three: with a
-- thousand petitions signed at once that is most of the work. It says so for its transaction; everybody else's changes
-- are carried as before.
create function is_carried() returns boolean language sql stable return
    coalesce(current_setting('undersigned.carried', true), '') = 'yes';

drop trigger tally_hours_added on tally_hours;
drop trigger tally_hours_changed on tally_hours;
drop trigger tally_constituencies_added on tally_constituencies;
drop trigger tally_constituencies_changed on tally_constituencies;
drop trigger tally_countries_added on tally_countries;
drop trigger tally_countries_changed on tally_countries;

create trigger tally_hours_added after insert on tally_hours
    referencing new table as new_rows for each statement when (not is_carried()) execute function carry_hours();
create trigger tally_hours_changed after update on tally_hours
    referencing old table as old_rows new table as new_rows
    for each statement when (not is_carried()) execute function carry_hours();
create trigger tally_constituencies_added after insert on tally_constituencies
    referencing new table as new_rows for each statement when (not is_carried()) execute function carry_constituencies();
create trigger tally_constituencies_changed after update on tally_constituencies
    referencing old table as old_rows new table as new_rows
    for each statement when (not is_carried()) execute function carry_constituencies();
create trigger tally_countries_added after insert on tally_countries
    referencing new table as new_rows for each statement when (not is_carried()) execute function carry_countries();
create trigger tally_countries_changed after update on tally_countries
    referencing old table as old_rows new table as new_rows
    for each statement when (not is_carried()) execute function carry_countries();

-- What the desk, the lists of staff and their figures look at, with 200,000 petitions and ten million hours. Nothing here is
-- written when somebody signs, but for a few bytes when a petition's hour begins.

-- The desk counts petitions in moderation by their age: with state and date of creation in the index it need not open them.
drop index petitions_in_moderation;
create index petitions_in_moderation on petitions (moderation_threshold_reached_at, id) include (state, created_at)
    where state in ('sponsored', 'flagged');

-- When it was decided about petitions, and since when that had been waited for.
create index petitions_decided on petitions (opened_at, rejected_at, moderated_at, moderation_threshold_reached_at)
    where source_url is null and moderation_threshold_reached_at is not null;

create index petitions_imported on petitions (id) where source_url is not null;

-- Mails that were tried in vain and are tried again.
create index outbox_failing on outbox (due_at, id) where given_up_at is null and last_error is not null;

-- Hours come in the order of time, so it is enough to know the first and the last of every few pages.
create index tally_hours_by_time on tally_hours using brin (starts_at) with (pages_per_range = 16, autosummarize = on);

-- How many signatures were counted and taken out in each month (of London) that is over, of petitions of our own: what is
-- added to the ledger later is of a later month. A job writes it; when the hours of a petition are rebuilt it begins anew.
create table signature_months (
    month date primary key check (extract(day from month) = 1),
    added bigint not null check (added >= 0),
    removed bigint not null check (removed >= 0)
);

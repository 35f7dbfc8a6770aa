-- A creator who takes a petition back decides about it, not staff: that is not a rejection, and does not count among the
-- decisions of staff.
alter table petitions
    add column withdrawn_at timestamptz,
    -- Whoever is hidden was refused by staff or taken back by its creator.
    drop constraint petitions_check6,
    add constraint petitions_refused_or_withdrawn check (
        state not in ('rejected', 'hidden') or rejected_at is not null or withdrawn_at is not null),
    add constraint petitions_rejected check (state <> 'rejected' or rejected_at is not null);

update petitions set withdrawn_at = rejected_at, rejected_at = null
where state = 'hidden' and rejected_at is not null and moderated_at is null
    and id in (select subject_id::bigint from audit_log where act = 'petition.withdraw');

-- Weekly news are a mailing without a petition: so staff can pause and cancel them as every other, they keep their pace by a
-- clock of their own, and mails that somebody waits for leave before them.
alter table mailings
    alter column petition_id drop not null,
    add column digest_id bigint unique references digests,
    add constraint mailings_about_one_thing check (num_nonnulls(petition_id, digest_id) = 1),
    -- Weekly news have followers only: those up to follows_queued_to are in the outbox.
    alter column last_signature set default 0;

alter table outbox
    drop constraint outbox_of_mailing,
    add constraint outbox_of_mailing check (mailing_id is null or num_nonnulls(signature_id, follow_id, digest_id) = 1);

-- Those under way.
insert into mailings (digest_id, kind, created_at, begins_at, mails_per_minute, expected, queued, follows_queued_to, all_queued_at)
select d.id, 'weekly_news', d.created_at, d.created_at, s.mails_per_minute, o.waiting, o.waiting, d.queued_to, d.all_queued_at
from digests d
cross join site s
cross join lateral (select count(*)::integer as waiting from outbox where digest_id = d.id) o
where d.all_queued_at is null or o.waiting > 0;

update outbox o set mailing_id = m.id from mailings m where m.digest_id = o.digest_id;

alter table digests drop column queued_to, drop column queued, drop column all_queued_at;

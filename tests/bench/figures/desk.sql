-- 200,000 petitions of four and a half years, with what belongs to them, as a busy site would have them. Put in without
-- triggers, foreign keys and large indices, which would take many times as long; at the end everything stands as the
-- triggers would have left it. Their texts stand in the table "texts"; their numbers begin at 2,000,000.

set session_replication_role = replica;
set work_mem = '512MB';
set maintenance_work_mem = '512MB';
set synchronous_commit = off;
-- The same each time.
select setseed(0.5);

create temp table left_out as
    select indexname as name, indexdef as definition from pg_indexes
    where tablename = 'petitions' and indexname <> 'petitions_pkey'
        or tablename = 'signatures' and indexname <> 'signatures_pkey';
do $$
declare it record;
begin
    for it in select name from left_out loop execute 'drop index ' || quote_ident(it.name); end loop;
end
$$;

-- What became of each: of the last month much is in moderation; of the rest nearly half was refused.
create temp table lives as
    select n, 2000000 + n as id, created_at, now() - created_at as age, luck, fate, place,
        case
            when luck < 0.05 then 'pending'
            when luck < 0.13 then 'validated'
            when luck < 0.135 then 'dormant'
            when age < 30 * d and luck < 0.55 then 'sponsored'
            when age < 30 * d and luck < 0.58 then 'flagged'
            when age < 8 * d then 'sponsored'
            when luck < 0.15 then 'stopped'
            when luck < 0.16 then 'removed'
            when luck < 0.20 then 'hidden'
            when luck < 0.60 then 'rejected'
            when age < 186 * d then 'open'
            else 'closed'
        end::petition_state as state
    from (select n, now() - (200001 - n) * interval '12 minutes' as created_at, (200001 - n) * interval '12 minutes' as age, random() as luck,
              random() as fate, random() as place, interval '1 day' as d
          from generate_series(1, 200000) n) drawn;
alter table lives add column public boolean, add column asked timestamptz, add column answered timestamptz,
    add column debate timestamptz, add column outcome timestamptz;
update lives set public = state in ('open', 'closed');
update lives set asked = created_at + least(age, interval '180 days') * (0.2 + 0.7 * place) where public and fate < 0.06;
update lives set answered = asked + interval '30 days' where asked < now() - interval '35 days' and fate < 0.058;
update lives set debate = asked + least(now() - asked, interval '40 days') * place where asked is not null and fate < 0.012;
update lives set outcome = debate + interval '60 days' where debate < now() - interval '70 days' and fate < 0.0115;

insert into petitions (id, state, action, background, additional_details, creator_name, created_at, updated_at,
    moderation_threshold_reached_at, moderated_at, opened_at, closes_at, closed_at, rejected_at, stopped_at, removed_at,
    response_threshold_reached_at, government_response_at, debate_threshold_reached_at, debate_scheduled_on,
    scheduled_debate_date, debate_outcome_at)
select id, state, left(initcap(t.action), 80), t.background, t.details, first[1 + n % 40] || ' ' || stem[1 + n / 40 % 21] || ending[1 + n / 840 % 15],
    created_at, greatest(created_at, outcome, answered),
    case when state not in ('pending', 'validated') then created_at + age * 0.02 end,
    case when state in ('open', 'closed', 'rejected', 'hidden', 'removed') then decided end,
    case when public or state = 'removed' then decided end,
    case when public or state = 'removed' then decided + interval '183 days' end,
    case when state = 'closed' then decided + interval '183 days' end,
    case when state in ('rejected', 'hidden') then decided end,
    case when state = 'stopped' then decided end,
    case when state = 'removed' then decided + interval '1 day' end,
    asked, answered, debate,
    case when debate < now() - interval '10 days' then debate::date + 10 end,
    case when debate < now() - interval '10 days' then debate::date + 58 end, outcome
from texts t join (select *, created_at + least(age * 0.5, interval '1 day' * (3 + 8 * fate)) as decided from lives) l using (n), (select
    array['Ada', 'Bela', 'Cleo', 'Dara', 'Edda', 'Fay', 'Gwen', 'Hale', 'Ina', 'Jory', 'Kit', 'Lena', 'Mair', 'Nell', 'Orla', 'Pip', 'Quin',
        'Rhys', 'Sian', 'Tam', 'Una', 'Vera', 'Wyn', 'Xenia', 'Yves', 'Zara', 'Alun', 'Bryn', 'Cai', 'Dilys', 'Emrys', 'Ffion', 'Gethin',
        'Huw', 'Ifor', 'Jago', 'Kerra', 'Lowen', 'Merryn', 'Nessa'] as first,
    array['Ash', 'Black', 'Brad', 'Clif', 'Dal', 'East', 'Fair', 'Glen', 'Hart', 'Kings', 'Lang', 'Mill', 'Nor', 'Oak', 'Pem', 'Rad', 'Stan',
        'Thorn', 'Under', 'Whit', 'Wood'] as stem,
    array['bridge', 'brook', 'bury', 'by', 'dale', 'field', 'ford', 'ham', 'hurst', 'ley', 'man', 'ton', 'well', 'wood', 'worth'] as ending) names;

insert into rejections (petition_id, code, details)
select l.id, r.codes[1 + l.n % array_length(r.codes, 1)], ''
from lives l join (select hides, array_agg(code order by code) as codes from rejection_reasons group by hides) r
    on r.hides = (l.state = 'hidden')
where l.state in ('rejected', 'hidden');

insert into government_responses (petition_id, department_id, responded_on, summary, details, created_at, updated_at)
select id, (select min(id) from departments), answered::date, left(t.background, 180), repeat(t.details || E'\n\n', 10), answered, answered
from lives join texts t using (n) where answered is not null;
insert into debates (petition_id, debated, debated_on, overview)
select id, n % 4 > 0, case when n % 4 > 0 then outcome::date end, t.background from lives join texts t using (n)
where outcome is not null;

insert into tags (name) select 'Tag ' || i from generate_series(1, 30) i;
insert into petition_tags select l.id, t.id from lives l join (select id, row_number() over (order by id) as k from tags) t
    on l.n % 10 = 0 and t.k = 1 + floor(30 * l.place ^ 2) or l.n % 40 = 0 and t.k = 31 - l.n % 7;
insert into petition_topics select l.id, t.code from lives l
    join (select code, row_number() over (order by code) as k, count(*) over () as all from topics) t
    on l.public and (t.k = 1 + l.n % t.all or l.n % 3 = 0 and t.k = 1 + l.n / 3 % t.all);
insert into petition_departments (petition_id, department_id, position) select l.id, d.id, 1 from lives l
    join (select id, row_number() over (order by id) as k, count(*) over () as all from departments) d
    on l.asked is not null and d.k = 1 + floor(d.all * l.place ^ 2);
insert into petition_notes (petition_id, written_at, body)
select id, created_at + age * 0.1, 'Asked legal about this.' from lives, generate_series(0, n % 3) where n % 8 = 0;
insert into audit_log (at, who, act, subject, subject_id)
select created_at + age * 0.1 * k, 'Grace Hopper', case k when 1 then 'petition.note' else 'petition.publish' end, 'petition', id::text
from lives, generate_series(1, 2) k where state not in ('pending', 'validated');

-- Creators of all, five supporters of one in four, and what is in quarantine. Nobody can open their contacts.
insert into signatures (created_at, confirmed_at, email_hash, petition_id, area_id, postcode_hash, state, household_member,
    mails_sent, suspicion, wants_updates, name, contact, signed_from)
select created_at, created_at, hashint8extended(case when k = 0 then n / 2 else n * 100 + k end, k % 2), id,
    (select min(id) from areas where kind = 'constituency') + n % 650, n,
    case when k > 5 then 'quarantined' else 'validated' end::signature_state, 1, 1, case when k > 5 then 1 else 0 end, n % 2 = 0,
    'Ada Lovelace ' || k, decode(md5(n::text) || md5(k::text) || md5(id::text), 'hex'), '10.0.0.0'::inet + n
from lives, generate_series(0, case when n % 997 = 0 then 40 when n % 4 = 0 then 5 else 0 end) k;
insert into supporters select s.id, s.petition_id, s.name = 'Ada Lovelace 0' from signatures s
where s.petition_id > 2000000 and s.state = 'validated';
insert into outbox (kind, signature_id, created_at, due_at, attempts, given_up_at, last_error)
select 'confirm_signature', id, now(), now() + interval '1 day', 8, case when id % 3 = 0 then now() end, 'no such host'
from signatures where id % 20 = 0;

-- Ten million hours, in the order in which they come: of published petitions the first 120 or so.
insert into tally_hours (petition_id, starts_at, added, removed)
select id, date_trunc('hour', created_at, 'UTC') + interval '10 days 1 hour' + k * interval '1 hour',
    1 + (random() ^ 8 * 200 * (place + 0.01))::int, case when k % 50 = 7 then 1 else 0 end
from lives, generate_series(1, 10000000 / (select count(*) from lives where public)) k
where public and created_at + interval '10 days 1 hour' + k * interval '1 hour' < now()
order by 2;

insert into petition_totals (petition_id, in_hours)
select l.id, coalesce(h.signatures, case when l.state in ('pending', 'validated') then 0 else 6 end)
from lives l left join (select petition_id, sum(added - removed) as signatures from tally_hours group by 1) h on h.petition_id = l.id;
update petition_states s set petitions = (select count(*) from petitions p where p.state = s.state);

do $$
declare it record;
begin
    for it in select definition from left_out loop execute it.definition; end loop;
end
$$;
drop table left_out, texts, lives;
refresh materialized view petition_words;

-- Signatures that staff put back into the count, by minute: the sums of lines of the ledger. They count again, and yet
-- nobody has signed just now, so that the latest hour and day, what is popular and the estimate leave them out. For
-- good, since an estimate asks for days back; there are as many rows as minutes in which staff put something back.
create table put_backs (
    petition_id integer not null references petitions on delete cascade,
    starts_at timestamptz not null check (extract(epoch from starts_at)::bigint % 60 = 0),
    signatures integer not null check (signatures > 0),
    primary key (petition_id, starts_at)
);

create index put_backs_by_time on put_backs (starts_at);

insert into put_backs (petition_id, starts_at, signatures)
    select petition_id, date_trunc('minute', counted_at, 'UTC'), count(*)
    from ledger where reason = 'reinstated'
    group by 1, 2;

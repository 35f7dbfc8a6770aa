-- What the months of petitions add up to, once more as a function: told when the months begin that are not summed yet, it reads
-- only the hours since then. A view had to find that out by itself, and the planner could not know that it is so few.
drop view counted_months;

create function counted_months(summed_until date)
    returns table (petition_id bigint, month date, added bigint, removed bigint)
    language sql stable
begin atomic
    -- A month that is summed while somebody is reading is not counted twice.
    select s.petition_id, s.month, s.added, s.removed from signature_months s where s.month < summed_until
    union all
    -- Of some months there are several lines.
    select h.petition_id, date_trunc('month', h.starts_at at time zone 'Europe/London')::date, h.added::bigint, h.removed::bigint
    from tally_hours h
    where h.starts_at >= coalesce(summed_until::timestamp at time zone 'Europe/London', '-infinity'::timestamptz);
end;

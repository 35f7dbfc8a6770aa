-- What the page of statistics says, all of one moment. A job makes it anew from petitions and their tallies, so that nobody
-- who looks has to wait until ten million hours are added up. Nothing is lost with it: it can be made again at any time.
create table statistics (
    only_row boolean primary key default true check (only_row),
    as_at timestamptz not null,
    -- domain::statistics::Statistics; what an older program has kept and this one cannot read is made anew.
    document jsonb not null
);

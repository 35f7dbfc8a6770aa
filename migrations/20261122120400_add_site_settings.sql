-- Settings that staff change while the site runs. Every process reads them again each second. Null: as the command line
-- and the environment have it.

alter table site
    add column version bigint not null default 1,
    add column site_name text not null default 'Undersigned' check (site_name <> '' and char_length(site_name) <= 200),
    add column response_threshold integer check (response_threshold > 0),
    add column debate_threshold integer check (debate_threshold > response_threshold),
    add column petitions_paused_at timestamptz,
    -- Markdown; empty: nothing is shown.
    add column home_message text not null default '' check (char_length(home_message) <= 4000),
    add column petition_message text not null default '' check (char_length(petition_message) <= 4000),
    -- Whether somebody else has to look at a government response before it is published.
    add column responses_need_approval boolean not null default false,
    -- Where links about debates may lead, one host a line; *.example.org: those below it.
    add column link_hosts text not null default E'*.parliament.uk\nparliamentlive.tv\nwww.youtube.com\nukparliament.shorthandstories.com'
        check (char_length(link_hosts) <= 10000),
    -- How fast mails to the signers of a petition leave.
    add column mails_per_minute integer not null default 20000 check (mails_per_minute between 1 and 1000000);

create trigger site_version before update on site for each row execute function bump_version();

-- When the thresholds were last changed, until the stamps of all petitions have followed.
create table threshold_changes (
    only_row boolean primary key default true check (only_row),
    changed_at timestamptz
);

insert into threshold_changes default values;

-- The pages of text, where staff have written their own.
create table site_pages (
    slug text primary key check (slug ~ '^[a-z0-9-]{1,60}$'),
    title text not null check (title <> '' and char_length(title) <= 400),
    -- Markdown.
    body text not null check (char_length(body) <= 200000),
    updated_at timestamptz not null,
    updated_by integer references staff
);

-- When the jobs of the timetable last ran, in whatever process.
create table job_runs (
    job text primary key,
    began_at timestamptz not null,
    -- Null: it is still running, or its process has died.
    ended_at timestamptz,
    -- How long it took, by the clock of the machine.
    seconds double precision not null default 0,
    -- How much there was to do.
    done bigint not null default 0,
    runs bigint not null default 0,
    failures bigint not null default 0,
    -- Whether the last run failed.
    failing boolean not null default false,
    -- When it last failed, and how. Null: it never has.
    failed_at timestamptz,
    error text
);

-- A copy of a mail, without its links, for a member of staff who wants to see what it looks like.
alter table outbox add column copy_to integer references staff on delete cascade;

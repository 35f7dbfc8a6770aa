-- What creators see of their petition: where people drop out, and what they have been told already. Never who.

-- Creators are told each step that their petition takes, whether or not they asked for news as signers do, until they say
-- that they want to hear of decisions only.
alter table supporters add column quiet boolean not null default false;

-- How often the page for supporters was opened, by day of London. Programs that look through links in mails are among
-- them; the creator's page says so.
create table support_openings (
    petition_id bigint not null references petitions on delete cascade,
    opened_on date not null,
    openings integer not null check (openings > 0),
    primary key (petition_id, opened_on)
);

-- Forms that signers have sent, and how many of those they have confirmed, by day of London. Signatures are counted by a
-- job that walks their numbers: those that are old enough once (forms, confirmed), the latest anew each time (recent_…),
-- since most are confirmed within hours. No page counts signatures. Supporters are not among them.
create table petition_forms (
    petition_id integer not null references petitions on delete cascade,
    sent_on date not null,
    forms integer not null default 0 check (forms >= 0),
    confirmed integer not null default 0 check (confirmed >= 0 and confirmed <= forms),
    recent_forms integer not null default 0 check (recent_forms >= 0),
    recent_confirmed integer not null default 0 check (recent_confirmed >= 0 and recent_confirmed <= recent_forms),
    primary key (petition_id, sent_on)
);

create index petition_forms_recent on petition_forms (petition_id) where recent_forms > 0;

-- How far that job has come: up to this signature it has counted for good, and of which moment the rest is.
create table forms_counted (
    only_row boolean primary key default true check (only_row),
    signature_id bigint not null default 0,
    as_at timestamptz
);

insert into forms_counted default values;

-- How long checking takes, as creators are told.
create index petitions_moderated on petitions (moderated_at)
    where moderated_at is not null and moderation_threshold_reached_at is not null;

-- What the creator of a petition has been told once, so that it is not told again when a count falls and rises: of a
-- growing support the most supporters that were told, of a link that was mailed again when that was.
create table creator_told (
    petition_id bigint not null references petitions on delete cascade,
    kind mail_kind not null,
    told_at timestamptz not null,
    supporters integer not null default 0,
    primary key (petition_id, kind)
);

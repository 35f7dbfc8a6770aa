-- Which petitions are about the same thing, found when texts or states change and not when a page is looked at.
--
-- A job compares; what is here is what it found, and what it still has to do. One process does so at a time.

-- Replaced by telling_words.
drop materialized view open_petition_stems;

-- Petitions whose text or state has changed. Only added to and taken from: whoever changes a petition waits for nobody.
create table petitions_to_relate (
    id bigint generated always as identity primary key,
    petition_id bigint not null
);

create function note_petition_to_relate() returns trigger language plpgsql as $$
begin
    insert into petitions_to_relate (petition_id) values (new.id);
    return null;
end
$$;

create trigger petitions_relate_new after insert on petitions
    for each row execute function note_petition_to_relate();

create trigger petitions_relate_changed after update of action, background, additional_details, state on petitions
    for each row
    when ((old.action, old.background, old.additional_details, old.state)
        is distinct from (new.action, new.background, new.additional_details, new.state))
    execute function note_petition_to_relate();

insert into petitions_to_relate (petition_id) select id from petitions order by id;

create sequence relating_changes;

-- Where each petition is in this.
create table relatings (
    petition_id bigint primary key references petitions on delete cascade,
    -- Grows with every change of text or state, in the order in which the changes become visible. Every process that keeps
    -- petitions in memory for comparing follows it.
    change bigint not null unique default nextval('relating_changes'),
    -- Its related petitions are found, among all as they were at this change; null: they have to be found.
    related_up_to bigint,
    -- Whether more petitions are related to it than are kept.
    has_more boolean not null default false
);

create index relatings_by_related_up_to on relatings (related_up_to);
create index relatings_to_relate on relatings (petition_id) where related_up_to is null;

-- For each petition that has a page, the open ones that are most like it. More are kept than are shown: when one closes, the
-- next takes its place.
create table related_petitions (
    petition_id bigint not null references relatings on delete cascade,
    related_id bigint not null references petitions on delete cascade,
    likeness real not null check (likeness > 0),
    primary key (petition_id, related_id),
    check (petition_id <> related_id)
);

create index related_petitions_by_related on related_petitions (related_id);

-- How many petitions have a word: one that few have says more. Counted anew, and everything compared anew, when there are a
-- quarter more petitions or the method is another one; in between likeness depends on nothing but two texts, so that it is
-- the same in every process, in both directions, today and tomorrow.
create table telling_words (
    word text primary key,
    -- Words that only one petition has are left out.
    petitions integer not null check (petitions > 1)
);

create table relating_basis (
    is_the_one boolean primary key default true check (is_the_one),
    number bigint not null,
    method text not null,
    petitions integer not null
);

insert into relating_basis (number, method, petitions) values (0, '', 0);

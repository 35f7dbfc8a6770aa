-- What staff know of petitions and decide about them.

alter table petitions
    -- When it was last decided to publish or to refuse it, and by whom.
    add column moderated_at timestamptz,
    add column moderated_by integer references staff,
    -- What it was before it was removed.
    add column state_before_removal petition_state;

-- What the desk counts and lists, without looking at every petition.
create index petitions_in_moderation on petitions (moderation_threshold_reached_at, id)
    where state in ('sponsored', 'flagged');
create index petitions_without_response on petitions (response_threshold_reached_at, id)
    where state in ('open', 'closed') and response_threshold_reached_at is not null and government_response_at is null;
create index petitions_with_response on petitions (government_response_at, id)
    where state in ('open', 'closed') and government_response_at is not null;
create index petitions_without_debate on petitions (debate_threshold_reached_at, id)
    where state in ('open', 'closed') and debate_outcome_at is null
        and (debate_threshold_reached_at is not null or scheduled_debate_date is not null);
create index petitions_with_outcome on petitions (debate_outcome_at, id)
    where state in ('open', 'closed') and debate_outcome_at is not null;
create index petitions_by_creator on petitions using gin (creator_name gin_trgm_ops);

-- How many petitions are in each state: a count of all of them would take as long as there are many.
create table petition_states (
    state petition_state primary key,
    petitions bigint not null check (petitions >= 0)
);

insert into petition_states (state, petitions)
    select s.state, count(p.id) from unnest(enum_range(null::petition_state)) as s (state)
    left join petitions p on p.state = s.state group by s.state;

create function count_new_petitions() returns trigger language plpgsql as $$
begin
    update petition_states s set petitions = s.petitions + n.petitions
    from (select state, count(*) as petitions from new_rows group by state) n where s.state = n.state;
    return null;
end
$$;

create function count_gone_petitions() returns trigger language plpgsql as $$
begin
    update petition_states s set petitions = s.petitions - n.petitions
    from (select state, count(*) as petitions from old_rows group by state) n where s.state = n.state;
    return null;
end
$$;

-- Both rows in one order, so that two who change states at once do not wait for each other for ever.
create function count_moved_petition() returns trigger language plpgsql as $$
begin
    perform from petition_states where state in (old.state, new.state) order by state for update;
    update petition_states set petitions = petitions + case state when new.state then 1 else -1 end
        where state in (old.state, new.state);
    return null;
end
$$;

create trigger petitions_counted_new after insert on petitions
    referencing new table as new_rows for each statement execute function count_new_petitions();
create trigger petitions_counted_gone after delete on petitions
    referencing old table as old_rows for each statement execute function count_gone_petitions();
create trigger petitions_counted_moved after update of state on petitions
    for each row when (old.state is distinct from new.state) execute function count_moved_petition();

-- The few who stood behind a petition before it was published: its creator and its supporters. They have signed it.
create table supporters (
    signature_id bigint primary key references signatures on delete cascade,
    petition_id integer not null references petitions on delete cascade,
    is_creator boolean not null default false
);

create index supporters_by_petition on supporters (petition_id);
create unique index supporters_have_one_creator on supporters (petition_id) where is_creator;

-- The texts of a petition as they were before staff changed them, and as they were then. Added, never altered.
create table petition_edits (
    id bigint generated always as identity primary key,
    petition_id bigint not null references petitions on delete cascade,
    edited_at timestamptz not null,
    staff_id integer references staff,
    action_before text not null,
    background_before text not null,
    additional_details_before text not null,
    action_after text not null,
    background_after text not null,
    additional_details_after text not null,
    -- What the public is told of it; empty if the petition was not public.
    note text not null check (char_length(note) <= 4000)
);

create index petition_edits_by_petition on petition_edits (petition_id, id);

-- What staff tell each other about a petition.
create table petition_notes (
    id bigint generated always as identity primary key,
    petition_id bigint not null references petitions on delete cascade,
    staff_id integer references staff,
    written_at timestamptz not null,
    body text not null check (body <> '' and char_length(body) <= 20000)
);

create index petition_notes_by_petition on petition_notes (petition_id, id);

-- For the desk; the public does not see them.
create table tags (
    id integer generated always as identity primary key,
    name text not null check (name <> '' and char_length(name) <= 200),
    description text not null default '' check (char_length(description) <= 1000)
);

create unique index tags_by_name on tags (lower(name));

create table petition_tags (
    petition_id bigint not null references petitions on delete cascade,
    tag_id integer not null references tags on delete cascade,
    primary key (petition_id, tag_id)
);

create index petition_tags_by_tag on petition_tags (tag_id, petition_id);
create index petition_departments_by_department on petition_departments (department_id, petition_id);

-- Who has a petition's form open: it tells colleagues, it stops nobody. It ends by itself some minutes after its owner
-- was last seen.
create table petition_editors (
    petition_id bigint not null references petitions on delete cascade,
    staff_id integer not null references staff on delete cascade,
    -- 'text', 'decision', 'response', ...
    form text not null,
    began_at timestamptz not null,
    seen_at timestamptz not null,
    primary key (petition_id, staff_id, form)
);

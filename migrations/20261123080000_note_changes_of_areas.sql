-- Every process keeps the names, regions and populations of all constituencies in memory. This says when they have changed:
-- somebody has imported areas, or a petition whose publisher knew more.

create table areas_version (
    only_row boolean primary key default true check (only_row),
    version bigint not null default 1
);

insert into areas_version default values;

create function note_change_of_areas() returns trigger language plpgsql as $$
begin
    update areas_version set version = version + 1;
    return null;
end
$$;

create trigger areas_noted after insert or update or delete on areas
    for each statement execute function note_change_of_areas();
create trigger constituencies_noted after insert or update or delete on constituencies
    for each statement execute function note_change_of_areas();

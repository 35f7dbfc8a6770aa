-- Where people sign from: constituencies, the regions they lie in, and countries.

create type area_kind as enum ('constituency', 'region', 'country');

-- Boundaries change: a set of constituencies is in force between two general elections.
-- `ends_on` is the day on which the last Parliament elected on these boundaries was dissolved.
create table boundary_sets (
    year smallint primary key,
    starts_on date not null,
    ends_on date,
    check (ends_on > starts_on)
);

insert into boundary_sets (year, starts_on, ends_on) values
    (2010, '2010-05-06', '2024-05-30'),
    (2024, '2024-07-04', null);

create table areas (
    id integer generated always as identity primary key,
    kind area_kind not null,
    -- Constituencies and regions: the Office for National Statistics' nine-character code.
    -- Countries: ISO 3166-1 alpha-2, or what the publishing service uses (BAT, for one).
    code text not null check (code <> ''),
    name text not null check (name <> ''),
    name_cy text,
    -- Regions only: the one-letter code under which published petition data lists them.
    letter text unique,
    starts_on date,
    ends_on date,
    unique (kind, code),
    check (letter is null or kind = 'region')
);

insert into areas (kind, code, name, letter) values
    ('region', 'E12000001', 'North East', 'A'),
    ('region', 'E12000002', 'North West', 'B'),
    ('region', 'E12000003', 'Yorkshire and The Humber', 'D'),
    ('region', 'E12000004', 'East Midlands', 'E'),
    ('region', 'E12000005', 'West Midlands', 'F'),
    ('region', 'E12000006', 'East of England', 'G'),
    ('region', 'E12000007', 'London', 'H'),
    ('region', 'E12000008', 'South East', 'J'),
    ('region', 'E12000009', 'South West', 'K'),
    ('region', 'W92000004', 'Wales', 'L'),
    ('region', 'S92000003', 'Scotland', 'M'),
    ('region', 'N92000002', 'Northern Ireland', 'N');

-- A constituency within one set of boundaries. A few constituencies belong to both sets;
-- their population, place on the map and member differ from one to the other.
create table constituencies (
    boundary_set smallint not null references boundary_sets,
    area_id integer not null references areas,
    region_id integer references areas,
    population integer check (population > 0),
    -- Place on a hexagon grid: odd rows are moved right by half a hexagon, row 0 is the northernmost.
    hex_column smallint,
    hex_row smallint,
    -- The member as last published, and when that was.
    member_name text,
    member_as_at timestamptz,
    primary key (boundary_set, area_id),
    check ((hex_column is null) = (hex_row is null)),
    -- Deferred, so that a layout can be replaced by another one row after row.
    unique (boundary_set, hex_column, hex_row) deferrable initially deferred
);

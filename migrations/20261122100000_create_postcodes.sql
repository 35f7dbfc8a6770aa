create table postcodes (code text primary key, area_id integer references areas, terminated boolean not null);

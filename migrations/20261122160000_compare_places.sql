-- Places compared: how much each constituency signs petitions at all, and which petitions each one signs.

-- What all published petitions on the same boundaries have from each constituency. Summed up by a job from time to time and
-- not kept up with each signature: that would have everybody who signs wait for the same 650 rows.
create table constituency_totals (
    boundary_set smallint not null,
    area_id integer not null,
    signature_count bigint not null check (signature_count > 0),
    primary key (boundary_set, area_id),
    foreign key (boundary_set, area_id) references constituencies on delete cascade
);

-- What a constituency signs. The count is left out on purpose: it changes with every signature, and a change of what no
-- index has touches none.
create index tally_constituencies_by_area on tally_constituencies (area_id);

-- Countries with fewer signatures than this are shown together; 1: none are.
alter table site
    add column fold_countries_under integer not null default 5 check (fold_countries_under between 1 and 1000);

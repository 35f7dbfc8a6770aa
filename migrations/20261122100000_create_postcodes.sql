-- The postcode directory: where a postcode lies. Facts that anybody may know; what people type is not kept here.

create table postcodes (
    -- In capitals, without space. Compared byte by byte: faster, and the same whatever the server's language.
    code text collate "C" primary key,
    -- Its constituency; none in the Crown dependencies, or where we do not know the constituency.
    area_id integer references areas,
    -- No longer in use. Still looked up: people write the postcode that they are used to.
    terminated boolean not null
);

-- A whole new directory on its way in, empty at all other times. It is put down here first, so that what is read
-- meanwhile is the old directory; after a crash it is empty, which is as it should be.
create unlogged table incoming_postcodes (
    code text collate "C" not null,
    area_id integer,
    terminated boolean not null
);

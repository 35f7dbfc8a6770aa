-- Tries to sign in that were refused, by the hour: of each account that was tried, and of each network that tried. The first
-- of an hour is a line of the log at once; how many there were in all is another when the hour is over, and then the row
-- goes. So whoever tries a million times makes two lines, not a million.
create table refused_sign_ins (
    hour timestamptz not null,
    -- 'staff 7', 'network 192.0.2.1', 'network others', or 'nobody' for accounts that do not exist.
    about text not null,
    -- How many for which reason, as in {"password": 3, "code": 1}.
    reasons jsonb not null,
    primary key (hour, about)
);

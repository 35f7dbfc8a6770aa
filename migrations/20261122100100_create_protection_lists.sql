-- What staff know of networks and mail domains. Signatures from blocked ones go into quarantine, allowed ones are never
-- limited. The lists are short: the program keeps them in memory and reads them again every few seconds.

create table listed_networks (
    network cidr primary key,
    rule text not null check (rule in ('allowed', 'blocked')),
    note text not null default '',
    created_at timestamptz not null
);

create table listed_domains (
    -- example.org is itself; *.example.org are those one level below, **.example.org those at any depth below.
    pattern text primary key,
    rule text not null check (rule in ('allowed', 'blocked')),
    note text not null default '',
    created_at timestamptz not null
);

-- Two outages of one day are made good by one day. The second is noted for a petition all the same, with no day: it is made good.
alter table extensions
    drop constraint extensions_days_check,
    add constraint extensions_days_check check (days between 0 and 1000 and (days > 0 or outage_id is not null));

-- The draft to which a mail leads. Not a foreign key, as with signatures.
alter table outbox add column draft_id bigint;
create index outbox_of_drafts on outbox (draft_id) where draft_id is not null;

-- Every mail has one receiver: of all the columns that name one.
alter table outbox drop constraint if exists outbox_one_recipient;
do $$
declare
    receivers text := (
        select string_agg(attname, ', ' order by attnum) from pg_attribute
        where attrelid = 'outbox'::regclass and not attisdropped
            and attname in ('signature_id', 'staff_id', 'feedback_id', 'follower_id', 'draft_id'));
begin
    execute format('alter table outbox add constraint outbox_one_recipient check (num_nonnulls(%s) = 1)', receivers);
end
$$;

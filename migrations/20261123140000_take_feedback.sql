-- What people write to those who run the site. It is kept until its mail has been handed over, and erased with it; where
-- nobody has said whom it goes to, it waits, and staff see that.

create table feedback (
    id bigint generated always as identity primary key,
    created_at timestamptz not null,
    -- What was written, about which petition, and where to answer: encrypted (domain::keyring), as text.
    sealed text not null check (char_length(sealed) <= 200000)
);

-- An address; empty: nobody has said yet.
alter table site add column feedback_to text not null default '' check (char_length(feedback_to) <= 1000);

-- The row holds nothing of what was written. Not a foreign key: a mail whose feedback is gone is not sent.
alter table outbox add column feedback_id bigint;

-- A mail has one recipient, and one about feedback none of the others.
alter table outbox drop constraint if exists outbox_check;
alter table outbox
    add constraint outbox_one_recipient check (num_nonnulls(signature_id, staff_id, feedback_id) = 1);

-- Each is mailed once.
create unique index outbox_of_feedback on outbox (feedback_id) where feedback_id is not null;

-- Whose personal data end, and whose do not yet.

alter table petitions
    -- Why the personal data of its signers are not to be erased yet, such as a court case; null: they end when their time
    -- has come. Nothing of it is public.
    add column keep_data_reason text check (keep_data_reason <> '' and char_length(keep_data_reason) <= 4000),
    -- When the last of them were erased; should it be opened again and end once more, that is later than this.
    add column erased_at timestamptz;

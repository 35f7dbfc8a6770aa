-- "Go on with your petition", with the link to what somebody has saved. By itself, since a new word of a type cannot be used in
-- the transaction that adds it.
alter type mail_kind add value 'continue_petition';

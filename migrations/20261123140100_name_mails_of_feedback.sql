-- A value cannot be used in the transaction that adds it, hence a step of its own.
alter type mail_kind add value 'feedback';

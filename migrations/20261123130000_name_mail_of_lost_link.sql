-- A creator who has lost the link to the petition's page has it mailed again.
alter type mail_kind add value 'creator_link';

-- Mails to people who follow something without signing. In a file of its own: a value cannot be used in the transaction that
-- adds it.

alter type mail_kind add value 'confirm_follow';
alter type mail_kind add value 'weekly_news';

-- What is told to those who follow a petition, beside what is told to its signers.
alter type mailing_kind add value 'response_threshold_reached';
alter type mailing_kind add value 'debate_threshold_reached';
alter type mailing_kind add value 'closed';

-- The weekly news are a mailing of a kind of its own.
alter type mailing_kind add value 'weekly_news';

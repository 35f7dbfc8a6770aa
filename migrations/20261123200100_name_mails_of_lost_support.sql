-- A petition that has enough supporters and loses one waits for another: its creator has to know.
alter type mail_kind add value 'support_lost' after 'support_reached';

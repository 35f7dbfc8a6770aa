-- Mails that a petition's life causes (domain::life). By themselves: a value cannot be used in the transaction that adds it.

alter type mail_kind add value 'confirm_petition';
alter type mail_kind add value 'gather_supporters';
alter type mail_kind add value 'support_grows';
alter type mail_kind add value 'support_reached';
alter type mail_kind add value 'petition_withdrawn';
alter type mail_kind add value 'response_threshold_reached';
alter type mail_kind add value 'debate_threshold_reached';
alter type mail_kind add value 'petition_closed';
alter type mail_kind add value 'petition_stopped';
alter type mail_kind add value 'closing_date_changed';

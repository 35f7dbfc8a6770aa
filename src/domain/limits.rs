//! Every limit of the product, once. Forms, counters, validators and texts all use these.
//!
//! Lengths are in letters as a person counts them ([`super::text::letters`]).

/// Most letters of a petition's action (its title).
pub const ACTION: usize = 80;
/// Most letters of a petition's background.
pub const BACKGROUND: usize = 300;
/// Most letters of a petition's additional details.
pub const ADDITIONAL_DETAILS: usize = 800;
/// Most letters of a name or an e-mail address.
pub const NAME: usize = 255;
/// Most letters of a government response's summary.
pub const RESPONSE_SUMMARY: usize = 200;
/// Most letters of a government response's text.
pub const RESPONSE_DETAILS: usize = 10_000;
/// Most letters of what the public is told when a response is corrected or withdrawn.
pub const RESPONSE_NOTE: usize = 1_000;
/// Most letters of what is said about a debate, or why there was none.
pub const DEBATE_OVERVIEW: usize = 5_000;
/// Most letters of an activity's subject.
pub const ACTIVITY_SUBJECT: usize = 150;
/// Most letters of an activity's text.
pub const ACTIVITY_BODY: usize = 6_000;
/// Most letters of a search.
pub const SEARCH: usize = 200;

/// Calendar months for which a petition is open.
pub const MONTHS_OPEN: i64 = 6;
/// Supporters that a petition needs before it is checked and published.
pub const SUPPORTERS_NEEDED: u32 = 5;
/// Most supporters that can be gathered before a petition is published.
pub const SUPPORTERS_MOST: u32 = 20;

/// Signatures at which the Government answers, unless a setting says otherwise.
pub const RESPONSE_THRESHOLD: u32 = 10_000;
/// Signatures at which Parliament considers a debate, unless a setting says otherwise.
pub const DEBATE_THRESHOLD: u32 = 100_000;
/// Hours after closing in which a signature that was started in time may still be confirmed.
pub const CONFIRMATION_GRACE_HOURS: i64 = 24;
/// Signatures that one e-mail address may have on one petition: two people of one household.
pub const SIGNATURES_PER_ADDRESS: u32 = 2;
/// Most confirmation mails for one signature.
pub const CONFIRMATION_MAILS: u32 = 5;

/// Days for which a signature that nobody confirms is kept, unless a setting says otherwise.
pub const KEEP_UNCONFIRMED_DAYS: u32 = 14;
/// Days for which personal data are kept once a petition is over (the reference service: six months after the end of
/// the Parliament), unless a setting says otherwise.
pub const KEEP_PERSONAL_DATA_DAYS: u32 = 183;

/// Signatures of one petition that may come from one address of the internet at once, unless a setting says otherwise.
pub const ADDRESS_BURST: u32 = 600;
/// Signatures of one petition that may come from one address of the internet in a minute, likewise.
pub const ADDRESS_PER_MINUTE: u32 = 120;
/// Signatures that may come with one e-mail address at once, whatever they are for.
pub const EMAIL_BURST: u32 = 20;
/// Signatures that may come with one e-mail address in an hour.
pub const EMAIL_PER_HOUR: u32 = 20;

/// Most letters of feedback: what a form can carry, however many bytes a letter has.
pub const FEEDBACK: usize = 5_000;
/// Most letters of the title or link of a petition that feedback is about.
pub const FEEDBACK_PETITION: usize = 255;
/// Pieces of feedback that may come from one address of the internet at once, and in an hour.
pub const FEEDBACK_PER_ADDRESS: u32 = 20;
/// Pieces of feedback that may come from everybody together at once, and in an hour.
pub const FEEDBACK_PER_HOUR: u32 = 500;
/// Supporters of petitions that may come from one address of the internet at once, whatever they support.
pub const SUPPORTERS_BURST: u32 = 40;
/// Supporters of petitions that may come from one address of the internet in a minute, likewise.
pub const SUPPORTERS_PER_MINUTE: u32 = 10;
/// Minutes after which a creator can have the link to the petition's page mailed once more.
pub const CREATOR_LINK_MINUTES: i64 = 10;
/// Days over which a creator sees how many of the forms that were sent have been confirmed.
pub const FUNNEL_DAYS: i64 = 30;

/// Days for which a draft of a petition is kept once it was last saved.
pub const KEEP_DRAFTS_DAYS: i64 = 30;
/// Petitions that one e-mail address may start at once.
pub const STARTED_BURST: u32 = 2;
/// Petitions that one e-mail address may start in an hour: the burst in five minutes.
pub const STARTED_PER_HOUR: u32 = 24;
/// Petitions that may be started at once from one address of the internet; it may be that of a school.
pub const STARTED_FROM_ADDRESS_BURST: u32 = 40;
/// Petitions that may be started in an hour from one address of the internet.
pub const STARTED_FROM_ADDRESS_PER_HOUR: u32 = 120;
/// Times that drafts may be saved at once for one e-mail address, each of which sends a mail.
pub const SAVED_BURST: u32 = 6;
/// Times that drafts may be saved in an hour for one e-mail address.
pub const SAVED_PER_HOUR: u32 = 6;
/// Times that drafts may be saved at once from one address of the internet.
pub const SAVED_FROM_ADDRESS_BURST: u32 = 60;
/// Times that drafts may be saved in an hour from one address of the internet.
pub const SAVED_FROM_ADDRESS_PER_HOUR: u32 = 120;
/// Similar petitions of a kind (open, answered, rejected) that somebody is shown who is writing one.
pub const SIMILAR_OF_A_KIND: usize = 5;

/// Days within which the Government should answer, once a petition has reached the threshold.
pub const RESPONSE_TARGET_DAYS: u32 = 14;
/// Minutes after which the statistics of the site are made anew.
pub const STATISTICS_MINUTES: u64 = 60;
/// Most overdue responses that the statistics name, the longest overdue first.
pub const OVERDUE_NAMED: i64 = 1_000;

/// Petitions on one page of a list.
pub const PAGE_SIZE: u32 = 25;
/// Most petitions on one page of a list.
pub const PAGE_SIZE_MOST: u32 = 50;
/// Petitions that the petition page calls related.
pub const RELATED: i64 = 5;
/// Related petitions that are kept for each, to take the places of those that close.
pub const RELATED_KEPT: i64 = 12;
/// When fewer than so many of them are left, they are found anew.
pub const RELATED_LEAST: i64 = 7;
/// Words by which it is said what two petitions have in common.
pub const SHARED_WORDS: usize = 3;

/// Days that a petition should spend in moderation at the most.
pub const MODERATION_TARGET_DAYS: u32 = 7;

/// Petitions, signatures or lines of the log on one page of staff's lists.
pub const DESK_PAGE_SIZE: u32 = 50;
/// Petitions of a filtered list, or of a list sorted by signatures, that staff can leaf through; all are in its file.
pub const DESK_LISTED: u32 = 5000;
/// Days in moderation after which a petition is nearly overdue.
pub const MODERATION_NEARLY_OVERDUE_DAYS: u32 = 11;
/// Days in moderation after which a petition is overdue.
pub const MODERATION_OVERDUE_DAYS: u32 = 14;
/// Minutes after which a session of staff in which nothing happened has ended.
pub const SESSION_IDLE_MINUTES: i64 = 30;
/// Hours after which a session of staff has ended, whatever happened in it.
pub const SESSION_HOURS: i64 = 12;
/// Mails to the signers of petitions that leave in a minute, unless a setting says otherwise.
pub const MAILS_PER_MINUTE: u32 = 20_000;
/// Most letters of the site's name.
pub const SITE_NAME: usize = 50;
/// Most letters of a message on the front page or on petitions.
pub const SITE_MESSAGE: usize = 800;
/// Most hosts that links about debates may lead to.
pub const LINK_HOSTS: usize = 100;
/// Most mails to signers that may leave in a minute, whatever the settings.
pub const MAILS_PER_MINUTE_MOST: u32 = 1_000_000;
/// The highest threshold that can be set.
pub const THRESHOLD_MOST: u32 = 1_000_000_000;
/// Most letters of a page of text.
pub const PAGE_BODY: usize = 20_000;
/// Most letters of the name of a page, department, topic or rejection reason.
pub const TITLE: usize = 100;
/// Most letters of the part of an address that names a page of text.
pub const PAGE_SLUG: usize = 60;
/// Most letters of a department's acronym.
pub const ACRONYM: usize = 10;
/// Most letters of an address of a page elsewhere.
pub const LINK: usize = 500;
/// Most letters of a tag.
pub const TAG: usize = 50;
/// Most letters of what is said of a tag.
pub const TAG_DESCRIPTION: usize = 200;
/// Most letters of what is said of a rejection reason.
pub const REASON_DESCRIPTION: usize = 1_000;
/// Most letters of a rejection reason's code.
pub const REASON_CODE: usize = 30;
/// Most bytes of a file that is sent with a form, or pasted into one.
pub const FILE: usize = 5_000_000;
/// Most mails of the outbox on one page.
pub const OUTBOX_SHOWN: i64 = 50;
/// Networks whose refused tries to sign in are counted each by itself within an hour; others are counted together.
pub const REFUSED_NETWORKS: i64 = 200;
/// Minutes for which it is taken as proved who somebody is, when they do something sensitive.
pub const PROOF_MINUTES: i64 = 15;
/// Fewest letters of a password of staff.
pub const PASSWORD_LEAST: usize = 12;
/// Most letters of a password of staff.
pub const PASSWORD_MOST: usize = 200;
/// Days for which an invitation of staff is good.
pub const INVITATION_DAYS: i64 = 7;
/// Minutes that somebody may take to sign in elsewhere, or with a passkey.
pub const SIGN_IN_ELSEWHERE_MINUTES: i64 = 10;
/// Most passkeys of one account.
pub const PASSKEYS: usize = 10;

/// Most days by which staff extend the deadline of one petition at a time.
pub const EXTENSION_DAYS: u32 = 90;
/// Most days that an outage which staff note afterwards may have taken.
pub const OUTAGE_DAYS: u32 = 90;
/// Most letters of what the public is told of an outage, or of an extended deadline.
pub const OUTAGE_REASON: usize = 400;
/// Days after its dissolution at which a parliament can be archived.
pub const ARCHIVE_AFTER_DAYS: i64 = 2;
/// Most letters of the name of a government.
pub const GOVERNMENT: usize = 100;
/// Most letters of what stands above every page when a dissolution is announced.
pub const DISSOLUTION_NOTICE: usize = 600;
/// Most petitions that a mail about closing dates names.
pub const CLOSING_NAMED: usize = 5;
/// Most letters of the reason why personal data are kept.
pub const KEEP_DATA_REASON: usize = 400;

/// Most letters of what staff add to a rejection's reason.
pub const REJECTION_DETAILS: usize = 4_000;
/// Most letters of the committee's note.
pub const COMMITTEE_NOTE: usize = 800;
/// Most letters of what the public is told when a petition's text is changed.
pub const EDIT_NOTE: usize = 400;
/// Most letters of a note for colleagues.
pub const NOTE: usize = 4_000;
/// Minutes for which somebody who was not seen since is taken to have a form open.
pub const EDITING_MINUTES: i64 = 3;
/// Similar petitions, in whatever state, that a moderator is shown.
pub const SIMILAR: i64 = 10;
/// Minutes after which the desk says that mail is late.
pub const MAIL_LATE_MINUTES: i64 = 10;

/// Most letters of the reason why staff judge signatures.
pub const JUDGEMENT_REASON: usize = 1_000;
/// Most letters of what a rule over signatures is for, in short.
pub const RULE_SUMMARY: usize = 255;
/// Most letters of what a rule over signatures is for, at length.
pub const RULE_DETAILS: usize = 10_000;

/// Signatures that a country other than the United Kingdom needs to be shown by itself, unless a setting says otherwise.
pub const FOLD_COUNTRIES_UNDER: u32 = 5;
/// The most that this setting can ask for.
pub const FOLD_COUNTRIES_UNDER_MOST: u32 = 1_000;
/// Constituencies that the petition page lists.
pub const CONSTITUENCIES_SHOWN: usize = 20;
/// Petitions that a constituency signs most, on its page.
pub const LOCAL: usize = 50;
/// Petitions that a constituency signs more than usual, on its page.
pub const LOCAL_UNUSUAL: usize = 10;

/// Asking to follow something from one address of the internet: so many at once.
pub const FOLLOW_BURST: u32 = 60;
/// Asking to follow something from one address of the internet: so many in a minute from then on.
pub const FOLLOWS_PER_MINUTE: u32 = 10;
/// Mails that ask one e-mail address whether it wants to follow something: so many at once, and in an hour from then on.
pub const FOLLOW_MAILS_PER_HOUR: u32 = 10;
/// Mails with the link that confirms one following.
pub const FOLLOW_MAILS: i16 = 5;
/// The hour in London at which the weekly news leave, on Mondays.
pub const WEEKLY_NEWS_HOUR: i8 = 8;
/// Minutes that the weekly news wait for what is just being written into the database.
pub const WEEKLY_NEWS_LATE_MINUTES: i64 = 5;
/// Petitions that count as signed most in a constituency, in its weekly news.
pub const WEEKLY_TOP: i64 = 10;
/// Weeks for which it is kept what the weekly news told.
pub const KEEP_WEEKLY_NEWS_WEEKS: i64 = 8;
/// Weekly news that staff see how far they have come.
pub const WEEKLY_NEWS_SHOWN: i64 = 5;
/// Entries of a feed about a topic or a constituency.
pub const FEED_ENTRIES: i64 = 50;
/// Addresses in one part of the sitemap; the most that its format allows.
pub const SITEMAP_PART: i64 = 50_000;

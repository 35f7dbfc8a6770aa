-- Staff: their accounts, how they sign in, and the log of everything they do.

create type staff_role as enum (
    'reviewer',   -- reads, and writes notes
    'moderator',  -- decides about petitions, and publishes what the Government and Parliament did
    'sysadmin'    -- runs the site, and says who may do what
);

create table staff (
    id integer generated always as identity primary key,
    name text not null check (name <> '' and char_length(name) <= 1000),
    email text not null check (email <> '' and char_length(email) <= 1000),
    role staff_role not null,
    -- Argon2id, with its parameters and its salt (PHC string). Null until the invitation has been accepted.
    password_hash text,
    -- What the codes are made from, encrypted (domain::keyring).
    totp_secret bytea,
    -- The last half minute of which a code was taken: no code is good twice.
    totp_step bigint not null default 0,
    -- Who this is at the provider of single sign-on.
    sso_subject text unique,
    -- Who this is to a passkey.
    passkey_handle uuid not null unique default gen_random_uuid(),
    created_at timestamptz not null,
    -- Whoever leaves can no longer sign in. The account stays, since the log names it.
    disabled_at timestamptz,
    signed_in_at timestamptz
);

create unique index staff_by_email on staff (lower(email));

-- For when the telephone is lost. Each is good once.
create table staff_recovery_codes (
    staff_id integer not null references staff on delete cascade,
    -- A code has 80 bits of chance, so a plain hash hides it, and a change of the secret keys leaves it good.
    code_hash bytea not null,
    used_at timestamptz,
    primary key (staff_id, code_hash)
);

create table staff_passkeys (
    id integer generated always as identity primary key,
    staff_id integer not null references staff on delete cascade,
    credential_id bytea not null unique,
    -- As the library keeps it; public keys only.
    passkey jsonb not null,
    name text not null check (name <> '' and char_length(name) <= 400),
    created_at timestamptz not null,
    used_at timestamptz
);

create index staff_passkeys_by_staff on staff_passkeys (staff_id);

-- A link with which somebody sets a password and a telephone; the newest of a person is the one that is good.
create table staff_invitations (
    staff_id integer primary key references staff on delete cascade,
    -- Grows with every invitation of this person. The link's token is made from it (domain::keyring), so that nothing
    -- here lets anybody in.
    number integer not null default 1,
    -- What the codes will be made from, encrypted: shown on the page, taken over once a code has proved it.
    totp_secret bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- The line stays, since its number must never come again.
    accepted_at timestamptz
);

-- A telephone that somebody is about to take instead of the former; taken over once a code has proved it.
create table staff_new_telephones (
    staff_id integer primary key references staff on delete cascade,
    totp_secret bytea not null,
    created_at timestamptz not null
);

-- What somebody has answered with a passkey: an answer is good once.
create table staff_used_challenges (
    challenge_hash bytea primary key,
    used_at timestamptz not null
);

-- Who is signed in, where. The cookie has a random token, this table only its hash.
create table staff_sessions (
    id bigint generated always as identity primary key,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    staff_id integer not null references staff on delete cascade,
    way text not null check (way in ('password', 'recovery_code', 'passkey', 'single_sign_on', 'invitation')),
    began_at timestamptz not null,
    -- To the minute.
    seen_at timestamptz not null,
    -- When it was last proved who it is; what is sensitive wants that to be recent.
    proved_at timestamptz not null,
    address inet,
    agent text not null default '' check (char_length(agent) <= 400),
    -- What was done last, to be said on the next page.
    notice text not null default ''
);

create index staff_sessions_by_staff on staff_sessions (staff_id);

-- Failed tries to sign in: by account from browsers that nobody knows, by account from a browser that has signed in
-- before, by network. What is counted stands here as a keyed hash.
create table sign_in_failures (
    subject bytea primary key,
    failures integer not null check (failures > 0),
    failed_at timestamptz not null,
    -- Until then nothing is tried.
    blocked_until timestamptz
);

-- Everything that staff do. Lines are added; nobody alters or removes them.
create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    -- Null: the command line, somebody who is not signed in, or the site by itself; `who` says which.
    staff_id integer references staff,
    -- The name as it was then.
    who text not null,
    role staff_role,
    address inet,
    -- The number of the request, as in the log of the program.
    request text not null default '',
    -- What was done, as in 'petition.publish'.
    act text not null check (act ~ '^[a-z_]+\.[a-z_]+$'),
    -- What it was done to, as in 'petition' and '1000001'.
    subject text not null,
    subject_id text not null default '',
    before jsonb,
    after jsonb
);

create index audit_log_by_subject on audit_log (subject, subject_id, id desc);
create index audit_log_by_staff on audit_log (staff_id, id desc);
create index audit_log_by_act on audit_log (act, id desc);

create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function refuse_change();

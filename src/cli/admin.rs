//! `undersigned admin`: the accounts of staff. The first one is made here; later ones by whoever has it.

use std::process::ExitCode;

use sqlx::pool::PoolConnection;

use super::{
    database::{self, Database},
    say, secrets,
};
use crate::{
    actions::staff::{self as actions, Added, Changed, Delivery, NewColleague, invitation_token},
    domain::{
        email::EmailAddress,
        limits,
        signer::SignerName,
        staff::{Role, StaffId},
    },
    settings::{FIRST_PORT, Settings},
    store::{self, audit::Actor},
    urls,
};

/// Who does what is typed here, in the log.
const WHO: &str = "command line";

type Connection = PoolConnection<sqlx::Postgres>;

/// Makes an account and prints the invitation.
pub(super) async fn add(
    settings: &Settings,
    name: SignerName,
    email: EmailAddress,
    role: Role,
) -> anyhow::Result<ExitCode> {
    with(settings, async |db, database| {
        let keyring = secrets::keyring(settings, database)?;
        let new = NewColleague { name, email, role };
        let now = settings.clock().now();
        match actions::add(db, &keyring, &Actor::nobody(WHO), &new, Delivery::ByHand, now).await? {
            Added::Invited(id, number) => {
                say(&format!("{} has an account as {}.", new.name.as_str(), role.code()));
                say_link(settings, id, &invitation_token(&keyring, id, number));
                Ok(ExitCode::SUCCESS)
            }
            Added::Exists(_) => anyhow::bail!(
                "there is an account with the address {} already; “undersigned admin invite” makes another link for it",
                new.email.as_str()
            ),
        }
    })
    .await
}

/// Prints another invitation.
pub(super) async fn invite(settings: &Settings, email: &EmailAddress) -> anyhow::Result<ExitCode> {
    with(settings, async |db, database| {
        let keyring = secrets::keyring(settings, database)?;
        let id = find(db, email).await?;
        let now = settings.clock().now();
        let actor = Actor::nobody(WHO);
        match actions::invite_again(db, &keyring, &actor, id, Delivery::ByHand, now).await? {
            Some(number) => {
                say_link(settings, id, &invitation_token(&keyring, id, number));
                Ok(ExitCode::SUCCESS)
            }
            None => anyhow::bail!("the account is closed; “undersigned admin enable” opens it again"),
        }
    })
    .await
}

fn say_link(settings: &Settings, id: StaffId, token: &str) {
    let port = settings.port.filter(|port| *port != 0).unwrap_or(FIRST_PORT);
    let site = settings.public_url.clone().or_else(|| database::site_address(settings));
    let site = site.unwrap_or_else(|| format!("http://127.0.0.1:{port}"));
    let days = limits::INVITATION_DAYS;
    say(&format!("Set a password and connect a telephone here, within {days} days; the link works once:"));
    say(&format!("{site}{}", urls::admin::invitation(&id, token)));
}

/// Closes an account.
pub(super) async fn disable(settings: &Settings, email: &EmailAddress) -> anyhow::Result<ExitCode> {
    with(settings, async |db, _| {
        let id = find(db, email).await?;
        let changed = actions::disable(db, &Actor::nobody(WHO), id, settings.clock().now()).await?;
        told(changed, "The account is closed; nobody is signed in to it any more.", "The account is closed already.")
    })
    .await
}

/// Opens an account again.
pub(super) async fn enable(settings: &Settings, email: &EmailAddress) -> anyhow::Result<ExitCode> {
    with(settings, async |db, _| {
        let id = find(db, email).await?;
        let changed = actions::enable(db, &Actor::nobody(WHO), id, settings.clock().now()).await?;
        told(changed, "The account is open again.", "The account is open already.")
    })
    .await
}

/// Changes what somebody may do.
pub(super) async fn role_of(settings: &Settings, email: &EmailAddress, role: Role) -> anyhow::Result<ExitCode> {
    with(settings, async |db, _| {
        let id = find(db, email).await?;
        let now = settings.clock().now();
        let before = store::staff::find(db, id, now).await?.map_or(role, |colleague| colleague.role);
        let changed = actions::set_role(db, &Actor::nobody(WHO), id, before, role, now).await?;
        let done = format!("The role is {} now.", role.code());
        told(changed, &done, &format!("The role is {} already.", role.code()))
    })
    .await
}

fn told(changed: Changed, done: &str, already: &str) -> anyhow::Result<ExitCode> {
    match changed {
        Changed::Done => say(done),
        Changed::Otherwise => say(already),
        Changed::LastSysadmin => {
            anyhow::bail!("nobody else could run the site then; make somebody else a sysadmin first")
        }
        Changed::Own | Changed::Unknown => anyhow::bail!("there is no such account any more"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows the accounts.
pub(super) async fn list(settings: &Settings) -> anyhow::Result<ExitCode> {
    with(settings, async |db, _| {
        let colleagues = store::staff::all(db, settings.clock().now()).await?;
        for colleague in &colleagues {
            let state = if colleague.disabled_at.is_some() {
                "closed".to_owned()
            } else if let Some(until) = colleague.invited_until {
                format!("invited until {until:.0}")
            } else if colleague.has_password || colleague.has_single_sign_on {
                "open".to_owned()
            } else {
                "invitation has run out".to_owned()
            };
            say(&format!("{} <{}>, {}, {state}", colleague.name, colleague.email, colleague.role.code()));
        }
        if colleagues.is_empty() {
            say("There is no account yet; “undersigned admin add” makes the first one.");
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// Does something with a connection, and closes the database whatever came of it.
async fn with(
    settings: &Settings,
    work: impl AsyncFnOnce(&mut Connection, &Database) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let database = Database::open(settings).await?;
    let outcome = match database.pool.acquire().await {
        Ok(mut db) => work(&mut db, &database).await,
        Err(error) => Err(error.into()),
    };
    database.close().await;
    outcome
}

async fn find(db: &mut Connection, email: &EmailAddress) -> anyhow::Result<StaffId> {
    let found = store::staff::by_email(db, email.as_str()).await?;
    found.ok_or_else(|| {
        anyhow::anyhow!("there is no account with the address {}; “undersigned admin list” shows them", email.as_str())
    })
}

/// Takes a name as it was typed.
pub(super) fn name(text: &str) -> Result<SignerName, String> {
    SignerName::parse(text).map_err(|error| error.to_string())
}

/// Takes an address as it was typed.
pub(super) fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|error| error.to_string())
}

/// Takes a role as it was typed.
pub(super) fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| "wants reviewer, moderator or sysadmin".to_owned())
}

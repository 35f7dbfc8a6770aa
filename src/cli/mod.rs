//! What operators type.

mod admin;
mod anonymise;
mod backtest;
mod database;
mod dev;
mod import;
mod migrate;
mod protect;
mod recount;
mod secrets;
mod seed;
mod serve;
mod signatures;

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::{
    CommandFactory, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    domain::{
        email::EmailAddress,
        petition::PetitionId,
        protection::{Listed, Rule},
        signer::SignerName,
        staff::Role,
        suspicion::Suspicion,
    },
    settings::Settings,
    telemetry,
};

/// A petition website: serves it, and looks after its data.
///
/// Without a command it serves the site. Without a database address it starts a private PostgreSQL, fills it with
/// sample petitions, and prints where to look.
#[derive(Debug, Parser)]
#[command(name = "undersigned", version, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    settings: Settings,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site (what happens without a command).
    Serve,
    /// Bring the database up to date: its tables, and the areas that come with the program.
    Migrate,
    /// Fill an empty database with sample petitions.
    Seed,
    /// Import petitions, areas or postcodes from files.
    #[command(subcommand)]
    Import(Import),
    /// Rebuild every tally from the ledger and report what was different.
    Recount,
    /// Measure how good the estimate of the final count is, on petitions whose end is known. Needs no database.
    Backtest {
        /// Readings (series, age_days, count, window_days, final_count, final_is_last_observation) or moments (series,
        /// age_days, remaining_days, count, last24h, per_day_7d, tau_days, true_final); the header tells which.
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,
        /// Leave out the petitions whose name begins so.
        #[arg(long, value_name = "BEGINNING")]
        without: Vec<String>,
        /// Print JSON instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Pause the taking of signatures, or go on with it.
    Collection {
        /// Whether signatures are taken.
        #[arg(value_enum)]
        collection: Collection,
    },
    /// Erase the personal data of petitions that have been over for long enough, as the site does by itself.
    Anonymise {
        /// Change nothing; say which petitions it would be, and how many signatures.
        #[arg(long)]
        dry_run: bool,
    },
    /// Look at the signatures in quarantine, or let them out.
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// Block or allow networks and mail domains.
    #[command(subcommand)]
    Protect(Protect),
    /// Look after the accounts of staff.
    #[command(subcommand)]
    Admin(Admin),
    /// Encrypt and hash anew, with the first of the secret keys, what was made with the others.
    ///
    /// First give every process the new key behind the old one, then before it, and only then rotate: a process that
    /// does not know the new key would take somebody who has signed for somebody who has not.
    RotateKeys,
    /// Make a secret key for --secret-keys and print it.
    NewKey {
        /// Its number, another for each key.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
        number: u8,
    },
    /// Tools for developers.
    #[command(subcommand, hide = true)]
    Dev(Dev),
}

#[derive(Debug, Subcommand)]
enum Import {
    /// Import petitions from JSON as petition.parliament.uk publishes it, today's schema or that of 2015.
    Petition {
        /// Files with one petition each.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Counts read at certain moments, as CSV with a moment (snapshot_at, timestamp, read_at or time) and
        /// signature_count. They become the history of the petition; all FILEs must be about that one.
        #[arg(long, value_name = "FILE.csv")]
        readings: Vec<PathBuf>,
    },
    /// Import constituencies (CSV), their places on a map (HexJSON) or countries (CSV); the content tells which.
    Areas {
        /// Files to import, in this order.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Import the postcode directory (ONSPD or NSPL, CSV). It replaces the one before; several FILEs make one directory.
    Postcodes {
        /// Files of the directory.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Collection {
    /// No new signatures are taken; pending ones can still be confirmed.
    Pause,
    /// Signatures are taken again.
    Resume,
}

#[derive(Debug, Subcommand)]
enum Quarantine {
    /// What is in quarantine, by petition and reason.
    List,
    /// Count what is in quarantine on a petition.
    Release {
        /// The petition's number.
        petition: PetitionId,
        /// Only what is there for this reason, by its number in the list.
        #[arg(long, value_parser = signatures::suspicion)]
        reason: Option<Suspicion>,
    },
}

#[derive(Debug, Subcommand)]
enum Protect {
    /// Never limit a network or mail domain, such as a school's or a large employer's.
    Allow(Protected),
    /// Put signatures from a network or with a mail domain into quarantine.
    Block(Protected),
    /// Take a network or mail domain off the lists.
    Forget {
        /// As it stands in the list.
        #[arg(value_name = "NETWORK-OR-DOMAIN", value_parser = protect::listed)]
        listed: Listed,
    },
    /// What is allowed and what is blocked.
    List,
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Make an account, and print the link with which its owner sets a password and a telephone.
    Add {
        /// The owner's name, as colleagues see it.
        #[arg(value_parser = admin::name)]
        name: SignerName,
        /// The owner's e-mail address.
        #[arg(value_parser = admin::email)]
        email: EmailAddress,
        /// What they may do: reviewer, moderator or sysadmin.
        #[arg(long, value_parser = admin::role, default_value = "sysadmin")]
        role: Role,
    },
    /// Print another link, when the password or the telephone is lost. Former links are good no more.
    Invite {
        /// The owner's e-mail address.
        #[arg(value_parser = admin::email)]
        email: EmailAddress,
    },
    /// Close an account, and end its sessions.
    Disable {
        /// The owner's e-mail address.
        #[arg(value_parser = admin::email)]
        email: EmailAddress,
    },
    /// Open an account again.
    Enable {
        /// The owner's e-mail address.
        #[arg(value_parser = admin::email)]
        email: EmailAddress,
    },
    /// Change what the owner of an account may do.
    Role {
        /// The owner's e-mail address.
        #[arg(value_parser = admin::email)]
        email: EmailAddress,
        /// What they may do: reviewer, moderator or sysadmin.
        #[arg(value_parser = admin::role)]
        role: Role,
    },
    /// The accounts that there are.
    List,
}

#[derive(Debug, clap::Args)]
struct Protected {
    /// An address (192.0.2.1), a network (192.0.2.0/24, 2001:db8::/32) or a mail domain (example.org, *.example.org for
    /// those one level below it, **.example.org for all below it).
    #[arg(value_name = "NETWORK-OR-DOMAIN", value_parser = protect::listed)]
    listed: Listed,
    /// Why, for those who look at the list later.
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = protect::note)]
    note: String,
}

#[derive(Debug, Subcommand)]
enum Dev {
    /// Start a throw-away PostgreSQL with all tables, run a command with its DATABASE_URL, and stop it again.
    Postgres {
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|refusal| with_environment_name(refusal).exit());
    if let Err(message) = cli.settings.check() {
        Cli::command().error(ErrorKind::ValueValidation, message).exit();
    }
    telemetry::start(cli.settings.log_format, &cli.settings.log);
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("undersigned: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Names the environment variable beside the option: the value that is refused may have come from either. Values that
/// are secret are left out.
fn with_environment_name(mut refusal: clap::Error) -> clap::Error {
    if !matches!(refusal.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
        return refusal;
    }
    let mut command = Cli::command();
    command.build();
    let Some(ContextValue::String(option)) = refusal.get(ContextKind::InvalidArg) else { return refusal };
    let setting = command.get_arguments().find(|argument| argument.to_string() == *option);
    if let Some(variable) = setting.and_then(clap::Arg::get_env) {
        let both = format!("{option} ({})", variable.display());
        refusal.insert(ContextKind::InvalidArg, ContextValue::String(both));
    }
    // What may hold a password or a key is not repeated.
    if setting.is_some_and(clap::Arg::is_hide_env_values_set) {
        refusal.insert(ContextKind::InvalidValue, ContextValue::String("(hidden)".to_owned()));
    }
    refusal
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let settings = cli.settings;
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(&settings).await,
            Command::Migrate => migrate::run(&settings).await,
            Command::Seed => seed::run(&settings).await,
            Command::Import(Import::Petition { files, readings }) => {
                import::petitions(&settings, &files, &readings).await
            }
            Command::Import(Import::Areas { files }) => import::areas(&settings, &files).await,
            Command::Import(Import::Postcodes { files }) => import::postcodes(&settings, &files).await,
            Command::Backtest { file, without, json } => backtest::run(&file, &without, json),
            Command::Recount => recount::run(&settings).await,
            Command::Collection { collection } => {
                signatures::collection(&settings, matches!(collection, Collection::Pause)).await
            }
            Command::Anonymise { dry_run } => anonymise::run(&settings, dry_run).await,
            Command::Quarantine(Quarantine::List) => signatures::quarantined(&settings).await,
            Command::Quarantine(Quarantine::Release { petition, reason }) => {
                signatures::release(&settings, petition, reason).await
            }
            Command::Protect(Protect::Allow(Protected { listed, note })) => {
                protect::list(&settings, &listed, Rule::Allowed, &note).await
            }
            Command::Protect(Protect::Block(Protected { listed, note })) => {
                protect::list(&settings, &listed, Rule::Blocked, &note).await
            }
            Command::Protect(Protect::Forget { listed }) => protect::forget(&settings, &listed).await,
            Command::Protect(Protect::List) => protect::show(&settings).await,
            Command::Admin(Admin::Add { name, email, role }) => admin::add(&settings, name, email, role).await,
            Command::Admin(Admin::Invite { email }) => admin::invite(&settings, &email).await,
            Command::Admin(Admin::Disable { email }) => admin::disable(&settings, &email).await,
            Command::Admin(Admin::Enable { email }) => admin::enable(&settings, &email).await,
            Command::Admin(Admin::Role { email, role }) => admin::role_of(&settings, &email, role).await,
            Command::Admin(Admin::List) => admin::list(&settings).await,
            Command::RotateKeys => signatures::rotate(&settings).await,
            Command::NewKey { number } => Ok(secrets::new_key(number)),
            Command::Dev(Dev::Postgres { command }) => dev::postgres(&settings, &command).await,
        }
    })
}

/// Prints a line. Whoever was reading may have gone; the site goes on, and still has to stop properly.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_has_an_explanation_and_a_name_in_the_environment() {
        for setting in Cli::command().get_arguments() {
            assert!(setting.get_help().is_some_and(|help| !help.to_string().is_empty()), "{setting}: what is it for?");
            assert!(setting.get_env().is_some(), "{setting}: how is it called in the environment?");
            assert_eq!(setting.get_help_heading(), Some("Settings"), "{setting}");
        }
    }
}

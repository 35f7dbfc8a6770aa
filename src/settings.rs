//! Every setting, for the command line and the environment; `undersigned --help` documents them.

use std::{
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use lettre::{Address, message::Mailbox};
use sqlx::postgres::PgConnectOptions;

use crate::{
    clock::Clock,
    domain::{
        keyring::Keyring, limits, protection::Paces, retention::Retention, single_sign_on::Provider,
        threshold::Thresholds,
    },
    mail::smtp_url::{SmtpUrl, is_mail_domain},
};

/// The port that is tried first when none is set.
pub const FIRST_PORT: u16 = 3000;

/// What can be set.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Database to use. Without it, a private PostgreSQL is started for this site alone.
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", value_parser = database_url, hide_env_values = true)]
    pub database_url: Option<PgConnectOptions>,

    /// Folder of the private PostgreSQL's data. Default: a folder of its own for each checkout, in
    /// /var/lib/undersigned for root and in the user's data folder otherwise.
    #[arg(long, env = "UNDERSIGNED_DATA_DIR", global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,

    /// Folder of the PostgreSQL programs (initdb, postgres). Default: looked for in PATH and the usual places.
    #[arg(long, env = "PG_BIN", global = true, value_name = "FOLDER")]
    pub pg_bin: Option<PathBuf>,

    /// Most connections to the database at one time.
    #[arg(long, env = "UNDERSIGNED_DATABASE_CONNECTIONS", global = true, value_name = "NUMBER", default_value_t = 16,
          value_parser = number(2..=500))]
    pub database_connections: u32,

    /// Address to listen on.
    #[arg(long, env = "UNDERSIGNED_LISTEN", global = true, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = address)]
    pub listen: IpAddr,

    /// Port to listen on. Default: 3000, or the next one that is free.
    #[arg(long, env = "UNDERSIGNED_PORT", global = true, value_name = "PORT", value_parser = port)]
    pub port: Option<u16>,

    /// Address under which people reach the site, such as https://petitions.example.org. Default: where it listens.
    #[arg(long, env = "UNDERSIGNED_PUBLIC_URL", global = true, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// Signatures at which the Government answers.
    #[arg(long, env = "UNDERSIGNED_RESPONSE_THRESHOLD", global = true, value_name = "NUMBER", default_value_t = limits::RESPONSE_THRESHOLD,
          value_parser = number(1..=1_000_000_000))]
    pub response_threshold: u32,

    /// Signatures at which Parliament considers a debate; more than the response threshold.
    #[arg(long, env = "UNDERSIGNED_DEBATE_THRESHOLD", global = true, value_name = "NUMBER", default_value_t = limits::DEBATE_THRESHOLD,
          value_parser = number(1..=1_000_000_000))]
    pub debate_threshold: u32,

    /// Secret keys for personal data and links, the current one first, with commas between them; `undersigned new-key`
    /// makes one. Default with the private PostgreSQL: a key of its own, kept beside its data.
    #[arg(long, env = "UNDERSIGNED_SECRET_KEYS", global = true, value_name = "KEYS", hide_env_values = true)]
    pub secret_keys: Option<Keyring>,

    /// Proxies before the site. So many of the last addresses in X-Forwarded-For are believed; with 0, none.
    #[arg(long, env = "UNDERSIGNED_TRUSTED_PROXIES", global = true, value_name = "NUMBER", default_value_t = 0,
          value_parser = number(0..=20))]
    pub trusted_proxies: u32,

    /// Signatures of one petition that may come from one address at once before others go into quarantine. For IPv6 an
    /// address is a /64. A network (IPv4 /24, IPv6 /48) may send ten times as many.
    #[arg(long, env = "UNDERSIGNED_ADDRESS_BURST", global = true, value_name = "NUMBER", default_value_t = limits::ADDRESS_BURST,
          value_parser = number(1..=1_000_000))]
    pub address_burst: u32,

    /// Signatures of one petition that may come from one address in a minute when those at once are used up.
    #[arg(long, env = "UNDERSIGNED_ADDRESS_PER_MINUTE", global = true, value_name = "NUMBER",
          default_value_t = limits::ADDRESS_PER_MINUTE, value_parser = number(1..=1_000_000))]
    pub address_per_minute: u32,

    /// Days for which a signature that nobody confirms is kept.
    #[arg(long, env = "UNDERSIGNED_KEEP_UNCONFIRMED", global = true, value_name = "DAYS", default_value_t = limits::KEEP_UNCONFIRMED_DAYS,
          value_parser = number(2..=3650))]
    pub keep_unconfirmed: u32,

    /// Days for which personal data are kept after a petition was closed, rejected or taken away.
    #[arg(long, env = "UNDERSIGNED_KEEP_PERSONAL_DATA", global = true, value_name = "DAYS", default_value_t = limits::KEEP_PERSONAL_DATA_DAYS,
          value_parser = number(2..=36500))]
    pub keep_personal_data: u32,

    /// Server that takes the site's mail, such as smtps://user:password@mail.example.org. Other machines are spoken to in
    /// TLS (?tls=required) unless ?tls=opportunistic or ?tls=none is said; ?ca=FILE trusts one more certificate. Without
    /// it, mail waits; with the private PostgreSQL it goes into a folder, and can be read at /dev/mail.
    #[arg(long, env = "SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<SmtpUrl>,

    /// Most connections to the mail server at one time.
    #[arg(long, env = "UNDERSIGNED_SMTP_CONNECTIONS", global = true, value_name = "NUMBER", default_value_t = 8,
          value_parser = number(1..=100))]
    pub smtp_connections: u32,

    /// Whose mail it is, such as "Petitions <no-reply@example.org>". Default: no-reply at the host of the public URL, under the site's name.
    #[arg(long, env = "UNDERSIGNED_MAIL_FROM", global = true, value_name = "ADDRESS", value_parser = mail_from)]
    pub mail_from: Option<Mailbox>,

    /// Address and port on which figures for Prometheus are served, at /metrics; not for the public. Default: nowhere.
    #[arg(long, env = "UNDERSIGNED_METRICS_LISTEN", global = true, value_name = "ADDRESS:PORT", value_parser = socket)]
    pub metrics_listen: Option<SocketAddr>,

    /// Address of an OpenID Connect provider at which staff may sign in, such as https://login.example.org. Wants the
    /// client's id and secret as well; there, the address to return to is /admin/sign-in/elsewhere/return at the public URL.
    #[arg(long, env = "UNDERSIGNED_OIDC_ISSUER", global = true, value_name = "URL", value_parser = issuer)]
    pub oidc_issuer: Option<String>,

    /// Name under which the site is known to that provider.
    #[arg(long, env = "UNDERSIGNED_OIDC_CLIENT_ID", global = true, value_name = "ID", value_parser = word)]
    pub oidc_client_id: Option<String>,

    /// Secret that the site shares with that provider.
    #[arg(long, env = "UNDERSIGNED_OIDC_CLIENT_SECRET", global = true, value_name = "SECRET", value_parser = word, hide_env_values = true)]
    pub oidc_client_secret: Option<String>,

    /// What the button says that leads to that provider, behind "Sign in with".
    #[arg(long, env = "UNDERSIGNED_OIDC_NAME", global = true, value_name = "NAME", value_parser = word, default_value = "single sign-on")]
    pub oidc_name: String,

    /// Pin the clock to a moment, such as 2022-08-21T20:00:00Z. For demonstrations and tests.
    #[arg(long, env = "UNDERSIGNED_NOW", global = true, value_name = "MOMENT", value_parser = moment)]
    pub now: Option<Timestamp>,

    /// How log lines are written.
    #[arg(long, env = "UNDERSIGNED_LOG_FORMAT", global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Which log lines are written, as in "info" or "warn,undersigned=debug".
    #[arg(long, env = "RUST_LOG", global = true, value_name = "FILTER", default_value = "info,sqlx=warn", value_parser = log_filter)]
    pub log: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

impl Settings {
    /// Checks what no single setting can tell.
    ///
    /// # Errors
    /// The name of the setting, and what it wants.
    pub fn check(&self) -> Result<(), String> {
        if self.debate_threshold <= self.response_threshold {
            return Err(format!(
                "--debate-threshold <NUMBER> (UNDERSIGNED_DEBATE_THRESHOLD) wants more than the response threshold: \
                 {} is not more than {}",
                self.debate_threshold, self.response_threshold
            ));
        }
        let provider = [self.oidc_issuer.is_some(), self.oidc_client_id.is_some(), self.oidc_client_secret.is_some()];
        if provider.contains(&true) && provider.contains(&false) {
            return Err("--oidc-issuer <URL> (UNDERSIGNED_OIDC_ISSUER) wants --oidc-client-id <ID> \
                        (UNDERSIGNED_OIDC_CLIENT_ID) and --oidc-client-secret <SECRET> \
                        (UNDERSIGNED_OIDC_CLIENT_SECRET), and they want it"
                .to_owned());
        }
        Ok(())
    }

    /// Where staff may sign in elsewhere.
    pub fn single_sign_on(&self) -> Option<Provider> {
        Some(Provider {
            issuer: self.oidc_issuer.clone()?,
            client_id: self.oidc_client_id.clone()?,
            client_secret: self.oidc_client_secret.clone()?,
            name: self.oidc_name.clone(),
        })
    }

    /// Where the time comes from.
    pub fn clock(&self) -> Clock {
        self.now.map_or(Clock::System, Clock::Pinned)
    }

    /// How fast signatures may come.
    pub fn paces(&self) -> Paces {
        Paces { address_burst: self.address_burst, address_per_minute: self.address_per_minute }
    }

    /// How long personal data are kept.
    pub fn retention(&self) -> Retention {
        Retention::of_days(self.keep_unconfirmed, self.keep_personal_data)
    }

    /// Whose mail it is, for a site at `public_url`.
    pub fn mail_from(&self, public_url: &str) -> Mailbox {
        self.mail_from.clone().unwrap_or_else(|| {
            let host = public_url.rsplit('/').next().unwrap_or_default().split(':').next().unwrap_or_default();
            let host = if is_mail_domain(host) { host } else { "localhost" };
            let address = Address::new("no-reply", host).expect("the host of an address is one of mail, too");
            Mailbox::new(None, address)
        })
    }

    /// The thresholds in force.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { response: self.response_threshold, debate: self.debate_threshold }
    }
}

fn database_url(text: &str) -> Result<PgConnectOptions, String> {
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Err("wants an address such as postgres://user@host/database".to_owned());
    }
    text.parse()
        .map_err(|error: sqlx::Error| format!("wants an address such as postgres://user@host/database: {error}"))
}

fn number(range: RangeInclusive<u32>) -> impl Fn(&str) -> Result<u32, String> + Clone {
    move |text| {
        let (least, most) = (range.start(), range.end());
        text.parse()
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| format!("wants a whole number from {least} to {most}"))
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "wants a whole number from 0 to 65535; 0 takes any port that is free".to_owned())
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| "wants an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::1".to_owned())
}

fn mail_from(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| {
        "wants an e-mail address, such as no-reply@example.org or Petitions <no-reply@example.org>".to_owned()
    })
}

fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "wants an address of this machine and a port, such as 127.0.0.1:9100".to_owned())
}

fn public_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or("");
    let plain = host.trim_end_matches('/');
    let fits = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    if plain.is_empty() || !plain.chars().all(fits) {
        return Err(
            "wants http:// or https:// and a host, without a path, such as https://petitions.example.org".to_owned()
        );
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn issuer(text: &str) -> Result<String, String> {
    let url = text.parse::<url::Url>().ok().filter(|url| url.has_host() && url.query().is_none());
    let near = |url: &url::Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    // Whoever could change what it says could sign in as anybody.
    let fits = url.is_some_and(|url| url.scheme() == "https" || url.scheme() == "http" && near(&url));
    fits.then(|| text.to_owned())
        .ok_or_else(|| "wants an address that begins with https://, such as https://login.example.org".to_owned())
}

fn word(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("wants at least one letter".to_owned()) } else { Ok(text.to_owned()) }
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "wants a moment with its offset, such as 2022-08-21T20:00:00Z".to_owned())
}

fn log_filter(text: &str) -> Result<String, String> {
    text.parse::<tracing_subscriber::EnvFilter>()
        .map(|_| text.to_owned())
        .map_err(|error| format!("wants a filter such as info or warn,undersigned=debug: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_have_a_host_and_no_path() {
        assert_eq!(public_url("https://petitions.example.org/").as_deref(), Ok("https://petitions.example.org"));
        assert!(public_url("petitions.example.org").is_err());
        assert!(public_url("https://example.org/petitions").is_err());
        assert!(public_url("https://").is_err());
    }
}

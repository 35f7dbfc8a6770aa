//! The address of the private database, and waiting until it can be used.

use std::{
    io::ErrorKind,
    path::Path,
    time::{Duration, Instant},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::{Connection, PgConnection};

use super::{error::PostgresError, server::Server};

/// The database and its owner, who is the superuser of the private cluster and may create extensions.
pub(super) const DATABASE: &str = "undersigned";
pub(super) const USER: &str = "undersigned";

/// The database that every cluster has, from which others can be created.
const MAINTENANCE_DATABASE: &str = "postgres";

/// How long a start may take. After a crash under load, PostgreSQL first repeats what its journal says.
const PATIENCE: Duration = Duration::from_secs(90);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(10);
const ONE_ATTEMPT: Duration = Duration::from_secs(10);

/// Characters of a path that may stand in a URL as they are.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The URL of a database of the server that has its socket in this folder. It says everything itself, since
/// settings like `PGPORT` in somebody's environment would fill its gaps.
pub(super) fn url(socket_dir: &Path, database: &str) -> String {
    let folder = socket_dir.to_string_lossy();
    let folder = utf8_percent_encode(&folder, PLAIN);
    format!("postgres:///{database}?host={folder}&port=5432&user={USER}&sslmode=disable")
}

/// Tries once to connect.
pub(super) async fn attempt(socket_dir: &Path, database: &str) -> Result<(), sqlx::Error> {
    connect(socket_dir, database).await?.close().await
}

/// Waits until the server accepts connections, and creates the database if it is missing.
pub(super) async fn wait_until_ready(server: &Server, socket_dir: &Path) -> Result<(), PostgresError> {
    let began = Instant::now();
    loop {
        let problem = match attempt(socket_dir, DATABASE).await {
            Ok(()) => return Ok(()),
            Err(problem) if code(&problem).as_deref() == Some("3D000") => {
                return create_database(socket_dir).await;
            }
            Err(problem) => problem,
        };
        if let Some(ended) = server.ended_early() {
            return Err(ended);
        }
        if !passes(&problem) {
            return Err(problem.into());
        }
        if began.elapsed() > PATIENCE {
            return Err(server.not_ready(PATIENCE.as_secs(), problem));
        }
        tokio::time::sleep(BETWEEN_ATTEMPTS).await;
    }
}

async fn create_database(socket_dir: &Path) -> Result<(), PostgresError> {
    let mut maintenance = connect(socket_dir, MAINTENANCE_DATABASE).await?;
    let trigrams = sqlx::query("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'");
    if trigrams.fetch_optional(&mut maintenance).await?.is_none() {
        return Err(PostgresError::NoTrigrams);
    }
    sqlx::query("CREATE DATABASE undersigned").execute(&mut maintenance).await?;
    maintenance.close().await?;
    Ok(())
}

async fn connect(socket_dir: &Path, database: &str) -> Result<PgConnection, sqlx::Error> {
    let url = url(socket_dir, database);
    let silence = |_| sqlx::Error::Io(std::io::Error::new(ErrorKind::TimedOut, "no answer"));
    tokio::time::timeout(ONE_ATTEMPT, PgConnection::connect(&url)).await.map_err(silence)?
}

/// Whether this is a state that a starting server leaves by itself.
fn passes(problem: &sqlx::Error) -> bool {
    match problem {
        sqlx::Error::Io(io) => io.kind() != ErrorKind::PermissionDenied,
        // "cannot_connect_now": starting up, or recovering.
        _ => code(problem).as_deref() == Some("57P03"),
    }
}

/// The code PostgreSQL gave the error.
fn code(problem: &sqlx::Error) -> Option<String> {
    problem.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use sqlx::postgres::PgConnectOptions;

    use super::*;

    #[test]
    fn the_url_is_understood_whatever_the_folder_is_called() {
        let folder = "/srv/a b&c=d+e/ŵ%25?#\"/run";
        let options = PgConnectOptions::from_str(&url(Path::new(folder), DATABASE)).unwrap();
        assert_eq!(options.get_socket().map(|path| path.to_str().unwrap()), Some(folder));
        assert_eq!((options.get_username(), options.get_database(), options.get_port()), (USER, Some(DATABASE), 5432));
    }
}

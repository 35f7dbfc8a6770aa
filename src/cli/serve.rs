//! `undersigned serve`: the site, until it is told to stop.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    database::{self, Database},
    say, secrets, seed,
};
use crate::{
    actions::{live_settings::Live, relate::Relating, signing::Signing},
    app::{App, Inner},
    dev::postgres::PrivatePostgres,
    jobs,
    mail::{folder::Folder, smtp::Smtp, transport::Transport},
    metrics::Metrics,
    settings::{FIRST_PORT, Settings},
    store::places::Boundaries,
    urls,
    web::{
        self,
        protection::{self, Protection},
    },
};

/// How many ports are tried when none is set.
const PORTS: u16 = 100;
/// How long requests may take to finish once the program is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

pub(super) async fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    // Taken first: a signal that comes while the database starts must not leave it behind.
    let (stop, stopped) = watch::channel(false);
    watch_signals(stop.clone())?;
    // Before the database is touched: a port that is taken is told at once.
    let listener = listen(settings).await?;
    let figures = listen_for_metrics(settings).await?;

    let database = tokio::select! {
        database = Database::open_to_serve(settings) => database?,
        () = told(stopped.clone()) => return Ok(say_stopped()),
    };
    let outcome = tokio::select! {
        outcome = serve(settings, &database, listener, figures, stopped) => outcome,
        problem = died(database.private.as_ref()) => Err(problem),
    };
    stop.send_replace(true);
    database.close().await;
    outcome?;
    Ok(say_stopped())
}

async fn serve(
    settings: &Settings,
    database: &Database,
    listener: TcpListener,
    figures: Option<TcpListener>,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let clock = settings.clock();
    let keyring = secrets::keyring(settings, database)?;
    if database.private.is_some() {
        tokio::select! {
            filled = seed::fill(&database.pool, &keyring, &clock) => { filled?; }
            // What was written so far is rolled back.
            () = told(stopped.clone()) => return Ok(()),
        }
    }
    let mut reachable = listener.local_addr()?;
    if reachable.ip().is_unspecified() {
        // Listening everywhere is no address that a browser could be sent to.
        reachable.set_ip(if reachable.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let address = format!("http://{reachable}");
    let public_url = settings.public_url.clone().unwrap_or_else(|| address.clone());
    let live = Live::start(&database.pool, settings.thresholds()).await?;
    let mail_from = settings.mail_from(&public_url);
    let app = App::new(Inner {
        pool: database.pool.clone(),
        clock,
        live: live.clone(),
        public_url,
        retention: settings.retention(),
        signing: Signing::start(&database.pool, keyring.clone(), live),
        relating: Relating::default(),
        boundaries: Boundaries::default(),
        keyring,
        transport: transport(settings, database, mail_from.email.domain())?,
        mail_from,
        metrics: Metrics::default(),
        single_sign_on: settings.single_sign_on(),
    });

    let options =
        protection::Options { trusted_proxies: usize::try_from(settings.trusted_proxies)?, paces: settings.paces() };
    let protection = Protection::start(&app.pool, &app.clock, options).await?;

    if database.private.is_some() {
        database::note_site_address(settings, &app.public_url).context("cannot write into the data folder")?;
    }
    say(&format!("Undersigned is at {address}"));
    if matches!(app.transport, Transport::Folder(_)) {
        say(&format!("Mail it would send is at {address}{}", urls::dev_mailbox()));
    }
    if let Some(listener) = figures {
        say(&format!("Figures for Prometheus are at http://{}/metrics", listener.local_addr()?));
        let server = axum::serve(listener, web::metrics::router(app.clone()));
        tokio::spawn(server.with_graceful_shutdown(told(stopped.clone())).into_future());
    }
    say("Stop it with Ctrl-C.");
    let jobs = tokio::spawn(jobs::run(app.clone(), stopped.clone()));
    let service = web::router(app, protection).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(told(stopped.clone()));
    tokio::select! {
        outcome = server.into_future() => outcome.context("the site cannot be served any longer")?,
        () = async {
            told(stopped).await;
            tokio::time::sleep(DRAIN).await;
        } => tracing::warn!("some requests were still running and have been cut off"),
    }
    jobs.await?;
    Ok(())
}

/// How mail leaves: over the server that is set; with a private database otherwise into a folder.
fn transport(settings: &Settings, database: &Database, hello: &str) -> anyhow::Result<Transport> {
    if let Some(server) = &settings.smtp_url {
        let connections = usize::try_from(settings.smtp_connections)?;
        let smtp = Smtp::new(server, connections, hello).context("cannot use --smtp-url (SMTP_URL)")?;
        return Ok(Transport::Smtp(Box::new(smtp)));
    }
    if database.private.is_some() {
        let path = database::data_dir(settings).join("mail");
        let folder = Folder::open(&path).with_context(|| format!("cannot keep mail in {}", path.display()))?;
        return Ok(Transport::Folder(folder));
    }
    tracing::warn!("no mail is sent, and nobody can confirm a signature, until --smtp-url (SMTP_URL) is set");
    Ok(Transport::None)
}

/// Resolves when the private server has died, never if there is none.
async fn died(private: Option<&PrivatePostgres>) -> anyhow::Error {
    match private {
        Some(private) => anyhow::Error::new(private.died().await).context("the database has stopped by itself"),
        None => std::future::pending().await,
    }
}

/// Listens on the port that is set, or on the first that is free.
async fn listen(settings: &Settings) -> anyhow::Result<TcpListener> {
    if let Some(port) = settings.port {
        return TcpListener::bind((settings.listen, port)).await.with_context(|| {
            format!(
                "cannot listen on {}; choose others with --listen (UNDERSIGNED_LISTEN) and --port (UNDERSIGNED_PORT)",
                SocketAddr::new(settings.listen, port)
            )
        });
    }
    for port in FIRST_PORT..FIRST_PORT + PORTS {
        match TcpListener::bind((settings.listen, port)).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            outcome => {
                return outcome.with_context(|| {
                    format!("cannot listen on {}; choose another with --listen (UNDERSIGNED_LISTEN)", settings.listen)
                });
            }
        }
    }
    anyhow::bail!("no port from {FIRST_PORT} to {} is free; choose one with --port", FIRST_PORT + PORTS - 1)
}

/// Listens where figures are wanted, if they are.
async fn listen_for_metrics(settings: &Settings) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = settings.metrics_listen else { return Ok(None) };
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| {
        format!("cannot listen on {address}, as --metrics-listen (UNDERSIGNED_METRICS_LISTEN) wants")
    })?;
    Ok(Some(listener))
}

/// Resolves when the program has been told to stop.
async fn told(mut stopped: watch::Receiver<bool>) {
    // It fails when nobody is left to tell, which is as good a reason to stop.
    let _ = stopped.wait_for(|stop| *stop).await;
}

fn say_stopped() -> ExitCode {
    say("Stopped.");
    ExitCode::SUCCESS
}

fn watch_signals(stop: watch::Sender<bool>) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        say("Stopping ...");
        stop.send_replace(true);
    });
    Ok(())
}

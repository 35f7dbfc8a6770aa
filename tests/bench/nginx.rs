//! nginx, serving the site's own answer as a static file.

use std::{
    fmt::Write,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::bail;

use super::{
    process::{Process, free_port},
    site::Answer,
};

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// nginx with one file.
pub struct Nginx {
    _process: Process,
    /// Where the file is.
    pub url: String,
}

impl Nginx {
    /// Serves the content and the headers of an answer, and the same content as it was compressed.
    pub async fn start(program: &Path, folder: &Path, plain: &Answer, gzip: &Answer) -> anyhow::Result<Self> {
        let files = folder.join("files");
        fs::create_dir_all(&files)?;
        fs::write(files.join("page"), &plain.body)?;
        fs::write(files.join("page.gz"), &gzip.body)?;
        let port = free_port()?;
        fs::write(folder.join("nginx.conf"), configuration(folder, port, plain)?)?;

        let mut process = Process::start(
            Command::new(program)
                .arg("-p")
                .arg(folder)
                .arg("-c")
                .arg(folder.join("nginx.conf"))
                .arg("-e")
                .arg("stderr"),
            &folder.join("nginx.log"),
        )?;
        let url = format!("http://127.0.0.1:{port}/page");
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            process.check()?;
            if began.elapsed() > PATIENCE {
                bail!("nginx does not answer");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for (accept, wanted) in [("identity", plain), ("gzip", gzip)] {
            let served = Answer::get(&url, accept).await?;
            if served.body != wanted.body || served.encoding() != wanted.encoding() {
                bail!("nginx does not serve the same as the site for Accept-Encoding: {accept}");
            }
        }
        Ok(Self { _process: process, url })
    }
}

/// nginx at its best: a process for each core, files kept open, no log.
fn configuration(folder: &Path, port: u16, answer: &Answer) -> anyhow::Result<String> {
    let folder = folder.display();
    let mut headers = String::new();
    for (name, value) in &answer.headers {
        // Those nginx writes by itself.
        if !["content-length", "content-type", "date"].contains(&name.as_str()) {
            let value = value.to_str()?.replace('\\', "\\\\").replace('"', "\\\"");
            write!(headers, "add_header {name} \"{value}\"; ")?;
        }
    }
    // Only root may choose, and needs to: the files are root's then.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String = kinds.iter().map(|kind| format!("{kind}_temp_path \"{folder}/{kind}\"; ")).collect();
    Ok(format!(
        "daemon off; {user} pid \"{folder}/nginx.pid\"; worker_processes auto;\n\
         events {{ worker_connections 1024; }}\n\
         http {{ {temporary}\n\
         access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;\n\
         open_file_cache max=16 inactive=10m; open_file_cache_valid 10m; server_tokens off;\n\
         server {{ listen 127.0.0.1:{port}; root \"{folder}/files\"; default_type text/html; charset utf-8; etag off;\n\
         gzip_static on; {headers}add_header last-modified \"\"; }} }}\n"
    ))
}

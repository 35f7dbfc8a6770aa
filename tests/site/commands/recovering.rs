//! Stopping in good order, and coming back when there was none.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::Stdio,
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use sqlx::{Connection, PgConnection};

use super::program::{Place, Running, Site, get, wait_for, wait_until_gone};

#[test]
fn either_signal_stops_site_and_database_in_good_order() {
    let place = Place::with_a_petition("signals");
    for signal in [Signal::INT, Signal::TERM] {
        let site = place.serve();
        let postgres = place.postgres().expect("a running server");
        site.running.signal(signal);
        let ended = site.running.ended().went_well();
        assert!(ended.said.ends_with("Stopping ...\nStopped.\n"), "{ended:?}");
        assert!(test_kill_process(postgres).is_err(), "the server has ended when the program has");
        assert_eq!(place.postgres(), None);
        let log = fs::read_to_string(place.path("data/postgres.log")).unwrap();
        assert!(log.trim_end().ends_with("database system is shut down"), "{log}");
    }
}

#[test]
fn the_database_goes_last_so_that_a_page_under_way_is_still_finished() {
    let place = Place::with_a_petition("page-under-way");
    let mut site = place.serve();
    let address = site.address.clone();
    let page = tokio::runtime::Runtime::new().unwrap().block_on(async {
        // Whoever reads petitions has to wait for us.
        let mut connection = PgConnection::connect(&place.database("undersigned")).await.unwrap();
        let mut hold = connection.begin().await.unwrap();
        sqlx::query("lock table petitions in access exclusive mode").execute(&mut *hold).await.unwrap();
        let page = thread::spawn(move || get(&address, "/petitions.csv?state=all"));
        let waiting = "select exists (select from pg_locks where not granted)";
        while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut *hold).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        site.running.signal(Signal::TERM);
        site.running.line("Stopping ...");
        let door = site.address.strip_prefix("http://").unwrap();
        wait_for(|| TcpStream::connect(door).is_err().then_some(())).expect("nobody is let in any more");
        assert!(!page.is_finished());
        hold.commit().await.unwrap();
        connection.close().await.unwrap();
        page
    });
    let (status, table) = page.join().unwrap().unwrap();
    assert_eq!(status, 200);
    assert!(table.contains("Plant more trees"), "{table}");
    let ended = site.running.ended().went_well();
    assert!(ended.said.ends_with("Stopped.\n"), "{ended:?}");
}

#[test]
fn a_connection_that_says_nothing_does_not_keep_it_from_stopping() {
    let place = Place::with_a_petition("silent-connection");
    let site = place.serve();
    let mut silent = TcpStream::connect(site.address.strip_prefix("http://").unwrap()).unwrap();
    silent.write_all(b"GET / HTTP/1.1\r\nHost: local").unwrap();
    thread::sleep(Duration::from_millis(100));
    site.stop();
}

#[test]
fn it_stops_in_good_order_even_when_nobody_reads_what_it_says() {
    let place = Place::with_a_petition("unread");
    let mut child = place.program().stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "Stop it with Ctrl-C."));
    drop(lines);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(place.postgres(), None);
}

#[test]
fn after_the_program_was_killed_the_next_start_has_the_same_petitions() {
    let place = Place::with_a_petition("program-killed");
    let site = place.serve();
    let postgres = place.postgres().unwrap();
    site.running.signal(Signal::KILL);
    site.running.ended();
    // At once: the server may still be about to end.
    let again = place.serve();
    assert_eq!(again.signatures(1), Some(120));
    assert!(wait_until_gone(postgres));
    again.stop();
}

#[test]
fn when_the_database_is_killed_the_program_says_so_and_the_next_start_has_the_same_petitions() {
    let place = Place::with_a_petition("database-killed");
    let site = place.serve();
    kill_process(place.postgres().unwrap(), Signal::KILL).unwrap();
    site.running.ended().failed(1, &["the database has stopped by itself", "signal: 9"]);
    let again = place.serve();
    assert_eq!(again.signatures(1), Some(120));
    again.stop();
}

#[test]
fn after_both_were_killed_the_next_start_has_the_same_petitions() {
    let place = Place::with_a_petition("both-killed");
    let site = place.serve();
    let postgres = place.postgres().unwrap();
    // The program must not have the time to notice that its database is gone.
    site.running.signal(Signal::STOP);
    kill_process(postgres, Signal::KILL).unwrap();
    site.running.signal(Signal::KILL);
    site.running.ended();
    let again = place.serve();
    assert_eq!(again.signatures(1), Some(120));
    again.stop();
}

#[test]
fn a_command_that_was_killed_is_no_hindrance_either() {
    let place = Place::with_a_petition("command-killed");
    let importing = Running::new(
        place
            .program()
            .args(["import", "areas", "/dev/stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
    );
    // It waits for a file that nobody sends; its own database is up by then.
    thread::sleep(Duration::from_millis(700));
    importing.signal(Signal::KILL);
    importing.ended();
    let site = Site::start(&mut place.program());
    assert_eq!(site.signatures(1), Some(120));
    site.stop();
}

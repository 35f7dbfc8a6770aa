//! Programs that live as long as this test run, and no longer.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

/// Waits until its input ends, which happens when this process ends in whatever way; then stops the program, removes
/// its folder, if it has one, and ends what the program may have left behind, which is in a group with the keeper. Told to
/// before, it leaves the folder.
const KEEPER: &str = r#"
trap : INT HUP TERM
folder=$1
shift
"$@" </dev/null &
exec >/dev/null
read -r order
exec 2>/dev/null
kill -TERM "$!"
wait "$!"
if [ -n "$folder" ] && [ "$order" != leave ]; then rm -rf -- "$folder"; fi
kill -KILL 0
"#;

/// A program that runs in the background. It stops when the test run ends.
pub struct Kept {
    /// Its input is what keeps the program alive.
    keeper: Child,
    /// What followed the words that were waited for.
    pub told: String,
}

impl Kept {
    /// Stops the program, waits until it has ended, and leaves its folder.
    pub fn stop(&mut self) {
        let mut input = self.keeper.stdin.take().expect("it has not been stopped yet");
        input.write_all(b"leave\n").expect("the keeper listens");
        self.keeper.wait().expect("the keeper ends");
    }
}

/// Starts a program and waits until a line of its output has these words. It is stopped, by its number, when the test
/// run ends; `folder` is removed then, unless it is empty.
pub fn keep(program: &Command, folder: &Path, words: &str, patience: Duration) -> Result<Kept, String> {
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(folder).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => keeper.env(name, value),
            None => keeper.env_remove(name),
        };
    }
    let mut keeper = keeper
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("sh cannot be run: {error}"))?;
    let output = keeper.stdout.take().ok_or("sh has no output")?;
    let (send, lines) = mpsc::channel();
    // Reads to the end, so that the program can go on writing when nobody listens any more.
    std::thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(send.send(line)))
    });
    let told = wait(&lines, words, patience)?;
    Ok(Kept { keeper, told })
}

fn wait(lines: &mpsc::Receiver<String>, words: &str, patience: Duration) -> Result<String, String> {
    let until = Instant::now() + patience;
    let mut said = Vec::new();
    while let Ok(line) = lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Some((_, rest)) = line.split_once(words) {
            return Ok(rest.to_owned());
        }
        said.push(line);
    }
    Err(format!("“{words}” was waited for, but the program said only: {}", said.join("\n")))
}

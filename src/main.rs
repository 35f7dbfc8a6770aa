//! Parses the command line, starts logging and runs the command.

use std::process::ExitCode;

fn main() -> ExitCode {
    undersigned::cli::main()
}

//! How long somebody who typed the command waits for the first page.

use super::{Fixture, ROUNDS};
use crate::{
    site::Site,
    statistics::median,
    table::{Table, Wanted},
};

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let folder = fixture.folder.join(format!("start-{round}"));
        for times in [&mut first, &mut later] {
            let (site, time) = Site::start(&folder).await?;
            drop(site);
            times.push(time.as_secs_f64());
        }
        std::fs::remove_dir_all(&folder)?;
    }
    let name = "First start to first page, with a new database and sample petitions";
    table.check(name, median(first), 2, " s", &Wanted::AtMost(8.0));
    table.check("Later start to first page", median(later), 2, " s", &Wanted::AtMost(2.0));
    Ok(())
}

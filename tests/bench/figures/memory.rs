//! The memory of the program and of its database, after load.

use super::Fixture;
use crate::{
    process::{proportional_of_descendants, resident},
    table::{Table, Wanted},
};

/// Seconds of load before it is measured.
const SECONDS: u64 = 5;
const MEGABYTE: f64 = 1e6;

pub(super) async fn run(fixture: &mut Fixture, table: &mut Table) -> anyhow::Result<()> {
    let page = fixture.main_petition().await?;
    fixture.load(&page, &[], SECONDS).await?;
    fixture.load(&page, &["Accept-Encoding: br, gzip"], SECONDS).await?;
    let site = &fixture.shared().await?.site;
    let program = resident(site.process.id())? as f64 / MEGABYTE;
    table.check("Memory of the program after load", program, 0, " MB", &Wanted::AtMost(100.0));
    let database = proportional_of_descendants(site.process.id())? as f64 / MEGABYTE;
    table.add("Memory of its PostgreSQL after load", format!("{database:.0} MB"));
    Ok(())
}

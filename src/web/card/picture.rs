//! Painting: SVG becomes PNG. It takes a processor for some hundredths of a second, so it is done beside the threads that
//! answer, and only a few at once, however many pictures are wanted.

use std::{
    sync::{Arc, LazyLock},
    thread::available_parallelism,
};

use anyhow::Context;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{SIZE, letters::FONTS};

/// Half of the processors paint at the most.
static PAINTERS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, usize::from);
    Arc::new(Semaphore::new(processors.div_ceil(2)))
});

/// A picture of a card's size, as PNG.
///
/// # Errors
/// When it is not SVG.
pub async fn png(svg: String) -> anyhow::Result<Vec<u8>> {
    let turn = PAINTERS.clone().acquire_owned().await?;
    spawn_blocking(move || {
        // Kept until it is painted, even if nobody waits for it any more.
        let _turn = turn;
        paint(&svg)
    })
    .await?
}

fn paint(svg: &str) -> anyhow::Result<Vec<u8>> {
    let mut options = Options { fontdb: FONTS.clone(), ..Options::default() };
    if let Some((family, _)) = FONTS.faces().next().and_then(|face| face.families.first()) {
        options.font_family.clone_from(family);
    }
    let tree = Tree::from_str(svg, &options)?;
    let (width, height) = SIZE;
    let mut pixels = Pixmap::new(width, height).context("a picture has a size")?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    Ok(pixels.encode_png()?)
}

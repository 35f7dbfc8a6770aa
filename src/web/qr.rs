//! A text as a QR code, drawn as SVG.

use qrcode::{Color, QrCode};

/// A QR code as a path of dark squares, each of the size 1.
pub struct Qr {
    /// How wide and how high it is, its margin included.
    pub size: usize,
    /// The dark squares, as the path of an SVG.
    pub squares: String,
}

impl Qr {
    /// The code of a text.
    ///
    /// # Errors
    /// When the text is too long.
    pub fn of(text: &str) -> anyhow::Result<Self> {
        const MARGIN: usize = 4;
        let code = QrCode::new(text)?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
        let square = |(at, _): (usize, Color)| format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN);
        Ok(Self { size: width + 2 * MARGIN, squares: dark.map(square).collect() })
    }
}

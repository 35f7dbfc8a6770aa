//! The site as visitors, programs and operators meet it: one test binary, a file for each journey.

mod charts;
mod forecast;
mod series;

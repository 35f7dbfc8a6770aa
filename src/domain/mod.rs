//! What things are, and the rules between them: no input or output, no clock, no SQL.

pub mod area;
pub mod areas_file;
pub mod deadline;
pub mod email;
pub mod facet;
pub mod forecast;
mod hexjson;
pub mod history;
pub mod household;
mod json;
pub mod keyring;
pub mod limits;
mod moment;
pub mod petition;
pub mod places;
pub mod postcode;
pub mod published;
pub mod readings_file;
pub mod record;
pub mod refused;
pub mod series;
pub mod signature;
pub mod signer;
pub mod suspicion;
mod table;
pub mod text;
pub mod threshold;

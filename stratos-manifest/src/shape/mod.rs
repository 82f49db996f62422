//! What a manifest's objects look like, and where one does not.

#[cfg(all(test, feature = "full"))]
mod agreement;
mod faults;
mod places;
#[cfg(feature = "full")]
mod schema;
mod table;

#[cfg(feature = "full")]
pub use self::schema::SCHEMA;
#[cfg(feature = "full")]
pub(crate) use self::schema::SchemaShape;
pub(crate) use self::{
    faults::{ShapeFault, ShapeFaultKind, faults},
    places::{Place, places},
    table::{Field, Kind, Shape, fields_named},
};

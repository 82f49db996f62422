//! What a manifest's objects look like, and where one does not.

mod faults;
mod places;
mod table;

pub(crate) use self::{
    faults::{ShapeFault, ShapeFaultKind, faults},
    places::{Place, places},
    table::{Field, Kind},
};

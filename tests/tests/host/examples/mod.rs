//! The examples, run as their READMEs say, with a small server in the place of the world's ones.

mod fleet_manager;
mod loadsheet;
mod running_example;
mod site;

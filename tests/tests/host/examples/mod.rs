//! The example plugins, run as their READMEs say, with a mock of their upstream servers.

mod cabin_crew;
mod fleet_manager;
mod landing_diary;
mod loadsheet;
mod mock_server;
mod running_example;

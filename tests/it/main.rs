//! End to end: the real executable in a fresh folder, and checks of the source tree itself.
//!
//! Where a new test belongs: behaviour of one module beside its code; SQL in `testdata/slt`; rules in
//! `testdata/detections`; whatever needs the command line, another process or several modules, here.

#![allow(clippy::unwrap_used, reason = "a test that unwraps the wrong thing fails, which is what it is for")]

mod bad_input;
mod benign;
mod cli;
mod damaged_lake;
mod delta;
mod demo;
mod disk;
mod errors;
mod geoip;
mod harness;
mod hostile_statements;
mod hunts;
mod ingest;
mod kill;
mod labelled;
mod large;
mod large_lake;
mod layering;
mod limits;
mod lossless;
mod memory;
mod mmdb;
mod once;
mod races;
mod remains;
mod replaced;
mod rules;
mod s3;
mod s3_faults;
mod s3_server;
mod s3_stormy;
mod sigma;
mod slt;
mod source;
mod stories;
mod trail;
mod victim;

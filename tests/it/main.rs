//! End to end: the real executable in a fresh folder, and checks of the source tree itself.
//!
//! Where a new test belongs: behaviour of one module beside its code; SQL in `testdata/slt`; rules in
//! `testdata/detections`; whatever needs the command line, another process or several modules, here.

#![allow(clippy::unwrap_used, reason = "a test that unwraps the wrong thing fails, which is what it is for")]

mod cli;
mod delta;
mod demo;
mod errors;
mod harness;
mod hunts;
mod ingest;
mod layering;
mod lossless;
mod once;
mod rules;
mod s3;
mod s3_server;
mod slt;
mod source;

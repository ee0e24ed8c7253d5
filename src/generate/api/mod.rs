//! The API shapes that ordinary activity draws from, by area. The notation is described in `shape.rs`.
//!
//! A weight decides how often a call is drawn; calls that weaken an account are not among them. Requests and
//! responses have the members that the API has, though seldom all of them.

mod compute;
mod identity;
mod operations;
mod storage;
mod tail;

pub(super) const SHAPES: [&str; 5] =
    [storage::SHAPES, compute::SHAPES, identity::SHAPES, operations::SHAPES, tail::SHAPES];

//! The API shapes that ordinary activity draws from, by area. The notation is described in `shape.rs`.

mod compute;
mod identity;
mod operations;
mod storage;
mod tail;

pub const SHAPES: [&str; 5] =
    [storage::SHAPES, compute::SHAPES, identity::SHAPES, operations::SHAPES, tail::SHAPES];

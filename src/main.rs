//! The `trailhound` executable: [`trailhound::cli`] on a faster allocator.

use std::process::ExitCode;

/// Decoding makes and drops many small buffers on many threads, where the system's allocator waits.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    trailhound::cli::main()
}

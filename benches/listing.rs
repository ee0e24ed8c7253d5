//! What it takes to list a bucket of 100,000 and of 1,000,000 keys, whole, and that memory does not grow with them:
//! `cargo bench --bench listing`, a minute.
//!
//! `ingest --dry-run` from S3 on loopback, over a month of one trail. The server shares the machine: what it takes is
//! in the wall time, and not in the CPU time. Linux only.

mod bucket;
mod executable;

use bytes::Bytes;

use self::bucket::Server;
use self::executable::{Run, ingest};

const RUNS: usize = 5;

const KEYS: [usize; 2] = [100_000, 1_000_000];

#[tokio::main]
async fn main() {
    let nowhere = tempfile::tempdir().expect("a temporary folder");
    for keys in KEYS {
        let server = Server::start((0..keys).map(|number| (key(number), Bytes::from_static(b"x")))).await;
        let run = || {
            let mut command = ingest("s3://logs/");
            command.arg("--dry-run").arg("--lake").arg(nowhere.path()).envs(server.env());
            Run::of(&mut command)
        };
        // The server answers on this runtime, so the measuring waits elsewhere.
        let run = tokio::task::block_in_place(|| Run::median(RUNS, |run| run.seconds, run));
        assert_eq!(run.count("/objects/listed"), keys as u64);
        println!(
            "{keys} keys in {:.2} s: {:.0} keys/s; CPU {:.2} s, peak {} MiB",
            run.seconds,
            keys as f64 / run.seconds,
            run.cpu_seconds,
            run.peak_kib >> 10
        );
    }
}

fn key(number: usize) -> String {
    let day = 1 + number % 30;
    format!(
        "AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/{day:02}/\
         111111111111_CloudTrail_us-east-1_202601{day:02}T0000Z_{number:016}.json.gz"
    )
}

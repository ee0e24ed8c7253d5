//! The memory of a session, which sorts, joins and groupings share fairly; what does not fit they spill.
//!
//! All but the exchange of rows between partitions (`RepartitionExec`): in DataFusion 55 one that spills
//! may wait for ever for a batch that lies in its second file
//! (<https://github.com/apache/datafusion/issues/24883>, mended after 55.2). What it holds is counted, so
//! that the others get less, but it is never refused.
//!
//! Limits: an exchange holds a batch or so for each partition, more where one partition lags behind;
//! beyond the pool that is for the [`Watchdog`](super::watchdog::Watchdog) to see.

use std::fmt;

use datafusion::error::Result;
use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

/// What the names of exchanges begin with.
const EXCHANGE: &str = "RepartitionExec";

/// A [`FairSpillPool`] that refuses an exchange nothing.
#[derive(Debug)]
pub(crate) struct Pool(FairSpillPool);

impl Pool {
    /// Of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(FairSpillPool::new(bytes))
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl MemoryPool for Pool {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.0.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.0.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.0.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.0.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        if reservation.consumer().name().starts_with(EXCHANGE) {
            self.0.grow(reservation, additional);
            return Ok(());
        }
        self.0.try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.0.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.0.memory_limit()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn all_but_an_exchange_must_do_with_what_there_is() {
        let pool: Arc<dyn MemoryPool> = Arc::new(Pool::new(100));
        let register = |name: &str| MemoryConsumer::new(name).with_can_spill(true).register(&pool);
        let (exchange, sort) = (register("RepartitionExec[1]"), register("ExternalSorter[1]"));
        exchange.try_grow(80).unwrap();
        exchange.try_grow(80).unwrap();
        assert_eq!(pool.reserved(), 160);
        sort.try_grow(60).unwrap_err();
        sort.try_grow(40).unwrap();
        drop(exchange);
        assert_eq!(pool.reserved(), 40);
    }
}

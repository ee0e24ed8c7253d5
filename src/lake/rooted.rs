//! A prefix of a bucket as a store of its own, which names every object by its place in it.
//!
//! `PrefixStore` does that in listings, but hands out the whole key with what it gets: DataFusion asks
//! for a file and passes over the answer, since it is about another place.

use std::fmt;

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// A store whose root is a prefix of another.
#[derive(Debug)]
pub(crate) struct Rooted<T>(PrefixStore<T>);

impl<T: ObjectStore> Rooted<T> {
    pub(crate) fn new(store: T, prefix: &str) -> Self {
        Self(PrefixStore::new(store, prefix))
    }
}

impl<T> fmt::Display for Rooted<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[async_trait]
impl<T: ObjectStore> ObjectStore for Rooted<T> {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.0.put_opts(at, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        let mut found = self.0.get_opts(at, options).await?;
        found.meta.location = at.clone();
        Ok(found)
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;
    use object_store::ObjectStoreExt;
    use object_store::memory::InMemory;

    use super::*;

    #[tokio::test]
    async fn an_object_has_the_same_name_however_it_is_found() {
        let store = Rooted::new(InMemory::new(), "deep/lake");
        let at = Path::from("cloudtrail/event_date=2026-01-15/x.parquet");
        store.put(&at, "rows".into()).await.unwrap();
        let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
        let found = [listed[0].clone(), store.head(&at).await.unwrap(), store.get(&at).await.unwrap().meta];
        assert!(found.iter().all(|meta| meta.location == at), "{found:?}");
    }
}

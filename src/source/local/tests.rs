//! Folders with everything in them that a disk allows.

use std::os::unix::fs::symlink;

use futures::TryStreamExt;

use super::*;

fn put(root: &Path, key: &str) {
    let path = root.join(key);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, key).expect("written");
}

async fn all(source: &Local) -> (Vec<ObjectRef>, Vec<String>) {
    let (mut objects, mut errors) = (Vec::new(), Vec::new());
    let mut list = source.list(&Filter::default());
    while let Some(item) = list.next().await {
        match item {
            Ok(object) => objects.push(object),
            Err(error) => errors.push(super::super::chain_text(&error)),
        }
    }
    objects.sort_by(|a, b| a.key.cmp(&b.key));
    (objects, errors)
}

fn keys(objects: &[ObjectRef]) -> Vec<&str> {
    objects.iter().map(|object| object.key.as_str()).collect()
}

#[tokio::test]
async fn a_uri_is_the_canonical_path_with_everything_odd_encoded() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "real/a b%+\u{e9}\n.json");
    symlink(dir.path().join("real"), dir.path().join("link")).expect("linked");
    let source = Local::open(&dir.path().join("link/.././link")).await.expect("opened");
    let (objects, errors) = all(&source).await;
    assert!(errors.is_empty(), "{errors:?}");
    let real = fs::canonicalize(dir.path()).expect("a path");
    assert_eq!(objects[0].uri, format!("file://{}/real/a%20b%25%2B%C3%A9%0A.json", real.display()));
    let body = source.get(&objects[0]).await.expect("read");
    let mut text = String::new();
    body.reader().expect("a reader").read_to_string(&mut text).expect("text");
    assert_eq!(text, "real/a b%+\u{e9}\n.json");
}

#[tokio::test]
async fn a_name_that_is_no_utf8_is_listed_and_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join(OsString::from_vec(b"d\xff".to_vec()));
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join(OsString::from_vec(b"x\xfe.json".to_vec())), b"x").expect("written");
    let source = Local::open(dir.path()).await.expect("opened");
    let (objects, errors) = all(&source).await;
    assert!(errors.is_empty() && objects[0].uri.ends_with("/d%FF/x%FE.json"), "{objects:?} {errors:?}");
    source.get(&objects[0]).await.expect("read");
}

#[tokio::test]
async fn links_inside_the_tree_lead_nowhere_new_and_one_to_above_is_an_error() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "a/x.json");
    put(dir.path(), "b/y.json");
    symlink(dir.path(), dir.path().join("a/up")).expect("linked");
    symlink(dir.path().join("b"), dir.path().join("a/b")).expect("linked");
    symlink(dir.path().join("a"), dir.path().join("b/a")).expect("linked");
    // Read first, it would take the file from its place.
    symlink(dir.path().join("b/y.json"), dir.path().join("a/first.json")).expect("linked");
    let (objects, errors) = all(&Local::open(dir.path()).await.expect("opened")).await;
    assert_eq!(keys(&objects), ["a/x.json", "b/y.json"]);
    assert!(errors.len() == 1 && errors[0].contains("leads back"), "{errors:?}");
}

#[tokio::test]
async fn places_outside_that_link_to_each_other_are_listed_once() {
    let (dir, outside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    // Followed to wherever they lead, twelve folders are more ways than there is time for.
    let folders: Vec<_> = (0..12).map(|number| format!("folder{number}")).collect();
    for folder in &folders {
        put(outside.path(), &format!("{folder}/{folder}.json"));
    }
    for folder in &folders {
        for other in folders.iter().filter(|other| *other != folder) {
            let link = outside.path().join(folder).join(format!("to-{other}"));
            symlink(outside.path().join(other), link).expect("linked");
        }
        symlink(outside.path().join(folder), dir.path().join(folder)).expect("linked");
    }
    let source = Local::open(dir.path()).await.expect("opened");
    for _ in 0..2 {
        let (objects, _) = all(&source).await;
        let files: std::collections::BTreeSet<_> = objects.iter().map(|object| &object.uri).collect();
        assert_eq!((files.len(), objects.len()), (12, 12), "{objects:?}");
    }
}

#[tokio::test]
async fn a_dead_link_and_a_socket_are_errors_among_the_objects() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "x.json");
    symlink("nowhere", dir.path().join("dead")).expect("linked");
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).expect("bound");
    let (objects, errors) = all(&Local::open(dir.path()).await.expect("opened")).await;
    assert_eq!(keys(&objects), ["x.json"]);
    assert_eq!(errors.len(), 2, "{errors:?}");
}

#[tokio::test]
async fn nothing_is_passed_over_for_its_name() {
    let dir = tempfile::tempdir().expect("a folder");
    for key in [".hidden/.x.json", "Thumbs.db", "x.tmp", "y~"] {
        put(dir.path(), key);
    }
    let (objects, _) = all(&Local::open(dir.path()).await.expect("opened")).await;
    assert_eq!(keys(&objects), [".hidden/.x.json", "Thumbs.db", "x.tmp", "y~"]);
}

#[tokio::test]
async fn a_folder_deep_in_a_tree_still_knows_its_account_and_day() {
    let dir = tempfile::tempdir().expect("a folder");
    let series = "AWSLogs/111111111111/CloudTrail/us-east-1";
    put(dir.path(), &format!("{series}/2026/01/15/x.json"));
    put(dir.path(), &format!("{series}/2026/01/20/y.json"));
    let source = Local::open(&dir.path().join(series)).await.expect("opened");
    let span = crate::timespan::Timespan {
        since: Some("2026-01-19T00:00:00Z".parse().expect("a time")),
        until: None,
    };
    let chosen: Vec<_> =
        source.list(&Filter { span, ..Filter::default() }).try_collect().await.expect("listed");
    assert_eq!(keys(&chosen), ["2026/01/20/y.json"]);
    assert_eq!(chosen[0].parts.as_ref().expect("parts").account_id, "111111111111");
}

#[tokio::test]
async fn one_file_is_a_source_of_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "x.json");
    put(dir.path(), "x.json.old");
    let uri = uri(&dir.path().join("x.json"));
    for text in [dir.path().join("x.json"), path_of(&uri)] {
        let (objects, errors) = all(&Local::open(&text).await.expect("opened")).await;
        assert_eq!((keys(&objects), errors.len()), (vec!["x.json"], 0));
    }
}

#[tokio::test]
async fn a_file_that_changed_or_went_after_the_listing_is_told_apart() {
    let dir = tempfile::tempdir().expect("a folder");
    for key in ["changed", "gone", "pipe"] {
        put(dir.path(), key);
    }
    let source = Local::open(dir.path()).await.expect("opened");
    let (objects, _) = all(&source).await;
    fs::write(dir.path().join("changed"), "longer than it was").expect("written");
    fs::remove_file(dir.path().join("gone")).expect("removed");
    fs::remove_file(dir.path().join("pipe")).expect("removed");
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("pipe")).expect("bound");
    let got: Vec<_> = futures::future::join_all(objects.iter().map(|object| source.get(object))).await;
    assert!(matches!(&got[0], Err(SourceError::Changed { uri }) if uri.ends_with("/changed")), "{got:?}");
    assert!(matches!(&got[1], Err(SourceError::NotFound { uri }) if uri.ends_with("/gone")), "{got:?}");
    assert!(matches!(&got[2], Err(SourceError::Changed { .. })), "{got:?}");
}

//! The store in memory and on disk.
#![allow(clippy::unwrap_used)]

use serde::Deserialize;

use super::*;
use crate::config::Config;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Thing {
    name: String,
    at: Timestamp,
}

impl Document for Thing {
    const SERVICE: &'static str = "test";
    const KIND: &'static str = "thing";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.at
    }
}

fn place(region: &str) -> Place {
    Place {
        account: "111122223333".into(),
        region: region.into(),
    }
}

fn thing(name: &str, at: i64) -> Thing {
    Thing {
        name: name.into(),
        at: Timestamp::from_second(at).unwrap(),
    }
}

#[test]
fn changes_live_only_when_they_are_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let config = Config::default();
    let mut store = Store::open(&path).unwrap();
    let mut tx = Tx::new(&store, &config, Timestamp::UNIX_EPOCH);
    tx.put(&place("eu-west-1"), &thing("a", 0));
    assert!(tx.get::<Thing>(&place("eu-west-1"), "a").is_some());
    drop(tx);
    let mut tx = Tx::new(&store, &config, Timestamp::UNIX_EPOCH);
    assert!(tx.get::<Thing>(&place("eu-west-1"), "a").is_none());
    tx.put(&place("eu-west-1"), &thing("b", 0));
    tx.put(&place("us-east-1"), &thing("c", 0));
    let changes = tx.finish().unwrap();
    store.commit(changes).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Locked { .. })));
    drop(store);

    let store = Store::open(&path).unwrap();
    let mut tx = Tx::new(&store, &config, Timestamp::UNIX_EPOCH);
    assert_eq!(tx.list::<Thing>(&place("eu-west-1")), [thing("b", 0)]);
    tx.delete::<Thing>(&place("us-east-1"), "c");
    assert_eq!(tx.everywhere::<Thing>().len(), 1);
}

#[test]
fn young_documents_are_there_but_not_seen() {
    let store = Store::in_memory();
    let config = Config {
        visibility_lag_ms: 30_000,
        ..Config::default()
    };
    let mut tx = Tx::new(&store, &config, Timestamp::from_second(40).unwrap());
    tx.put(&place("r"), &thing("young", 11));
    tx.put(&place("r"), &thing("old", 10));
    assert_eq!(tx.list::<Thing>(&place("r")).len(), 2);
    assert_eq!(tx.see_all::<Thing>(&place("r")), [thing("old", 10)]);
    assert!(tx.see::<Thing>(&place("r"), "young").is_none());
}

#[test]
fn ids_never_come_again_and_look_like_the_real_ones() {
    let mut store = Store::in_memory();
    let config = Config::default();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let mut tx = Tx::new(&store, &config, Timestamp::UNIX_EPOCH);
        let id = tx.fresh_id("vpc");
        assert_eq!(id.len(), "vpc-".len() + 17);
        assert!(seen.insert(id));
        let changes = tx.finish().unwrap();
        store.commit(changes).unwrap();
    }
}

#[test]
fn a_document_that_cannot_be_read_fails_the_request() {
    let mut store = Store::in_memory();
    let key = Key {
        service: "test".into(),
        kind: "thing".into(),
        account: "111122223333".into(),
        region: "r".into(),
        id: "x".into(),
    };
    store
        .commit(BTreeMap::from([(
            key,
            Some(Arc::new(Stored::from(Value::from("nonsense")))),
        )]))
        .unwrap();
    let config = Config::default();
    let tx = Tx::new(&store, &config, Timestamp::UNIX_EPOCH);
    assert!(tx.get::<Thing>(&place("r"), "x").is_none());
    assert!(tx.finish().is_err());
}

impl Indexed for Thing {
    /// The first letter of its name.
    fn keys(&self) -> Vec<String> {
        self.name.chars().take(1).map(String::from).collect()
    }
}

fn committed(store: &mut Store, change: impl FnOnce(&mut Tx<'_>)) {
    let config = Config::default();
    let mut tx = Tx::new(store, &config, Timestamp::UNIX_EPOCH);
    change(&mut tx);
    let changes = tx.finish().unwrap();
    store.commit(changes).unwrap();
}

#[test]
fn documents_are_found_by_their_words_as_they_are_now() {
    let (mut store, config) = (Store::in_memory(), Config::default());
    let found = |tx: &Tx<'_>, word: &str| -> Vec<String> {
        let all = tx.with_key::<Thing>(&place("r"), word).into_iter();
        all.map(|one| one.name).collect()
    };
    committed(&mut store, |tx| {
        for name in ["apple", "ash", "birch"] {
            tx.put(&place("r"), &thing(name, 0));
        }
        tx.put(&place("other"), &thing("alder", 0));
    });
    let mut tx = Tx::new(&store, &config, Timestamp::UNIX_EPOCH);
    assert_eq!(found(&tx, "a"), ["apple", "ash"]);
    // A request finds what it has just changed, and not what it has removed.
    tx.put(&place("r"), &thing("aspen", 0));
    tx.delete::<Thing>(&place("r"), "apple");
    assert_eq!(found(&tx, "a"), ["ash", "aspen"]);
    drop(tx);
    committed(&mut store, |tx| tx.delete::<Thing>(&place("r"), "ash"));
    let tx = Tx::new(&store, &config, Timestamp::UNIX_EPOCH);
    assert_eq!(found(&tx, "a"), ["apple"]);
    assert_eq!(found(&tx, "b"), ["birch"]);
    assert!(found(&tx, "c").is_empty());
}

#[test]
fn a_copy_goes_its_own_way() {
    let (mut store, config) = (Store::in_memory(), Config::default());
    committed(&mut store, |tx| tx.put(&place("r"), &thing("a", 0)));
    let mut copy = store.copy();
    committed(&mut copy, |tx| tx.put(&place("r"), &thing("a", 7)));
    committed(&mut store, |tx| tx.put(&place("r"), &thing("b", 0)));
    let all = |store: &Store| -> Vec<Thing> {
        let tx = Tx::new(store, &config, Timestamp::UNIX_EPOCH);
        tx.list(&place("r"))
    };
    assert_eq!(all(&copy), [thing("a", 7)]);
    assert_eq!(all(&store), [thing("a", 0), thing("b", 0)]);
}

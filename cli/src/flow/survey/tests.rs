//! Tests of the joints between providers.
#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn only_names_of_parents_that_others_hold_are_handed_over() {
    let resource = |part: &str, provider: &str, parent: Option<&str>| Resource::<Pending> {
        id: ResourceId::new("cluster.main", part),
        kind: provision_core::model::Kind::new("a.b"),
        provider: provider.to_owned(),
        platform: None,
        name: Some(format!("name-of-{part}")),
        parent: parent.map(|part| ResourceId::new("cluster.main", part)),
        fields: BTreeMap::new(),
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    };
    let all = [
        resource("cluster", "eks", None),
        resource("pool", "eks", Some("cluster")),
        resource("inside", "kubernetes", Some("cluster")),
    ];
    assert!(parents(&all, "eks").is_empty());
    let handed = parents(&all, "kubernetes");
    assert_eq!(handed.values().collect::<Vec<_>>(), ["name-of-cluster"]);
}

#[test]
fn the_same_trouble_is_told_once() {
    let mut all = vec![1, 2];
    add_new(&mut all, vec![2, 3, 3]);
    assert_eq!(all, [1, 2, 3]);
}

#[test]
fn handles_that_another_provider_knows_become_needs() {
    let seen = |part: &str, physical: &str, uses: &[&str]| Observed {
        id: ResourceId::new("cluster.main", part),
        kind: provision_core::model::Kind::new("a.b"),
        provider: "toy".to_owned(),
        physical: physical.to_owned(),
        parent: None,
        fields: BTreeMap::new(),
        outputs: BTreeMap::from([("name".to_owned(), format!("name-of-{part}").into())]),
        status: provision_core::model::Status::Ready,
        protect: false,
        needs: Vec::new(),
        uses: uses.iter().map(|&name| name.to_owned()).collect(),
        foreign: Vec::new(),
        adopted: None,
    };
    let mut inside = seen("inside", "in-1", &[]);
    inside.parent = Some(ResourceId::new("cluster.main", "cluster"));
    let cluster = seen(
        "cluster",
        "c-1",
        &[
            "subnet-1",
            "name-of-role",
            "c-1",
            "name-of-inside",
            "nobody",
        ],
    );
    let mut surveyed = Surveyed {
        sights: BTreeMap::from([(cluster.id.clone(), Sight::Present(Box::new(cluster)))]),
        orphans: vec![
            seen("subnet", "subnet-1", &[]),
            seen("role", "role-1", &[]),
            inside,
        ],
        ..Surveyed::default()
    };
    surveyed.link();
    let cluster = surveyed.live().next().unwrap();
    let needs: Vec<&str> = cluster.needs.iter().map(|id| id.part.as_str()).collect();
    assert_eq!(needs, ["role", "subnet"]);
    assert!(cluster.uses.is_empty());
}

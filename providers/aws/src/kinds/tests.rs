//! Tables against structs, and what answers from the wire come to.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use provision_core::contract::{Act, Class, Does, Outcome, Provider};
use provision_core::model::{Kind, Value};

use provision_core::contract::{ActStep, Context};
use provision_core::model::{Never, Resource, ResourceId, Values};

use super::*;
use crate::AwsProvider;
use crate::testing::{Answer, Recorder, aws};

/// The rows of a table are the fields of its struct, no more and no fewer.
fn rows_are_fields<K: Served + Default>() {
    let fields = crate::field::fields_of(&K::default()).unwrap();
    let fields: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
    let table = K::table();
    let rows: BTreeSet<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, fields, "{}", K::KIND);
    assert_eq!(rows.len(), table.rows.len(), "{}: a row twice", K::KIND);
    assert_eq!(table.kind.as_str(), K::KIND);
}

#[test]
fn tables_fit_their_structs() {
    rows_are_fields::<Claim>();
    rows_are_fields::<Vpc>();
    rows_are_fields::<InternetGateway>();
    rows_are_fields::<Subnet>();
    rows_are_fields::<Address>();
    rows_are_fields::<NatGateway>();
    rows_are_fields::<RouteTable>();
    rows_are_fields::<SecurityGroup>();
    rows_are_fields::<SecurityGroupRule>();
    rows_are_fields::<LaunchTemplate>();
    rows_are_fields::<Role>();
    rows_are_fields::<InstanceProfile>();
    rows_are_fields::<OidcProvider>();
    rows_are_fields::<LogGroup>();
    rows_are_fields::<Secret>();
    rows_are_fields::<Parameter>();
    rows_are_fields::<LoadBalancer>();
    rows_are_fields::<TargetGroup>();
    rows_are_fields::<Listener>();
    rows_are_fields::<ListenerRule>();
}

#[test]
fn every_kind_is_found_by_its_name_once() {
    let names: BTreeSet<&str> = ALL.iter().map(|ops| ops.name()).collect();
    assert_eq!(names.len(), ALL.len());
    assert!(names.iter().all(|name| ops(name).is_some()));
}

pub(super) fn act(
    does: Does,
    kind: &str,
    fields: &[(&str, Value<Never>)],
    live: Option<&str>,
) -> Act {
    let id: ResourceId = "network.main/x".parse().unwrap();
    let fields: BTreeMap<String, Value<Never>> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let live = live.map(|physical| {
        let mut live = Live::new(physical, &Tags::new(), &BTreeMap::<String, String>::new());
        live.fields = fields.clone();
        live.observed(crate::PROVIDER, &Kind::new(kind), id.clone(), Vec::new())
    });
    let desired = Resource {
        id: id.clone(),
        kind: Kind::new(kind),
        provider: crate::PROVIDER.to_owned(),
        platform: None,
        name: Some("name".to_owned()),
        parent: None,
        fields,
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    };
    Act {
        context: Context {
            stack: "shop".to_owned(),
            account: Some("123456789012".to_owned()),
            region: "eu-west-1".to_owned(),
            labels: BTreeMap::new(),
        },
        step: ActStep {
            id,
            kind: Kind::new(kind),
            does,
            fields: Vec::new(),
        },
        desired: (does != Does::Delete).then_some(desired),
        live,
        parent: None,
        token: "00000000-0000-4000-8000-000000000000".to_owned(),
        look_first: false,
        values: Values::none(),
    }
}

fn vpc(does: Does, live: Option<&str>) -> Act {
    let fields = [
        ("cidr", "10.0.0.0/16".into()),
        ("dns_support", true.into()),
        ("dns_hostnames", true.into()),
        ("tags", Value::Map(BTreeMap::new())),
    ];
    act(does, "ec2.vpc", &fields, live)
}

fn ec2_error(code: &str) -> Answer {
    Answer::error(
        400,
        &format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>words of the cloud</Message></Error></Errors>\
             <RequestID>r</RequestID></Response>"
        ),
    )
}

pub(super) async fn outcome(
    act: &Act,
    answers: impl IntoIterator<Item = Answer>,
) -> (Outcome, Recorder) {
    let recorder = Recorder::new(answers);
    let provider = AwsProvider::new(aws(&recorder));
    (provider.act(act).await, recorder)
}

#[tokio::test(start_paused = true)]
async fn marks_go_with_the_call_that_makes_the_object() {
    let made = "<CreateVpcResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><vpc><vpcId>vpc-1</vpcId><state>pending</state><cidrBlock>10.0.0.0/16</cidrBlock></vpc></CreateVpcResponse>";
    let (outcome, recorder) = outcome(&vpc(Does::Create, None), [Answer::ok(made)]).await;
    let Outcome::Again { observed, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(observed.unwrap().physical, "vpc-1");
    let bodies = recorder.bodies();
    assert_eq!(bodies.len(), 1);
    for part in [
        "Action=CreateVpc",
        "Key=provision-stack",
        "Value=shop",
        "Key=provision-id",
        "Value=network.main/x",
    ] {
        assert!(bodies[0].contains(part), "{part} in {}", bodies[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_create_is_unknown_and_sent_once() {
    for answer in [Answer::status(500), Answer::never()] {
        let (outcome, recorder) = outcome(&vpc(Does::Create, None), [answer]).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        assert_eq!(recorder.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_sorted_with_the_clouds_words_and_advice() {
    for (code, class) in [
        ("UnauthorizedOperation", Class::Denied),
        ("VpcLimitExceeded", Class::Quota),
        ("RequestExpired", Class::Credentials),
        ("InvalidVpc.Range", Class::Invalid),
    ] {
        let (outcome, recorder) = outcome(&vpc(Does::Create, None), [ec2_error(code)]).await;
        let Outcome::Failed { failure } = outcome else {
            panic!("{code}: {outcome:?}");
        };
        assert_eq!(failure.class, class, "{code}");
        assert_eq!(failure.message, "words of the cloud");
        assert_eq!(failure.call.as_deref(), Some("ec2:CreateVpc"));
        assert_eq!(failure.advice.is_some(), class != Class::Invalid, "{code}");
        assert_eq!(recorder.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_away_by_itself_is_tried_again_later() {
    let subnet = act(
        Does::Create,
        "ec2.subnet",
        &[
            ("vpc", "vpc-1".into()),
            ("cidr", "10.0.0.0/19".into()),
            ("zone", "eu-west-1a".into()),
            ("map_public_ip", false.into()),
            ("tags", Value::Map(BTreeMap::new())),
        ],
        None,
    );
    let (outcome_of_new, _) = outcome(&subnet, [ec2_error("InvalidVpcID.NotFound")]).await;
    assert!(matches!(outcome_of_new, Outcome::Retry { .. }));
    let delete = vpc(Does::Delete, Some("vpc-1"));
    let (in_use, _) = outcome(&delete, [ec2_error("DependencyViolation")]).await;
    assert!(matches!(in_use, Outcome::Retry { .. }));
    let (gone, _) = outcome(&delete, [ec2_error("InvalidVpcID.NotFound")]).await;
    assert_eq!(gone, Outcome::Gone);
}

#[tokio::test(start_paused = true)]
async fn a_denied_list_is_unknown_and_never_absent() {
    use provision_core::contract::{Objects, SurveyAnswer, SurveyRequest};
    let recorder = Recorder::new([ec2_error("UnauthorizedOperation")]);
    let provider = AwsProvider::new(aws(&recorder));
    let act = vpc(Does::Create, None);
    let desired = act.desired.unwrap();
    let wanted = desired.try_fill(|never| -> Result<_, ()> { match *never {} });
    let request = SurveyRequest::Objects(Objects {
        context: act.context,
        resources: vec![wanted.unwrap()],
        parents: BTreeMap::new(),
        orphans: false,
        values: Values::none(),
    });
    let SurveyAnswer::Objects { seen, .. } = provider.survey(&request).await.unwrap() else {
        panic!("the wrong wave");
    };
    let sight = &seen[&desired.id];
    assert!(
        matches!(sight, provision_core::model::Sight::Unknown { reason } if reason.contains("DescribeVpcs")),
        "{sight:?}"
    );
}

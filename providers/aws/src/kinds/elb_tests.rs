//! What answers of Elastic Load Balancing come to.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use provision_core::contract::{
    Act, Class, Does, Objects, Outcome, Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Never, Sight, Value};

use super::tests::{act, outcome};
use crate::AwsProvider;
use crate::testing::{Answer, Recorder, aws};

const ARN: &str = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/name/50dc";

fn answer(operation: &str, inside: &str) -> Answer {
    Answer::ok(&format!(
        "<{operation}Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
         <{operation}Result>{inside}</{operation}Result></{operation}Response>"
    ))
}

fn error(code: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>words of the cloud</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    Answer::error(400, &body)
}

fn balancers() -> Answer {
    let one = format!(
        "<LoadBalancers><member><LoadBalancerArn>{ARN}</LoadBalancerArn><LoadBalancerName>shop-name</LoadBalancerName>\
         <Type>application</Type><Scheme>internal</Scheme><State><Code>active</Code></State></member></LoadBalancers>"
    );
    answer("DescribeLoadBalancers", &one)
}

fn tags(tags: &[(&str, &str)]) -> Answer {
    let tag = |(key, value): &(&str, &str)| {
        format!("<member><Key>{key}</Key><Value>{value}</Value></member>")
    };
    let tags: String = tags.iter().map(tag).collect();
    let inside = format!(
        "<TagDescriptions><member><ResourceArn>{ARN}</ResourceArn><Tags>{tags}</Tags></member></TagDescriptions>"
    );
    answer("DescribeTags", &inside)
}

fn attributes(protected: bool) -> Answer {
    let inside = format!(
        "<Attributes><member><Key>deletion_protection.enabled</Key><Value>{protected}</Value></member></Attributes>"
    );
    answer("DescribeLoadBalancerAttributes", &inside)
}

fn list(items: &[&str]) -> Value<Never> {
    Value::List(items.iter().map(|item| (*item).into()).collect())
}

fn balancer(does: Does, live: Option<&str>) -> Act {
    let fields = [
        ("type", "application".into()),
        ("scheme", "internal".into()),
        ("subnets", list(&["subnet-1", "subnet-2"])),
        ("security_groups", list(&["sg-1"])),
        ("tags", Value::Map(BTreeMap::new())),
    ];
    act(does, "elb.load_balancer", &fields, live)
}

#[tokio::test(start_paused = true)]
async fn a_balancer_is_marked_when_it_is_made_and_then_waited_for() {
    let made = format!(
        "<LoadBalancers><member><LoadBalancerArn>{ARN}</LoadBalancerArn><State><Code>provisioning</Code></State></member>\
         </LoadBalancers>"
    );
    let answers = [
        error("LoadBalancerNotFound"),
        answer("CreateLoadBalancer", &made),
    ];
    let (outcome, recorder) = outcome(&balancer(Does::Create, None), answers).await;
    assert!(
        matches!(&outcome, Outcome::Accepted { phase, .. } if phase == "provisioning"),
        "{outcome:?}"
    );
    let bodies = recorder.bodies();
    assert!(bodies[0].contains("Action=DescribeLoadBalancers"));
    for part in ["Action=CreateLoadBalancer", "Key=provision-id", "subnet-2"] {
        assert!(bodies[1].contains(part), "{part} in {}", bodies[1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_holds_is_a_clash_and_nothing_is_made() {
    let read = || [balancers(), tags(&[]), attributes(false)];
    let answers = read().into_iter().chain(read());
    let (outcome, recorder) = outcome(&balancer(Does::Create, None), answers).await;
    let Outcome::Failed { failure } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(failure.class, Class::Clash);
    let made = |body: &String| body.contains("Action=CreateLoadBalancer");
    assert!(!recorder.bodies().iter().any(made));
}

#[tokio::test(start_paused = true)]
async fn protection_is_told_with_the_way_to_lift_it() {
    let delete = balancer(Does::Delete, Some(ARN));
    let (outcome, _) = outcome(&delete, [error("OperationNotPermitted")]).await;
    let Outcome::Failed { failure } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(failure.advice.unwrap().contains(ARN));
}

#[tokio::test(start_paused = true)]
async fn a_target_group_in_use_is_tried_again_and_names_its_balancer() {
    let delete = act(Does::Delete, "elb.target_group", &[], Some("tg-1"));
    let groups = format!(
        "<TargetGroups><member><TargetGroupArn>tg-1</TargetGroupArn><LoadBalancerArns><member>{ARN}</member>\
         </LoadBalancerArns></member></TargetGroups>"
    );
    let answers = [
        error("ResourceInUse"),
        answer("DescribeTargetGroups", &groups),
    ];
    let (outcome, _) = outcome(&delete, answers).await;
    assert!(
        matches!(&outcome, Outcome::Retry { reason, .. } if reason.contains(ARN)),
        "{outcome:?}"
    );
}

fn rule() -> Act {
    let rank = super::rule_priority::rank(None, Some("/api"));
    let share = BTreeMap::from([
        ("target_group".to_owned(), "tg-1".into()),
        ("weight".to_owned(), Value::Int(1)),
    ]);
    let fields = [
        ("listener", "listener-1".into()),
        ("hosts", list(&[])),
        ("paths", list(&["/api", "/api/*"])),
        ("forward", Value::List(vec![Value::Map(share)])),
        ("rank", Value::Int(rank)),
        ("tags", Value::Map(BTreeMap::new())),
    ];
    act(Does::Create, "elb.rule", &fields, None)
}

/// An earlier run made it, and its reads lag: it shows when a place is looked for.
#[tokio::test(start_paused = true)]
async fn a_rule_of_ours_that_shows_late_is_not_made_again() {
    let paths = "<Values><member>/api/*</member><member>/api</member></Values>";
    let rules = format!(
        "<Rules><member><RuleArn>{ARN}</RuleArn><Priority>7</Priority><IsDefault>false</IsDefault><Conditions><member>\
         <Field>path-pattern</Field>{paths}</member></Conditions></member></Rules>"
    );
    let marks = [
        ("provision-stack", "shop"),
        ("provision-id", "network.main/x"),
    ];
    let answers = [answer("DescribeRules", &rules), tags(&marks)];
    let (found, recorder) = outcome(&rule(), answers).await;
    assert!(matches!(found, Outcome::Again { .. }), "{found:?}");
    assert_eq!(recorder.bodies().len(), 2, "it was made again");
    let theirs = [("provision-stack", "other")];
    let made = "<Rules><member><RuleArn>rule-2</RuleArn></member></Rules>";
    let answers = [
        answer("DescribeRules", &rules),
        tags(&theirs),
        answer("CreateRule", made),
    ];
    let (_, recorder) = outcome(&rule(), answers).await;
    assert_eq!(recorder.bodies().len(), 3, "somebody's is not ours");
}

#[tokio::test(start_paused = true)]
async fn a_rule_goes_around_the_priorities_of_others() {
    let act = rule();
    let rules = |priority: &str| {
        let one = format!(
            "<Rules><member><RuleArn>rule-1</RuleArn><Priority>{priority}</Priority><IsDefault>false</IsDefault></member>\
             </Rules>"
        );
        answer("DescribeRules", &one)
    };
    let made = || {
        answer(
            "CreateRule",
            "<Rules><member><RuleArn>rule-2</RuleArn></member></Rules>",
        )
    };
    let (_, first) = outcome(&act, [rules("1"), made()]).await;
    let chosen = |recorder: &Recorder| {
        let body = recorder.bodies().pop().unwrap();
        let priority = body
            .split('&')
            .find_map(|pair| pair.strip_prefix("Priority="));
        priority.unwrap().to_owned()
    };
    let (_, second) = outcome(&act, [rules(&chosen(&first)), made()]).await;
    assert_ne!(chosen(&first), chosen(&second));
}

async fn sight(recorder: &Recorder) -> Sight {
    let provider = AwsProvider::new(aws(recorder));
    let act = balancer(Does::Create, None);
    let desired = act.desired.unwrap();
    let wanted = desired.try_fill(|never| -> Result<_, ()> { match *never {} });
    let mut wanted = wanted.unwrap();
    wanted.name = Some("shop-name".to_owned());
    let request = SurveyRequest::Objects(Objects {
        context: act.context,
        resources: vec![wanted],
        parents: BTreeMap::new(),
        orphans: false,
        values: Default::default(),
    });
    let SurveyAnswer::Objects { mut seen, .. } = provider.survey(&request).await.unwrap() else {
        panic!("the wrong wave");
    };
    seen.remove(&desired.id).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_survey_tells_ours_from_others_and_denied_from_absent() {
    let denied = Recorder::new([error("AccessDenied")]);
    assert!(matches!(sight(&denied).await, Sight::Unknown { .. }));
    let other = Recorder::new([balancers(), tags(&[])]);
    assert!(matches!(sight(&other).await, Sight::Clash { .. }));
    let marks = [
        ("provision-stack", "shop"),
        ("provision-id", "network.main/x"),
    ];
    let ours = Recorder::new([balancers(), tags(&marks), attributes(true)]);
    let sight = sight(&ours).await;
    let live = sight.live().unwrap();
    assert!(live.protect && live.switch().unwrap().contains(ARN));
    assert_eq!(ours.count(), 3);
}

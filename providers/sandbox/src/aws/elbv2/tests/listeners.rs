//! Listeners, rules and targets through the wire.

use super::world::{World, field};

#[test]
fn a_group_in_use_stays_and_a_balancers_listeners_go_with_it() {
    let world = World::new();
    let (balancer, group) = (world.balancer("web", ""), world.group("web", ""));
    world.listener(&balancer, 80, &group);
    let delete = format!("Action=DeleteTargetGroup&TargetGroupArn={group}");
    world.refused("ResourceInUse", &delete);
    world.elb(
        0,
        &format!("Action=DeleteLoadBalancer&LoadBalancerArn={balancer}"),
    );
    assert!(world.elb(0, &delete).contains("DeleteTargetGroupResult"));
}

#[test]
fn listeners_that_cannot_be_are_refused() {
    let world = World::new();
    let (balancer, group) = (world.balancer("web", ""), world.group("web", ""));
    world.listener(&balancer, 80, &group);
    let make = |balancer: &str, protocol: &str, port: u16, group: &str| {
        format!(
            "Action=CreateListener&LoadBalancerArn={balancer}&Protocol={protocol}&Port={port}\
             &DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}"
        )
    };
    world.refused("DuplicateListener", &make(&balancer, "HTTP", 80, &group));
    world.refused("ValidationError", &make(&balancer, "TCP", 81, &group));
    let words = world.refused("ValidationError", &make(&balancer, "HTTPS", 443, &group));
    assert!(words.contains("A certificate must be specified"), "{words}");
    let none =
        "&Certificates.member.1.CertificateArn=arn:aws:acm:eu-west-1:111122223333:certificate/x";
    let secure = make(&balancer, "HTTPS", 443, &group) + none;
    world.refused("CertificateNotFound", &secure);
    let network = world.balancer("queue", "&Type=network");
    world.refused("IncompatibleProtocols", &make(&network, "TCP", 80, &group));
    let other = world.balancer("other", "");
    world.refused(
        "TargetGroupAssociationLimit",
        &make(&other, "HTTP", 80, &group),
    );
    let missing = group.replace("targetgroup/web", "targetgroup/none");
    world.refused(
        "TargetGroupNotFound",
        &make(&balancer, "HTTP", 81, &missing),
    );
    let redirect = format!(
        "Action=CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port=81&DefaultActions.member.1.Type=redirect\
         &DefaultActions.member.1.RedirectConfig.StatusCode=HTTP_301"
    );
    world.refused("InvalidLoadBalancerAction", &redirect);
}

#[test]
fn priorities_are_unique_and_can_change_places() {
    let world = World::new();
    let (balancer, group) = (world.balancer("web", ""), world.group("web", ""));
    let listener = world.listener(&balancer, 80, &group);
    let rule = |priority: u32| {
        format!(
            "Action=CreateRule&ListenerArn={listener}&Priority={priority}&Conditions.member.1.Field=path-pattern\
             &Conditions.member.1.Values.member.1=/api/*&Actions.member.1.Type=forward\
             &Actions.member.1.TargetGroupArn={group}"
        )
    };
    let first = field(&world.elb(0, &rule(1)), "RuleArn");
    let second = field(&world.elb(0, &rule(2)), "RuleArn");
    world.refused("PriorityInUse", &rule(2));
    let swap = |a: u32, b: u32| {
        format!(
            "Action=SetRulePriorities&RulePriorities.member.1.RuleArn={first}&RulePriorities.member.1.Priority={a}\
             &RulePriorities.member.2.RuleArn={second}&RulePriorities.member.2.Priority={b}"
        )
    };
    world.refused("PriorityInUse", &swap(3, 3));
    let answer = world.elb(0, &swap(2, 1));
    assert!(answer.contains("<Priority>2</Priority>"), "{answer}");
    let all = world.elb(0, &format!("Action=DescribeRules&ListenerArn={listener}"));
    let (at, default) = (
        all.find(&second).unwrap(),
        all.find("<Priority>default<").unwrap(),
    );
    assert!(at < all.find(&first).unwrap() && at < default, "{all}");
    let rest = all.get(all.find(&first).unwrap() + first.len()..).unwrap();
    let default = field(rest, "RuleArn");
    let delete = format!("Action=DeleteRule&RuleArn={default}");
    world.refused("OperationNotPermitted", &delete);
}

/// What stands behind the target is another balancer's interface: all that there is here at an address.
#[test]
fn targets_become_healthy_when_they_are_reached_and_drain() {
    let world = World::new();
    let (balancer, group) = (world.balancer("web", ""), world.group("web", ""));
    world.balancer("behind", "");
    let health = |second| {
        let body = format!("Action=DescribeTargetHealth&TargetGroupArn={group}");
        let answer = world.elb(second, &body);
        match answer.contains("<Reason>") {
            true => (field(&answer, "State"), field(&answer, "Reason")),
            false if answer.contains("<State>") => (field(&answer, "State"), String::new()),
            false => (String::new(), String::new()),
        }
    };
    let pair = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
    let target = format!("TargetGroupArn={group}&Targets.member.1.Id=10.0.0.5");
    world.elb(0, &format!("Action=RegisterTargets&{target}"));
    assert_eq!(health(500), pair("unused", "Target.NotInUse"));
    let listener = format!(
        "Action=CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port=80\
         &DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}"
    );
    world.elb(1000, &listener);
    assert_eq!(health(1001), pair("initial", "Elb.RegistrationInProgress"));
    assert_eq!(health(1030), pair("initial", "Elb.InitialHealthChecking"));
    // Members of the default group let each other in.
    assert_eq!(health(1060), pair("healthy", ""));
    world.elb(2000, &format!("Action=DeregisterTargets&{target}"));
    assert_eq!(
        health(2299),
        pair("draining", "Target.DeregistrationInProgress")
    );
    assert_eq!(health(2300), pair("", ""));
    let nobody = format!("TargetGroupArn={group}&Targets.member.1.Id=10.0.0.99");
    world.elb(3000, &format!("Action=RegisterTargets&{nobody}"));
    assert_eq!(health(3100), pair("unhealthy", "Target.Timeout"));
}

#[test]
fn groups_are_made_once_and_checked() {
    let world = World::new();
    let group = world.group("web", "");
    assert_eq!(group, world.group("web", ""));
    let make = |more: &str| {
        let vpc = &world.vpc;
        format!("Action=CreateTargetGroup&Name=web&Protocol=HTTP&TargetType=ip&VpcId={vpc}{more}")
    };
    world.refused("DuplicateTargetGroupName", &make("&Port=81"));
    world.refused("ValidationError", &make(""));
    let timeout = "&Port=8080&HealthCheckIntervalSeconds=5&HealthCheckTimeoutSeconds=5";
    let words = world.refused("ValidationError", &make(timeout));
    assert!(words.contains("greater than the timeout"), "{words}");
    world.refused("ValidationError", &make("&Port=8080&HealthCheckPath=x"));
    let many: String = (1..=21)
        .map(|n| format!("&ResourceArns.member.{n}={group}"))
        .collect();
    world.refused("ValidationError", &format!("Action=DescribeTags{many}"));
}

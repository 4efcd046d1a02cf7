"""A whole life of balancers, pools of instances and scaling through boto3, with what AWS refuses on the way.

usage: elb_life.py URL
"""

import json
import re
import sys
import time
import urllib.request
import xml.etree.ElementTree as ET

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url = sys.argv[1]
REGION = "eu-west-1"
problems = []


def client(service):
    # The script sends bad values on purpose, so botocore must not check them first.
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=account,
        aws_secret_access_key="sandbox",
        config=Config(proxies={}, retries={"total_max_attempts": 1}, parameter_validation=False),
    )


def control(verb, body=None):
    request = urllib.request.Request(
        f"{url}/_sandbox/{verb}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def refused(code, words, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, f"{call.__name__}: {found}, not {code}"
        assert words in found["Message"], f"{call.__name__}: {found['Message']}"
    else:
        raise AssertionError(f"{call.__name__} was not refused with {code}")


def until(what, probe, most=60):
    """Waits until the probe is true."""
    deadline = time.monotonic() + most
    while time.monotonic() < deadline:
        if probe():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} does not come")


def strange(element, shape, path):
    """Elements that botocore's model does not have: its own parser skips them in silence."""
    if shape.type_name == "structure":
        for child in element:
            name = child.tag.rsplit("}", 1)[-1]
            member = shape.members.get(name)
            if member is None:
                problems.append(f"{path}/{name}")
            else:
                strange(child, member, f"{path}/{name}")
    elif shape.type_name == "list":
        for child in element:
            strange(child, shape.member, path)
    elif shape.type_name in ("integer", "long") and not re.fullmatch(r"-?\d+", element.text or ""):
        problems.append(f"{path} is {element.text!r}, not a number")
    elif shape.type_name == "boolean" and element.text not in ("true", "false"):
        problems.append(f"{path} is {element.text!r}, not a boolean")


def check_answer(operation_model, response_dict, **_):
    """A `before-parse` handler: the result element is there exactly where the model has an output."""
    shape = operation_model.output_shape
    if response_dict["status_code"] >= 300:
        return
    wanted = [] if shape is None else [shape.serialization["resultWrapper"]]
    root = ET.fromstring(response_dict["body"])
    names = [child.tag.rsplit("}", 1)[-1] for child in root]
    if names != wanted + ["ResponseMetadata"]:
        problems.append(f"{operation_model.name}: {names}")
    if shape is not None and names[:1] == wanted:
        strange(root[0], shape, operation_model.name)


account = "123456789012"
account = control("status")["account"]
ec2, elbv2, acm = client("ec2"), client("elbv2"), client("acm")
scaling, applications, ecs = client("autoscaling"), client("application-autoscaling"), client("ecs")
for one in (elbv2, scaling):
    one.meta.events.register("before-parse.*.*", check_answer)


def network():
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.7.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="front", Description="front")["GroupId"]
    behind = ec2.create_security_group(VpcId=vpc, GroupName="behind", Description="behind")["GroupId"]
    return vpc, subnets, group, behind


def state(arn):
    return elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]["State"]["Code"]


def balancers(vpc, subnets, group):
    """An application balancer that faces the internet, and a network one inside."""
    wish = dict(Name="web", Subnets=subnets, SecurityGroups=[group], Tags=[{"Key": "a", "Value": "1"}])
    refused("InvalidSubnet", "has no internet gateway", elbv2.create_load_balancer, **wish)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    for name in ("-web", "web-", "we_b", "x" * 33, "internal-web"):
        refused("ValidationError", name, elbv2.create_load_balancer, **{**wish, "Name": name})
    few = {**wish, "Subnets": subnets[:1]}
    refused("ValidationError", "two different Availability Zones", elbv2.create_load_balancer, **few)
    none = {**wish, "Subnets": [subnets[0], "subnet-0123456789abcdef0"]}
    refused("SubnetNotFound", "subnet-0123456789abcdef0", elbv2.create_load_balancer, **none)
    strange_group = {**wish, "SecurityGroups": ["sg-0123456789abcdef0"]}
    refused("InvalidConfigurationRequest", "security groups", elbv2.create_load_balancer, **strange_group)
    (web,) = elbv2.create_load_balancer(**wish)["LoadBalancers"]
    assert web["DNSName"].startswith("web-") and web["VpcId"] == vpc, web
    (again,) = elbv2.create_load_balancer(**{**wish, "Tags": [{"Key": "a", "Value": "2"}]})["LoadBalancers"]
    assert again["LoadBalancerArn"] == web["LoadBalancerArn"]
    (tags,) = elbv2.describe_tags(ResourceArns=[web["LoadBalancerArn"]])["TagDescriptions"]
    assert tags["Tags"] == [{"Key": "a", "Value": "1"}], tags
    other = {**wish, "Scheme": "internal"}
    refused("DuplicateLoadBalancerName", "different settings", elbv2.create_load_balancer, **other)
    (queue,) = elbv2.create_load_balancer(Name="queue", Type="network", Scheme="internal", Subnets=subnets[:1])[
        "LoadBalancers"
    ]
    assert queue["Type"] == "network" and queue.get("SecurityGroups", []) == [], queue
    web, queue = web["LoadBalancerArn"], queue["LoadBalancerArn"]
    until("the balancer", lambda: state(web) == "active")
    elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[web, queue])
    refused("DependencyViolation", "", ec2.delete_subnet, SubnetId=subnets[0])
    refused("DependencyViolation", "", ec2.delete_security_group, GroupId=group)
    refused(
        "DependencyViolation", "mapped public", ec2.detach_internet_gateway, VpcId=vpc, InternetGatewayId=gateway
    )
    return web, queue, gateway


def settings(web, queue, subnets, group, behind):
    attributes = elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=web,
        Attributes=[
            {"Key": "idle_timeout.timeout_seconds", "Value": "120"},
            {"Key": "deletion_protection.enabled", "Value": "true"},
        ],
    )["Attributes"]
    shown = elbv2.describe_load_balancer_attributes(LoadBalancerArn=web)["Attributes"]
    assert shown == attributes and {"Key": "idle_timeout.timeout_seconds", "Value": "120"} in shown, shown
    for key, value, words in (
        ("idle_timeout.timeout_seconds", "0", "between"),
        ("idle_timeout", "1", "not recognized"),
        ("deletion_protection.enabled", "yes", "'true' or 'false'"),
    ):
        wish = [{"Key": key, "Value": value}]
        refused("ValidationError", words, elbv2.modify_load_balancer_attributes, LoadBalancerArn=web, Attributes=wish)
    wish = [{"Key": "idle_timeout.timeout_seconds", "Value": "60"}]
    refused(
        "ValidationError", "not supported", elbv2.modify_load_balancer_attributes, LoadBalancerArn=queue, Attributes=wish
    )
    refused("OperationNotPermitted", "deletion protection", elbv2.delete_load_balancer, LoadBalancerArn=web)
    both = elbv2.set_security_groups(LoadBalancerArn=web, SecurityGroups=[group, behind])["SecurityGroupIds"]
    assert both == [group, behind]
    elbv2.set_security_groups(LoadBalancerArn=web, SecurityGroups=[group])
    refused(
        "InvalidConfigurationRequest", "without any", elbv2.set_security_groups, LoadBalancerArn=queue, SecurityGroups=[group]
    )
    zones = elbv2.set_subnets(LoadBalancerArn=queue, Subnets=subnets)["AvailabilityZones"]
    assert [zone["SubnetId"] for zone in zones] == subnets
    refused("ValidationError", "two different", elbv2.set_subnets, LoadBalancerArn=web, Subnets=subnets[1:])
    refused("InvalidSubnet", "IPv6", elbv2.set_ip_address_type, LoadBalancerArn=web, IpAddressType="dualstack")
    assert elbv2.set_ip_address_type(LoadBalancerArn=web, IpAddressType="ipv4")["IpAddressType"] == "ipv4"


def groups(vpc):
    wish = dict(Name="api", Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip", HealthCheckPath="/health")
    for missing, words in (("Port", "port"), ("Protocol", "protocol"), ("VpcId", "VPC ID")):
        less = {key: value for key, value in wish.items() if key != missing}
        refused("ValidationError", words, elbv2.create_target_group, **less)
    refused("ValidationError", "not found", elbv2.create_target_group, **{**wish, "VpcId": "vpc-0123456789abcdef0"})
    refused("ValidationError", "begin with", elbv2.create_target_group, **{**wish, "HealthCheckPath": "health"})
    (api,) = elbv2.create_target_group(**wish)["TargetGroups"]
    assert api["Matcher"] == {"HttpCode": "200"} and api["HealthCheckPort"] == "traffic-port", api
    (again,) = elbv2.create_target_group(**wish)["TargetGroups"]
    assert again["TargetGroupArn"] == api["TargetGroupArn"]
    other = {**wish, "Port": 8081}
    refused("DuplicateTargetGroupName", "different settings", elbv2.create_target_group, **other)
    api = api["TargetGroupArn"]
    slow = dict(HealthCheckIntervalSeconds=10, HealthCheckTimeoutSeconds=10)
    refused("ValidationError", "greater than the timeout", elbv2.modify_target_group, TargetGroupArn=api, **slow)
    (api_now,) = elbv2.modify_target_group(TargetGroupArn=api, Matcher={"HttpCode": "200-299"})["TargetGroups"]
    assert api_now["Matcher"]["HttpCode"] == "200-299", api_now
    attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
    elbv2.modify_target_group_attributes(TargetGroupArn=api, Attributes=attributes)
    assert attributes[0] in elbv2.describe_target_group_attributes(TargetGroupArn=api)["Attributes"]
    wish = dict(Protocol="TCP", Port=5000, VpcId=vpc, TargetType="ip")
    (work,) = elbv2.create_target_group(Name="work", **wish)["TargetGroups"]
    assert work["HealthCheckProtocol"] == "TCP" and "Matcher" not in work, work
    refused("TargetGroupNotFound", "", elbv2.describe_target_groups, Names=["none"])
    assert len(elbv2.describe_target_groups(Names=["api", "work"])["TargetGroups"]) == 2
    return api, work["TargetGroupArn"]


def forward(arn):
    return [{"Type": "forward", "TargetGroupArn": arn}]


TO_HTTPS = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}


def certificates():
    wish = [{"domain": "*.example.org", "region": REGION}, {"domain": "www.example.org", "region": REGION}]
    wish.append({"domain": "late.example.org", "region": REGION, "status": "PENDING_VALIDATION"})
    issued, second, pending = control("plant", {"certificates": wish})["made"]
    assert acm.describe_certificate(CertificateArn=issued)["Certificate"]["Status"] == "ISSUED"
    shown = acm.list_certificates(CertificateStatuses=["PENDING_VALIDATION"])["CertificateSummaryList"]
    assert pending in [one["CertificateArn"] for one in shown], shown
    refused("ResourceNotFoundException", "", acm.describe_certificate, CertificateArn=issued[:-1] + "x")
    return issued, second, pending


def listeners(web, queue, api, work):
    issued, second, pending = certificates()
    create = elbv2.create_listener
    (plain,) = create(LoadBalancerArn=web, Protocol="HTTP", Port=80, DefaultActions=[TO_HTTPS])["Listeners"]
    at_80 = dict(LoadBalancerArn=web, Protocol="HTTP", Port=80, DefaultActions=forward(api))
    refused("DuplicateListener", "already exists on this port", create, **at_80)
    secure = dict(LoadBalancerArn=web, Protocol="HTTPS", Port=443, DefaultActions=forward(api))
    refused("ValidationError", "certificate must be specified", create, **secure)
    missing = [{"CertificateArn": issued[:-1] + "x"}]
    refused("CertificateNotFound", "not found", create, **secure, Certificates=missing)
    refused("UnsupportedCertificate", "", create, **secure, Certificates=[{"CertificateArn": pending}])
    own = [{"CertificateArn": issued}]
    refused("SSLPolicyNotFound", "", create, **secure, Certificates=own, SslPolicy="ELBSecurityPolicy-None")
    (front,) = create(**secure, Certificates=own, Tags=[{"Key": "a", "Value": "1"}])["Listeners"]
    assert front["SslPolicy"] == "ELBSecurityPolicy-2016-08" and front["Certificates"] == own, front
    assert acm.describe_certificate(CertificateArn=issued)["Certificate"]["InUseBy"] == [web]
    of_tcp = dict(LoadBalancerArn=queue, Protocol="HTTP", Port=80, DefaultActions=forward(work))
    refused("ValidationError", "must be one of 'TLS, TCP, TCP_UDP, UDP'", create, **of_tcp)
    wrong = dict(LoadBalancerArn=queue, Protocol="TCP", Port=5000, DefaultActions=forward(api))
    refused("IncompatibleProtocols", "incompatible protocols", create, **wrong)
    wrong["DefaultActions"] = [TO_HTTPS]
    refused("InvalidLoadBalancerAction", "redirect", create, **wrong)
    (inner,) = create(LoadBalancerArn=queue, Protocol="TCP", Port=5000, DefaultActions=forward(work))["Listeners"]
    shown = elbv2.describe_listeners(LoadBalancerArn=web)["Listeners"]
    assert sorted(one["Port"] for one in shown) == [80, 443], shown
    refused("ResourceInUse", "currently in use", elbv2.delete_target_group, TargetGroupArn=api)
    (api_now,) = elbv2.describe_target_groups(TargetGroupArns=[api])["TargetGroups"]
    assert api_now["LoadBalancerArns"] == [web], api_now
    more = [{"CertificateArn": second}]
    elbv2.add_listener_certificates(ListenerArn=front["ListenerArn"], Certificates=more)
    shown = elbv2.describe_listener_certificates(ListenerArn=front["ListenerArn"])["Certificates"]
    assert [one["IsDefault"] for one in shown] == [True, False], shown
    refused(
        "OperationNotPermitted",
        "default certificate",
        elbv2.remove_listener_certificates,
        ListenerArn=front["ListenerArn"],
        Certificates=own,
    )
    elbv2.remove_listener_certificates(ListenerArn=front["ListenerArn"], Certificates=more)
    policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    (front,) = elbv2.modify_listener(ListenerArn=front["ListenerArn"], SslPolicy=policy)["Listeners"]
    assert front["SslPolicy"] == policy and front["DefaultActions"][0]["TargetGroupArn"] == api, front
    attributes = elbv2.describe_listener_attributes(ListenerArn=inner["ListenerArn"])["Attributes"]
    assert attributes == [{"Key": "tcp.idle_timeout.seconds", "Value": "350"}], attributes
    return plain["ListenerArn"], front["ListenerArn"]


def rules(front, api, work):
    paths = [{"Field": "path-pattern", "Values": ["/api/*"]}]
    wish = dict(ListenerArn=front, Priority=10, Conditions=paths, Actions=forward(api))
    (first,) = elbv2.create_rule(**wish)["Rules"]
    assert first["Priority"] == "10" and first["Conditions"][0]["PathPatternConfig"]["Values"] == ["/api/*"], first
    refused("PriorityInUse", "'10'", elbv2.create_rule, **wish)
    many = [{"Field": "host-header", "HostHeaderConfig": {"Values": [f"{n}.example.org" for n in range(6)]}}]
    refused("ValidationError", "'5' condition values", elbv2.create_rule, **{**wish, "Priority": 11, "Conditions": many})
    refused("ValidationError", "50000", elbv2.create_rule, **{**wish, "Priority": 50001})
    strange_field = [{"Field": "colour", "Values": ["red"]}]
    refused("ValidationError", "colour", elbv2.create_rule, **{**wish, "Priority": 11, "Conditions": strange_field})
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}]
    hosts = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["old.example.org"]}}]
    (second,) = elbv2.create_rule(ListenerArn=front, Priority=20, Conditions=hosts, Actions=fixed)["Rules"]
    weighted = {"TargetGroups": [{"TargetGroupArn": api, "Weight": 9}]}
    (first,) = elbv2.modify_rule(
        RuleArn=first["RuleArn"], Actions=[{"Type": "forward", "ForwardConfig": weighted}]
    )["Rules"]
    assert first["Actions"][0]["ForwardConfig"]["TargetGroups"][0]["Weight"] == 9, first
    incompatible = dict(RuleArn=first["RuleArn"], Actions=forward(work))
    refused("IncompatibleProtocols", "", elbv2.modify_rule, **incompatible)
    pairs = [{"RuleArn": first["RuleArn"], "Priority": 20}, {"RuleArn": second["RuleArn"], "Priority": 10}]
    elbv2.set_rule_priorities(RulePriorities=pairs)
    shown = elbv2.describe_rules(ListenerArn=front)["Rules"]
    assert [rule["Priority"] for rule in shown] == ["10", "20", "default"], shown
    assert shown[0]["RuleArn"] == second["RuleArn"] and shown[2]["IsDefault"], shown
    refused("OperationNotPermitted", "", elbv2.delete_rule, RuleArn=shown[2]["RuleArn"])
    elbv2.add_tags(ResourceArns=[first["RuleArn"]], Tags=[{"Key": "b", "Value": "2"}])
    (tags,) = elbv2.describe_tags(ResourceArns=[first["RuleArn"]])["TagDescriptions"]
    assert tags["Tags"] == [{"Key": "b", "Value": "2"}], tags
    elbv2.remove_tags(ResourceArns=[first["RuleArn"]], TagKeys=["b", "c"])
    refused("ValidationError", "20", elbv2.describe_tags, ResourceArns=[first["RuleArn"]] * 21)
    elbv2.delete_rule(RuleArn=second["RuleArn"])
    refused("RuleNotFound", "", elbv2.delete_rule, RuleArn=second["RuleArn"])


def health(group):
    rows = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return [(row["TargetHealth"]["State"], row["TargetHealth"].get("Reason", "")) for row in rows]


def targets(api):
    """An address at which nothing is: it is registered, checked, found dead, and let go."""
    target = [{"Id": "10.7.0.200", "Port": 8080}]
    refused("ValidationError", "outside", elbv2.register_targets, TargetGroupArn=api, Targets=[{"Id": "8.8.8.8"}])
    refused("ValidationError", "valid IPv4", elbv2.register_targets, TargetGroupArn=api, Targets=[{"Id": "i-1"}])
    elbv2.register_targets(TargetGroupArn=api, Targets=target)
    until("the verdict", lambda: health(api) == [("unhealthy", "Target.Timeout")])
    elbv2.deregister_targets(TargetGroupArn=api, Targets=target)
    until("the end", lambda: health(api) == [])
    rows = elbv2.describe_target_health(TargetGroupArn=api, Targets=target)["TargetHealthDescriptions"]
    assert rows[0]["TargetHealth"]["Reason"] == "Target.NotRegistered", rows


def shown_group(name):
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return found[0] if found else None


def serving(name):
    return [one for one in shown_group(name)["Instances"] if one["LifecycleState"] == "InService"]


def pool(vpc, subnets, web, front, group, behind):
    """Instances behind a balancer, of a pool that is scaled, renewed and deleted."""
    ec2.authorize_security_group_ingress(
        GroupId=behind,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": group}]}
        ],
    )
    (nodes,) = elbv2.create_target_group(Name="nodes", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"]
    nodes = nodes["TargetGroupArn"]
    data = {"ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.small", "SecurityGroupIds": [behind]}
    template = ec2.create_launch_template(LaunchTemplateName="pool", LaunchTemplateData=data)
    template = template["LaunchTemplate"]["LaunchTemplateId"]
    wish = dict(
        AutoScalingGroupName="pool",
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
        MinSize=1,
        MaxSize=3,
        DesiredCapacity=2,
        VPCZoneIdentifier=",".join(subnets),
        TargetGroupARNs=[nodes],
        Tags=[{"Key": "Name", "Value": "pool", "PropagateAtLaunch": True}],
    )
    create = scaling.create_auto_scaling_group
    strange_template = {**wish, "LaunchTemplate": {"LaunchTemplateId": "lt-0123456789abcdef0"}}
    refused("ValidationError", "fully-formed launch template", create, **strange_template)
    refused("ValidationError", "does not exist", create, **{**wish, "VPCZoneIdentifier": "subnet-0123456789abcdef0"})
    refused("ValidationError", "between the specified", create, **{**wish, "DesiredCapacity": 4})
    refused("ValidationError", "Target Groups", create, **{**wish, "TargetGroupARNs": [nodes + "0"]})
    without = {key: value for key, value in wish.items() if key != "LaunchTemplate"}
    refused("ValidationError", "Valid requests must contain", create, **without)
    create(**wish)
    refused("AlreadyExists", "already exists", create, **wish)
    until("the pool", lambda: len(serving("pool")) == 2)
    assert {one["AvailabilityZone"] for one in serving("pool")} == {f"{REGION}a", f"{REGION}b"}
    assert shown_group("pool")["ServiceLinkedRoleARN"].endswith("AWSServiceRoleForAutoScaling")
    ids = [one["InstanceId"] for one in serving("pool")]
    for reservation in ec2.describe_instances(InstanceIds=ids)["Reservations"]:
        tags = {tag["Key"]: tag["Value"] for tag in reservation["Instances"][0]["Tags"]}
        assert tags["Name"] == "pool" and tags["aws:autoscaling:groupName"] == "pool", tags
    assert health(nodes) == [("unused", "Target.NotInUse")] * 2, health(nodes)
    paths = [{"Field": "path-pattern", "Values": ["/nodes/*"]}]
    elbv2.create_rule(ListenerArn=front, Priority=30, Conditions=paths, Actions=forward(nodes))
    until("health", lambda: [state for state, _ in health(nodes)] == ["healthy"] * 2)
    tags_of_pool()
    renew(template, ids)
    shrink()
    end_pool(subnets)
    ec2.delete_launch_template(LaunchTemplateId=template)
    return nodes


def tags_of_pool():
    tag = dict(ResourceId="pool", ResourceType="auto-scaling-group", Key="team", Value="a", PropagateAtLaunch=False)
    scaling.create_or_update_tags(Tags=[tag])
    named = [{"Name": "auto-scaling-group", "Values": ["pool"]}, {"Name": "key", "Values": ["team"]}]
    assert scaling.describe_tags(Filters=named)["Tags"] == [tag]
    by_tag = scaling.describe_auto_scaling_groups(Filters=[{"Name": "tag:team", "Values": ["a"]}])["AutoScalingGroups"]
    assert [group["AutoScalingGroupName"] for group in by_tag] == ["pool"]
    scaling.delete_tags(Tags=[{key: tag[key] for key in ("ResourceId", "ResourceType", "Key")}])
    assert scaling.describe_tags(Filters=named)["Tags"] == []
    refused("ValidationError", "not found", scaling.create_or_update_tags, Tags=[{**tag, "ResourceId": "none"}])


def renew(template, before):
    """A new version of the template, rolled out."""
    new = {"InstanceType": "t3.medium"}
    ec2.create_launch_template_version(LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData=new)
    refresh = dict(AutoScalingGroupName="pool", Preferences={"MinHealthyPercentage": 50, "SkipMatching": True})
    id = scaling.start_instance_refresh(**refresh)["InstanceRefreshId"]
    refused("InstanceRefreshInProgress", "already in progress", scaling.start_instance_refresh, **refresh)

    def status():
        shown = scaling.describe_instance_refreshes(AutoScalingGroupName="pool", InstanceRefreshIds=[id])
        return shown["InstanceRefreshes"][0]["Status"]

    until("the refresh", lambda: status() == "Successful")
    assert {one["InstanceType"] for one in serving("pool")} == {"t3.medium"}
    assert not {one["InstanceId"] for one in serving("pool")} & set(before)
    refused("ActiveInstanceRefreshNotFound", "", scaling.cancel_instance_refresh, AutoScalingGroupName="pool")


def shrink():
    """Scaling in passes by what is protected."""
    ids = [one["InstanceId"] for one in serving("pool")]
    protect = dict(AutoScalingGroupName="pool", ProtectedFromScaleIn=True)
    refused("ValidationError", "not part of", scaling.set_instance_protection, InstanceIds=["i-0"], **protect)
    scaling.set_instance_protection(InstanceIds=ids[:1], **protect)
    desire = dict(AutoScalingGroupName="pool", DesiredCapacity=9)
    refused("ValidationError", "above max value 3", scaling.set_desired_capacity, **desire)
    scaling.set_desired_capacity(AutoScalingGroupName="pool", DesiredCapacity=1)
    until("the smaller pool", lambda: [one["InstanceId"] for one in shown_group("pool")["Instances"]] == ids[:1])
    done = scaling.describe_scaling_activities(AutoScalingGroupName="pool")["Activities"]
    assert done[0]["Description"].startswith("Terminating EC2 instance") and done[0]["Progress"] == 100, done[0]


def end_pool(subnets):
    name = dict(AutoScalingGroupName="pool")
    refused("ResourceInUse", "still in the group", scaling.delete_auto_scaling_group, **name)
    refused("DependencyViolation", "", ec2.delete_subnet, SubnetId=subnets[0])
    scaling.delete_auto_scaling_group(ForceDelete=True, **name)
    assert shown_group("pool")["Status"] == "Delete in progress"
    refused("ValidationError", "pending delete", scaling.update_auto_scaling_group, MaxSize=5, **name)
    until("the end of the pool", lambda: shown_group("pool") is None)
    refused("ValidationError", "name not found", scaling.delete_auto_scaling_group, **name)


WHICH = {"ServiceNamespace": "ecs", "ResourceId": "service/scaled/web", "ScalableDimension": "ecs:service:DesiredCount"}


def tracking(metric, label=None):
    specification = {"PredefinedMetricType": metric}
    if label:
        specification["ResourceLabel"] = label
    return dict(
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 60.0, "PredefinedMetricSpecification": specification},
        **WHICH,
    )


def service(subnets):
    """A service of ECS to scale, where the sandbox has ECS; tells whether there is one."""
    try:
        ecs.create_cluster(clusterName="scaled")
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 501, error
        return False
    container = {"name": "web", "image": "public.ecr.aws/nginx/nginx:1.27", "portMappings": [{"containerPort": 80}]}
    definition = ecs.register_task_definition(
        family="scaled",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )["taskDefinition"]["taskDefinitionArn"]
    for attempt in range(60):
        try:
            ecs.create_service(
                cluster="scaled",
                serviceName="web",
                taskDefinition=definition,
                desiredCount=0,
                launchType="FARGATE",
                networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
            )
            return definition
        except ClientError as error:
            # The role that the cluster brought along is not known everywhere at once.
            if "service linked role" not in str(error):
                raise
            time.sleep(0.5)
    raise AssertionError("the service linked role never came")


def scaled(subnets, web, api):
    """A scalable target of a service, and its policies."""
    register, put = applications.register_scalable_target, applications.put_scaling_policy
    cpu = tracking("ECSServiceAverageCPUUtilization")
    refused("ObjectNotFoundException", "No scalable target registered", put, PolicyName="cpu", **cpu)
    refused("ObjectNotFoundException", "No scalable target found", applications.deregister_scalable_target, **WHICH)
    refused("ValidationException", "doesn't exist", register, MinCapacity=1, MaxCapacity=4, **WHICH)
    other = {**WHICH, "ScalableDimension": "ecs:service:Colour"}
    refused("ValidationException", "Unsupported", register, MinCapacity=1, MaxCapacity=4, **other)
    assert applications.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
    definition = service(subnets)
    if not definition:
        return
    refused("ValidationException", "MaxCapacity", register, MinCapacity=1, **WHICH)
    refused("ValidationException", "cannot be less", register, MinCapacity=4, MaxCapacity=1, **WHICH)
    arn = register(MinCapacity=1, MaxCapacity=4, Tags={"a": "1"}, **WHICH)["ScalableTargetARN"]
    refused("ValidationException", "TagResource", register, Tags={"a": "2"}, **WHICH)
    assert register(MaxCapacity=6, **WHICH)["ScalableTargetARN"] == arn
    (target,) = applications.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 6), target
    applications.tag_resource(ResourceARN=arn, Tags={"b": "2"})
    applications.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert applications.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2"}
    made = put(PolicyName="cpu", **cpu)
    assert len(made["Alarms"]) == 2 and made["PolicyARN"].endswith("policyName/cpu"), made
    refused("ValidationException", "Only one", put, PolicyName="more", **cpu)
    requests = "ALBRequestCountPerTarget"
    refused("ValidationException", "ResourceLabel", put, PolicyName="requests", **tracking(requests))
    label = f"{web.split(':loadbalancer/')[1]}/{api.split(':')[-1]}"
    put(PolicyName="requests", **tracking(requests, label))
    shown = applications.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=WHICH["ResourceId"])
    assert [one["PolicyName"] for one in shown["ScalingPolicies"]] == ["cpu", "requests"], shown
    applications.delete_scaling_policy(PolicyName="cpu", **WHICH)
    refused("ObjectNotFoundException", "", applications.delete_scaling_policy, PolicyName="cpu", **WHICH)
    applications.deregister_scalable_target(**WHICH)
    assert applications.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []
    ecs.delete_service(cluster="scaled", service="web", force=True)
    ecs.deregister_task_definition(taskDefinition=definition)
    ecs.delete_task_definitions(taskDefinitions=[definition])

    def cluster_gone():
        try:
            ecs.delete_cluster(cluster="scaled")
        except ClientError:
            return False
        return True

    until("the end of the cluster", cluster_gone)


def end(vpc, subnets, web, queue, gateway, plain, target_groups, security_groups):
    off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=web, Attributes=off)
    elbv2.delete_listener(ListenerArn=plain)
    refused("ListenerNotFound", "", elbv2.delete_listener, ListenerArn=plain)
    for arn in (web, queue, web):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    refused("LoadBalancerNotFound", "", elbv2.describe_load_balancers, Names=["web"])
    for arn in target_groups:
        elbv2.delete_target_group(TargetGroupArn=arn)
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    until("the last interface", lambda: not ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"])
    ec2.detach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    for id in subnets:
        ec2.delete_subnet(SubnetId=id)
    for id in security_groups:
        ec2.delete_security_group(GroupId=id)
    ec2.delete_vpc(VpcId=vpc)


def main():
    vpc, subnets, group, behind = network()
    web, queue, gateway = balancers(vpc, subnets, group)
    settings(web, queue, subnets, group, behind)
    api, work = groups(vpc)
    plain, front = listeners(web, queue, api, work)
    rules(front, api, work)
    targets(api)
    nodes = pool(vpc, subnets, web, front, group, behind)
    scaled(subnets, web, api)
    end(vpc, subnets, web, queue, gateway, plain, (api, work, nodes), (behind, group))
    assert not problems, problems
    print("lived")


main()

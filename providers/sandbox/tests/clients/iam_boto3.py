"""boto3 makes roles and identity providers on the sandbox, takes a role, breaks the rules and removes everything.

usage: iam_boto3.py URL OPERATIONS.json
"""

import json
import sys
import time
from datetime import datetime, timezone

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

import shapes

URL, OPERATIONS = sys.argv[1], sys.argv[2]
PROBLEMS = []
ACCOUNT = "111122223333"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
EKS = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"

session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="x", region_name="eu-west-1")


def client(service, of=session):
    # The script sends bad values on purpose, so botocore must not check them first.
    settings = Config(retries={"max_attempts": 1}, parameter_validation=False)
    made = of.client(service, endpoint_url=URL, config=settings)
    made.meta.events.register(
        f"before-parse.{service}.*", lambda **given: shapes.check_query_answer(problems=PROBLEMS, **given)
    )
    return made


iam, sts = client("iam"), client("sts")


def refused(code, status, text, function, **arguments):
    try:
        function(**arguments)
    except ClientError as error:
        found, metadata = error.response["Error"], error.response["ResponseMetadata"]
        assert found["Code"] == code, f"{function.__name__}: {found}, not {code}"
        assert text in found["Message"], f"{function.__name__}: {found['Message']}"
        assert metadata["HTTPStatusCode"] == status and found["Type"] == "Sender", error.response
        assert metadata["RequestId"], "a refusal without request id"
        return
    raise AssertionError(f"{function.__name__} was not refused")


def trust(principal, action="sts:AssumeRole", **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def pairs(rows):
    return {row["Key"]: row["Value"] for row in rows}


def check_operations():
    """Every operation and parameter of the sandbox's list is in botocore's model."""
    for service in ("iam", "sts"):
        model = botocore.session.get_session().get_service_model(service)
        for operation in json.load(open(OPERATIONS)):
            # Google has a service of that name as well; its operations have paths of dots.
            if operation["service"] == service and "." not in operation["name"]:
                shape = model.operation_model(operation["name"]).input_shape
                known = shapes.query_parameters(shape) if shape else []
                strange = [name for name in operation["accepts"] if name not in known]
                PROBLEMS.extend(f"{operation['name']} takes {name}" for name in strange)


def roles():
    document = trust({"Service": "eks.amazonaws.com"}, ["sts:AssumeRole", "sts:TagSession"])
    made = iam.create_role(
        RoleName="shop-main", Path="/provision/shop/", AssumeRolePolicyDocument=document, Description="a cluster's",
        Tags=tags(provision_stack="shop", Name="é/=+ @"),
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/provision/shop/shop-main"
    assert made["RoleId"].startswith("AROA") and len(made["RoleId"]) == 21 and made["RoleId"].isalnum()
    assert made["AssumeRolePolicyDocument"] == json.loads(document) and "MaxSessionDuration" not in made
    role = iam.get_role(RoleName="shop-main")["Role"]
    assert role["MaxSessionDuration"] == 3600 and role["RoleLastUsed"] == {} and role["Description"] == "a cluster's"
    assert pairs(role["Tags"]) == {"provision_stack": "shop", "Name": "é/=+ @"}
    assert abs((datetime.now(timezone.utc) - role["CreateDate"]).total_seconds()) < 600
    for number in range(5):
        iam.create_role(RoleName=f"other-{number}", AssumeRolePolicyDocument=document)
    pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2})
    listed = [role for page in pages for role in page["Roles"]]
    assert [role["RoleName"] for role in listed] == [f"other-{n}" for n in range(5)] + ["shop-main"]
    assert all("Tags" not in role for role in listed), "lists show no tags"
    below = iam.list_roles(PathPrefix="/provision/shop/")
    assert [role["RoleName"] for role in below["Roles"]] == ["shop-main"] and not below["IsTruncated"]
    iam.update_role(RoleName="shop-main", MaxSessionDuration=7200)
    assert iam.get_role(RoleName="shop-main")["Role"]["MaxSessionDuration"] == 7200
    iam.tag_role(RoleName="shop-main", Tags=tags(name="n", extra="1"))
    iam.untag_role(RoleName="shop-main", TagKeys=["EXTRA"])
    assert pairs(iam.list_role_tags(RoleName="shop-main")["Tags"]) == {"provision_stack": "shop", "name": "n"}
    for number in range(5):
        iam.delete_role(RoleName=f"other-{number}")
    assert iam.list_instance_profiles_for_role(RoleName="shop-main")["InstanceProfiles"] == []


def policies():
    iam.attach_role_policy(RoleName="shop-main", PolicyArn=EKS)
    iam.attach_role_policy(RoleName="shop-main", PolicyArn=EKS)
    listed = iam.list_attached_role_policies(RoleName="shop-main")["AttachedPolicies"]
    assert listed == [{"PolicyName": "AmazonEKSClusterPolicy", "PolicyArn": EKS}], listed
    policy = iam.get_policy(PolicyArn=EKS)["Policy"]
    assert policy["AttachmentCount"] == 1 and policy["Path"] == "/" and policy["DefaultVersionId"].startswith("v")
    csi = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy")["Policy"]
    assert csi["Path"] == "/service-role/" and csi["PolicyName"] == "AmazonEBSCSIDriverPolicy"
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Sid": "a"},
    }
    iam.put_role_policy(RoleName="shop-main", PolicyName="provision-logs", PolicyDocument=json.dumps(document, indent=1))
    iam.put_role_policy(RoleName="shop-main", PolicyName="provision-logs", PolicyDocument=json.dumps(document, indent=2))
    assert iam.list_role_policies(RoleName="shop-main")["PolicyNames"] == ["provision-logs"]
    read = iam.get_role_policy(RoleName="shop-main", PolicyName="provision-logs")
    assert read["PolicyDocument"] == document and read["RoleName"] == "shop-main"
    none = "arn:aws:iam::aws:policy/AmazonEKSClusterPolice"
    refused("NoSuchEntity", 404, "not attachable", iam.attach_role_policy, RoleName="shop-main", PolicyArn=none)
    refused("NoSuchEntity", 404, none, iam.get_policy, PolicyArn=none)
    refused("NoSuchEntity", 404, "not found", iam.detach_role_policy, RoleName="shop-main",
            PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    refused("ValidationError", 400, "Invalid ARN", iam.attach_role_policy, RoleName="shop-main", PolicyArn="longer_name_than_20")
    refused("PolicyNotAttachable", 400, "Service Role Policy", iam.attach_role_policy, RoleName="shop-main",
            PolicyArn="arn:aws:iam::aws:policy/aws-service-role/AmazonEKSServiceRolePolicy")
    refused("NoSuchEntity", 404, "role policy", iam.get_role_policy, RoleName="shop-main", PolicyName="x")
    refused("DeleteConflict", 409, "detach all policies", iam.delete_role, RoleName="shop-main")


def documents():
    malformed = ("MalformedPolicyDocument", 400)

    def bad(text, document):
        refused(*malformed, text, iam.create_role, RoleName="bad", AssumeRolePolicyDocument=document)

    bad("invalid Json", "{")
    bad("Syntax errors", "{}")
    bad("Missing required field Principal", json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}))
    bad("prohibited field Resource", trust({"Service": "eks.amazonaws.com"}, Resource="*"))
    bad("STS AssumeRole", trust({"Service": "eks.amazonaws.com"}, "s3:GetObject"))
    bad("Invalid principal", trust({"Service": "eks"}))
    absent = f"arn:aws:iam::{ACCOUNT}:role/absent"
    bad(f'Invalid principal in policy: "AWS":"{absent}"', trust({"AWS": absent}))
    bad("Federated principals", trust({"Federated": "x"}, "sts:AssumeRoleWithWebIdentity"))
    refused("LimitExceeded", 409, "ACLSizePerRole: 2048", iam.create_role, RoleName="bad",
            AssumeRolePolicyDocument=trust({"AWS": ["arn:aws:iam::%012d:root" % n for n in range(80)]}))

    def inline(text, **statement):
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        refused(*malformed, text, iam.put_role_policy, RoleName="shop-main", PolicyName="p", PolicyDocument=document)

    inline("contain actions", Effect="Allow", Resource="*")
    inline("contain resources", Effect="Allow", Action="s3:*")
    inline("vendor", Effect="Allow", Action="GetObject", Resource="*")
    inline("ARN format", Effect="Allow", Action="s3:*", Resource="bucket")
    inline("principal", Effect="Allow", Action="s3:*", Resource="*", Principal="*")
    iam.update_assume_role_policy(RoleName="shop-main", PolicyDocument=trust(
        {"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity",
        Condition={"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}},
    ))
    principal = iam.get_role(RoleName="shop-main")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    assert principal == {"Federated": PROVIDER}


def names():
    document = trust({"Service": "eks.amazonaws.com"})
    create = {"function": iam.create_role, "AssumeRolePolicyDocument": document}
    refused("EntityAlreadyExists", 409, "Role with name shop-main already exists.", RoleName="shop-main", **create)
    refused("EntityAlreadyExists", 409, "already exists", RoleName="SHOP-MAIN", **create)
    refused("ValidationError", 400, "roleName", RoleName="a b", **create)
    refused("ValidationError", 400, "64", RoleName="a" * 65, **create)
    refused("ValidationError", 400, "path", RoleName="a", Path="/a", **create)
    refused("ValidationError", 400, "tags.1.member.value", RoleName="a", Tags=tags(k="a;b"), **create)
    refused("InvalidInput", 400, "Duplicate tag keys", RoleName="a", Tags=tags(k="1", K="2"), **create)
    refused("ValidationError", 400, "3600", RoleName="a", MaxSessionDuration=60, **create)
    refused("NoSuchEntity", 404, "The role with name a cannot be found.", iam.get_role, RoleName="a")
    refused("NoSuchEntity", 404, "cannot be found", iam.delete_role, RoleName="a")
    refused("ValidationError", 400, "Marker", iam.list_roles, Marker="nonsense")
    refused("UnknownParameter", 400, "SerialNumber", sts.assume_role, SerialNumber="1" * 9, RoleArn="a", RoleSessionName="a")
    refused("ValidationError", 400, "not a service", iam.create_service_linked_role, AWSServiceName="x.amazonaws.com")


def providers():
    arguments = {"Url": "https://" + ISSUER, "ClientIDList": ["sts.amazonaws.com"], "Tags": tags(provision_stack="shop")}
    made = iam.create_open_id_connect_provider(**arguments)
    assert made["OpenIDConnectProviderArn"] == PROVIDER and pairs(made["Tags"]) == {"provision_stack": "shop"}
    refused("EntityAlreadyExists", 409, "already exists", iam.create_open_id_connect_provider, **arguments)
    read = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    assert read["Url"] == ISSUER and read["ClientIDList"] == ["sts.amazonaws.com"] and read["ThumbprintList"] == []
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [{"Arn": PROVIDER}]
    of = {"OpenIDConnectProviderArn": PROVIDER}
    iam.add_client_id_to_open_id_connect_provider(ClientID="other", **of)
    iam.remove_client_id_from_open_id_connect_provider(ClientID="sts.amazonaws.com", **of)
    iam.update_open_id_connect_provider_thumbprint(ThumbprintList=["9e" * 20], **of)
    iam.tag_open_id_connect_provider(Tags=tags(a="1"), **of)
    iam.untag_open_id_connect_provider(TagKeys=["provision_stack"], **of)
    read = iam.get_open_id_connect_provider(**of)
    assert read["ClientIDList"] == ["other"] and read["ThumbprintList"] == ["9e" * 20]
    assert pairs(read["Tags"]) == {"a": "1"} == pairs(iam.list_open_id_connect_provider_tags(**of)["Tags"])
    refused("ValidationError", 400, "URL", iam.create_open_id_connect_provider, Url="http://example.com")
    refused("ValidationError", 400, "URL", iam.create_open_id_connect_provider, Url="https://example.com:8443")
    refused("ValidationError", 400, "40", iam.update_open_id_connect_provider_thumbprint, ThumbprintList=["9e"], **of)
    iam.delete_open_id_connect_provider(**of)
    refused("NoSuchEntity", 404, PROVIDER, iam.get_open_id_connect_provider, **of)
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


def sessions():
    me = sts.get_caller_identity()
    assert me["Account"] == ACCOUNT and me["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/sandbox", me
    arn = f"arn:aws:iam::{ACCOUNT}:role/provision/shop/shop-main"
    take = {"RoleArn": arn, "RoleSessionName": "run"}
    refused("AccessDenied", 403, arn, sts.assume_role, **take)
    condition = {"StringEquals": {"sts:ExternalId": "secret"}}
    iam.update_assume_role_policy(
        RoleName="shop-main",
        PolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Condition=condition),
    )
    time.sleep(0.3)
    refused("AccessDenied", 403, arn, sts.assume_role, **take)
    given = sts.assume_role(ExternalId="secret", DurationSeconds=7200, **take)
    keys = given["Credentials"]
    assert keys["AccessKeyId"].startswith("ASIA") and len(keys["SecretAccessKey"]) == 40
    as_role = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"], region_name="eu-west-1",
    )
    me = client("sts", as_role).get_caller_identity()
    assert me["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/shop-main/run" == given["AssumedRoleUser"]["Arn"]
    assert me["Account"] == ACCOUNT and me["UserId"] == given["AssumedRoleUser"]["AssumedRoleId"]
    assert client("iam", as_role).get_role(RoleName="shop-main")["Role"]["Arn"] == arn
    refused("ValidationError", 400, "roleSessionName", sts.assume_role, RoleArn=arn, RoleSessionName="a:b")
    refused("ValidationError", 400, "nothing-valid-in-here is invalid", sts.assume_role,
            RoleArn="nothing-valid-in-here", RoleSessionName="run")
    refused("ValidationError", 400, "MaxSessionDuration", sts.assume_role, ExternalId="secret", DurationSeconds=7201, **take)


def take_down():
    iam.detach_role_policy(RoleName="shop-main", PolicyArn=EKS)
    refused("DeleteConflict", 409, "delete policies first", iam.delete_role, RoleName="shop-main")
    iam.delete_role_policy(RoleName="shop-main", PolicyName="provision-logs")
    iam.delete_role(RoleName="shop-main")
    assert iam.list_roles()["Roles"] == []


check_operations()
roles()
policies()
documents()
names()
providers()
sessions()
take_down()
assert not PROBLEMS, "\n".join(sorted(set(PROBLEMS)))
print("ok")

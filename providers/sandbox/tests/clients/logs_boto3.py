"""boto3 makes log groups on the sandbox, reads them, breaks their rules and removes them.

usage: logs_boto3.py URL OPERATIONS.json
"""

import json
import sys
import time

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

import shapes

URL, OPERATIONS = sys.argv[1], sys.argv[2]
PROBLEMS = []
CLAIM = "/provision/shop/claim"
ARN = "arn:aws:logs:eu-west-1:111122223333:log-group:"

session = boto3.Session(aws_access_key_id="111122223333", aws_secret_access_key="x", region_name="eu-west-1")
# The script sends bad values on purpose, so botocore must not check them first.
settings = Config(retries={"max_attempts": 1}, parameter_validation=False)
logs = session.client("logs", endpoint_url=URL, config=settings)
logs.meta.events.register("before-parse.logs.*", lambda **given: shapes.check_json_answer(problems=PROBLEMS, **given))


def refused(code, text, function, **arguments):
    try:
        function(**arguments)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, f"{function.__name__}: {found}, not {code}"
        assert text in found["Message"], found
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error.response
        assert error.response["ResponseMetadata"]["RequestId"], "a refusal without request id"
        return error.response
    raise AssertionError(f"{function.__name__} was not refused")


def names(**arguments):
    pages = logs.get_paginator("describe_log_groups").paginate(**arguments)
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def check_operations():
    """Every operation and member of the sandbox's list is in botocore's model."""
    model = botocore.session.get_session().get_service_model("logs")
    for operation in json.load(open(OPERATIONS)):
        if operation["service"] == "logs":
            known = model.operation_model(operation["name"]).input_shape.members
            strange = [name for name in operation["accepts"] if name not in known]
            PROBLEMS.extend(f"{operation['name']} takes {name}" for name in strange)


def build():
    logs.create_log_group(logGroupName=CLAIM, tags={"provision-stack": "shop"})
    refused("ResourceAlreadyExistsException", "already exists", logs.create_log_group, logGroupName=CLAIM)
    for number in range(7):
        logs.create_log_group(logGroupName=f"/aws/eks/shop-{number}/cluster")
    group = logs.describe_log_groups(logGroupNamePrefix=CLAIM)["logGroups"][0]
    assert group["logGroupName"] == CLAIM and group["logGroupArn"] == ARN + CLAIM and group["arn"] == ARN + CLAIM + ":*"
    assert "retentionInDays" not in group and group["storedBytes"] == 0 and group["logGroupClass"] == "STANDARD"
    assert abs(group["creationTime"] / 1000 - time.time()) < 600
    assert names(logGroupNamePrefix="/aws/eks/", PaginationConfig={"PageSize": 2}) == [
        f"/aws/eks/shop-{number}/cluster" for number in range(7)
    ]
    assert names(logGroupNamePattern="shop-3") == ["/aws/eks/shop-3/cluster"]
    found = logs.describe_log_groups(logGroupIdentifiers=[ARN + CLAIM, "/aws/eks/shop-0/cluster"])["logGroups"]
    assert [group["logGroupName"] for group in found] == ["/aws/eks/shop-0/cluster", CLAIM]
    other = boto3.Session(aws_access_key_id="444455556666", aws_secret_access_key="x", region_name="eu-west-1")
    assert other.client("logs", endpoint_url=URL).describe_log_groups()["logGroups"] == []


def change():
    logs.put_retention_policy(logGroupName=CLAIM, retentionInDays=30)
    assert logs.describe_log_groups(logGroupNamePrefix=CLAIM)["logGroups"][0]["retentionInDays"] == 30
    refused("InvalidParameterException", "retentionInDays", logs.put_retention_policy, logGroupName=CLAIM, retentionInDays=31)
    logs.delete_retention_policy(logGroupName=CLAIM)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=CLAIM)["logGroups"][0]
    logs.tag_resource(resourceArn=ARN + CLAIM, tags={"a": "1", "b": "2"})
    logs.untag_resource(resourceArn=ARN + CLAIM, tagKeys=["a", "never"])
    assert logs.list_tags_for_resource(resourceArn=ARN + CLAIM)["tags"] == {"provision-stack": "shop", "b": "2"}


def refusals():
    missing = {"code": "ResourceNotFoundException", "text": "does not exist"}
    refused(function=logs.delete_log_group, logGroupName="/none", **missing)
    refused(function=logs.put_retention_policy, logGroupName="/none", retentionInDays=1, **missing)
    refused(function=logs.list_tags_for_resource, resourceArn=ARN + "/none", **missing)
    bad = {"code": "InvalidParameterException"}
    refused(text="logGroupName", function=logs.create_log_group, logGroupName="a b", **bad)
    refused(text="512", function=logs.create_log_group, logGroupName="a" * 513, **bad)
    refused(text="null", function=logs.create_log_group, **bad)
    refused(text="reserved", function=logs.create_log_group, logGroupName="aws/mine", **bad)
    refused(text="tags", function=logs.create_log_group, logGroupName="c", tags={str(n): "" for n in range(51)}, **bad)
    refused(text="ARN", function=logs.list_tags_for_resource, resourceArn=ARN + CLAIM + ":*", **bad)
    refused(text="exclusive", function=logs.describe_log_groups, logGroupNamePrefix="a", logGroupNamePattern="a", **bad)
    refused(text="nextToken", function=logs.describe_log_groups, nextToken="nonsense", **bad)
    refused(text="50", function=logs.describe_log_groups, limit=51, **bad)
    refused("UnknownParameter", "kmsKeyId", logs.create_log_group, logGroupName="k", kmsKeyId="x")
    answer = refused(
        "TooManyTagsException", "50", logs.tag_resource, resourceArn=ARN + CLAIM, tags={str(n): "" for n in range(50)}
    )
    assert answer["resourceName"] == ARN + CLAIM, answer


def take_down():
    logs.put_log_group_deletion_protection(logGroupIdentifier=ARN + CLAIM, deletionProtectionEnabled=True)
    refused("ValidationException", "protection", logs.delete_log_group, logGroupName=CLAIM)
    logs.put_log_group_deletion_protection(logGroupIdentifier=CLAIM, deletionProtectionEnabled=False)
    for name in names():
        logs.delete_log_group(logGroupName=name)
    assert names() == []
    deadline = time.time() + 10
    while True:
        try:
            logs.create_log_group(logGroupName=CLAIM)
            break
        except logs.exceptions.OperationAbortedException:
            assert time.time() < deadline, "the deletion does not end"
            time.sleep(0.05)
    assert logs.list_tags_for_resource(resourceArn=ARN + CLAIM)["tags"] == {}
    logs.delete_log_group(logGroupName=CLAIM)


check_operations()
build()
change()
refusals()
take_down()
assert not PROBLEMS, "\n".join(sorted(set(PROBLEMS)))
print("ok")

"""Checks the sandbox's answers and its list of methods against Google's discovery documents."""

import json
import re

from googleapiclient import discovery, errors
from googleapiclient.discovery_cache import get_static_doc

VERSIONS = {
    "cloudbilling": ["v1"],
    "cloudresourcemanager": ["v3", "v1"],
    "compute": ["v1"],
    "container": ["v1"],
    "iam": ["v1"],
    "secretmanager": ["v1"],
    "serviceusage": ["v1"],
}
# `*`: the method reads its message by its own schema, which is checked with the messages. gcloud asks every list of Compute
# for what it can get, and is answered; most methods are documented without that word.
UNWRITTEN = {"*", "returnPartialSuccess"}
KINDS = {"string": str, "boolean": bool, "object": dict, "array": list}


def document(service, version):
    return json.loads(get_static_doc(service, version))


def method(doc, name):
    """The method of an id: `compute.networks.insert`."""
    parts = name.split(".")[1:]
    node = doc
    for part in parts[:-1]:
        node = node["resources"][part]
    return node["methods"][parts[-1]]


def walk(doc, schema, value, path, problems):
    """Members that the schema does not have, and values of the wrong type."""
    if "$ref" in schema:
        schema = doc["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "any":
        return
    if kind in ("integer", "number"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            problems.append(f"{path} is {value!r}, not a number")
        return
    if kind == "string" and "enum" in schema and isinstance(value, int) and not isinstance(value, bool):
        return  # an enum as a number, which the caller asked for
    if not isinstance(value, KINDS[kind]):
        problems.append(f"{path} is {value!r}, not of type {kind}")
    elif kind == "object":
        properties = schema.get("properties", {})
        more = schema.get("additionalProperties")
        for name, member in value.items():
            below = properties.get(name, more)
            if below is None:
                problems.append(f"{path}.{name} is not in the schema")
            else:
                walk(doc, below, member, f"{path}.{name}", problems)
    elif kind == "array":
        for member in value:
            walk(doc, schema["items"], member, f"{path}[]", problems)
    elif "enum" in schema and value not in schema["enum"]:
        problems.append(f"{path} is {value!r}, none of the enum")
    elif schema.get("format") in ("int64", "uint64") and not re.fullmatch(r"-?\d+", value):
        problems.append(f"{path} is {value!r}, not a 64-bit number")
    elif schema.get("format") == "google-datetime" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        problems.append(f"{path} is {value!r}, not a moment")


def bare(path):
    return re.sub(r"\{[^}]*\}", "{}", path).lstrip("/")


def check_list(operations):
    """The methods that the sandbox says it has: id, method, path, parameters, members of the body."""
    problems, seen = [], 0
    for entry in operations:
        if entry["service"] not in VERSIONS or not entry["name"].startswith(entry["service"] + "."):
            continue
        seen += 1
        doc = document(entry["service"], VERSIONS[entry["service"]][0])
        name = entry["name"]
        try:
            found = method(doc, name)
        except KeyError:
            problems.append(f"{name} is not in the discovery document")
            continue
        verb, path = entry["rest"].split(" ", 1)
        if verb != found["httpMethod"]:
            problems.append(f"{name} is {found['httpMethod']}, not {verb}")
        want = bare(doc.get("servicePath", "") + found.get("flatPath", found["path"]))
        # Service Usage leaves open what its services are of; here they are of projects.
        if want not in (bare(path), bare(path).replace("projects/{}", "{}/{}", 1)):
            problems.append(f"{name} is at {want}, not {bare(path)}")
        known = set(found.get("parameters", {}))
        if "request" in found:
            known |= set(doc["schemas"][found["request"]["$ref"]]["properties"])
        known |= {name.split(".")[0] for name in known} | UNWRITTEN
        for member in entry["accepts"]:
            if member.split(".")[0] not in known:
                problems.append(f"{name} takes no {member}")
    if seen < 100:
        problems.append(f"only {seen} methods in the list")
    return problems


class Cloud:
    """Google's own client, pointed at the sandbox; every answer is checked."""

    def __init__(self, url):
        self.url = url
        self.problems = []
        self.documents = {}

    def service(self, name, version=None):
        from google.auth.credentials import AnonymousCredentials

        version = version or VERSIONS[name][0]
        doc = document(name, version)
        self.documents[name, version] = doc
        end = f"{self.url}/compute/v1/" if name == "compute" else f"{self.url}/{name}/"
        client = discovery.build_from_document(
            doc, credentials=AnonymousCredentials(), client_options={"api_endpoint": end}
        )
        client.sandbox = (name, version)
        return client

    def __call__(self, request, fails=None):
        """The answer of a request; `fails` is status and reason, or canonical status, of the refusal wanted."""
        name = request.methodId
        service = name.split(".")[0]
        version = next((v for v in VERSIONS[service] if f"/{v}/" in request.uri), None)
        doc = self.documents[service, version]
        try:
            answer = request.execute(num_retries=0)
        except errors.HttpError as error:
            self.check_error(name, error)
            said = json.loads(error.content)["error"]
            reason = said.get("status") or said["errors"][0]["reason"]
            if fails is None:
                raise
            assert (error.resp.status, reason) == fails, (name, error.resp.status, reason, fails, said["message"])
            return said
        assert fails is None, f"{name} went well, and not {fails}"
        schema = method(doc, name).get("response")
        if schema:
            walk(doc, schema, answer, name, self.problems)
        elif answer not in ({}, ""):
            self.problems.append(f"{name} answers {answer!r}")
        return answer

    def check_error(self, name, error):
        """Errors have the form of the front end."""
        said = json.loads(error.content)["error"]
        unknown = set(said) - {"code", "message", "status", "errors", "details"}
        if unknown or said.get("code") != error.resp.status or not said.get("message"):
            self.problems.append(f"{name}: error {said}")
        if not error.resp["content-type"].startswith("application/json"):
            self.problems.append(f"{name}: {error.resp['content-type']}")
        if name.startswith("compute.") and "status" in said and error.resp.status not in (401, 403, 501):
            self.problems.append(f"{name}: Compute writes no status: {said}")

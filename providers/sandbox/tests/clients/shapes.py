"""Checks the sandbox's answers and its list of parameters against botocore's service models."""

import json
import re
import xml.etree.ElementTree as ET


def local(tag):
    return tag.rsplit("}", 1)[-1]


def unknown_elements(element, shape, path):
    """Elements that the model does not have. botocore's own parser would skip them in silence."""
    found = []
    if shape.type_name == "structure":
        names = {m.serialization.get("name", k): m for k, m in shape.members.items()}
        for child in element:
            member = names.get(local(child.tag))
            if member is None:
                found.append(f"{path}/{local(child.tag)}")
            else:
                found += unknown_elements(child, member, f"{path}/{local(child.tag)}")
    elif shape.type_name == "list" and not shape.serialization.get("flattened"):
        wanted = shape.member.serialization.get("name", "member")
        for child in element:
            if local(child.tag) != wanted:
                found.append(f"{path}/{local(child.tag)} (not {wanted})")
            else:
                found += unknown_elements(child, shape.member, f"{path}/{wanted}")
    elif len(element):
        found.append(f"{path} has elements, the model says {shape.type_name}")
    elif shape.type_name == "boolean" and element.text not in ("true", "false"):
        found.append(f"{path} is {element.text!r}, not a boolean")
    elif shape.type_name in ("integer", "long") and not re.fullmatch(r"-?\d+", element.text or ""):
        found.append(f"{path} is {element.text!r}, not a number")
    return found


def check_ec2_answer(operation_model, response_dict, problems, **_):
    """A `before-parse` handler for EC2."""
    if response_dict["status_code"] >= 300:
        return
    root = ET.fromstring(response_dict["body"])
    name = operation_model.name
    if local(root.tag) != f"{name}Response":
        problems.append(f"{name}: root is {root.tag}")
    request_ids = [child for child in root if local(child.tag) == "requestId"]
    if len(request_ids) != 1:
        problems.append(f"{name}: {len(request_ids)} request ids")
    for child in request_ids:
        root.remove(child)
    simple = [child for child in root if local(child.tag) == "return"]
    shape = operation_model.output_shape
    members = [] if shape is None else [m.serialization.get("name") for m in shape.members.values()]
    if "return" not in members:
        for child in simple:
            root.remove(child)
    if shape is None:
        problems.extend(f"{name}: {local(child.tag)}" for child in root)
        return
    problems.extend(unknown_elements(root, shape, name))


def ec2_parameters(shape, prefix="", depth=0):
    """The flat names of an EC2 operation's parameters, `N` for numbers."""
    names = []
    for key, member in shape.members.items():
        wire = member.serialization.get("queryName")
        if wire is None:
            wire = member.serialization.get("name", key)
            wire = wire[:1].upper() + wire[1:]
        path = prefix + wire
        if member.type_name == "list":
            path += ".N"
            member = member.member
        if member.type_name == "structure":
            if depth < 6:
                names += ec2_parameters(member, path + ".", depth + 1)
        else:
            names.append(path)
    return names


def check_query_answer(operation_model, response_dict, problems, **_):
    """A `before-parse` handler for IAM and STS: one result element exactly where the model has an output."""
    if response_dict["status_code"] >= 300:
        return
    root = ET.fromstring(response_dict["body"])
    name = operation_model.name
    if local(root.tag) != f"{name}Response":
        problems.append(f"{name}: root is {root.tag}")
    namespace = operation_model.service_model.metadata["xmlNamespace"]
    if not root.tag.startswith("{" + namespace + "}"):
        problems.append(f"{name}: namespace of {root.tag}")
    shape = operation_model.output_shape
    wanted = [] if shape is None else [shape.serialization["resultWrapper"]]
    children = [local(child.tag) for child in root]
    if children != wanted + ["ResponseMetadata"]:
        problems.append(f"{name}: has {children}")
    for child in root:
        if local(child.tag) in wanted:
            problems.extend(unknown_elements(child, shape, name))


def query_parameters(shape, prefix=""):
    """The flat names of a query operation's parameters, `N` for numbers."""
    names = []
    for key, member in shape.members.items():
        path = prefix + member.serialization.get("name", key)
        if member.type_name == "list":
            path += ".member.N"
            member = member.member
        names += query_parameters(member, path + ".") if member.type_name == "structure" else [path]
    return names


def unknown_members(value, shape, path):
    """Members of a JSON answer that the model does not have, or of another type."""
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            return [f"{path} is no structure"]
        found = [f"{path}/{key}" for key in value if key not in shape.members]
        for key, member in shape.members.items():
            if key in value:
                found += unknown_members(value[key], member, f"{path}/{key}")
        return found
    if shape.type_name == "list":
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [problem for item in value for problem in unknown_members(item, shape.member, path)]
    if shape.type_name == "map":
        if not isinstance(value, dict):
            return [f"{path} is no map"]
        return [problem for item in value.values() for problem in unknown_members(item, shape.value, path)]
    types = {"string": str, "boolean": bool, "integer": int, "long": int, "timestamp": (int, float), "double": float}
    good = isinstance(value, types[shape.type_name]) and (shape.type_name == "boolean" or not isinstance(value, bool))
    return [] if good else [f"{path} is {value!r}, not {shape.type_name}"]


def check_json_answer(operation_model, response_dict, problems, **_):
    """A `before-parse` handler for services that answer JSON."""
    if response_dict["status_code"] >= 300:
        return
    name, body = operation_model.name, response_dict["body"]
    if operation_model.output_shape is None:
        if body:
            problems.append(f"{name}: answers {body!r}, the model says nothing")
        return
    problems.extend(unknown_members(json.loads(body), operation_model.output_shape, name))

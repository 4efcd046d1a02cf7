"""Prints src/gcp/documents.txt from Google's discovery documents, which are in the package google-api-python-client.

    python gcp_methods.py operations.json > ../../src/gcp/documents.txt

The argument is the sandbox's list of operations, as the test that runs this writes it. The test fails when the file that is
checked in is another one.
"""

import json
import sys

from gcp_shapes import VERSIONS, document, method

FORMATS = {
    "int32": "int", "uint32": "int", "int64": "long", "uint64": "long", "double": "real", "float": "real", "byte": "bytes",
    "google-datetime": "time", "google-duration": "span", "google-fieldmask": "text",
}
TYPES = {"boolean": "bool", "integer": "int", "number": "real", "any": "any"}

messages, enums = {}, {}


def kind(service, doc, schema, path):
    """The word for a type: `text`, `[text]`, `{text}`, `Network`, `<Network.mode>`; what has no name has that of its field's path."""
    if "$ref" in schema:
        visit(service, doc, schema["$ref"])
        return schema["$ref"]
    of = schema.get("type", "any")
    if of == "array":
        return "[" + kind(service, doc, schema["items"], path) + "]"
    if of == "object":
        if "properties" in schema:
            visit(service, doc, path, schema)
            return path
        more = schema.get("additionalProperties")
        return "{" + kind(service, doc, more, path) + "}" if more else "any"
    if of == "string":
        if "enum" in schema:
            enums.setdefault((service, path), set()).update(schema["enum"])
            return f"<{path}>"
        return FORMATS.get(schema.get("format"), "text")
    return FORMATS.get(schema.get("format"), TYPES[of])


def visit(service, doc, name, schema=None):
    """Keeps a message and those that it is made of."""
    if (service, name) in messages:
        return
    messages[service, name] = []
    rows = (schema or doc["schemas"][name]).get("properties", {})
    messages[service, name] = [(field, kind(service, doc, row, f"{name}.{field}")) for field, row in sorted(rows.items())]


def found(service, name):
    """The documents that have a method, and the method in each."""
    for version in VERSIONS[service]:
        doc = document(service, version)
        try:
            yield doc, method(doc, name)
        except KeyError:
            continue


def line(service, name):
    """A method: its message, its query parameters, and after `/` what is in its path, which bodies may repeat."""
    query, body = {}, None
    for doc, one in found(service, name):
        for param, row in one.get("parameters", {}).items():
            if row["location"] == "query":
                word = kind(service, doc, row, f"{name.split('.', 1)[1]}.{param}")
                query[param] = f"[{word}]" if row.get("repeated") else word
            elif row["location"] == "path":
                query["/" + param] = kind(service, doc, row, param)
        if body is None and "request" in one:
            body = one["request"]["$ref"]
            # Container's messages are read by their descriptors.
            if service != "container":
                visit(service, doc, body)
    return " ".join([name, body or "-", *(f"{param}:{word}" for param, word in sorted(query.items()))])


def main():
    """Prints methods, then messages, then enums."""
    with open(sys.argv[1], encoding="utf-8") as file:
        operations = json.load(file)
    names = sorted({(one["service"], one["name"]) for one in operations if one["service"] in VERSIONS and "." in one["name"]})
    lines = [line(service, name) for service, name in names]
    for service, name in sorted(messages):
        rows = messages[service, name]
        lines.append(" ".join([f"={service}.{name}", *(f"{field}:{word}" for field, word in rows)]))
    lines += [" ".join([f"<{service}.{name}", *sorted(words)]) for (service, name), words in sorted(enums.items())]
    print("\n".join(lines))


main()

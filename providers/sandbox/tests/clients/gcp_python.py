"""Google's own Python client lives a life in the sandbox. Arguments: the address, the list of operations."""

import base64
import json
import sys
import time
import uuid

from gcp_shapes import Cloud, check_list

PROJECT = "acme-prod"
REGION = "europe-west1"


def crc32c(data):
    """Castagnoli, by another way than the sandbox's: a table."""
    table = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def until(cloud, ask, done, seconds=20):
    end = time.time() + seconds
    while True:
        answer = cloud(ask())
        if done(answer):
            return answer
        assert time.time() < end, answer
        time.sleep(0.02)


class Compute:
    def __init__(self, cloud):
        self.cloud = cloud
        self.api = cloud.service("compute")

    def wait(self, operation):
        """The operation at its end; a failed one is answered as well."""
        assert operation["status"] in ("RUNNING", "PENDING", "DONE"), operation
        if "region" in operation:
            ask = lambda: self.api.regionOperations().wait(project=PROJECT, region=REGION, operation=operation["name"])
        elif "zone" in operation:
            zone = operation["zone"].rsplit("/", 1)[1]
            ask = lambda: self.api.zoneOperations().get(project=PROJECT, zone=zone, operation=operation["name"])
        else:
            ask = lambda: self.api.globalOperations().get(project=PROJECT, operation=operation["name"])
        done = until(self.cloud, ask, lambda answer: answer["status"] == "DONE")
        assert done["progress"] == 100 and done["endTime"], done
        return done

    def do(self, request):
        done = self.wait(self.cloud(request))
        assert "error" not in done, done
        return done


def network(cloud):
    compute = Compute(cloud)
    api = compute.api
    nets, subs, routers = api.networks(), api.subnetworks(), api.routers()
    cloud(nets.get(project=PROJECT, network="net"), (404, "notFound"))
    assert "items" not in cloud(nets.list(project=PROJECT))
    body = {"name": "net", "autoCreateSubnetworks": False, "description": "mine", "routingConfig": {"routingMode": "REGIONAL"}}
    token = str(uuid.uuid4())
    first = cloud(nets.insert(project=PROJECT, body=body, requestId=token))
    assert cloud(nets.insert(project=PROJECT, body=body, requestId=token))["name"] == first["name"]
    cloud(nets.delete(project=PROJECT, network="net"), (400, "resourceNotReady"))
    compute.wait(first)
    cloud(nets.insert(project=PROJECT, body=body), (409, "alreadyExists"))
    cloud(nets.insert(project=PROJECT, body={**body, "name": "Net"}), (400, "invalid"))
    got = cloud(nets.get(project=PROJECT, network="net"))
    assert got["description"] == "mine" and got["routingConfig"]["bgpBestPathSelectionMode"] == "LEGACY"
    routes = cloud(api.routes().list(project=PROJECT, filter='network="%s"' % got["selfLink"]))["items"]
    assert [route["destRange"] for route in routes] == ["0.0.0.0/0"], routes

    body = {
        "name": "sub",
        "network": got["selfLink"],
        "ipCidrRange": "10.0.0.0/20",
        "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.4.0.0/14"}],
    }
    cloud(subs.insert(project=PROJECT, region="nowhere1", body=body), (400, "invalid"))
    wrong = {**body, "network": "global/networks/none"}
    cloud(subs.insert(project=PROJECT, region=REGION, body=wrong), (404, "notFound"))
    compute.do(subs.insert(project=PROJECT, region=REGION, body=body))
    overlap = {"name": "other", "network": got["selfLink"], "ipCidrRange": "10.5.0.0/24"}
    said = cloud(subs.insert(project=PROJECT, region=REGION, body=overlap), (400, "invalid"))
    assert "conflicts with existing subnetwork 'sub'" in said["message"], said
    sub = cloud(subs.get(project=PROJECT, region=REGION, subnetwork="sub"))
    assert sub["gatewayAddress"] == "10.0.0.1" and sub["purpose"] == "PRIVATE", sub
    ranges = sub["secondaryIpRanges"] + [{"rangeName": "services", "ipCidrRange": "10.8.0.0/20"}]
    change = {"fingerprint": sub["fingerprint"], "secondaryIpRanges": ranges}
    compute.do(subs.patch(project=PROJECT, region=REGION, subnetwork="sub", body=change))
    cloud(subs.patch(project=PROJECT, region=REGION, subnetwork="sub", body=change), (412, "conditionNotMet"))
    expand = subs.expandIpCidrRange(project=PROJECT, region=REGION, subnetwork="sub", body={"ipCidrRange": "10.0.0.0/19"})
    compute.do(expand)
    private = {"privateIpGoogleAccess": True}
    compute.do(subs.setPrivateIpGoogleAccess(project=PROJECT, region=REGION, subnetwork="sub", body=private))
    sub = cloud(subs.get(project=PROJECT, region=REGION, subnetwork="sub"))
    assert sub["ipCidrRange"] == "10.0.0.0/19" and sub["privateIpGoogleAccess"], sub
    assert [one["rangeName"] for one in sub["secondaryIpRanges"]] == ["pods", "services"], sub
    everywhere = cloud(subs.aggregatedList(project=PROJECT))["items"]
    assert [one["name"] for one in everywhere[f"regions/{REGION}"]["subnetworks"]] == ["sub"]
    assert everywhere["regions/us-central1"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"

    addresses = api.addresses()
    compute.do(addresses.insert(project=PROJECT, region=REGION, body={"name": "nat", "labels": {"a": "b"}}))
    address = cloud(addresses.get(project=PROJECT, region=REGION, address="nat"))
    assert address["status"] == "RESERVED" and "labels" not in address, address
    labels = {"labels": {"provision-stack": "shop"}, "labelFingerprint": address["labelFingerprint"]}
    cloud(addresses.setLabels(project=PROJECT, region=REGION, resource="nat", body=labels))
    cloud(addresses.setLabels(project=PROJECT, region=REGION, resource="nat", body=labels), (412, "conditionNotMet"))
    found = cloud(addresses.list(project=PROJECT, region=REGION, filter="labels.provision-stack=shop"))["items"]
    assert [one["name"] for one in found] == ["nat"], found
    compute.do(routers.insert(project=PROJECT, region=REGION, body={"name": "router", "network": got["selfLink"]}))
    nat = {
        "name": "nat",
        "natIpAllocateOption": "MANUAL_ONLY",
        "natIps": [address["selfLink"]],
        "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }
    none = [{**nat, "natIps": []}]
    cloud(routers.patch(project=PROJECT, region=REGION, router="router", body={"nats": none}), (400, "invalid"))
    compute.do(routers.patch(project=PROJECT, region=REGION, router="router", body={"nats": [nat]}))
    router = cloud(routers.get(project=PROJECT, region=REGION, router="router"))
    assert router["nats"][0]["type"] == "PUBLIC" and router["nats"][0]["effectiveTcpTimeWaitTimeoutSec"] == 120
    address = cloud(addresses.get(project=PROJECT, region=REGION, address="nat"))
    assert address["status"] == "IN_USE" and address["users"] == [router["selfLink"]], address
    cloud(addresses.delete(project=PROJECT, region=REGION, address="nat"), (400, "resourceInUseByAnotherResource"))

    firewalls = api.firewalls()
    rule = {"name": "rule", "network": got["selfLink"], "allowed": [{"IPProtocol": "tcp", "ports": ["443"]}]}
    cloud(firewalls.insert(project=PROJECT, body={**rule, "allowed": []}), (400, "invalid"))
    compute.do(firewalls.insert(project=PROJECT, body=rule))
    compute.do(firewalls.patch(project=PROJECT, firewall="rule", body={"priority": 900, "sourceRanges": ["10.0.0.0/8"]}))
    assert cloud(firewalls.get(project=PROJECT, firewall="rule"))["priority"] == 900
    failed = compute.wait(cloud(nets.delete(project=PROJECT, network="net")))
    assert failed["error"]["errors"][0]["code"] == "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", failed
    assert (failed["httpErrorStatusCode"], failed["httpErrorMessage"]) == (400, "BAD REQUEST"), failed

    cloud(routers.patch(project=PROJECT, region=REGION, router="router", body={}))
    compute.do(firewalls.delete(project=PROJECT, firewall="rule"))
    compute.do(routers.update(project=PROJECT, region=REGION, router="router", body={"network": got["selfLink"]}))
    assert "nats" not in cloud(routers.get(project=PROJECT, region=REGION, router="router"))
    compute.do(routers.delete(project=PROJECT, region=REGION, router="router"))
    compute.do(addresses.delete(project=PROJECT, region=REGION, address="nat"))
    compute.do(subs.delete(project=PROJECT, region=REGION, subnetwork="sub"))
    compute.do(nets.delete(project=PROJECT, network="net"))
    cloud(nets.get(project=PROJECT, network="net"), (404, "notFound"))
    assert "items" not in cloud(api.routes().list(project=PROJECT))


def leftovers(cloud):
    """What controllers make, and a sweep takes away."""
    compute = Compute(cloud)
    api = compute.api
    zone = f"{REGION}-b"
    disk = {"name": "pvc-1", "sizeGb": "10", "labels": {"goog-k8s-cluster-name": "prod"}}
    compute.do(api.disks().insert(project=PROJECT, zone=zone, body=disk))
    found = cloud(api.disks().aggregatedList(project=PROJECT, filter="labels.goog-k8s-cluster-name:prod"))["items"]
    assert found[f"zones/{zone}"]["disks"][0]["name"] == "pvc-1"
    compute.do(api.healthChecks().insert(project=PROJECT, body={"name": "check", "type": "TCP"}))
    check = cloud(api.healthChecks().get(project=PROJECT, healthCheck="check"))
    pool = {"name": "pool", "healthChecks": [check["selfLink"]]}
    compute.do(api.targetPools().insert(project=PROJECT, region=REGION, body=pool))
    rule = {"name": "rule", "target": f"regions/{REGION}/targetPools/pool", "portRange": "80", "IPProtocol": "TCP"}
    compute.do(api.forwardingRules().insert(project=PROJECT, region=REGION, body=rule))
    assert cloud(api.forwardingRules().get(project=PROJECT, region=REGION, forwardingRule="rule"))["portRange"] == "80-80"
    cloud(api.targetPools().delete(project=PROJECT, region=REGION, targetPool="pool"), (400, "resourceInUseByAnotherResource"))
    compute.do(api.forwardingRules().delete(project=PROJECT, region=REGION, forwardingRule="rule"))
    compute.do(api.targetPools().delete(project=PROJECT, region=REGION, targetPool="pool"))
    passed_through(cloud, compute, check["selfLink"])
    compute.do(api.healthChecks().delete(project=PROJECT, healthCheck="check"))
    compute.do(api.disks().delete(project=PROJECT, zone=zone, disk="pvc-1"))
    compute.do(api.globalAddresses().insert(project=PROJECT, body={"name": "web"}))
    compute.do(api.globalAddresses().delete(project=PROJECT, address="web"))
    for collection in ("networkEndpointGroups", "instanceGroupManagers", "instanceGroups", "instances", "backendServices"):
        cloud(getattr(api, collection)().aggregatedList(project=PROJECT))


def passed_through(cloud, compute, check):
    """An internal balancer of a region: what uses what, and what is refused."""
    api, at = compute.api, {"project": PROJECT, "region": REGION}
    zone = f"{REGION}-b"
    compute.do(api.networks().insert(project=PROJECT, body={"name": "in", "autoCreateSubnetworks": False}))
    network = "global/networks/in"
    sub = {"name": "in", "network": network, "ipCidrRange": "10.7.0.0/20"}
    compute.do(api.subnetworks().insert(**at, body=sub))
    sub = f"regions/{REGION}/subnetworks/in"
    group = {"name": "nodes", "networkEndpointType": "GCE_VM_IP", "network": network, "subnetwork": sub}
    compute.do(api.networkEndpointGroups().insert(project=PROJECT, zone=zone, body=group))
    group = cloud(api.networkEndpointGroups().get(project=PROJECT, zone=zone, networkEndpointGroup="nodes"))["selfLink"]
    services = api.regionBackendServices()
    service = {"name": "in", "loadBalancingScheme": "INTERNAL", "healthChecks": [check], "backends": [{"group": group}]}
    for wrong in ({"protocol": "HTTP"}, {"port": 80}, {"backends": [{"group": group.replace("europe-west1-b", "us-east1-b")}]}):
        reason = (404, "notFound") if "backends" in wrong else (400, "invalid")
        cloud(services.insert(**at, body={**service, **wrong}), reason)
    compute.do(services.insert(**at, body=service))
    live = cloud(services.get(**at, backendService="in"))
    assert (live["protocol"], live["region"].split("/")[-1]) == ("TCP", REGION) and "portName" not in live, live
    assert [one["name"] for one in cloud(services.list(**at))["items"]] == ["in"]
    listed = cloud(api.backendServices().aggregatedList(project=PROJECT))["items"]
    assert listed[f"regions/{REGION}"]["backendServices"][0]["name"] == "in"
    rules = api.forwardingRules()
    rule = {"name": "in", "loadBalancingScheme": "INTERNAL", "backendService": live["selfLink"], "ports": ["80"], "IPProtocol": "TCP"}
    cloud(rules.insert(**at, body=rule), (400, "invalid"))
    compute.do(rules.insert(**at, body={**rule, "subnetwork": sub}))
    shown = cloud(rules.get(**at, forwardingRule="in"))
    assert shown["IPAddress"].startswith("10.7.") and shown["network"].endswith("/global/networks/in"), shown
    used = (400, "resourceInUseByAnotherResource")
    cloud(services.delete(**at, backendService="in"), used)
    cloud(api.subnetworks().delete(**at, subnetwork="in"), used)
    compute.do(rules.delete(**at, forwardingRule="in"))
    cloud(api.healthChecks().delete(project=PROJECT, healthCheck="check"), used)
    cloud(api.networkEndpointGroups().delete(project=PROJECT, zone=zone, networkEndpointGroup="nodes"), used)
    compute.do(services.delete(**at, backendService="in"))
    cloud(api.subnetworks().delete(**at, subnetwork="in"), used)
    compute.do(api.networkEndpointGroups().delete(project=PROJECT, zone=zone, networkEndpointGroup="nodes"))
    compute.do(api.subnetworks().delete(**at, subnetwork="in"))
    compute.do(api.networks().delete(project=PROJECT, network="in"))


def places(cloud):
    api = cloud.service("compute")
    assert len(cloud(api.regions().list(project=PROJECT))["items"]) > 35
    cloud(api.regions().get(project=PROJECT, region=REGION))
    cloud(api.zones().get(project=PROJECT, zone=f"{REGION}-b"))
    cloud(api.zones().get(project=PROJECT, zone="nowhere-a"), (404, "notFound"))
    zones = cloud(api.zones().list(project=PROJECT, filter="name eq europe-west1-.*"))["items"]
    assert [zone["name"][-1] for zone in zones] == ["b", "c", "d"], zones
    page = cloud(api.machineTypes().list(project=PROJECT, zone=f"{REGION}-b", maxResults=7))
    names, pages = set(), 0
    while True:
        names |= {one["name"] for one in page["items"]}
        pages += 1
        if "nextPageToken" not in page:
            break
        token = page["nextPageToken"]
        page = cloud(api.machineTypes().list(project=PROJECT, zone=f"{REGION}-b", maxResults=7, pageToken=token))
    assert {"e2-standard-2", "e2-medium", "n2-standard-4"} <= names and pages > 10
    one = cloud(api.machineTypes().get(project=PROJECT, zone=f"{REGION}-b", machineType="e2-standard-2"))
    assert (one["guestCpus"], one["memoryMb"], one["description"]) == (2, 8192, "2 vCPUs, 8 GB RAM"), one
    cloud(api.machineTypes().aggregatedList(project=PROJECT, filter="name=e2-medium"))
    cloud(api.projects().get(project=PROJECT))
    part = cloud(api.zones().list(project=PROJECT, fields="items/name"))["items"][0]
    assert list(part) == ["name"], part


def projects(cloud):
    old, new = cloud.service("cloudresourcemanager", "v1"), cloud.service("cloudresourcemanager")
    number = cloud(old.projects().get(projectId=PROJECT))["projectNumber"]
    assert cloud(new.projects().get(name=f"projects/{PROJECT}"))["name"] == f"projects/{number}"
    assert cloud(new.projects().get(name=f"projects/{number}"))["projectId"] == PROJECT
    asked = {"permissions": ["compute.networks.create", "container.clusters.create"]}
    granted = cloud(new.projects().testIamPermissions(resource=f"projects/{PROJECT}", body=asked))
    assert granted == asked, granted
    return number


def accounts(cloud):
    iam, crm = cloud.service("iam"), cloud.service("cloudresourcemanager")
    all_of = iam.projects().serviceAccounts()
    email = f"shop-nodes@{PROJECT}.iam.gserviceaccount.com"
    name = f"projects/{PROJECT}/serviceAccounts/{email}"
    resource = f"projects/{PROJECT}"
    said = cloud(all_of.get(name=name), (404, "NOT_FOUND"))
    assert said["message"] == "Unknown service account", said
    body = {"accountId": "shop-nodes", "serviceAccount": {"description": "mine"}}
    cloud(all_of.create(name=resource, body={**body, "accountId": "shop"}), (400, "INVALID_ARGUMENT"))
    policy = cloud(crm.projects().getIamPolicy(resource=resource, body={}))
    binding = {"role": "roles/container.nodeServiceAccount", "members": [f"serviceAccount:{email}"]}
    early = {"policy": {**policy, "bindings": policy["bindings"] + [binding]}}
    said = cloud(crm.projects().setIamPolicy(resource=resource, body=early), (400, "INVALID_ARGUMENT"))
    assert said["message"] == f"Service account {email} does not exist.", said
    made = cloud(all_of.create(name=resource, body=body))
    cloud(all_of.create(name=resource, body=body), (409, "ALREADY_EXISTS"))
    assert cloud(all_of.get(name=f"projects/-/serviceAccounts/{email}")) == made
    assert [one["email"] for one in cloud(all_of.list(name=resource))["accounts"]] == [email]
    patch = {"serviceAccount": {"displayName": "Nodes"}, "updateMask": "displayName"}
    assert cloud(all_of.patch(name=name, body=patch))["displayName"] == "Nodes"
    cloud(crm.projects().setIamPolicy(resource=resource, body=early))
    said = cloud(crm.projects().setIamPolicy(resource=resource, body=early), (409, "ABORTED"))
    assert said["message"].startswith("There were concurrent policy changes."), said
    assert "bindings" not in cloud(all_of.getIamPolicy(resource=name))
    pool = {"role": "roles/iam.workloadIdentityUser", "members": [f"serviceAccount:{PROJECT}.svc.id.goog[web/web]"]}
    said = cloud(all_of.setIamPolicy(resource=name, body={"policy": {"bindings": [pool]}}), (400, "INVALID_ARGUMENT"))
    assert said["message"].startswith("Identity Pool does not exist (acme-prod.svc.id.goog)."), said
    cloud(all_of.disable(name=name, body={}))
    assert cloud(all_of.get(name=name))["disabled"]
    cloud(all_of.enable(name=name, body={}))
    cloud(all_of.delete(name=name))
    said = cloud(all_of.get(name=name), (404, "NOT_FOUND"))
    assert said["message"] == f"Service account {name} does not exist.", said
    members = sum((one["members"] for one in cloud(crm.projects().getIamPolicy(resource=resource, body={}))["bindings"]), [])
    assert f"deleted:serviceAccount:{email}?uid={made['uniqueId']}" in members, members
    cloud(all_of.undelete(name=f"projects/-/serviceAccounts/{made['uniqueId']}", body={}))
    members = sum((one["members"] for one in cloud(crm.projects().getIamPolicy(resource=resource, body={}))["bindings"]), [])
    assert f"serviceAccount:{email}" in members, members
    cloud(crm.projects().setIamPolicy(resource=resource, body={"policy": {"bindings": policy["bindings"]}}))
    cloud(all_of.delete(name=name))


def secrets(cloud, number):
    api = cloud.service("secretmanager").projects().secrets()
    home = f"projects/{PROJECT}"
    name, full = f"{home}/secrets/url", f"projects/{number}/secrets/url"
    said = cloud(api.get(name=name), (404, "NOT_FOUND"))
    assert said == {"code": 404, "message": f"Secret [{full}] not found.", "status": "NOT_FOUND"}, said
    body = {"replication": {"automatic": {}}, "labels": {"provision-stack": "shop"}}
    cloud(api.create(parent=home, secretId="url", body={}), (400, "INVALID_ARGUMENT"))
    cloud(api.create(parent=home, secretId="u r l", body=body), (400, "INVALID_ARGUMENT"))
    cloud(api.create(parent=home, secretId="url", body={**body, "labels": {"A": "b"}}), (400, "INVALID_ARGUMENT"))
    made = cloud(api.create(parent=home, secretId="url", body=body))
    assert made["name"] == full and made["etag"].startswith('"'), made
    cloud(api.create(parent=home, secretId="url", body=body), (409, "ALREADY_EXISTS"))
    cloud(api.versions().access(name=f"{name}/versions/latest"), (404, "NOT_FOUND"))
    change = {"annotations": {"pending": "x"}, "etag": made["etag"]}
    changed = cloud(api.patch(name=name, updateMask="annotations", body=change))
    assert changed["labels"] == body["labels"] and changed["annotations"] == {"pending": "x"}, changed
    cloud(api.patch(name=name, updateMask="annotations", body=change), (400, "FAILED_PRECONDITION"))

    data = b"postgres://secret"
    good = {"data": base64.b64encode(data).decode(), "dataCrc32c": str(crc32c(data))}
    said = cloud(api.addVersion(parent=name, body={"payload": {**good, "dataCrc32c": "1"}}), (400, "INVALID_ARGUMENT"))
    assert good["data"] not in json.dumps(said) and "postgres" not in json.dumps(said), "a refusal repeats the value"
    first = cloud(api.addVersion(parent=name, body={"payload": good}))
    assert first["name"] == f"{full}/versions/1" and first["clientSpecifiedPayloadChecksum"], first
    second = cloud(api.addVersion(parent=name, body={"payload": {"data": base64.b64encode(b"two").decode()}}))
    read = cloud(api.versions().access(name=f"{name}/versions/1"))
    assert read["payload"] == good, read
    assert cloud(api.versions().access(name=f"{name}/versions/latest"))["name"] == second["name"]
    assert cloud(api.versions().get(name=f"{name}/versions/latest")) == second
    listed = cloud(api.versions().list(parent=name))
    assert [one["name"][-1] for one in listed["versions"]] == ["2", "1"] and listed["totalSize"] == 2, listed
    page = cloud(api.versions().list(parent=name, pageSize=1))
    rest = cloud(api.versions().list(parent=name, pageSize=1, pageToken=page["nextPageToken"]))
    assert [page["versions"][0], rest["versions"][0]] == listed["versions"] and "nextPageToken" not in rest
    cloud(api.versions().disable(name=f"{name}/versions/2", body={"etag": second["etag"]}))
    cloud(api.versions().disable(name=f"{name}/versions/2", body={"etag": second["etag"]}), (400, "FAILED_PRECONDITION"))
    said = cloud(api.versions().access(name=f"{name}/versions/latest"), (400, "FAILED_PRECONDITION"))
    assert said["message"] == f"Secret Version [{full}/versions/2] is in DISABLED state.", said
    cloud(api.versions().enable(name=f"{name}/versions/2", body={}))
    gone = cloud(api.versions().destroy(name=f"{name}/versions/1", body={}))
    assert gone["state"] == "DESTROYED" and gone["destroyTime"], gone
    cloud(api.versions().enable(name=f"{name}/versions/1", body={}), (400, "FAILED_PRECONDITION"))
    found = cloud(api.list(parent=home, filter="labels.provision-stack=shop"))
    assert [one["name"] for one in found["secrets"]] == [full], found
    assert cloud(api.list(parent=home, filter="labels.provision-stack=other")) == {}
    assert cloud(api.getIamPolicy(resource=name)) == {"etag": "ACAB"}
    reader = {"role": "roles/secretmanager.secretAccessor", "members": ["user:someone@example.com"]}
    cloud(api.setIamPolicy(resource=name, body={"policy": {"bindings": [reader], "etag": "ACAB"}}))
    cloud(api.setIamPolicy(resource=name, body={"policy": {"bindings": [], "etag": "ACAB"}}), (409, "ABORTED"))
    cloud(api.delete(name=name, etag=made["etag"]), (400, "FAILED_PRECONDITION"))
    cloud(api.delete(name=name))
    placed = {"replication": {"userManaged": {"replicas": [{"location": REGION}]}}}
    cloud(api.create(parent=home, secretId="placed", body=placed))
    put = cloud(api.addVersion(parent=f"{home}/secrets/placed", body={"payload": {"data": "YQ=="}}))
    assert put["replicationStatus"] == {"userManaged": {"replicas": [{"location": REGION}]}}, put
    cloud(api.delete(name=f"{home}/secrets/placed"))


def apis(cloud, number):
    usage = cloud.service("serviceusage")
    name = f"projects/{PROJECT}/services/secretmanager.googleapis.com"
    assert cloud(usage.services().get(name=name))["state"] == "ENABLED"
    cloud(usage.services().get(name=f"projects/{PROJECT}/services/none.example.com"), (403, "PERMISSION_DENIED"))
    wait = lambda work: until(
        cloud, lambda: usage.operations().get(name=work["name"]), lambda answer: answer.get("done", False)
    )
    noop = cloud(usage.services().enable(name=name, body={}))
    assert noop["done"] and noop["name"] == "operations/noop.DONE_OPERATION", noop
    wait(cloud(usage.services().disable(name=name, body={})))
    said = cloud(cloud.service("secretmanager").projects().secrets().list(parent=f"projects/{PROJECT}"), (403, "PERMISSION_DENIED"))
    info = said["details"][0]
    assert (info["reason"], info["metadata"]["service"]) == ("SERVICE_DISABLED", "secretmanager.googleapis.com"), said
    batch = {"serviceIds": ["secretmanager.googleapis.com", "container.googleapis.com"]}
    done = wait(cloud(usage.services().batchEnable(parent=f"projects/{PROJECT}", body=batch)))
    assert len(done["response"]["services"]) == 2, done
    names = [f"projects/{number}/services/{one}" for one in batch["serviceIds"]]
    states = cloud(usage.services().batchGet(parent=f"projects/{PROJECT}", names=names))["services"]
    assert [one["state"] for one in states] == ["ENABLED", "ENABLED"], states
    assert len(cloud(usage.services().list(parent=f"projects/{PROJECT}", filter="state:ENABLED"))["services"]) > 10


def catalogue(cloud):
    """What is for sale: services, and their SKUs page by page."""
    billing = cloud.service("cloudbilling")
    services = cloud(billing.services().list())["services"]
    names = {one["displayName"]: one["name"] for one in services}
    assert names["Compute Engine"] == "services/6F81-5844-456A" and len(names) == len(services) == 6, services
    list_skus = billing.services().skus().list
    whole = cloud(list_skus(parent=names["Compute Engine"], currencyCode="USD"))["skus"]
    pages, token = [], None
    while token != "":
        page = cloud(list_skus(parent=names["Compute Engine"], pageSize=40, pageToken=token))
        assert len(page["skus"]) <= 40, page
        pages += page["skus"]
        token = page["nextPageToken"]
    assert pages == whole and len(whole) > 100, len(whole)
    disk = next(one for one in whole if one["description"] == "Storage PD Capacity")
    assert disk["category"] == {
        "serviceDisplayName": "Compute Engine",
        "resourceFamily": "Storage",
        "resourceGroup": "PDStandard",
        "usageType": "OnDemand",
    }, disk
    expression = disk["pricingInfo"][0]["pricingExpression"]
    assert (expression["usageUnit"], expression["baseUnit"]) == ("GiBy.mo", "By.s"), disk
    money = [(rate["startUsageAmount"], rate["unitPrice"]["nanos"]) for rate in expression["tieredRates"]]
    assert money == [(0, 0), (30, 40_000_000)], disk
    cloud(list_skus(parent="services/0000-0000-0000"), (404, "NOT_FOUND"))
    cloud(list_skus(parent=names["Compute Engine"], pageToken="%"), (400, "INVALID_ARGUMENT"))


def main():
    url, operations = sys.argv[1:3]
    problems = check_list(json.load(open(operations)))
    cloud = Cloud(url)
    number = projects(cloud)
    places(cloud)
    network(cloud)
    leftovers(cloud)
    accounts(cloud)
    secrets(cloud, number)
    apis(cloud, number)
    catalogue(cloud)
    problems += cloud.problems
    assert not problems, "\n" + "\n".join(sorted(set(problems)))
    print("ok")


main()

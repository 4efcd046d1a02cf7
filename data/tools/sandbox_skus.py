"""Writes what the embedded cloud's billing catalogue sells, from our tables of prices: `sandbox_skus.py OUT`.

The catalogue sells cores and gigabytes of a series, so those are worked out of the machines of a region; descriptions, groups
and numbers of services are those of Google's own. Beside each thing that is priced stand some that only look like it."""
import csv
import hashlib
import sys
from pathlib import Path

PRICES = Path(__file__).resolve().parent.parent / "prices" / "gcp"

COMPUTE, KUBERNETES, NETWORKING = "6F81-5844-456A", "CCD8-9BF1-090E", "E505-1604-58F8"
SECRETS, LOGGING, ARTIFACTS = "EE82-7A5E-871C", "5490-F7B7-8DF6", "149C-F9EC-3994"

# Regions with the place of their descriptions, for machines and for disks.
REGIONS = {"us-central1": ("Americas", ""), "europe-west1": ("Belgium", " in Belgium")}

SERIES = {
    "c2": "Compute optimized", "c2d": "C2D AMD Instance", "c3": "C3 Instance", "c3d": "C3D Instance", "c4": "C4 Instance",
    "c4a": "C4A Arm Instance", "e2": "E2 Instance", "n1": "N1 Predefined Instance", "n2": "N2 Instance",
    "n2d": "N2D AMD Instance", "n4": "N4 Instance", "t2d": "T2D AMD Instance",
}

# Family, group, unit, description, and how many nano-dollars of ours are one of the catalogue's, by item; `{}` is the place.
REGIONAL = {
    "gce.disk.pd-balanced": (COMPUTE, "Storage", "SSD", "GiBy.mo", "Balanced PD Capacity{}", 1, 0),
    "gce.disk.pd-standard": (COMPUTE, "Storage", "PDStandard", "GiBy.mo", "Storage PD Capacity{}", 1, 30),
    "gce.disk.pd-ssd": (COMPUTE, "Storage", "SSD", "GiBy.mo", "SSD backed PD Capacity{}", 1, 0),
    "gce.disk.regional.pd-balanced": (COMPUTE, "Storage", "SSD", "GiBy.mo", "Regional Balanced PD Capacity{}", 1, 0),
    "gce.disk.local-ssd": (COMPUTE, "Storage", "LocalSSD", "GiBy.mo", "SSD backed Local Storage{}", 1, 0),
    "gce.snapshot": (COMPUTE, "Storage", "PDSnapshot", "GiBy.mo", "Storage PD Snapshot{}", 1, 0),
    "gce.ipv4.unused": (COMPUTE, "Network", "IpAddress", "h", "Static Ip Charge{}", 1, 1),
    "gke.autopilot.vcpu": (KUBERNETES, "Compute", "Autopilot", "h", "Autopilot Pod mCPU Requests ({region})", 1000, 0),
    "gke.autopilot.memory": (KUBERNETES, "Compute", "Autopilot", "GiBy.h", "Autopilot Pod Memory Requests ({region})", 1, 0),
    "gke.autopilot.storage": (KUBERNETES, "Compute", "Autopilot", "GiBy.h", "Autopilot Pod Ephemeral Storage Requests ({region})", 1, 0),
    "gke.autopilot.spot.vcpu": (KUBERNETES, "Compute", "Autopilot", "h", "Autopilot Spot Pod mCPU Requests ({region})", 1000, 0),
}

GLOBAL = {
    "gce.ipv4": (COMPUTE, "Network", "IpAddress", "h", "External IP Charge on a Standard VM", 1, 744),
    "gke.cluster": (KUBERNETES, "Compute", "GKE", "h", "Regional Kubernetes Clusters", 1, 0),
    "nat.vm": (NETWORKING, "Network", "Nat", "h", "Networking Cloud Nat Gateway Uptime", 1, 0),
    "nat.data": (NETWORKING, "Network", "Nat", "GiBy", "Networking Cloud Nat Data Processing", 1, 0),
    "lb.global.rules": (NETWORKING, "Network", "LoadBalancing", "h", "Cloud Load Balancer Forwarding Rule Minimum Global", 1, 0),
    "lb.global.rule": (NETWORKING, "Network", "LoadBalancing", "h", "Cloud Load Balancer Forwarding Rule Additional Global", 1, 0),
    "secretmanager.version": (SECRETS, "ApplicationServices", "SecretManager", "mo", "Secret version replica storage", 1, 6),
    "secretmanager.accesses": (SECRETS, "ApplicationServices", "SecretManager", "count", "Secret access operations", 10_000, 10_000),
    "logging.ingested": (LOGGING, "ApplicationServices", "Logging", "GiBy", "Log Storage cost", 1, 50),
    "artifacts.stored": (ARTIFACTS, "Storage", "ArtifactRegistry", "GiBy.mo", "Artifact Registry Storage", 1, 0.5),
}

# What looks like something else, with a price that would be found out.
LOOKALIKES = [
    (COMPUTE, "Compute", "CPU", "OnDemand", "us-central1", "h", "E2 Custom Instance Core running in Americas"),
    (COMPUTE, "Compute", "CPU", "OnDemand", "us-central1", "h", "Custom Instance Core running in Americas"),
    (COMPUTE, "Compute", "CPU", "Commit1Yr", "us-central1", "h", "Commitment v1: E2 Cpu in Americas for 1 Year"),
    (COMPUTE, "Compute", "CPU", "OnDemand", "us-central1", "h", "Sole Tenancy Premium for N2 Sole Tenancy Instance Core running in Americas"),
    (COMPUTE, "Storage", "LocalSSD", "Preemptible", "us-central1", "GiBy.mo", "SSD backed Local Storage attached to Spot Preemptible VMs"),
    (COMPUTE, "Network", "IpAddress", "OnDemand", "global", "h", "External IP Charge on a Spot Preemptible VM"),
    (KUBERNETES, "Compute", "Autopilot", "OnDemand", "us-central1", "GiBy.h", "Autopilot SSD Pod Ephemeral Storage Requests (us-central1)"),
    (NETWORKING, "Network", "Nat", "OnDemand", "global", "h", "Networking Private Nat Gateway Uptime"),
    (NETWORKING, "Network", "Nat", "OnDemand", "global", "h", "Networking Cloud NAT IP Usage"),
]


def rows(name):
    with open(PRICES / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def micros(shape, core, ram):
    """An hour of a machine in micro-dollars, of nano-dollars for a core and a GiB."""
    whole = core * int(shape["billed_milli"]) + ram * gib(shape)
    return (whole + 500_000) // 1_000_000


def gib(shape):
    """Thousandths of a GiB, to a hundredth: `n1-highcpu-2` has 1.8 GiB, which are no whole MiB."""
    return (int(shape["memory_mib"]) * 100 + 512) // 1024 * 10


def parts(machines):
    """Nano-dollars of a core and of a GiB that all these machines are made of."""
    sized = [(int(s["billed_milli"]) / 1000, gib(s) / 1000, price * 1000, s) for s, price in machines]
    a, b = max(((a, b) for a in sized for b in sized), key=lambda two: two[0][0] * two[1][1] - two[0][1] * two[1][0])
    det = a[0] * b[1] - a[1] * b[0]
    if det > 0.5:
        core = (a[2] * b[1] - b[2] * a[1]) / det
        ram = (a[0] * b[2] - b[0] * a[2]) / det
    else:
        # All have the same shape: memory at an eighth of a core.
        one = max(sized, key=lambda size: size[0])
        core = one[2] / (one[0] + one[1] / 8)
        ram = core / 8
    for near in sorted(range(-400, 401), key=abs):
        for other in sorted(range(-40, 41), key=abs):
            found = (round(core) + near, round(ram) + other)
            if all(micros(s, *found) == price for s, price in machines[::-1]):
                return found
    sys.exit(f"no price of a core and a GiB makes {machines[0][0]['type']} and its like")


def number(text):
    digits = hashlib.sha256(text.encode()).hexdigest().upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}"


def sold():
    shapes = {row["type"]: row for row in rows("shapes")}
    for region, (place, _) in REGIONS.items():
        prices = rows(region)
        for series, words in SERIES.items():
            for usage, column, before in (("OnDemand", "usd_micros", ""), ("Preemptible", "spot_micros", "Spot Preemptible ")):
                own = [row for row in prices if row["type"].split("-")[0] == series and "lssd" not in row["type"]]
                made = [(shapes[row["type"]], int(row[column])) for row in own if row[column]]
                if not made:
                    continue
                core, ram = parts(made)
                group = "N1Standard" if series == "n1" else None
                yield COMPUTE, "Compute", group or "CPU", usage, region, "h", f"0:{core}", f"{before}{words} Core running in {place}"
                yield COMPUTE, "Compute", group or "RAM", usage, region, "GiBy.h", f"0:{ram}", f"{before}{words} Ram running in {place}"
    services = {(row["item"], row["region"]): int(row["usd_nanos"]) for row in rows("services")}
    for region, (_, place) in REGIONS.items():
        for item, (*kind, unit, words, times, free) in REGIONAL.items():
            if (item, region) in services:
                usage = "Preemptible" if ".spot." in item else "OnDemand"
                yield *kind, usage, region, unit, steps(services[item, region], times, free), words.format(place, region=region)
    for item, (*kind, unit, words, times, free) in GLOBAL.items():
        price = services.get((item, "*"), services.get((item, "us-central1")))
        yield *kind, "OnDemand", "global", unit, steps(price, times, free), words
    for *kind, words in LOOKALIKES:
        yield *kind, "0:777", words


def steps(nanos, times, free):
    whole, rest = divmod(nanos, times)
    if rest:
        sys.exit(f"{nanos} does not divide by {times}")
    return f"0:0 {free}:{whole}" if free else f"0:{whole}"


def main():
    with open(sys.argv[1], "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        for service, family, group, usage, region, unit, price, words in sold():
            out.writerow((service, number(words + region), family, group, usage, region, unit, price, words))


main()

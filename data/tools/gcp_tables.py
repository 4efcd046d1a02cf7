"""Tables of Google Cloud."""
import sys

from sheets import codes, mib, read, scaled, service_rows, services, write

# Our item and unit for each row of services.csv that we use, by its service and item.
SERVICES = {
    ("GKE", "cluster management fee (zonal, regional, Autopilot)"): ("gke.cluster", "hour"),
    # Taken off the bill, once for each billing account, and only of zonal and Autopilot clusters' fees.
    ("GKE", "free tier credit (zonal Standard and Autopilot clusters only, per billing account)"): ("gke.credit", "month"),
    # Google bills it on top of the fee: 0.10 + 0.50.
    ("GKE", "extended support surcharge (Extended channel, version in extended period)"): ("gke.cluster.extended", "hour"),
    ("GKE Autopilot", "general-purpose pod vCPU"): ("gke.autopilot.vcpu", "vCPU-hour"),
    ("GKE Autopilot", "general-purpose pod memory"): ("gke.autopilot.memory", "GiB-hour"),
    ("GKE Autopilot", "general-purpose pod ephemeral storage"): ("gke.autopilot.storage", "GiB-hour"),
    ("GKE Autopilot", "Spot general-purpose pod vCPU"): ("gke.autopilot.spot.vcpu", "vCPU-hour"),
    ("GKE Autopilot", "Spot general-purpose pod memory"): ("gke.autopilot.spot.memory", "GiB-hour"),
    ("GKE Autopilot", "Scale-Out x86 pod vCPU"): ("gke.autopilot.scaleout.vcpu", "vCPU-hour"),
    ("GKE Autopilot", "Scale-Out x86 pod memory"): ("gke.autopilot.scaleout.memory", "GiB-hour"),
    ("GKE Autopilot", "Scale-Out Arm pod vCPU"): ("gke.autopilot.scaleout.arm.vcpu", "vCPU-hour"),
    ("GKE Autopilot", "Scale-Out Arm pod memory"): ("gke.autopilot.scaleout.arm.memory", "GiB-hour"),
    ("GKE Autopilot", "Balanced Spot pod vCPU"): ("gke.autopilot.balanced.spot.vcpu", "vCPU-hour"),
    ("GKE Autopilot", "Balanced Spot pod memory"): ("gke.autopilot.balanced.spot.memory", "GiB-hour"),
    ("GCE disk", "pd-standard"): ("gce.disk.pd-standard", "GiB-month"),
    ("GCE disk", "pd-balanced"): ("gce.disk.pd-balanced", "GiB-month"),
    ("GCE disk", "pd-ssd"): ("gce.disk.pd-ssd", "GiB-month"),
    ("GCE disk", "pd-extreme"): ("gce.disk.pd-extreme", "GiB-month"),
    ("GCE disk", "hyperdisk-extreme"): ("gce.disk.hyperdisk-extreme", "GiB-month"),
    ("GCE disk", "pd-standard regional"): ("gce.disk.regional.pd-standard", "GiB-month"),
    ("GCE disk", "pd-balanced regional"): ("gce.disk.regional.pd-balanced", "GiB-month"),
    ("GCE disk", "pd-ssd regional"): ("gce.disk.regional.pd-ssd", "GiB-month"),
    ("GCE disk", "local SSD"): ("gce.disk.local-ssd", "GiB-month"),
    ("GCE disk", "snapshot"): ("gce.snapshot", "GiB-month"),
    ("GCP network", "external IPv4 on a VM"): ("gce.ipv4", "hour"),
    ("GCP network", "external IPv4 static unused"): ("gce.ipv4.unused", "hour"),
    ("GCP network", "Cloud NAT gateway, cap at 32 or more VMs"): ("nat.gateway", "hour"),
    ("GCP network", "Cloud NAT data"): ("nat.data", "GiB"),
    ("GCP network", "internet egress Premium first TiB"): ("network.out", "GiB"),
    ("GCP network", "egress between zones of a region"): ("network.zones", "GiB"),
    ("GCP load balancing", "forwarding rules, first five (minimum)"): ("lb.rules", "hour"),
    ("GCP load balancing", "forwarding rule, each additional"): ("lb.rule", "hour"),
    ("GCP load balancing", "data processed"): ("lb.data", "GiB"),
    ("GCP Secret Manager", "active secret version per location"): ("secretmanager.version", "month"),
    ("GCP Secret Manager", "access operations"): ("secretmanager.accesses", "10k requests"),
    ("GCP Secret Manager", "rotation notification"): ("secretmanager.rotation", "rotation"),
    ("Cloud Logging", "ingestion beyond 50 GiB per project"): ("logging.ingested", "GiB"),
    ("Artifact Registry", "storage"): ("artifacts.stored", "GiB-month"),
}

# The gateway's fee grows with the machines behind it up to this number of them.
NAT_MACHINES = 32

# Series that are for anything, with the boot disks they take: `pd` persistent disks, `hyperdisk` nothing but those, `both`.
# Newer series take Hyperdisk alone: nextflow-io/nextflow#6614 and #6841 (2026-03), after Google's documentation.
GENERAL = {
    "e2": "pd", "n1": "pd", "n2": "pd", "n2d": "pd", "t2a": "pd", "t2d": "pd", "c2": "pd", "c2d": "pd",
    "c3": "both", "c3d": "both",
    "c4": "hyperdisk", "c4a": "hyperdisk", "c4d": "hyperdisk", "n4": "hyperdisk", "n4a": "hyperdisk", "n4d": "hyperdisk",
}

# Series with a discount for whole months, by the row of services.csv that says so.
SUSTAINED = {
    "sustained use discount at 730 h: N1, F1, G1, M1, custom N1": ("n1", "f1", "g1", "m1", "custom"),
    "sustained use discount at 730 h: N2, N2D, C2": ("n2", "n2d", "c2"),
}


def series(kind):
    """`n2` of `n2-standard-4`."""
    return kind.split("-")[0]


def families(rows, kinds):
    """Writes what holds of whole series."""
    off = {}
    for row in rows:
        for name in SUSTAINED.get(row["item"], ()):
            off[name] = scaled(row["usd"], 100)
    names = {series(kind) for kind in kinds}
    if set(GENERAL) - names or len(off) != sum(map(len, SUSTAINED.values())):
        sys.exit("a series has neither machines nor a discount")
    table = [(name, "y" if name in GENERAL else "n", GENERAL.get(name, ""), off.get(name, 0)) for name in names]
    write("gcp", "families", ["family", "general", "disks", "sustained_percent"], table)


def build(sheets):
    """Writes all tables of Google Cloud."""
    prices = read(sheets / "gcp_gce.csv")
    short = codes("s", [row["source"] for row in prices])
    shapes, regions = {}, {}
    for row in prices:
        kind = row["machine_type"]
        billed = scaled(row["billed_vcpu"], 1000)
        # A g4-standard-6 has an eighth of a device.
        devices = scaled(row["gpu_count"] or 0, 1000)
        memory = mib(row["memory_gib"])
        shape = (kind, row["vcpu"], billed, memory, row["arch"], devices, row["gpu_name"])
        if shapes.setdefault(kind, shape) != shape:
            sys.exit(f"{kind} has two shapes")
        spot = scaled(row["usd_per_hour_spot"], 1_000_000) if row["usd_per_hour_spot"] else ""
        offered = {"yes": "y", "no": "n", "": ""}[row["offered_2026_07"]]
        regions.setdefault(row["region"], []).append(
            (kind, scaled(row["usd_per_hour"], 1_000_000), spot, row["as_of"], short[row["source"]], offered)
        )
    header = ["type", "vcpu", "billed_milli", "memory_mib", "arch", "gpu_milli", "accelerator"]
    write("gcp", "shapes", header, shapes.values())
    write("gcp", "sources", ["code", "source"], [(code, text) for text, code in short.items()])
    for region, rows in regions.items():
        write("gcp", region, ["type", "usd_micros", "spot_micros", "as_of", "source", "offered"], rows)
    rows = service_rows(sheets)
    families(rows, shapes)
    regional = [row for row in rows if row["region"] in regions or row["region"] in ("*", "global")]
    others = services("gcp", SERVICES, regional, each_machine(regional))
    print(f"gcp: {len(shapes)} shapes, {sum(map(len, regions.values()))} prices in {len(regions)} regions, {others} others")


def each_machine(rows):
    """The gateway's fee for one machine behind it: its highest fee over the number of machines for which it is reached."""
    for row in rows:
        if SERVICES.get((row["service"], row["item"])) == ("nat.gateway", "hour"):
            nanos, rest = divmod(scaled(row["usd"], 1_000_000_000), NAT_MACHINES)
            if rest:
                sys.exit(f"the fee of {row['region']} does not divide")
            source = f"derived: nat.gateway / {NAT_MACHINES}; {row['source']}"
            yield ("nat.vm", row["region"], "hour", nanos, row["as_of"], source, row["confidence"])

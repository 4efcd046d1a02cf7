#!/usr/bin/env python3
"""Builds data/prices/aws/*.csv, our own tidy tables, from researched price sheets.

Usage: build_prices.py SHEETS_DIR        (SHEETS_DIR holds aws_ec2.csv, eks_allocatable.csv and services.csv)

shapes.csv   one row a machine type: type,vcpu,memory_mib,arch,gpus,max_pods
REGION.csv   one row a price: type,usd_micros,as_of,source,quality,offered
sources.csv  the source codes used above, spelled out

services.csv          one row a price of anything else: item,region,unit,usd_nanos,as_of,source,confidence;
                      region `*` holds in every commercial region that has no row of its own
service_sources.csv   the source codes of services.csv, spelled out

Left out: rows known to be stale (`stale-price-cut-2025-06`) and bare-metal rows quoted at dedicated
tenancy (`metal-check-tenancy`), and prices of services in which we have little confidence (`low`) or that carry no date:
a missing price is honest, a wrong one is not.
"""
import csv
import decimal
import pathlib
import sys

LEFT_OUT = {"stale-price-cut-2025-06", "metal-check-tenancy"}
OUT = pathlib.Path(__file__).resolve().parent.parent / "prices" / "aws"

# Our item and unit for each row of services.csv that we use, by its service and item.
SERVICES = {
    ("EKS", "control plane, standard support"): ("eks.cluster", "hour"),
    # AWS bills it on top of the standard fee: 0.10 + 0.50.
    ("EKS", "extended version support surcharge (added to standard)"): ("eks.cluster.extended", "hour"),
    ("EKS", "Provisioned Control Plane tier XL (added to standard)"): ("eks.cluster.tier-xl", "hour"),
    ("EKS", "Provisioned Control Plane tier 2XL (added to standard)"): ("eks.cluster.tier-2xl", "hour"),
    ("EKS", "Provisioned Control Plane tier 4XL (added to standard)"): ("eks.cluster.tier-4xl", "hour"),
    ("EKS", "Provisioned Control Plane tier 8XL (added to standard)"): ("eks.cluster.tier-8xl", "hour"),
    ("Fargate", "Linux x86 vCPU (ECS and EKS)"): ("fargate.vcpu", "vCPU-hour"),
    ("Fargate", "Linux x86 memory (ECS and EKS)"): ("fargate.memory", "GB-hour"),
    ("Fargate", "Linux ARM vCPU (ECS only)"): ("fargate.arm.vcpu", "vCPU-hour"),
    ("Fargate", "Linux ARM memory (ECS only)"): ("fargate.arm.memory", "GB-hour"),
    ("EC2", "T2/T3/T4g unlimited surplus credits (Linux)"): ("ec2.credits", "vCPU-hour"),
    ("EBS", "gp3 storage"): ("ebs.gp3", "GB-month"),
    ("EBS", "gp3 IOPS over 3000"): ("ebs.gp3.iops", "IOPS-month"),
    ("EBS", "gp3 throughput over 125 MiB/s"): ("ebs.gp3.throughput", "MiBps-month"),
    ("EBS", "gp2 storage"): ("ebs.gp2", "GB-month"),
    ("EBS", "io1 storage"): ("ebs.io1", "GB-month"),
    ("EBS", "io1 IOPS"): ("ebs.io1.iops", "IOPS-month"),
    ("EBS", "io2 storage"): ("ebs.io2", "GB-month"),
    ("EBS", "st1 storage"): ("ebs.st1", "GB-month"),
    ("EBS", "sc1 storage"): ("ebs.sc1", "GB-month"),
    ("VPC", "NAT gateway hour"): ("vpc.nat", "hour"),
    ("VPC", "NAT gateway data"): ("vpc.nat.data", "GB"),
    ("VPC", "public IPv4, in use or idle"): ("vpc.ipv4", "hour"),
    ("VPC", "interface endpoint"): ("vpc.endpoint", "hour"),
    ("VPC", "interface endpoint data first PB"): ("vpc.endpoint.data", "GB"),
    ("ELB", "ALB hour"): ("elb.alb", "hour"),
    ("ELB", "ALB LCU"): ("elb.alb.lcu", "LCU-hour"),
    ("ELB", "NLB hour"): ("elb.nlb", "hour"),
    ("ELB", "NLB NLCU"): ("elb.nlb.lcu", "LCU-hour"),
    ("CloudWatch", "Logs ingestion, Standard"): ("logs.ingested", "GB"),
    ("CloudWatch", "Logs storage"): ("logs.stored", "GB-month"),
    ("KMS", "customer key"): ("kms.key", "month"),
    ("SecretsManager", "secret"): ("secrets.secret", "month"),
}


def nanos(usd):
    """Decimal dollars to whole nano-dollars; a price that is finer than that is an error."""
    scaled = decimal.Decimal(usd) * 1_000_000_000
    if scaled != int(scaled):
        sys.exit(f"{usd} is finer than a nano-dollar")
    return int(scaled)


def services(sheets):
    """Writes the prices of everything that is no machine."""
    rows = [row for row in read(sheets / "services.csv") if (row["service"], row["item"]) in SERVICES]
    rows = [row for row in rows if row["confidence"] != "low" and row["as_of"] != "undated"]
    missing = set(SERVICES) - {(row["service"], row["item"]) for row in rows}
    if missing:
        sys.exit(f"no price at all of {sorted(missing)}")
    codes = {text: f"p{n}" for n, text in enumerate(sorted({row["source"] for row in rows}), 1)}
    table = []
    for row in rows:
        item, unit = SERVICES[row["service"], row["item"]]
        table.append(
            (item, row["region"], unit, nanos(row["usd"]), row["as_of"], codes[row["source"]], row["confidence"])
        )
    write("services.csv", ["item", "region", "unit", "usd_nanos", "as_of", "source", "confidence"], table)
    write("service_sources.csv", ["code", "source"], [(code, text) for text, code in codes.items()])
    print(f"{len(table)} prices of services")


def micros(usd):
    """Decimal dollars to whole micro-dollars, half up."""
    scaled = decimal.Decimal(usd) * 1_000_000
    return int(scaled.quantize(decimal.Decimal(1), rounding=decimal.ROUND_HALF_UP))


def write(name, header, rows):
    """Writes one table, sorted, with Unix line ends."""
    with open(OUT / name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(rows))


def read(path):
    """All rows of a sheet as dictionaries."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sheets = pathlib.Path(sys.argv[1])
    prices = [row for row in read(sheets / "aws_ec2.csv") if row["quality"] not in LEFT_OUT]
    pods = {row["instance_type"]: row["max_pods_eni"] for row in read(sheets / "eks_allocatable.csv")}
    codes = {text: f"s{n}" for n, text in enumerate(sorted({row["source"] for row in prices}), 1)}
    shapes, regions = {}, {}
    for row in prices:
        kind = row["instance_type"]
        mib = int(decimal.Decimal(row["memory_gib"]) * 1024)
        shapes[kind] = (kind, row["vcpu"], mib, row["arch"], row["gpu_count"] or 0, pods.get(kind, ""))
        offered = {"yes": "y", "no": "n", "": ""}[row["offered_2026_08"]]
        regions.setdefault(row["region"], []).append(
            (kind, micros(row["usd_per_hour"]), row["as_of"], codes[row["source"]], row["quality"], offered)
        )
    OUT.mkdir(parents=True, exist_ok=True)
    write("shapes.csv", ["type", "vcpu", "memory_mib", "arch", "gpus", "max_pods"], shapes.values())
    write("sources.csv", ["code", "source"], [(code, text) for text, code in codes.items()])
    for region, rows in regions.items():
        write(f"{region}.csv", ["type", "usd_micros", "as_of", "source", "quality", "offered"], rows)
    services(sheets)
    print(f"{len(shapes)} shapes, {sum(map(len, regions.values()))} prices, {len(regions)} regions")


if __name__ == "__main__":
    main()

"""Tables of Amazon Web Services."""
import decimal
import re

from sheets import TOOLS, codes, mib, read, scaled, service_rows, services, write

LEFT_OUT = {"stale-price-cut-2025-06", "metal-check-tenancy"}

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
    ("Fargate", "ephemeral storage over 20 GB per task"): ("fargate.ephemeral", "GB-hour"),
    ("ECR", "storage"): ("ecr.stored", "GB-month"),
    ("SecretsManager", "API requests"): ("secrets.requests", "10k requests"),
    ("DataTransfer", "between AZs, each direction"): ("transfer.zones", "GB"),
    ("DataTransfer", "internet egress first 10 TB"): ("transfer.out", "GB"),
}


# What EKS Auto Mode costs on top of a machine, by the row of services.csv that says so; the letters of the families that pay it.
# The last one is derived from what was announced: we know of no figure of a type.
AUTO_FEES = {
    "Auto Mode management fee, general instances": ("general", ()),
    "Auto Mode management fee, G family": ("graphics", ("g", "gr")),
    "Auto Mode management fee, P and Trainium": ("training", ("p", "trn")),
}


def letters(family):
    """`c` of `c7i-flex`, with its generation: 7."""
    found = re.match("([a-z]+)([0-9]+)", family)
    return found[1], int(found[2])


def auto_mode(sheets):
    """Writes which families EKS Auto Mode has, and what it takes for them."""
    rows = {row["item"]: row for row in read(sheets / "services.csv") if row["item"] in AUTO_FEES}
    kinds = {letter: kind for kind, family in AUTO_FEES.values() for letter in family}
    fees = [
        (kind, scaled(rows[item]["usd"], 1000), rows[item]["as_of"], rows[item]["source"], rows[item]["confidence"])
        for item, (kind, _) in AUTO_FEES.items()
    ]
    write("aws", "auto_fees", ["fee", "permille", "as_of", "source", "confidence"], fees)
    families = [row["family"] for row in read(TOOLS / "auto_mode.csv")]
    table = []
    for family in families:
        letter, generation = letters(family)
        # The node pools that come with it: C, M and R, newer than the fourth generation.
        unnamed = letter in ("c", "m", "r") and generation > 4
        table.append((family, kinds.get(letter, "general"), "y" if unnamed else "n"))
    write("aws", "families", ["family", "auto_fee", "auto_unnamed"], table)


def micros(usd):
    """Decimal dollars to whole micro-dollars, half up."""
    exact = decimal.Decimal(usd) * 1_000_000
    return int(exact.quantize(decimal.Decimal(1), rounding=decimal.ROUND_HALF_UP))


def build(sheets):
    """Writes all tables of AWS."""
    prices = [row for row in read(sheets / "aws_ec2.csv") if row["quality"] not in LEFT_OUT]
    pods = {row["instance_type"]: row["max_pods_eni"] for row in read(sheets / "eks_allocatable.csv")}
    limits = {row["type"]: (row["interfaces"], row["addresses"]) for row in read(TOOLS / "interfaces.csv")}
    short = codes("s", [row["source"] for row in prices])
    shapes, regions = {}, {}
    for row in prices:
        kind = row["instance_type"]
        size = (kind, row["vcpu"], mib(row["memory_gib"]), row["arch"], row["gpu_count"] or 0)
        shapes[kind] = (*size, pods.get(kind, ""), *limits.get(kind, ("", "")))
        offered = {"yes": "y", "no": "n", "": ""}[row["offered_2026_08"]]
        regions.setdefault(row["region"], []).append(
            (kind, micros(row["usd_per_hour"]), row["as_of"], short[row["source"]], row["quality"], offered)
        )
    write("aws", "shapes", ["type", "vcpu", "memory_mib", "arch", "gpus", "max_pods", "interfaces", "addresses"], shapes.values())
    write("aws", "sources", ["code", "source"], [(code, text) for text, code in short.items()])
    for region, rows in regions.items():
        write("aws", region, ["type", "usd_micros", "as_of", "source", "quality", "offered"], rows)
    auto_mode(sheets)
    others = services("aws", SERVICES, service_rows(sheets))
    print(f"aws: {len(shapes)} shapes, {sum(map(len, regions.values()))} prices in {len(regions)} regions, {others} others")

#!/usr/bin/env python3
"""Builds data/prices/aws/*.csv, our own tidy tables, from researched price sheets.

Usage: build_prices.py SHEETS_DIR        (SHEETS_DIR holds aws_ec2.csv and eks_allocatable.csv)

shapes.csv   one row a machine type: type,vcpu,memory_mib,arch,gpus,max_pods
REGION.csv   one row a price: type,usd_micros,as_of,source,quality,offered
sources.csv  the source codes used above, spelled out

Left out: rows known to be stale (`stale-price-cut-2025-06`) and bare-metal rows quoted at dedicated
tenancy (`metal-check-tenancy`): a missing price is honest, a wrong one is not.
"""
import csv
import decimal
import pathlib
import sys

LEFT_OUT = {"stale-price-cut-2025-06", "metal-check-tenancy"}
OUT = pathlib.Path(__file__).resolve().parent.parent / "prices" / "aws"


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
    print(f"{len(shapes)} shapes, {sum(map(len, regions.values()))} prices, {len(regions)} regions")


if __name__ == "__main__":
    main()

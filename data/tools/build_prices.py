#!/usr/bin/env python3
"""Builds data/prices/CLOUD/*.csv, our own tidy tables, from researched price sheets.

Usage: build_prices.py SHEETS_DIR        (holds aws_ec2.csv, gcp_gce.csv, eks_allocatable.csv and services.csv)

shapes.csv            one row a machine type; families.csv what holds of a whole series, of AWS those that EKS Auto Mode has
auto_fees.csv         (aws) what EKS Auto Mode costs, in thousandths of a machine's price on demand
REGION.csv            one row a price of a machine, with its date, the code of its source, and whether it is sold there
sources.csv           the source codes used above, spelled out
services.csv          one row a price of anything else: item,region,unit,usd_nanos,as_of,source,confidence;
                      region `*` holds in every commercial region that has no row of its own
service_sources.csv   the source codes of services.csv, spelled out

What was looked up after the sheets were made is in looked_up.csv beside this program, and goes before them. Beside it are

interfaces.csv        network interfaces of a type and IPv4 addresses of each, by the default network card:
                      aws/amazon-vpc-cni-k8s v1.23.2 of 2026-09-29, pkg/vpc/vpc_ip_resource_limit.go, which is generated from
                      ec2:DescribeInstanceTypes of 17 regions
auto_mode.csv         families that EKS Auto Mode has: the EKS user guide, "EKS Auto Mode supported instance reference", read 2026-11-27

Left out: rows known to be stale (`stale-price-cut-2025-06`) and bare-metal rows quoted at dedicated
tenancy (`metal-check-tenancy`), and prices of services in which we have little confidence (`low`): a missing price is
honest, a wrong one is not. A price whose source bears no date has that of the collection, marked so:
`collected 2026-11-23`. It was true then at the latest.

The same sheets give the same tables, byte for byte. `cargo build` compresses them (data/build.rs).
"""
import pathlib
import sys

import aws_tables
import gcp_tables


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sheets = pathlib.Path(sys.argv[1])
    aws_tables.build(sheets)
    gcp_tables.build(sheets)


if __name__ == "__main__":
    main()

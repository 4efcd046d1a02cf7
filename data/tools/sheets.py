"""Reading researched sheets and writing our own tidy tables."""
import csv
import decimal
import pathlib
import sys

TOOLS = pathlib.Path(__file__).resolve().parent
TABLES = TOOLS.parent / "prices"
LOOKED_UP = TOOLS / "looked_up.csv"

# When the sheets were collected. A row whose own source bears no date was true on that day at the latest.
COLLECTED = "2026-11-23"


def read(path):
    """All rows of a sheet as dictionaries."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(cloud, name, header, rows):
    """Writes one table, sorted, with Unix line ends."""
    folder = TABLES / cloud
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(rows))


def scaled(usd, by):
    """Decimal dollars times `by` as a whole number; a price that is finer than that is an error."""
    exact = decimal.Decimal(usd) * by
    if exact != int(exact):
        sys.exit(f"{usd} is finer than 1/{by} of a dollar")
    return int(exact)


def mib(gib):
    """Decimal GiB to whole MiB, rounded down: there are machines of 14.4 GiB."""
    return int(decimal.Decimal(gib) * 1024)


def codes(prefix, texts):
    """A short code for each text."""
    return {text: f"{prefix}{n}" for n, text in enumerate(sorted(set(texts)), 1)}


def dated(row):
    """The date of a row: its source's own, or marked as that of the collection."""
    return f"collected {COLLECTED}" if row["as_of"] == "undated" else row["as_of"]


def service_rows(sheets):
    """Prices of services; one that was looked up later takes the place of the sheet's."""
    key = lambda row: (row["service"], row["item"], row["region"])
    rows = {key(row): row for row in read(sheets / "services.csv") if row["confidence"] != "low"}
    rows |= {key(row): row for row in read(LOOKED_UP)}
    return list(rows.values())


def services(cloud, named, rows, derived=()):
    """Writes the prices of everything that is no machine. `named` gives our item and unit; `derived` are finished rows
    (item, region, unit, nanos, as_of, source, confidence)."""
    rows = [row for row in rows if (row["service"], row["item"]) in named]
    missing = set(named) - {(row["service"], row["item"]) for row in rows}
    if missing:
        sys.exit(f"no price at all of {sorted(missing)}")
    table = list(derived)
    for row in rows:
        item, unit = named[row["service"], row["item"]]
        region, nanos = row["region"], abs(scaled(row["usd"], 1_000_000_000))
        if region == "global":
            item, region = item.replace("lb.", "lb.global."), "*"
        table.append((item, region, unit, nanos, dated(row), row["source"], row["confidence"]))
    short = codes("p", [row[5] for row in table])
    header = ["item", "region", "unit", "usd_nanos", "as_of", "source", "confidence"]
    write(cloud, "services", header, [(*row[:5], short[row[5]], row[6]) for row in table])
    write(cloud, "service_sources", ["code", "source"], [(code, text) for text, code in short.items()])
    return len(table)

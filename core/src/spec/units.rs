//! Quantities of a spec: sizes, durations, CPU.

use super::format::Fault;

/// Splits `8GiB` into `8` and `GiB`.
fn split_unit(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Bytes of `512MiB`, `8GiB`, `1TiB`.
pub(super) fn size(text: &str) -> Result<u64, Fault> {
    let (number, unit) = split_unit(text);
    let wrong = |what: &str, help: Option<String>| Fault {
        what: what.to_owned(),
        help,
    };
    let shift = match unit {
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        _ => {
            let right = match unit.trim().to_ascii_lowercase().as_str() {
                "m" | "mb" | "mi" | "mib" => Some("MiB"),
                "g" | "gb" | "gi" | "gib" | "" => Some("GiB"),
                "t" | "tb" | "ti" | "tib" => Some("TiB"),
                _ => None,
            };
            let help = right.filter(|_| !number.is_empty());
            let help =
                help.map(|unit| format!("write \"{number}{unit}\": sizes are in MiB, GiB or TiB"));
            return Err(wrong(
                "is not a size",
                help.or_else(|| Some("sizes are in MiB, GiB or TiB, such as \"8GiB\"".into())),
            ));
        }
    };
    let count: u64 = number.parse().map_err(|_| {
        wrong(
            "is not a whole number of its unit",
            Some("write it in the next smaller unit: \"1536MiB\" for one and a half GiB".into()),
        )
    })?;
    match count.checked_mul(1 << shift) {
        Some(0) => Err(wrong("is nothing", Some("write \"1GiB\" or more".into()))),
        Some(bytes) if bytes <= 1 << 50 => Ok(bytes),
        _ => Err(wrong(
            "is more than any machine has",
            Some("write \"1024TiB\" or less".into()),
        )),
    }
}

/// Seconds of `30s`, `10m`, `2h`, `1d`.
pub(super) fn duration(text: &str) -> Result<u64, Fault> {
    let (number, unit) = split_unit(text);
    let help = "durations are whole numbers with s, m, h or d, such as \"30s\"";
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => {
            let right = match unit.trim().to_ascii_lowercase().as_str() {
                "" | "sec" | "secs" | "second" | "seconds" | "s" => Some("s"),
                "min" | "mins" | "minute" | "minutes" | "m" => Some("m"),
                "hr" | "hour" | "hours" | "h" => Some("h"),
                "day" | "days" | "d" => Some("d"),
                _ => None,
            };
            let better = right
                .filter(|_| !number.is_empty())
                .map(|unit| format!("write \"{number}{unit}\": {help}"));
            return Err(Fault {
                what: "is not a duration".into(),
                help: better.or_else(|| Some(help.into())),
            });
        }
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(factor))
        .filter(|seconds| *seconds <= 366 * 86400)
        .ok_or_else(|| Fault {
            what: "is not a duration of at most a year".into(),
            help: Some(help.into()),
        })
}

/// Millicores of `500m`.
pub(super) fn cpu(text: &str) -> Result<u64, Fault> {
    let wrong = |help: String| Fault {
        what: "is not a CPU".into(),
        help: Some(help),
    };
    let Some(number) = text.strip_suffix('m') else {
        return Err(match text.parse::<f64>() {
            Ok(_) => wrong(format!(
                "write {text} without quotes, or millicores such as \"500m\""
            )),
            Err(_) => wrong("write millicores such as \"500m\", or a number of cores".into()),
        });
    };
    match number.parse::<u64>() {
        Ok(milli) if (1..=1_000_000).contains(&milli) => Ok(milli),
        _ => Err(wrong("write millicores from \"1m\" on".into())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sizes_durations_and_cpus() {
        assert_eq!(size("512MiB").unwrap(), 512 << 20);
        assert_eq!(size("8GiB").unwrap(), 8 << 30);
        let help = size("8GB").unwrap_err().help.unwrap();
        assert!(help.contains("\"8GiB\""), "{help}");
        assert!(
            size("1.5GiB")
                .unwrap_err()
                .help
                .unwrap()
                .contains("1536MiB")
        );
        assert!(size("99999999999999999999GiB").is_err());
        assert!(size("0GiB").is_err());
        assert_eq!(duration("2h").unwrap(), 7200);
        assert!(
            duration("90")
                .unwrap_err()
                .help
                .unwrap()
                .contains("\"90s\"")
        );
        assert!(
            duration("5min")
                .unwrap_err()
                .help
                .unwrap()
                .contains("\"5m\"")
        );
        assert_eq!(cpu("500m").unwrap(), 500);
        assert!(
            cpu("0.5")
                .unwrap_err()
                .help
                .unwrap()
                .contains("without quotes")
        );
    }
}

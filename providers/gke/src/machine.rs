//! Which machine types satisfy a wish, the cheapest family first.
//!
//! Families and sizes are those of "Machine families resource and comparison guide" (Compute Engine documentation), which calls
//! E2 the family of the lowest cost. Left out of automatic choice: types with shared cores, accelerators, local disks, and bare
//! metal. Anything can still be named.

use provision_core::model::{Opt, Options, Value};
use provision_core::spec::Arch;

/// A series of types: the start of their names, MiB for each CPU, sizes.
type Series = (&'static str, u64, &'static [u64]);

const E2: &[u64] = &[2, 4, 8, 16, 32];
const N2D: &[u64] = &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224];
const C4A: &[u64] = &[1, 2, 4, 8, 16, 32, 48, 64, 72];

/// x86-64, a family after another.
const AMD64: &[&[Series]] = &[
    &[
        ("e2-highcpu", 1024, E2),
        ("e2-standard", 4096, E2),
        ("e2-highmem", 8192, &[2, 4, 8, 16]),
    ],
    &[
        ("n2d-highcpu", 1024, N2D),
        ("n2d-standard", 4096, N2D),
        ("n2d-highmem", 8192, &[2, 4, 8, 16, 32, 48, 64, 80, 96]),
    ],
];

/// Arm.
const ARM64: &[&[Series]] = &[&[
    ("c4a-highcpu", 2048, C4A),
    ("c4a-standard", 4096, C4A),
    ("c4a-highmem", 8192, C4A),
]];

/// The types that satisfy a wish, in the order in which they are chosen.
pub(crate) fn fitting(arch: Arch, cpu_milli: u64, memory: u64) -> Options {
    let families = match arch {
        Arch::Amd64 => AMD64,
        Arch::Arm64 => ARM64,
    };
    let mut all = Vec::new();
    for (family, series) in families.iter().enumerate() {
        for (name, each, sizes) in *series {
            for cpus in *sizes {
                let mib = each * cpus;
                if cpus * 1000 >= cpu_milli && mib << 20 >= memory {
                    all.push((family, *cpus, mib, format!("{name}-{cpus}")));
                }
            }
        }
    }
    all.sort_unstable();
    let option = |(_, _, _, name): (usize, u64, u64, String)| Opt {
        value: Value::Text(name),
        hourly_micros: None,
    };
    all.into_iter().map(option).collect()
}

/// Families whose processor is Arm.
const ARM: [&str; 3] = ["t2a", "c4a", "n4a"];

/// Whether a named type is of Arm.
pub(crate) fn is_arm(name: &str) -> bool {
    ARM.contains(&name.split('-').next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(arch: Arch, cpu_milli: u64, gib: u64) -> Option<String> {
        let all = fitting(arch, cpu_milli, gib << 30);
        all.first()
            .and_then(|opt| opt.value.as_text().map(str::to_owned))
    }

    #[test]
    fn the_smallest_of_the_cheapest_family_comes_first() {
        assert_eq!(
            first(Arch::Amd64, 2000, 8).as_deref(),
            Some("e2-standard-2")
        );
        assert_eq!(
            first(Arch::Amd64, 1000, 16).as_deref(),
            Some("e2-highmem-2")
        );
        assert_eq!(
            first(Arch::Amd64, 48_000, 64).as_deref(),
            Some("n2d-standard-48")
        );
        assert_eq!(
            first(Arch::Arm64, 4000, 16).as_deref(),
            Some("c4a-standard-4")
        );
        assert_eq!(first(Arch::Arm64, 500_000, 16), None);
    }

    #[test]
    fn arm_is_told_by_the_family() {
        assert!(is_arm("t2a-standard-4") && !is_arm("t2d-standard-4"));
    }
}

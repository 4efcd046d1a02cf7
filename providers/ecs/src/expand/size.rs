//! How large tasks are: Fargate sells certain pairs of CPU and memory, to which a wish is rounded up.

/// What a container wishes for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// CPU, 1024 to a core.
    pub(super) cpu: u64,
    /// MiB.
    pub(super) memory: u64,
}

/// A task on Fargate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// CPU, 1024 to a core.
    pub(super) cpu: u64,
    /// MiB.
    pub(super) memory: u64,
}

/// Per CPU: the least memory, the most, and the step between them, in MiB.
///
/// Source: ECS developer guide, "Task CPU and memory" for Fargate.
const SIZES: [(u64, u64, u64, u64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// The largest task.
pub(super) const LARGEST: &str = "16 CPU and 120 GiB";

/// CPU units of millicores, rounded up.
pub(super) const fn units(milli: u64) -> u64 {
    (milli * 1024).div_ceil(1000)
}

/// MiB of bytes, rounded up.
pub(super) const fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// The smallest task on Fargate that holds what is wished for; `None` when there is none.
pub(super) fn fargate(wish: Wish) -> Option<Size> {
    let fits = |(cpu, least, most, step): &(u64, u64, u64, u64)| {
        if *cpu < wish.cpu || *most < wish.memory {
            return None;
        }
        let above = wish.memory.saturating_sub(*least).div_ceil(*step);
        let memory = least + above * step;
        // A quarter of a core comes with a half, one or two GB.
        let memory = match (*cpu, memory) {
            (256, 1536) => 2048,
            (_, memory) => memory,
        };
        (memory <= *most).then_some(Size { cpu: *cpu, memory })
    };
    SIZES.iter().find_map(fits)
}

/// A size in the words of a spec: `500m`, `2`.
pub(super) fn cpu_words(units: u64) -> String {
    match units % 1024 {
        0 => format!("{}", units / 1024),
        _ => format!("{}m", units * 1000 / 1024),
    }
}

/// A size in the words of a spec: `512MiB`, `2GiB`.
pub(super) fn memory_words(mib: u64) -> String {
    match mib % 1024 {
        0 => format!("{}GiB", mib / 1024),
        _ => format!("{mib}MiB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(cpu: u64, memory: u64) -> Option<(u64, u64)> {
        fargate(Wish { cpu, memory }).map(|size| (size.cpu, size.memory))
    }

    #[test]
    fn wishes_are_rounded_up_to_what_is_sold() {
        assert_eq!(size(0, 0), Some((256, 512)));
        assert_eq!(size(256, 512), Some((256, 512)));
        assert_eq!(size(256, 513), Some((256, 1024)));
        assert_eq!(size(256, 1500), Some((256, 2048)));
        assert_eq!(size(256, 3000), Some((512, 3072)));
        assert_eq!(size(500, 1024), Some((512, 1024)));
        assert_eq!(size(1024, 1), Some((1024, 2048)));
        assert_eq!(size(1024, 8193), Some((2048, 9216)));
        assert_eq!(size(4096, 30720), Some((4096, 30720)));
        assert_eq!(size(4096, 30721), Some((8192, 32768)));
        assert_eq!(size(8193, 1), Some((16384, 32768)));
        assert_eq!(size(16385, 1), None);
        assert_eq!(size(1, 130_000), None);
    }

    #[test]
    fn a_size_never_shrinks_with_a_larger_wish() {
        let steps = || (0..=16384_u64).step_by(512);
        for cpu in steps() {
            let mut last = 0;
            for memory in (0..=122_880_u64).step_by(1024) {
                let Some(size) = fargate(Wish { cpu, memory }) else {
                    continue;
                };
                assert!(size.cpu >= cpu && size.memory >= memory);
                assert!(size.cpu * 1_000_000 + size.memory >= last);
                last = size.cpu * 1_000_000 + size.memory;
            }
        }
    }

    #[test]
    fn sizes_read_as_specs_write_them() {
        assert_eq!((units(500), units(1000), mib(1)), (512, 1024, 1));
        assert_eq!(
            (cpu_words(512), cpu_words(2048)),
            ("500m".to_owned(), "2".to_owned())
        );
        assert_eq!(
            (memory_words(512), memory_words(3072)),
            ("512MiB".to_owned(), "3GiB".to_owned())
        );
    }
}

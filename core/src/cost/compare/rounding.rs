//! What is charged for a pod where there are no nodes to pay for: wishes are rounded up to what is sold.
//!
//! Fargate: "Task CPU and memory" of the ECS developer guide; "Fargate Pod configuration" of the EKS user guide. Autopilot:
//! `GoogleCloudPlatform/autopilot-cost-calculator`, the general-purpose class.

/// What is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sold {
    /// Millicores.
    pub cpu_milli: u64,
    /// MiB.
    pub memory_mib: u64,
}

/// Per CPU on Fargate: the least memory, the most, and the step between them, in MiB.
const FARGATE: [(u64, u64, u64, u64); 7] = [
    (250, 512, 2048, 512),
    (500, 1024, 4096, 1024),
    (1000, 2048, 8192, 1024),
    (2000, 4096, 16_384, 1024),
    (4000, 8192, 30_720, 1024),
    (8000, 16_384, 61_440, 4096),
    (16_000, 32_768, 122_880, 8192),
];

/// MiB that EKS adds to each pod on Fargate for the components of Kubernetes.
const KUBELET_MIB: u64 = 256;

/// A task of ECS on Fargate; `None` when nothing as large is sold.
#[must_use]
pub fn ecs_fargate(cpu_milli: u64, memory_mib: u64) -> Option<Sold> {
    FARGATE.iter().find_map(|(cpu, least, most, step)| {
        if *cpu < cpu_milli || *most < memory_mib {
            return None;
        }
        let above = memory_mib.saturating_sub(*least).div_ceil(*step) * step;
        // A quarter of a core comes with a half, one or two GB.
        let memory = match (*cpu, least + above) {
            (250, 1536) => 2048,
            (_, memory) => memory,
        };
        (memory <= *most).then_some(Sold {
            cpu_milli: *cpu,
            memory_mib: memory,
        })
    })
}

/// A pod of EKS on Fargate.
#[must_use]
pub fn eks_fargate(cpu_milli: u64, memory_mib: u64) -> Option<Sold> {
    ecs_fargate(cpu_milli, memory_mib + KUBELET_MIB)
}

/// A pod on Autopilot, general purpose: steps of 50m, 52 MiB at least, 1 to 6.5 GiB for each core.
#[must_use]
pub fn autopilot(cpu_milli: u64, memory_mib: u64) -> Option<Sold> {
    let memory = memory_mib.max(52);
    // 6.5 GiB a core: the processors grow with the memory.
    let for_memory = (memory * 1000).div_ceil(6656);
    let cpu = cpu_milli.max(50).max(for_memory).div_ceil(50) * 50;
    let memory = memory.max((cpu * 1024).div_ceil(1000));
    (cpu <= 30_000 && memory <= 110 * 1024).then_some(Sold {
        cpu_milli: cpu,
        memory_mib: memory,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(sold: Option<Sold>) -> Option<(u64, u64)> {
        sold.map(|sold| (sold.cpu_milli, sold.memory_mib))
    }

    #[test]
    fn fargate_sells_pairs() {
        assert_eq!(pair(ecs_fargate(500, 1024)), Some((500, 1024)));
        assert_eq!(pair(ecs_fargate(500, 1025)), Some((500, 2048)));
        assert_eq!(pair(ecs_fargate(250, 1100)), Some((250, 2048)));
        assert_eq!(pair(ecs_fargate(16_001, 1)), None);
        // The user guide's own example: 1 vCPU and 8 GB are charged as 2 and 9.
        assert_eq!(pair(eks_fargate(1000, 8192)), Some((2000, 9216)));
    }

    #[test]
    fn autopilot_keeps_a_ratio() {
        assert_eq!(pair(autopilot(10, 10)), Some((50, 52)));
        assert_eq!(pair(autopilot(501, 600)), Some((550, 600)));
        assert_eq!(pair(autopilot(2000, 1024)), Some((2000, 2048)));
        assert_eq!(pair(autopilot(500, 6656)), Some((1000, 6656)));
        assert_eq!(pair(autopilot(31_000, 1)), None);
    }
}

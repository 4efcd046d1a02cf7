//! What of a machine is left for pods, by the platforms' own rules.
//!
//! EKS: `amazon-eks-ami` (nodeadm, kubelet configuration) and Karpenter's overhead of virtual machines; together they give
//! the figures of Karpenter's published table. GKE: "Plan GKE Standard node sizes" and the autoscaler's `gce_reserved.go`.
//! What machines with shared cores leave is Google's figure. ECS: tasks with network interfaces of their own, without trunking.

use super::Machine;
use crate::spec::Arch;

/// Room for pods: CPU, memory and number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Millicores.
    pub cpu_milli: u64,
    /// MiB.
    pub memory_mib: u64,
    /// How many pods, whatever their size.
    pub pods: u64,
}

/// Most pods on a node where no rule of the cloud says less.
const PODS: u64 = 110;

/// What kubelets hold back before they evict.
const EVICTION_MIB: u64 = 100;

/// What the agents of a node on EKS ask for: `aws-node` 50m, `kube-proxy` 100m; a pod each.
const EKS_DAEMONS: Room = Room {
    cpu_milli: 150,
    memory_mib: 0,
    pods: 2,
};

/// What the agents of a node on GKE ask for. Google names no figure: this is assumed, and said.
pub(super) const GKE_DAEMONS: Room = Room {
    cpu_milli: 200,
    memory_mib: 250,
    pods: 5,
};

impl Room {
    /// What is left when something is taken.
    #[must_use]
    pub fn less(self, taken: Self) -> Self {
        Self {
            cpu_milli: self.cpu_milli.saturating_sub(taken.cpu_milli),
            memory_mib: self.memory_mib.saturating_sub(taken.memory_mib),
            pods: self.pods.saturating_sub(taken.pods),
        }
    }
}

/// What kubelets keep of the processors, by both clouds: 6 % of the first core, 1 % of the second, 0.5 % of two more, 0.25 %
/// of the others.
fn kept_cpu(vcpu: u64) -> u64 {
    let cores = |from: u64, most: u64| vcpu.saturating_sub(from).min(most);
    let hundredths =
        cores(0, 1) * 6_000 + cores(1, 1) * 1_000 + cores(2, 2) * 500 + cores(4, u64::MAX) * 250;
    hundredths.div_ceil(100)
}

/// Millicores that GKE keeps of a machine with shared cores: an e2-medium shows 2000 and leaves 940 ("Plan GKE Standard node sizes").
const KEPT_OF_SHARED: u64 = 1060;

/// MiB that the hypervisor and the kernel take of an EC2 machine: 7.5 %.
fn ec2_memory(machine: &Machine) -> u64 {
    let own = match machine.arch {
        Arch::Arm64 => machine.memory_mib.saturating_sub(64),
        Arch::Amd64 => machine.memory_mib,
    };
    own.saturating_sub((own * 75).div_ceil(1000))
}

/// Allocatable capacity of a node on EKS, before any pod.
#[must_use]
pub fn eks(machine: &Machine) -> Room {
    let vcpu = u64::from(machine.vcpu);
    let pods = machine.most_pods.map_or(PODS, u64::from);
    let kept = 255 + 11 * pods + EVICTION_MIB;
    Room {
        cpu_milli: (vcpu * 1000).saturating_sub(kept_cpu(vcpu)),
        memory_mib: ec2_memory(machine).saturating_sub(kept),
        pods,
    }
}

/// What agents leave of a node on EKS.
pub(super) fn eks_managed(machine: &Machine) -> Room {
    eks(machine).less(EKS_DAEMONS)
}

/// Allocatable capacity of a node on GKE, before any pod.
#[must_use]
pub fn gke(machine: &Machine) -> Room {
    const GIB: u64 = 1024;
    let (vcpu, all) = (u64::from(machine.vcpu), machine.memory_mib);
    let small = if all > 3 * GIB { 64 } else { 0 } + if all <= 8 * GIB { 8 } else { 0 };
    let system = all / 64 + 16 + small + (all * 175).div_ceil(100_000).min(248);
    let step = |from: u64, most: u64, percent: u64| {
        (all.saturating_sub(from * GIB).min(most * GIB) * percent).div_ceil(100)
    };
    let kept = match all < GIB {
        true => 255,
        false => {
            step(0, 4, 25)
                + step(4, 4, 20)
                + step(8, 8, 10)
                + step(16, 112, 6)
                + step(128, u64::MAX / GIB, 2)
        }
    };
    let kept_cpu = match machine.shared {
        true => KEPT_OF_SHARED,
        false => kept_cpu(vcpu),
    };
    Room {
        cpu_milli: (vcpu * 1000).saturating_sub(kept_cpu),
        memory_mib: all.saturating_sub(system + kept + EVICTION_MIB),
        pods: PODS,
    }
}

/// What agents leave of a node on GKE.
pub(super) fn gke_managed(machine: &Machine) -> Room {
    gke(machine).less(GKE_DAEMONS)
}

/// Capacity of a container instance of ECS. Each task has a network interface of its own, and one is the machine's; no task fits
/// where nobody knows how many there are.
#[must_use]
pub fn ecs(machine: &Machine) -> Room {
    Room {
        cpu_milli: u64::from(machine.vcpu) * 1000,
        memory_mib: ec2_memory(machine),
        pods: u64::from(machine.interfaces.unwrap_or(0)).saturating_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(name: &str, vcpu: u32, gib: u64, pods: u32) -> Machine {
        let arch = match name.starts_with("m7g.") {
            true => Arch::Arm64,
            false => Arch::Amd64,
        };
        Machine {
            name: name.to_owned(),
            item: String::new(),
            vcpu,
            memory_mib: gib * 1024,
            arch,
            most_pods: Some(pods),
            ..Machine::default()
        }
    }

    /// Figures of Karpenter's published table.
    #[test]
    fn nodes_of_eks_have_the_published_room() {
        for (name, vcpu, gib, pods, cpu, memory) in [
            ("t3.medium", 2, 4, 17, 1930, 3246),
            ("m5.large", 2, 8, 29, 1930, 6903),
            ("m5.xlarge", 4, 16, 58, 3920, 14162),
            ("m7i.2xlarge", 8, 32, 58, 7910, 29317),
            ("m7g.large", 2, 8, 29, 1930, 6844),
            ("c6i.4xlarge", 16, 32, 234, 15890, 27381),
        ] {
            let room = eks(&machine(name, vcpu, gib, pods));
            assert_eq!((room.cpu_milli, room.memory_mib), (cpu, memory), "{name}");
        }
    }

    /// Figures worked out from Google's page: 5.88, 12.95 and 27.71 GiB.
    #[test]
    fn nodes_of_gke_have_the_room_of_googles_page() {
        for (name, vcpu, gib, cpu, hundredths) in [
            ("e2-standard-2", 2, 8, 1930, 588),
            ("e2-standard-4", 4, 16, 3920, 1295),
            ("n2-standard-8", 8, 32, 7910, 2771),
        ] {
            let room = gke(&machine(name, vcpu, gib, 0));
            let told = (room.memory_mib * 100 + 512) / 1024;
            assert_eq!(room.cpu_milli, cpu, "{name}");
            assert!(told.abs_diff(hundredths) <= 1, "{name}: {told}");
        }
    }

    #[test]
    fn shared_cores_leave_what_google_says() {
        let medium = Machine {
            shared: true,
            ..machine("e2-medium", 2, 4, 0)
        };
        assert_eq!(gke(&medium).cpu_milli, 940);
        assert_eq!(gke_managed(&medium).cpu_milli, 740);
    }

    #[test]
    fn tasks_on_ec2_are_as_many_as_spare_interfaces() {
        let of = |interfaces| Machine {
            interfaces,
            ..machine("c8i.large", 2, 4, 59)
        };
        assert_eq!(ecs(&of(Some(3))).pods, 2);
        assert_eq!(ecs(&of(Some(24))).pods, 23);
        assert_eq!(ecs(&of(None)).pods, 0);
    }
}

//! How many machines hold some pods: first fit, largest pods first. Pods that are alike are placed together, so that
//! thousands cost no more than one.

use super::allocatable::Room;
use super::group::Pods;

/// So many of one sort of pod, on one machine's room.
fn fit(room: Room, pods: &Pods) -> u64 {
    let by = |has: u64, asks: u64| has.checked_div(asks).unwrap_or(u64::MAX);
    let by_size = by(room.cpu_milli, pods.cpu_milli).min(by(room.memory_mib, pods.memory_mib));
    by_size.min(room.pods)
}

/// Whether a machine with this room holds one of them.
pub(super) fn holds(room: Room, pods: &Pods) -> bool {
    fit(room, pods) > 0
}

fn taken(pods: &Pods, number: u64) -> Room {
    Room {
        cpu_milli: pods.cpu_milli * number,
        memory_mib: pods.memory_mib * number,
        pods: number,
    }
}

/// How many machines with this room hold all pods; `None` when one of them is too large. `count` says which number of pods
/// is meant: the least, the expected or the most.
pub(super) fn nodes(pods: &[Pods], room: Room, count: impl Fn(&Pods) -> u64) -> Option<u64> {
    let mut sorted: Vec<&Pods> = pods.iter().filter(|pods| count(pods) > 0).collect();
    // A core weighs as much as 4 GiB.
    let weight = |pods: &Pods| pods.cpu_milli * 4096 / 1000 + pods.memory_mib;
    sorted.sort_by(|a, b| (weight(b), &a.name).cmp(&(weight(a), &b.name)));
    // Machines that are filled alike: what is left of each, and how many.
    let mut filled: Vec<(Room, u64)> = Vec::new();
    for pods in sorted {
        let mut left = count(pods);
        let mut next: Vec<(Room, u64)> = Vec::new();
        for (room, machines) in filled {
            left = place(&mut next, room, machines, pods, left);
        }
        if left > 0 {
            let each = fit(room, pods);
            let machines = match each {
                0 => return None,
                each => left.div_ceil(each),
            };
            place(&mut next, room, machines, pods, left);
        }
        filled = next;
    }
    Some(filled.iter().map(|(_, machines)| machines).sum())
}

/// Places pods on machines that are filled alike, and says how many are left over.
fn place(next: &mut Vec<(Room, u64)>, room: Room, machines: u64, pods: &Pods, left: u64) -> u64 {
    let each = fit(room, pods);
    let full = left.checked_div(each).unwrap_or(0).min(machines);
    let mut push = |room: Room, machines: u64| {
        if machines > 0 {
            next.push((room, machines));
        }
    };
    push(room.less(taken(pods, each)), full);
    let left = left - full * each;
    if full == machines || each == 0 {
        push(room, machines - full);
        return left;
    }
    // The last machine takes what is left, which is less than it could.
    push(room.less(taken(pods, left)), 1);
    push(room, machines - full - 1);
    0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cost::Range;

    fn pods(name: &str, count: u64, cpu_milli: u64, memory_mib: u64) -> Pods {
        Pods {
            name: name.to_owned(),
            count: Range::exactly(count),
            cpu_milli,
            memory_mib,
            volumes_gib: 0,
        }
    }

    const ROOM: Room = Room {
        cpu_milli: 2000,
        memory_mib: 8000,
        pods: 10,
    };

    fn packed(pods: &[Pods]) -> Option<u64> {
        nodes(pods, ROOM, |pods| pods.count.expected)
    }

    #[test]
    fn the_scarcest_of_cpu_memory_and_number_decides() {
        assert_eq!(packed(&[]), Some(0));
        assert_eq!(packed(&[pods("a", 4, 500, 100)]), Some(1));
        assert_eq!(packed(&[pods("a", 5, 500, 100)]), Some(2));
        assert_eq!(packed(&[pods("a", 4, 100, 3000)]), Some(2));
        assert_eq!(packed(&[pods("a", 21, 1, 1)]), Some(3));
        assert_eq!(packed(&[pods("a", 1, 2001, 1)]), None);
        // The small one goes where the large one leaves room.
        assert_eq!(
            packed(&[pods("s", 2, 500, 1), pods("l", 2, 1500, 1)]),
            Some(2)
        );
    }

    /// The same, pod by pod.
    fn slowly(all: &[Pods]) -> Option<u64> {
        let mut sorted: Vec<&Pods> = all.iter().collect();
        let weight = |pods: &Pods| pods.cpu_milli * 4096 / 1000 + pods.memory_mib;
        sorted.sort_by(|a, b| (weight(b), &a.name).cmp(&(weight(a), &b.name)));
        let mut rooms: Vec<Room> = Vec::new();
        for pods in sorted {
            for _ in 0..pods.count.expected {
                match rooms.iter_mut().find(|room| fit(**room, pods) > 0) {
                    Some(room) => *room = room.less(taken(pods, 1)),
                    None if fit(ROOM, pods) == 0 => return None,
                    None => rooms.push(ROOM.less(taken(pods, 1))),
                }
            }
        }
        Some(rooms.len() as u64)
    }

    proptest! {
        #[test]
        fn placing_together_is_placing_one_by_one(
            wishes in prop::collection::vec((0_u64..40, 50_u64..1800, 64_u64..7000), 0..6)
        ) {
            let all: Vec<Pods> = wishes.iter().enumerate()
                .map(|(nth, (count, cpu, memory))| pods(&format!("p{nth}"), *count, *cpu, *memory))
                .collect();
            prop_assert_eq!(packed(&all), slowly(&all));
        }

        #[test]
        fn more_of_the_same_never_need_fewer(count in 0_u64..500, cpu in 1_u64..2000, memory in 1_u64..8000) {
            let few = packed(&[pods("a", count, cpu, memory)]);
            prop_assert!(packed(&[pods("a", count + 1, cpu, memory)]) >= few);
        }
    }
}

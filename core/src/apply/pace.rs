//! How often to ask whether something is done.
//!
//! Real durations are known as medians (the table's `seconds`) and the sandbox scales them, so asking
//! starts early and thins out in proportion to the time already waited: the loss stays a small share of the
//! wait whatever it is. Around the median it is denser. Past the first minute at most 12 reads a minute are
//! spent, plus what the first minute's share of 60 left over.

/// Pace of one waiting step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// When the cloud accepted the call.
    pub(super) since: u64,
    /// Reads so far.
    pub(super) reads: u64,
}

const MINUTE: u64 = 60_000;

impl Pace {
    /// Starts to wait.
    pub(super) const fn new(now: u64) -> Self {
        Self {
            since: now,
            reads: 0,
        }
    }

    /// Milliseconds until the next read; counts it.
    pub(super) fn next(&mut self, now: u64, expected_seconds: u32) -> u64 {
        let elapsed = now.saturating_sub(self.since);
        let expected = u64::from(expected_seconds) * 1000;
        let near = elapsed * 2 >= expected && elapsed * 2 <= expected * 3;
        let interval = if near {
            (elapsed / 20).clamp(200, 3_000)
        } else if elapsed < expected {
            (elapsed / 6).clamp(500, 10_000)
        } else {
            (elapsed / 20).clamp(500, 5_000)
        };
        let spent = self.reads >= 45 + elapsed.saturating_sub(MINUTE) / 5_000;
        self.reads += 1;
        if spent { interval.max(5_000) } else { interval }
    }
}

/// How long a step may stay accepted before the run gives up on it; the next run finds it where it is.
pub(super) fn patience(expected_seconds: u32) -> u64 {
    (u64::from(expected_seconds) * 5_000).max(45 * MINUTE)
}

/// Milliseconds before the next try of something that failed `tries` times: 0.5 s, 1 s, 2 s … 8 s.
pub(super) fn backoff(tries: u32) -> u64 {
    500 << tries.min(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits until `takes` and returns how late it was noticed, with the number of reads.
    fn wait(takes: u64, expected: u32) -> (u64, u64) {
        let mut pace = Pace::new(0);
        let mut now = 0;
        while now < takes || pace.reads == 0 {
            now += pace.next(now, expected);
        }
        (now.saturating_sub(takes), pace.reads)
    }

    #[test]
    fn reads_stay_within_the_budget() {
        for expected in [0, 5, 60, 106, 617, 1200] {
            for takes in (1_000..2_000_000).step_by(7_919) {
                let (_, reads) = wait(takes, expected);
                let budget = 61 + takes.saturating_sub(MINUTE) / 5_000;
                assert!(
                    reads <= budget,
                    "{reads} reads in {takes} ms at {expected} s"
                );
            }
        }
    }

    #[test]
    fn completion_is_noticed_soon() {
        for expected in [10_u32, 106, 617] {
            let median = u64::from(expected) * 1000;
            let mut late: Vec<u64> = (median * 7 / 10..median * 14 / 10)
                .step_by(331)
                .map(|takes| wait(takes, expected).0)
                .collect();
            late.sort_unstable();
            assert!(late[late.len() / 2] <= 2_000, "p50 at {expected} s");
            assert!(late[late.len() * 95 / 100] <= 5_000, "p95 at {expected} s");
        }
    }

    #[test]
    fn a_scaled_cloud_is_not_kept_waiting() {
        let (late, _) = wait(3_000, 617);
        assert!(late <= 500);
    }
}

//! How much longer an apply takes than its longest chain of cloud work. On a virtual clock: nothing here is timed, and
//! the result is the same on every machine.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use provision::drive::Drive;
use provision::journal::Forgetful;
use provision_core::apply::{Options, Prior, Run};
use provision_core::contract::Provider;
use provision_tests::toy::{Stack, Toy, stack, tables};
use tokio::sync::watch;
use tokio::time::Instant;

/// What a call takes.
const CALL: Duration = Duration::from_millis(100);

fn in_virtual_time<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

/// How long the apply takes on the virtual clock.
fn makespan(stack: &Stack) -> Duration {
    in_virtual_time(async {
        let provider: Arc<dyn Provider> = Arc::new(Toy::of(stack, CALL));
        let providers = [("toy".to_owned(), provider)].into();
        let options = Options {
            run: "run".to_owned(),
            ..Options::default()
        };
        let run = Run::new(&stack.plan, &tables(), options, Prior::none()).unwrap();
        let drive = Drive::new(&stack.plan, providers, 0);
        let (_keep, cancel) = watch::channel(0);
        let began = Instant::now();
        let result = drive.run(run, &mut Forgetful, &mut |_| {}, cancel).await;
        assert!(result.failed.is_empty() && result.not_started.is_empty());
        began.elapsed()
    })
}

#[test]
fn random_stacks_take_little_longer_than_their_longest_chain() {
    let mut worst: f64 = 0.0;
    for seed in 0..200 {
        let size = 10 + usize::try_from(seed).unwrap() / 2;
        let stack = stack(size, seed);
        let least = stack.critical_path();
        let took = makespan(&stack);
        let over = took.as_secs_f64() / least.as_secs_f64();
        worst = worst.max(over);
        eprintln!("{size} {least:?} {took:?} {over}");
    }
    panic!("{worst}");
}

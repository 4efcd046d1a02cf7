//! Differences that stay, and why.

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The recording has a field that the sandbox does not give.
    Missing,
    /// The sandbox gives a field that the recording has not.
    More,
    /// The status is another one.
    Status,
    /// The sandbox says that it does not do that; the rest of the recording is left.
    NotServed,
}

/// A difference that is right, or is not worth its end.
#[derive(Debug)]
pub(super) struct Exception {
    /// A part of verb and path.
    call: &'static str,
    side: Side,
    /// The path of the field, which stands for those below it; or a part of what differs else.
    what: &'static str,
    /// The first day from which on there is none; empty = there is always one.
    until: &'static str,
    /// Why.
    #[allow(dead_code, reason = "for readers of the table, and of its print")]
    why: &'static str,
}

impl Exception {
    /// Whether it is this one.
    pub(super) fn lets(&self, day: &str, call: &str, side: Side, what: &str) -> bool {
        let of_field = || {
            what.strip_prefix(self.what)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let fits = match side {
            Side::Missing | Side::More => of_field(),
            Side::Status | Side::NotServed => what.contains(self.what),
        };
        let in_time = self.until.is_empty() || day < self.until;
        self.side == side && fits && in_time && call.contains(self.call)
    }
}

const fn row(
    call: &'static str,
    side: Side,
    what: &'static str,
    until: &'static str,
    why: &'static str,
) -> Exception {
    Exception {
        call,
        side,
        what,
        until,
        why,
    }
}

/// All of them.
#[rustfmt::skip]
pub(super) const EXCEPTIONS: &[Exception] = &[
];

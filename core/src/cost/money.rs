//! Money, prices and quantities as whole numbers.
//!
//! There is one currency, [`CURRENCY`]: an amount in another one cannot be written down, and so cannot be added to
//! these. Amounts stop at the ends of their range instead of going round.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The currency of every amount.
pub const CURRENCY: &str = "USD";

/// The period of every bill.
pub const PERIOD: &str = "month";

/// Hours of a month, as the clouds' own calculators have it.
pub const HOURS: u32 = 730;

const MICROS: u32 = 6;
const NANOS: u32 = 9;
const MILLIS: u32 = 3;

/// An amount in micro-dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// The price of one unit, in nano-dollars: some units cost less than a micro-dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

/// How much of something, in thousandths of its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

/// A share in tenths of a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(i64);

/// A text that is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a decimal number")]
pub struct NoNumber(String);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many micro-dollars.
    #[must_use]
    pub const fn micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In micro-dollars.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// How far it is from nothing.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// For people: dollars and cents, half a cent up, thousands apart: `-$1,204.50`.
    #[must_use]
    pub fn cents(self) -> String {
        let cents = rounded(i128::from(self.0).abs(), 10_000);
        let sign = if self.0 < 0 && cents > 0 { "-" } else { "" };
        let whole = (cents / 100).to_string();
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}${grouped}.{:02}", cents % 100)
    }

    /// The same with its sign: `+$42.50`.
    #[must_use]
    pub fn signed_cents(self) -> String {
        match self.0 {
            1.. => format!("+{}", self.cents()),
            _ => self.cents(),
        }
    }

    /// Its share of a whole; nothing of nothing.
    #[must_use]
    pub fn share_of(self, whole: Self) -> Percent {
        match whole.0 {
            0 => Percent(0),
            whole => Percent(narrow(rounded(i128::from(self.0) * 1000, whole.into()))),
        }
    }
}

impl Rate {
    /// So many nano-dollars a unit.
    #[must_use]
    pub const fn nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// So many micro-dollars a unit.
    #[must_use]
    pub const fn micros(micros: i64) -> Self {
        Self(micros.saturating_mul(1000))
    }

    /// What is left when so much is taken off, half a nano-dollar up.
    #[must_use]
    pub fn less(self, off: Percent) -> Self {
        let left = 1000 - i128::from(off.0).clamp(0, 1000);
        Self(narrow(rounded(i128::from(self.0) * left, 1000)))
    }

    /// What so much costs, half a micro-dollar up.
    #[must_use]
    pub fn of(self, quantity: Quantity) -> Money {
        let exact = i128::from(self.0) * i128::from(quantity.0);
        Money(narrow(rounded(exact, 1_000_000)))
    }
}

impl Quantity {
    /// Whole units.
    #[must_use]
    pub fn whole(units: u64) -> Self {
        Self(narrow(i128::from(units) * 1000))
    }

    /// Thousandths.
    #[must_use]
    pub const fn thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// All hours of a month.
    #[must_use]
    pub fn month() -> Self {
        Self::whole(u64::from(HOURS))
    }

    /// So many times.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(narrow(i128::from(self.0) * i128::from(count)))
    }
}

impl Percent {
    /// So many tenths.
    #[must_use]
    pub const fn of_tenths(tenths: i64) -> Self {
        Self(tenths)
    }

    /// In tenths.
    #[must_use]
    pub const fn tenths(self) -> i64 {
        self.0
    }
}

/// Divides, halves away from zero. `by` is above zero.
fn rounded(value: i128, by: i128) -> i128 {
    let half = by / 2;
    if value < 0 {
        (value - half) / by
    } else {
        (value + half) / by
    }
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// Writes a fixed-point number with at least `least` decimals and no needless zeros behind those.
fn decimal(f: &mut fmt::Formatter<'_>, value: i64, places: u32, least: usize) -> fmt::Result {
    let size = value.unsigned_abs();
    let one = 10_u64.pow(places);
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", size % one, width = places as usize);
    let kept = digits.trim_end_matches('0').len().max(least);
    match digits.get(..kept).filter(|kept| !kept.is_empty()) {
        Some(digits) => write!(f, "{sign}{}.{digits}", size / one),
        None => write!(f, "{sign}{}", size / one),
    }
}

/// Reads a fixed-point number; more decimals than it has are refused.
fn parse(text: &str, places: u32) -> Result<i64, NoNumber> {
    let wrong = || NoNumber(text.to_owned());
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) || part.len() > places as usize {
        return Err(wrong());
    }
    let all = format!("{whole}{part:0<width$}", width = places as usize);
    let size: i64 = all.parse().map_err(|_| wrong())?;
    Ok(sign * size)
}

macro_rules! fixed_point {
    ($name:ident, $places:expr, $least:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                decimal(f, self.0, $places, $least)
            }
        }

        impl FromStr for $name {
            type Err = NoNumber;

            fn from_str(text: &str) -> Result<Self, NoNumber> {
                parse(text, $places).map(Self)
            }
        }
    };
}

/// In JSON, a text: no reader makes a binary fraction of it.
macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fixed_point!(Money, MICROS, 2);
fixed_point!(Rate, NANOS, 2);
fixed_point!(Quantity, MILLIS, 0);
fixed_point!(Percent, 1, 1);
as_text!(Money);
as_text!(Rate);
as_text!(Percent);

/// In JSON, a number: quantities are counted and measured, not paid.
impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 1000 {
            0 => serializer.serialize_i64(self.0 / 1000),
            _ => serializer.serialize_f64(self.0 as f64 / 1000.0),
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let text = number.to_string();
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_and_read_exactly() {
        for (micros, text) in [
            (73_000_000, "73.00"),
            (-1_204_500_000, "-1204.50"),
            (100_800, "0.1008"),
            (1, "0.000001"),
            (0, "0.00"),
        ] {
            assert_eq!(Money(micros).to_string(), text);
            assert_eq!(text.parse(), Ok(Money(micros)));
        }
        assert_eq!(Rate::nanos(54_800).to_string(), "0.0000548");
        assert_eq!(Quantity::whole(730).to_string(), "730");
        assert_eq!(Quantity::thousandths(1_500).to_string(), "1.5");
        for wrong in ["", ".5", "1.2.3", "1e3", "$1", "0.0000001", "--1"] {
            assert!(wrong.parse::<Money>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn people_see_cents() {
        let shown = [1_204_499_999, -5_000, -4_999, 999, 1_234_567_890_000].map(Money);
        let shown = shown.map(Money::cents);
        assert_eq!(
            shown,
            ["$1,204.50", "-$0.01", "$0.00", "$0.00", "$1,234,567.89"]
        );
        assert_eq!(Money(42_500_000).signed_cents(), "+$42.50");
        assert_eq!(Money::ZERO.signed_cents(), "$0.00");
    }

    #[test]
    fn a_price_times_a_quantity_is_rounded_once() {
        assert_eq!(
            Rate::micros(96_000).of(Quantity::month()),
            Money(70_080_000)
        );
        assert_eq!(Rate::nanos(500).of(Quantity::whole(1)), Money(1));
        assert_eq!(Rate::nanos(499).of(Quantity::whole(1)), Money(0));
        assert_eq!(
            Rate::nanos(i64::MAX).of(Quantity(i64::MAX)),
            Money(i64::MAX)
        );
    }

    #[test]
    fn shares_are_tenths_of_a_percent() {
        let share = |part, whole| Money(part).share_of(Money(whole)).to_string();
        assert_eq!(share(73_000_000, 143_080_000), "51.0");
        assert_eq!(share(1, 3), "33.3");
        assert_eq!(share(1, 0), "0.0");
    }
}

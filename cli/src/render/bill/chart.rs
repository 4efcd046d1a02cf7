//! Charts of a bill as SVG within the page: nothing is fetched, and colours are the page's.

use maud::{Markup, html};
use provision_core::cost::{Money, Part, Range};

/// Units of a chart's width; the page scales it.
const WIDTH: i64 = 1000;
const BAR: i64 = 34;

/// A bar whose pieces are the parts, as wide as its share of the largest one.
pub(super) fn stacked(parts: &[(Part, Money)], total: Money, largest: Money) -> Markup {
    let label: Vec<String> = parts
        .iter()
        .map(|(part, sum)| format!("{} {}", part.title(), sum.cents()))
        .collect();
    let mut at = 0;
    let mut pieces = Vec::new();
    for (part, sum) in parts {
        let width = scaled(*sum, largest);
        pieces.push((*part, *sum, at, width));
        at += width;
    }
    html! {
        svg role="img" aria-label=(label.join(", ")) viewBox=(format!("0 0 {WIDTH} {BAR}")) preserveAspectRatio="none" class="bar" {
            @for (part, sum, at, width) in pieces {
                rect class=(class(part)) x=(at) y="0" width=(width) height=(BAR) {
                    title { (part.title()) ": " (sum.cents()) " (" (sum.share_of(total)) " %)" }
                }
            }
        }
    }
}

/// From the least to the most, with a mark where it is expected.
pub(super) fn span(range: Range<Money>, largest: Money) -> Markup {
    let [min, expected, max] =
        [range.min, range.expected, range.max].map(|money| scaled(money, largest));
    let label = format!(
        "{} to {}, expected {}",
        range.min.cents(),
        range.max.cents(),
        range.expected.cents()
    );
    html! {
        svg role="img" aria-label=(label) viewBox=(format!("0 0 {WIDTH} {BAR}")) preserveAspectRatio="none" class="bar" {
            rect class="track" x="0" y="14" width=(WIDTH) height="6" {}
            rect class="reach" x=(min) y="9" width=((max - min).max(4)) height="16" { title { (label) } }
            rect class="mark" x=((expected - 3).clamp(0, WIDTH - 6)) y="0" width="6" height=(BAR) {}
        }
    }
}

/// One bar.
pub(super) fn single(part: Part, sum: Money, largest: Money) -> Markup {
    html! {
        svg aria-hidden="true" viewBox=(format!("0 0 {WIDTH} {BAR}")) preserveAspectRatio="none" class="bar thin" {
            rect class=(class(part)) x="0" y="0" width=(scaled(sum, largest).max(2)) height=(BAR) {}
        }
    }
}

fn scaled(money: Money, largest: Money) -> i64 {
    let (money, largest) = (
        i128::from(money.as_micros()),
        i128::from(largest.as_micros()),
    );
    if largest <= 0 {
        return 0;
    }
    i64::try_from((money.max(0) * i128::from(WIDTH) + largest / 2) / largest).unwrap_or(WIDTH)
}

/// The class of the style sheet that has a part's colour.
pub(super) const fn class(part: Part) -> &'static str {
    match part {
        Part::ControlPlane => "p-master",
        Part::Nodes => "p-nodes",
        Part::Management => "p-management",
        Part::Network => "p-network",
        Part::Storage => "p-storage",
        Part::Secrets => "p-secrets",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_shares_of_the_largest() {
        assert_eq!(scaled(Money::micros(25), Money::micros(100)), 250);
        assert_eq!(scaled(Money::micros(100), Money::micros(100)), WIDTH);
        assert_eq!(scaled(Money::micros(-5), Money::micros(100)), 0);
        assert_eq!(scaled(Money::micros(5), Money::ZERO), 0);
    }
}

//! A bill as one page that needs nothing else: no network, no script, no font of its own.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use provision_core::cost::{Bill, Line, Money, Part};

use super::chart::{class, single, span as span_chart, stacked};
use super::{OfCluster, Section, assumptions, largest, nodes, quantity, sections, span};
use crate::render::cost::{priced, sum, unknown, whole};

const STYLE: &str = include_str!("page.css");

/// The page.
#[must_use]
pub fn page(stack: &str, bill: &Bill) -> String {
    let sections = sections(bill);
    let most = sections
        .iter()
        .map(|one| one.total)
        .max()
        .unwrap_or_default();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="color-scheme" content="light dark";
                title { (stack) ": " (sum(bill.total, bill.lacks())) " a month" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head(stack, bill))
                    section {
                        h2 { "Where it goes" }
                        (legend())
                        @for one in &sections { (bar(one, most)) }
                    }
                    @for one in &sections {
                        @if let Some(of) = &one.cluster { (cluster(one, of)) }
                    }
                    (top(bill))
                    (unpriced(bill))
                    (lines(&sections))
                    (foot(bill))
                }
            }
        }
    };
    page.into_string()
}

fn head(stack: &str, bill: &Bill) -> Markup {
    let without = bill.lacks();
    html! {
        header {
            p.stack { (stack) }
            h1 { (sum(bill.total, without)) small { " a month" } }
            @if without > 0 { p.warn { "?: " (unknown(without)) "." } }
            @if let Some(span) = span(bill.range) {
                p { (span) }
                (span_chart(bill.range, bill.range.max))
            }
            @if let Some(said) = bill.of_budget() { p { (said) "." } }
            p.dim { "A month has " (bill.hours) " hours. US dollars, from "
                @if bill.assumptions.iter().any(|one| one.contains("% off")) { "list prices less what was agreed." }
                @else { "list prices." }
            }
        }
    }
}

fn legend() -> Markup {
    html! {
        ul.legend {
            @for part in Part::ALL { li { span class=(format!("dot {}", class(part))) {} (part.title()) } }
        }
    }
}

fn bar(one: &Section<'_>, most: Money) -> Markup {
    let parts = Part::ALL.map(|part| (part, one.parts.of(part)));
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(_, sum)| *sum > Money::ZERO)
        .collect();
    html! {
        div.row {
            p { strong { (one.name) } " " span.dim { (one.what) } span.sum { (one.sum()) } }
            (stacked(&parts, one.total, most))
        }
    }
}

fn cluster(one: &Section<'_>, of: &OfCluster<'_>) -> Markup {
    html! {
        section {
            h2 { (one.name) " " span.dim { (one.what) } }
            @if one.parts.control_plane > Money::ZERO {
                div.figures {
                    (figure(&format!("{} %", of.shares.nodes), "master share of control plane and nodes with disks"))
                    (figure(&format!("{} %", of.shares.instances), "of control plane and machines alone"))
                    (figure(&format!("{} %", of.shares.total), "of all that the cluster costs"))
                }
            } @else if one.complete { p { "The control plane costs nothing." } }
            @if !one.complete { p.warn { "Something in this cluster has no price: sums and shares are of what has." } }
            @if let Some(text) = span(one.range) { p { (text) "." } }
            div.scroll { table {
                thead { tr { th { "part" } th.n { "a month" } th.n { "share" } } }
                tbody {
                    @for part in Part::ALL {
                        tr {
                            td { span class=(format!("dot {}", class(part))) {} (part.title()) }
                            td.n { (one.parts.of(part).cents()) }
                            td.n { (one.parts.of(part).share_of(one.total)) " %" }
                        }
                    }
                }
                tfoot { tr { td { "total" } td.n { (one.sum()) } td {} } }
            } }
            @if !of.pools.is_empty() { (pools(of)) }
        }
    }
}

fn figure(value: &str, what: &str) -> Markup {
    html! { div.figure { strong { (value) } span { (what) } } }
}

fn pools(of: &OfCluster<'_>) -> Markup {
    let most = of
        .pools
        .iter()
        .map(|pool| pool.range.max)
        .max()
        .unwrap_or_default();
    html! {
        h3 { "Pools" }
        div.scroll { table {
            thead { tr { th { "pool" } th.n { "nodes" } th.n { "machines" } th.n { "disks" } th.n { "a month" } th.wide { "least to most" } } }
            tbody {
                @for pool in of.pools {
                    tr {
                        td { (pool.address.as_str()) }
                        td.n { (nodes(pool.nodes)) }
                        td.n { (priced(pool.instances)) }
                        td.n { (priced(pool.disks)) }
                        td.n { (whole(pool.total, pool.complete)) }
                        td.wide { (span_chart(pool.range, most)) }
                    }
                }
            }
        } }
    }
}

fn top(bill: &Bill) -> Markup {
    let lines = largest(bill);
    let most = lines.first().map(|line| line.monthly).unwrap_or_default();
    html! {
        section {
            h2 { "What costs most" }
            div.scroll { table {
                tbody {
                    @for line in lines {
                        tr {
                            td { (line.component) br; span.dim { (line.id) } }
                            td.wide { (single(line.part, line.monthly, most)) }
                            td.n { (line.monthly.cents()) }
                        }
                    }
                }
            } }
        }
    }
}

fn unpriced(bill: &Bill) -> Markup {
    html! {
        @if !bill.unpriced.is_empty() {
            section {
                h2 { "In no sum" }
                p { "These are charged for, and have no price here." }
                ul {
                    @for one in &bill.unpriced { li { strong { (one.component) } " " span.dim { (one.id) } ": " (one.why) } }
                }
            }
        }
    }
}

fn lines(sections: &[Section<'_>]) -> Markup {
    html! {
        section {
            h2 { "Line by line" }
            @for one in sections {
                details {
                    summary { (one.name) " " span.dim { (one.lines.len()) " lines" } span.sum { (one.sum()) } }
                    div.scroll { table {
                        thead { tr { th { "what" } th { "part" } th.n { "quantity" } th.n { "price" } th.n { "a month" } th { "read, and where" } } }
                        tbody { @for line in one.lines { (row(line)) } }
                    } }
                }
            }
        }
    }
}

fn row(line: &Line) -> Markup {
    html! {
        tr {
            td { (line.component) br; span.dim { (line.id) } }
            td { (line.part.title()) }
            td.n { (quantity(line)) }
            td.n { "$" (line.unit_price) br; span.dim { (line.item) } }
            td.n { (line.monthly.cents()) }
            td { (line.as_of) ", " (line.quality) br; span.dim { (line.source) } }
        }
    }
}

fn foot(bill: &Bill) -> Markup {
    html! {
        section {
            h2 { "Assumed" }
            ul { @for assumption in assumptions(bill) { li { (assumption) } } }
        }
    }
}

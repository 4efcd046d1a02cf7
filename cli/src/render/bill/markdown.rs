//! A bill as Markdown, for a comment on a pull request: the sum first, lines folded away.

use std::fmt::Write as _;

use provision_core::cost::{Bill, Money, Part};

use super::{Section, assumptions, nodes, quantity, sections, span};
use crate::render::cost::{priced, sum, unknown, whole};

/// The comment.
#[must_use]
pub fn comment(stack: &str, bill: &Bill) -> String {
    let sections = sections(bill);
    let without = bill.lacks();
    let mut out = format!(
        "### `{}`: {} a month\n\n",
        code(stack),
        sum(bill.total, without)
    );
    if without > 0 {
        let _ = writeln!(out, "**?**: {}.\n", unknown(without));
    }
    for said in [span(bill.range), bill.of_budget()].into_iter().flatten() {
        let _ = writeln!(out, "{said}.\n");
    }
    parts(&mut out, bill, &sections);
    pools(&mut out, &sections);
    unpriced(&mut out, bill);
    let count: usize = sections.iter().map(|one| one.lines.len()).sum();
    let _ = writeln!(out, "<details><summary>{count} lines</summary>\n");
    lines(&mut out, &sections);
    out.push_str("\n</details>\n<details><summary>Assumed</summary>\n\n");
    for assumption in assumptions(bill) {
        let _ = writeln!(out, "- {}", text(&assumption));
    }
    out.push_str("\n</details>\n");
    out
}

fn parts(out: &mut String, bill: &Bill, sections: &[Section<'_>]) {
    let titles = Part::ALL.map(Part::title);
    let _ = writeln!(out, "| | {} | total | master share |", titles.join(" | "));
    let _ = writeln!(out, "|---|{}", "--:|".repeat(titles.len() + 2));
    for one in sections {
        let sums = Part::ALL.map(|part| one.parts.of(part).cents());
        let share = match &one.cluster {
            Some(of) if one.complete => format!("{} %", of.shares.nodes),
            Some(of) => format!("{} % of what is priced", of.shares.nodes),
            None => String::new(),
        };
        let _ = writeln!(
            out,
            "| `{}` {} | {} | {} | {share} |",
            code(one.name),
            text(&one.what),
            sums.join(" | "),
            one.sum()
        );
    }
    if sections.len() > 1 {
        let sums = Part::ALL.map(|part| {
            let of_all = sections.iter().map(|one| one.parts.of(part));
            format!("**{}**", of_all.sum::<Money>().cents())
        });
        let total = sum(bill.total, bill.lacks());
        let _ = writeln!(out, "| **all** | {} | **{total}** | |", sums.join(" | "));
    }
    out.push_str(
        "\nMaster share: the control plane, of control plane and nodes with their disks.\n\n",
    );
}

fn pools(out: &mut String, sections: &[Section<'_>]) {
    let of = sections.iter().filter_map(|one| one.cluster.as_ref());
    let pools: Vec<_> = of.flat_map(|of| of.pools).collect();
    if pools.is_empty() {
        return;
    }
    out.push_str("| pool | nodes | machines | disks | a month |\n|---|--:|--:|--:|--:|\n");
    for pool in pools {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            code(pool.address.as_str()),
            nodes(pool.nodes),
            priced(pool.instances),
            priced(pool.disks),
            whole(pool.total, pool.complete)
        );
    }
    out.push('\n');
}

fn unpriced(out: &mut String, bill: &Bill) {
    if bill.unpriced.is_empty() {
        return;
    }
    out.push_str("**In no sum**, as there is no price:\n\n");
    for one in &bill.unpriced {
        let _ = writeln!(
            out,
            "- `{}` {}: {}",
            code(&one.id.to_string()),
            text(&one.component),
            text(&one.why)
        );
    }
    out.push('\n');
}

fn lines(out: &mut String, sections: &[Section<'_>]) {
    out.push_str(
        "| what | part | quantity | price | a month | item | read |\n|---|---|--:|--:|--:|---|---|\n",
    );
    for line in sections.iter().flat_map(|one| one.lines) {
        let _ = writeln!(
            out,
            "| `{}` {} | {} | {} | ${} | {} | `{}` | {} |",
            code(&line.id.to_string()),
            text(&line.component),
            line.part.title(),
            text(&quantity(line)),
            line.unit_price,
            line.monthly.cents(),
            code(&line.item),
            text(&line.as_of)
        );
    }
}

/// Text that stays text: nothing in it is read as Markdown or HTML, and it stays in its cell.
fn text(text: &str) -> String {
    let mut out = String::new();
    for at in text.chars() {
        match at {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            '|' | '*' | '_' | '`' | '[' | ']' | '#' | '\\' | '~' | '@' => {
                out.push('\\');
                out.push(at);
            }
            at if at.is_control() => out.push('\u{fffd}'),
            at => out.push(at),
        }
    }
    out
}

/// The same within backticks, where only these and the bar of a table end it.
fn code(text: &str) -> String {
    text.replace('`', "'")
        .replace('|', "\\|")
        .replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_cell() {
        assert_eq!(
            text("a|b <img> *x* @team"),
            "a\\|b &lt;img&gt; \\*x\\* \\@team"
        );
        assert_eq!(code("a`b|c\nd"), "a'b\\|c d");
    }
}

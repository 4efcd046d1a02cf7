//! A comparison where the terminal is narrow: a row for each platform, and what fits of the columns beside each other.

use comfy_table::{CellAlignment, ContentArrangement, Table};
use provision_core::cost::compare::Column;
use provision_core::cost::{Money, Part};

use super::super::cost;
use super::{at_most, grows, machines, of_all, of_instances, stranded, title, total, with_disks};

/// A figure of each platform.
type Figure<'a> = (&'static str, Box<dyn Fn(&Column) -> String + 'a>);

/// What it costs, of what that is the sum, and on what it runs, each a table or more.
pub(super) fn tables(columns: &[Column], room: usize) -> String {
    let mut sums: Vec<Figure<'_>> = vec![("total", Box::new(total))];
    if grows(columns) {
        sums.push(("at most", Box::new(at_most)));
    }
    sums.push(("master\nshare", Box::new(of_instances)));
    sums.push(("… with\ndisks", Box::new(with_disks)));
    sums.push(("… of\nall", Box::new(of_all)));
    let costs = |part: &Part| {
        let mut all = columns.iter();
        all.any(|column| column.parts.of(*part) != Money::ZERO)
    };
    let parts = Part::ALL.into_iter().filter(costs).map(|part| {
        let figure: Box<dyn Fn(&Column) -> String> =
            Box::new(move |column| column.parts.of(part).cents());
        let title = match part {
            Part::ControlPlane => "control\nplane",
            part => part.title(),
        };
        (title, figure)
    });
    let runs: Vec<Figure<'_>> = vec![
        ("machines", Box::new(|column| machines(column, "\n"))),
        (
            "stranded",
            Box::new(|column| stranded(column).replace('\n', ", ")),
        ),
    ];
    let mut out = String::new();
    for figures in [sums, parts.collect(), runs] {
        for table in fitted(columns, &figures, room) {
            out += &format!("{table}\n");
        }
    }
    out
}

/// Tables of these figures, each with as many as there is room for.
fn fitted(columns: &[Column], figures: &[Figure<'_>], room: usize) -> Vec<String> {
    let mut tables = Vec::new();
    let mut rest = figures;
    while !rest.is_empty() {
        let sizes = (1..=rest.len()).rev();
        let tried =
            sizes.map(|number| (number, table(columns, rest.get(..number).unwrap_or(rest))));
        let fits = |(number, table): &(usize, Table)| *number == 1 || width(table) <= room;
        let Some((number, mut table)) = tried.into_iter().find(fits) else {
            break;
        };
        if width(&table) > room {
            let room = u16::try_from(room).unwrap_or(u16::MAX);
            table
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(room);
        }
        tables.push(table.to_string());
        rest = rest.get(number..).unwrap_or_default();
    }
    tables
}

fn table(columns: &[Column], figures: &[Figure<'_>]) -> Table {
    let mut table = cost::table([""]);
    let names = figures.iter().map(|(name, _)| (*name).to_owned());
    table.set_header(std::iter::once(String::new()).chain(names));
    for column in columns {
        let cells = figures.iter().map(|(_, cell)| cell(column));
        table.add_row(std::iter::once(title(column)).chain(cells));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// How many characters the longest line has.
pub(crate) fn width(table: &Table) -> usize {
    let lines = table.lines();
    let lengths = lines.map(|line| line.chars().count());
    lengths.max().unwrap_or_default()
}

//! How the share of the control plane falls with nodes, as a picture: one file that needs nothing else.

use std::fmt::Write as _;

use provision_core::cost::compare::{Breakeven, Cheapest, Curve, Point};

use super::breakeven::is_unknown;
use super::graph::escaped;

/// Where the curves lie: left, top, width and height.
const PLOT: (f64, f64, f64, f64) = (60.0, 50.0, 640.0, 300.0);

/// Colours that people who see few tell apart as well (Okabe and Ito), in the order of the curves.
const COLOURS: [&str; 7] = [
    "#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#cc79a7", "#009e73", "#333333",
];

/// How long a dash is where curves lie upon each other.
const DASH: usize = 10;

/// How far lines of text are apart.
const APART: f64 = 16.0;

/// How high a band is.
const BAND: f64 = 18.0;

/// How wide a letter is taken to be.
const LETTER: f64 = 6.5;

/// Numbers of nodes with a line of their own.
const TICKS: [u64; 10] = [1, 2, 3, 5, 10, 20, 50, 100, 500, 1000];

/// The picture: curves of the shares, each with its name at its end, and below them who costs least.
#[must_use]
pub fn svg(stack: &str, of: &Breakeven) -> String {
    let (left, top, width, height) = PLOT;
    let most = of.curves.iter().map(|curve| curve.points.len()).max();
    let scale = Scale(u32::try_from(most.unwrap_or(2)).unwrap_or(u32::MAX).max(2));
    let below = top + height + 40.0;
    let (bands, bottom) = bands(scale, of, below + 8.0);
    let tall = bottom + 14.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 {tall}\" width=\"900\" height=\"{tall}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Master share by nodes: {0}</title>\n<rect width=\"900\" height=\"{tall}\" fill=\"white\"/>\n\
         <text x=\"{left}\" y=\"22\" font-size=\"15\">{0}: the control plane of control plane and nodes, {1} and {2}</text>\n",
        escaped(&format!("{stack}, cluster {}", of.cluster)),
        escaped(&of.aws_region),
        escaped(&of.gcp_region)
    );
    grid(&mut out, scale);
    let drawn = Drawn::all(scale, of);
    for curve in &drawn {
        line(&mut out, curve, &drawn);
    }
    names(&mut out, &drawn);
    let _ = writeln!(
        out,
        "<text x=\"{left}\" y=\"{below}\">Cheapest by the number of nodes</text>\n{bands}\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\">nodes</text>\n</svg>",
        left + width,
        top + height + 32.0
    );
    out
}

/// Numbers of nodes, from one to the most, on a scale on which ten times as many are always as far away.
#[derive(Clone, Copy)]
struct Scale(u32);

impl Scale {
    fn x(self, nodes: f64) -> f64 {
        let (left, _, width, _) = PLOT;
        left + width * nodes.ln() / f64::from(self.0).ln()
    }

    fn of(self, nodes: u64) -> f64 {
        self.x(f64::from(u32::try_from(nodes).unwrap_or(u32::MAX)))
    }

    /// Half way to the next number, within the plot.
    fn edge(self, nodes: u64, half: f64) -> f64 {
        let nodes = f64::from(u32::try_from(nodes).unwrap_or(u32::MAX)) + half;
        self.x(nodes.clamp(1.0, f64::from(self.0)))
    }
}

/// Where a share lies, in tenths of a per cent.
fn y(tenths: i64) -> f64 {
    let (_, top, _, height) = PLOT;
    let tenths = f64::from(i32::try_from(tenths).unwrap_or(1000));
    top + height * (1.0 - tenths / 1000.0)
}

fn grid(out: &mut String, scale: Scale) {
    let (left, top, width, height) = PLOT;
    for percent in (0..=100).step_by(20) {
        let y = y(percent * 10);
        let _ = writeln!(
            out,
            "<line x1=\"{left}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{percent} %</text>",
            left + width,
            left - 6.0,
            y + 4.0
        );
    }
    for nodes in TICKS
        .into_iter()
        .filter(|nodes| *nodes <= u64::from(scale.0))
    {
        let x = scale.of(nodes);
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"{top}\" x2=\"{x:.1}\" y2=\"{:.1}\" stroke=\"#eee\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{nodes}</text>",
            top + height,
            top + height + 16.0
        );
    }
}

/// A curve as it is drawn.
struct Drawn<'a> {
    curve: &'a Curve,
    colour: &'static str,
    /// Its points: `60.0,201.5 …`. None where the share is not known.
    points: String,
    /// Where it ends.
    end: f64,
}

impl<'a> Drawn<'a> {
    fn all(scale: Scale, of: &'a Breakeven) -> Vec<Self> {
        let point = |point: &Point| {
            let (x, y) = (scale.of(point.nodes), y(point.master_share.nodes.tenths()));
            format!("{x:.1},{y:.1}")
        };
        let own = |(curve, colour): (&'a Curve, &'static str)| {
            let known = !is_unknown(curve);
            let points = curve.points.iter().filter(|_| known).map(point);
            let last = curve.points.last().filter(|_| known);
            Self {
                curve,
                colour,
                points: points.collect::<Vec<_>>().join(" "),
                end: last.map_or(f64::MAX, |last| y(last.master_share.nodes.tenths())),
            }
        };
        of.curves.iter().zip(COLOURS).map(own).collect()
    }
}

/// A curve. Of those that lie upon each other each shows a dash of its own in turn.
fn line(out: &mut String, own: &Drawn<'_>, all: &[Drawn<'_>]) {
    if own.points.is_empty() {
        return;
    }
    let alike = all.iter().filter(|other| other.points == own.points);
    let alike: Vec<&str> = alike.map(|other| other.colour).collect();
    let at = alike.iter().position(|colour| *colour == own.colour);
    let dashes = match (alike.len(), own.curve.complete) {
        (1, true) => String::new(),
        (1, false) => " stroke-dasharray=\"2 3\"".to_owned(),
        (many, _) => format!(
            " stroke-dasharray=\"{DASH} {}\" stroke-dashoffset=\"-{}\"",
            DASH * (many - 1),
            DASH * at.unwrap_or_default()
        ),
    };
    let _ = writeln!(
        out,
        "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{dashes} points=\"{}\"/>",
        own.colour, own.points
    );
}

/// The names of the curves beside their ends, as near as they do not lie upon each other; those without a curve below them.
fn names(out: &mut String, drawn: &[Drawn<'_>]) {
    let (left, top, width, height) = PLOT;
    let (end, bottom) = (left + width, top + height);
    let mut sorted: Vec<&Drawn<'_>> = drawn.iter().collect();
    sorted.sort_by(|a, b| a.end.total_cmp(&b.end));
    let mut places: Vec<f64> = Vec::new();
    for curve in &sorted {
        let least = places.last().map_or(top, |last| last + APART);
        places.push(curve.end.min(bottom).max(least));
    }
    let mut most = bottom + 4.0;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - APART;
    }
    for (own, place) in sorted.into_iter().zip(places) {
        let open = match (own.curve.complete, own.points.is_empty()) {
            (true, _) => "",
            (false, false) => " (+ ?)",
            (false, true) => " (no price)",
        };
        if !own.points.is_empty() {
            let _ = write!(
                out,
                "<line x1=\"{end:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{place:.1}\" stroke=\"{}\"/>",
                own.end,
                end + 24.0,
                own.colour
            );
        }
        let name = format!("{} {}", own.curve.platform, own.curve.variant);
        let _ = writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"8\" height=\"8\" fill=\"{}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}{open}</text>",
            end + 24.0,
            place - 4.0,
            own.colour,
            end + 38.0,
            place + 4.0,
            escaped(&name)
        );
    }
}

/// The numbers of nodes with which one costs least, as bands with their names below, and where that ends.
fn bands(scale: Scale, of: &Breakeven, top: f64) -> (String, f64) {
    let mut out = String::new();
    let mut rows: Vec<f64> = Vec::new();
    for span in &of.cheapest {
        let own =
            |curve: &Curve| (curve.platform, &curve.variant) == (span.platform, &span.variant);
        let at = of.curves.iter().position(own);
        let colour = at.and_then(|at| COLOURS.get(at)).unwrap_or(&"#999");
        let (from, to) = (scale.edge(span.from, -0.5), scale.edge(span.to, 0.5));
        let name = name_of(span);
        // Below it, in the first line in which it does not lie upon another one.
        let row = rows.iter().position(|end| *end <= from);
        let row = row.unwrap_or(rows.len());
        let letters = u32::try_from(name.chars().count()).unwrap_or(u32::MAX);
        let end = from + LETTER * f64::from(letters);
        match rows.get_mut(row) {
            Some(taken) => *taken = end,
            None => rows.push(end),
        }
        let text = top + BAND + APART * f64::from(u32::try_from(row + 1).unwrap_or(u32::MAX));
        let _ = writeln!(
            out,
            "<rect x=\"{from:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{BAND}\" fill=\"{colour}\"><title>{name}</title></rect>\
             <line x1=\"{from:.1}\" y1=\"{top}\" x2=\"{from:.1}\" y2=\"{text}\" stroke=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{text}\">{name}</text>",
            (to - from).max(2.0),
            from + 4.0
        );
    }
    let rows = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    (out, top + BAND + APART * f64::from(rows))
}

/// `ecs ec2: 1 to 2`.
fn name_of(span: &Cheapest) -> String {
    let nodes = match span.from == span.to {
        true => span.from.to_string(),
        false => format!("{} to {}", span.from, span.to),
    };
    let but = if span.certain {
        ""
    } else {
        ", of those with all prices"
    };
    escaped(&format!("{} {}: {nodes}{but}", span.platform, span.variant))
}

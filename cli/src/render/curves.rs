//! How the share of the control plane falls with nodes, as a picture: one file that needs nothing else.

use std::fmt::Write as _;

use provision_core::cost::compare::{Breakeven, Cheapest, Curve, Point};

use super::graph::escaped;

/// Where the curves lie: left, top, width and height.
const PLOT: (f64, f64, f64, f64) = (60.0, 50.0, 640.0, 300.0);

/// Colours that people who see few tell apart as well (Okabe and Ito), in the order of the curves.
const COLOURS: [&str; 7] = [
    "#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#cc79a7", "#009e73", "#333333",
];

/// Numbers of nodes with a line of their own.
const TICKS: [u64; 10] = [1, 2, 3, 5, 10, 20, 50, 100, 500, 1000];

/// The picture: curves of the shares, and below them who costs least.
#[must_use]
pub fn svg(stack: &str, of: &Breakeven) -> String {
    let (left, top, width, height) = PLOT;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 450\" width=\"900\" height=\"450\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Master share by nodes: {0}</title>\n<rect width=\"900\" height=\"450\" fill=\"white\"/>\n\
         <text x=\"{left}\" y=\"22\" font-size=\"15\">{0}: the control plane of control plane and nodes, {1} and {2}</text>\n",
        escaped(&format!("{stack}, cluster {}", of.cluster)),
        escaped(&of.aws_region),
        escaped(&of.gcp_region)
    );
    let most = of.curves.iter().map(|curve| curve.points.len()).max();
    let scale = Scale(u32::try_from(most.unwrap_or(2)).unwrap_or(u32::MAX).max(2));
    grid(&mut out, scale);
    for (curve, colour) in of.curves.iter().zip(COLOURS) {
        line(&mut out, scale, curve, colour);
    }
    legend(&mut out, &of.curves);
    let below = top + height + 40.0;
    let _ = writeln!(
        out,
        "<text x=\"{left}\" y=\"{below}\">Cheapest by the number of nodes</text>"
    );
    for span in &of.cheapest {
        band(&mut out, scale, span, of, below + 8.0);
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">nodes</text>\n</svg>",
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

fn line(out: &mut String, scale: Scale, curve: &Curve, colour: &str) {
    let point = |point: &Point| {
        let (x, y) = (scale.of(point.nodes), y(point.master_share.nodes.tenths()));
        format!("{x:.1},{y:.1}")
    };
    let points: Vec<String> = curve.points.iter().map(point).collect();
    let dashes = if curve.complete {
        ""
    } else {
        " stroke-dasharray=\"4 3\""
    };
    let _ = writeln!(
        out,
        "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes} points=\"{}\"/>",
        points.join(" ")
    );
}

fn legend(out: &mut String, curves: &[Curve]) {
    let (left, top, width, _) = PLOT;
    let x = left + width + 20.0;
    let mut y = top + 10.0;
    for (curve, colour) in curves.iter().zip(COLOURS) {
        let name = format!("{} {}", curve.platform, curve.variant);
        let open = if curve.complete { "" } else { " (+ ?)" };
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{:.1}\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"{y:.1}\">{}{open}</text>",
            y - 10.0,
            x + 18.0,
            escaped(&name)
        );
        y += 20.0;
    }
}

/// The numbers of nodes with which one costs least.
fn band(out: &mut String, scale: Scale, span: &Cheapest, of: &Breakeven, top: f64) {
    let own = |curve: &Curve| (curve.platform, &curve.variant) == (span.platform, &span.variant);
    let at = of.curves.iter().position(own);
    let colour = at.and_then(|at| COLOURS.get(at)).unwrap_or(&"#999");
    let (from, to) = (scale.edge(span.from, -0.5), scale.edge(span.to, 0.5));
    let name = format!(
        "{} {}: {} to {}",
        span.platform, span.variant, span.from, span.to
    );
    let _ = writeln!(
        out,
        "<rect x=\"{from:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"18\" fill=\"{colour}\"><title>{}</title></rect>",
        (to - from).max(2.0),
        escaped(&name)
    );
}

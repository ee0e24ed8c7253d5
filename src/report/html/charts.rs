//! The charts of the page: SVG drawn by `plotters`, with nothing that runs or loads.
//!
//! `plotters` writes colours as attributes, and an attribute gives way to a style sheet. So each colour that is used here
//! has its rule in `style.css`, by which charts follow dark and light and the printer. What a chart shows is always told
//! in text, too: beside it, or in its title, which is what a screen reader says.

use jiff::Timestamp;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::escape;
use crate::detect::Severity;
use crate::report::tally::Slot;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

const INK: RGBColor = RGBColor(0x65, 0x6d, 0x76);
const LINE: RGBColor = RGBColor(0xd8, 0xde, 0xe4);
/// In the order of [`Severity::ALL`].
const SEVERITIES: [RGBColor; 5] = [
    RGBColor(0x8c, 0x95, 0x9f),
    RGBColor(0x1f, 0x7a, 0x8c),
    RGBColor(0xc9, 0x8a, 0x0c),
    RGBColor(0xc2, 0x41, 0x0c),
    RGBColor(0xa4, 0x13, 0x3c),
];

const TIMELINE: (u32, u32) = (840, 250);
const HISTOGRAM: (u32, u32) = (340, 250);
/// Room for the numbers beside the timeline, for the dates below it, for marks above it.
const LEFT: u32 = 52;
const BELOW: u32 = 26;
const ABOVE: u32 = 24;
/// A part is never drawn lower than this, however few findings it is of: one that is critical must be seen.
const PART_MIN: f64 = 2.0;
/// Heights are counted in such parts of a finding: `plotters` has names for full numbers only where they are given.
const FINE: f64 = 1000.0;
/// Dates that fit below the timeline.
const DATES_MAX: usize = 8;
const FONT: (&str, f64) = ("sans-serif", 15.0);

/// Findings over time: a stack of severities for each stretch, and a mark above those with critical or high ones.
pub(super) fn timeline(slots: &[Slot], step: i64, label: &str) -> String {
    drawn(TIMELINE, label, |canvas| draw_timeline(canvas, slots, step))
}

fn draw_timeline(canvas: &Canvas<'_>, slots: &[Slot], step: i64) -> Drawn {
    let most = slots.iter().map(|slot| slot.counts.iter().sum::<u64>()).max().unwrap_or(0).max(1);
    let height = f64::from(TIMELINE.1 - ABOVE - BELOW);
    // Lifted parts stand on top of the others.
    let least = FINE * most as f64 * PART_MIN / height;
    let top = FINE * most as f64 + 4.0 * least;
    let count = i64::try_from(slots.len()).unwrap_or(i64::MAX).max(1);
    let mut chart = ChartBuilder::on(canvas)
        .margin_top(ABOVE)
        .margin_right(8)
        .set_label_area_size(LabelAreaPosition::Left, LEFT)
        .set_label_area_size(LabelAreaPosition::Bottom, BELOW)
        .build_cartesian_2d(
            (0..count).with_key_points(dates(slots, step)),
            (0..top as i64).with_key_points(numbers(most)),
        )?;
    let date = |index: &i64| {
        let slot = usize::try_from(*index).ok().and_then(|index| slots.get(index));
        slot.map_or_else(String::new, |slot| moment(slot.start, step))
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(LINE)
        .light_line_style(TRANSPARENT)
        .axis_style(LINE)
        .label_style(FONT.into_font().color(&INK))
        .x_label_formatter(&date)
        .y_label_formatter(&|height| (height / FINE as i64).to_string())
        .draw()?;
    let inside = chart.plotting_area();
    for (index, slot) in (0..).zip(slots) {
        let mut below = 0;
        for severity in Severity::ALL.into_iter().filter(|severity| slot.counts[*severity as usize] > 0) {
            let part = (FINE * slot.counts[severity as usize] as f64).max(least) as i64;
            let (from, to) =
                (inside.map_coordinate(&(index, below)), inside.map_coordinate(&(index + 1, below + part)));
            let right = (to.0 - 1).max(from.0 + 1);
            canvas.draw(&Rectangle::new([(from.0, to.1), (right, from.1)], filled(severity)))?;
            below += part;
        }
        let worst = [Severity::Critical, Severity::High]
            .into_iter()
            .find(|severity| slot.counts[*severity as usize] > 0);
        if let Some(worst) = worst {
            let (left, right) =
                (inside.map_coordinate(&(index, 0)).0, inside.map_coordinate(&(index + 1, 0)).0);
            canvas.draw(&TriangleMarker::new(((left + right) / 2, ABOVE as i32 - 10), -6, filled(worst)))?;
        }
    }
    Ok(())
}

/// How many findings of each severity: a bar each, the most urgent first.
pub(super) fn histogram(counts: &[u64; 5], label: &str) -> String {
    drawn(HISTOGRAM, label, |canvas| draw_histogram(canvas, counts))
}

fn draw_histogram(canvas: &Canvas<'_>, counts: &[u64; 5]) -> Drawn {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let (width, height) = (HISTOGRAM.0 as i32, HISTOGRAM.1 as i32);
    let step = width / 5;
    let base = height - BELOW as i32;
    let text = |pos| FONT.into_font().color(&INK).pos(pos);
    for (place, severity) in (0..).zip(Severity::ALL.into_iter().rev()) {
        let count = counts[severity as usize];
        let long = count as f64 / most as f64 * f64::from(base - ABOVE as i32);
        let long = if count > 0 { long.max(PART_MIN) } else { 0.0 };
        let (middle, top) = (place * step + step / 2, base - long.round() as i32);
        canvas
            .draw(&Rectangle::new([(middle - step / 3, top), (middle + step / 3, base)], filled(severity)))?;
        let number = text(Pos::new(HPos::Center, VPos::Bottom));
        canvas.draw(&Text::new(count.to_string(), (middle, top - 4), number))?;
        let name = text(Pos::new(HPos::Center, VPos::Top));
        canvas.draw(&Text::new(severity.name(), (middle, base + 6), name))?;
    }
    canvas.draw(&PathElement::new([(0, base), (width, base)], LINE))
}

/// One line of a table as a bar, its severities side by side, the most urgent first: as long as it is beside `most`.
/// The numbers stand beside it, so it says nothing to a screen reader.
pub(super) fn strip(counts: &[u64; 5], most: u64) -> String {
    const SIZE: (u32, u32) = (200, 12);
    let draw = |canvas: &Canvas<'_>| {
        let mut left = 0.0;
        for severity in Severity::ALL.into_iter().rev() {
            let count = counts[severity as usize];
            if count > 0 {
                let long = count as f64 / most.max(1) as f64 * (f64::from(SIZE.0) - 4.0 * PART_MIN);
                let right = left + long.max(PART_MIN);
                let corners = [(left as i32, 0), (right as i32, SIZE.1 as i32)];
                canvas.draw(&Rectangle::new(corners, filled(severity)))?;
                left = right;
            }
        }
        Ok(())
    };
    svg(SIZE, "class=\"strip\" preserveAspectRatio=\"none\" aria-hidden=\"true\"", "", draw)
}

fn filled(severity: Severity) -> ShapeStyle {
    SEVERITIES[severity as usize].filled()
}

/// A chart with a title.
fn drawn(size: (u32, u32), label: &str, draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> String {
    let label = escape(label);
    svg(size, &format!("role=\"img\" aria-label=\"{label}\""), &format!("<title>{label}</title>"), draw)
}

/// What `draw` draws, in an element with these attributes that begins with `first`.
fn svg(size: (u32, u32), attributes: &str, first: &str, draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> String {
    let mut text = String::new();
    {
        let canvas = SVGBackend::with_string(&mut text, size).into_drawing_area();
        // A drawing in memory doesn't fail; were it ever to, its numbers stand in the text beside it.
        if draw(&canvas).and_then(|()| canvas.present()).is_err() {
            return String::new();
        }
    }
    // Its own first tag fixes a size and names a namespace by its address, which HTML has no need of.
    let body = text.split_once('>').map_or("", |(_, body)| body.trim_start());
    let (width, height) = size;
    format!("<svg viewBox=\"0 0 {width} {height}\" {attributes}>{first}{body}")
}

/// The places of stretches whose beginning is told: as many as fit, at equal distances.
fn dates(slots: &[Slot], step: i64) -> Vec<i64> {
    let every = slots.len().div_ceil(DATES_MAX).max(1);
    // Of shorter stretches than a day those that begin one, if they are enough.
    let midnights: Vec<_> = (0..)
        .zip(slots)
        .filter(|(_, slot)| slot.start.as_second() % DAY == 0)
        .map(|(index, _)| index)
        .collect();
    if step < DAY && midnights.len() > 2 {
        let every = midnights.len().div_ceil(DATES_MAX);
        return midnights.into_iter().step_by(every).collect();
    }
    (0..slots.len() as i64).step_by(every).collect()
}

const DAY: i64 = 86_400;

/// When a stretch begins, as exactly as its length asks for.
fn moment(start: Timestamp, step: i64) -> String {
    let form = match start.as_second() % DAY == 0 || step >= DAY {
        true => "%F",
        false if step < 60 => "%H:%M:%S",
        false => "%m-%d %H:%M",
    };
    start.strftime(form).to_string()
}

/// Numbers beside the timeline: full, and about four of them.
fn numbers(most: u64) -> Vec<i64> {
    let mut step = 1;
    for factor in [2, 5, 10].into_iter().cycle() {
        if most / step <= 5 {
            break;
        }
        let decade = 10_u64.pow(step.ilog10());
        step = decade * factor;
    }
    (0..)
        .map(|number| number * step)
        .take_while(|number| *number <= most)
        .map(|number| number as i64 * FINE as i64)
        .collect()
}

//! A screen as a picture for documents.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

/// The size of a cell in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
const PAPER: &str = "#11151c";
const INK: &str = "#d8dee9";

/// Each run of equal cells is placed by itself, so that no font shifts what follows.
pub(crate) fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 16.0, rows * CELL.1 + 16.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" font-size=\"14\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\">\n\
         <title>{title}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = buffer.cell((x, y)).unwrap().style();
            let mut text = String::new();
            let begin = x;
            while x < buffer.area.width && buffer.cell((x, y)).unwrap().style() == style {
                text.push_str(buffer.cell((x, y)).unwrap().symbol());
                x += 1;
            }
            svg.push_str(&run(begin, y, x - begin, &text, style));
        }
    }
    svg + "</svg>\n"
}

fn run(x: u16, y: u16, columns: u16, text: &str, style: ratatui::style::Style) -> String {
    let color = |color: Option<Color>, default: &str| match color {
        Some(Color::Rgb(red, green, blue)) => format!("#{red:02x}{green:02x}{blue:02x}"),
        _ => default.to_owned(),
    };
    let (mut ink, mut paper) = (color(style.fg, INK), color(style.bg, PAPER));
    if style.add_modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut paper);
    }
    let (left, top) = (8.0 + f64::from(x) * CELL.0, 8.0 + f64::from(y) * CELL.1);
    let wide = f64::from(columns) * CELL.0;
    let mut svg = String::new();
    if paper != PAPER {
        svg.push_str(&format!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{}\" fill=\"{paper}\"/>\n",
            CELL.1
        ));
    }
    let trimmed = text.trim_end();
    if !trimmed.trim_start().is_empty() {
        let bold = if style.add_modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
        let escaped = trimmed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let length = trimmed.chars().count() as f64 * CELL.0;
        svg.push_str(&format!(
            "<text x=\"{left:.1}\" y=\"{:.1}\" fill=\"{ink}\"{bold} textLength=\"{length:.1}\" xml:space=\"preserve\">{escaped}</text>\n",
            top + 13.5
        ));
    }
    svg
}

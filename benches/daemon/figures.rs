//! Figures of several rounds, and the table they stand in.

use std::fmt;

/// What was measured, round by round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    /// One measurement.
    pub(crate) fn of(value: f64) -> Self {
        Self(vec![value])
    }

    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(crate) fn median(&self) -> f64 {
        percentile(&self.0, 50)
    }

    /// The median of what each round gives with its neighbour: what else the machine does meets both.
    fn with(&self, other: &Self, together: impl Fn(f64, f64) -> f64) -> f64 {
        percentile(&self.0.iter().zip(&other.0).map(|(a, b)| together(*a, *b)).collect::<Vec<_>>(), 50)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, least, most] = [50, 0, 100].map(|percent| brief(percentile(&self.0, percent)));
        if self.0.len() < 2 { f.pad(&median) } else { f.pad(&format!("{median} ({least}–{most})")) }
    }
}

/// The value that `percent` of all are not above.
pub(crate) fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let index = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(index).copied().unwrap_or(f64::NAN)
}

/// Three digits that matter.
fn brief(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0..100.0 => format!("{value:.1}"),
        1.0..10.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// The lines that are printed as they come.
#[derive(Debug)]
pub(crate) struct Table {
    /// Of what was measured.
    width: usize,
}

impl Table {
    pub(crate) fn start() -> Self {
        let table = Self { width: 56 };
        table.line("median (least–most)", ["floor".to_owned(), "subject".to_owned()], "", ["must reach", "aim"]);
        table
    }

    /// The subject over its floor; `goals` are what must be reached and the aim.
    pub(crate) fn ratio(&mut self, what: &str, [floor, subject]: [&Series; 2], goals: [&str; 2]) {
        let ratio = subject.with(floor, |subject, floor| subject / floor);
        self.line(what, [floor.to_string(), subject.to_string()], &format!("{} ×", brief(ratio)), goals);
    }

    /// What the subject adds to the floor.
    pub(crate) fn added(&mut self, what: &str, [floor, subject]: [&Series; 2], goals: [&str; 2]) {
        let added = subject.with(floor, |subject, floor| subject - floor);
        self.line(what, [floor.to_string(), subject.to_string()], &format!("{added:+.3}"), goals);
    }

    /// The subject as a share of the floor's median.
    pub(crate) fn share(&mut self, what: &str, [floor, subject]: [&Series; 2], goals: [&str; 2]) {
        let share = subject.median() / floor.median() * 100.0;
        self.line(what, [floor.to_string(), subject.to_string()], &format!("{share:.1} %"), goals);
    }

    /// Two figures beside each other.
    pub(crate) fn plain(&mut self, what: &str, [floor, subject]: [&Series; 2], goals: [&str; 2]) {
        self.line(what, [floor.to_string(), subject.to_string()], "", goals);
    }

    /// How often something happened.
    pub(crate) fn count(&mut self, what: &str, [floor, subject]: [usize; 2], goals: [&str; 2]) {
        self.line(what, [floor.to_string(), subject.to_string()], "", goals);
    }

    fn line(&self, what: &str, [floor, subject]: [String; 2], outcome: &str, [must, aim]: [&str; 2]) {
        let width = self.width;
        println!("{what:<width$} {floor:>22} {subject:>22} {outcome:>9}  {must:<10} {aim}");
    }
}

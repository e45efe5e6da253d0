//! A subject and its floor in turns, in one run: what else the machine does meets both.

use std::fmt;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use tokio::time::Instant;

/// Rounds before those that count: caches fill, pages are touched.
const WARM_UP: usize = 3;

/// What one side took, round by round.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    wall: Vec<Duration>,
    /// User and system time of all threads.
    cpu: Vec<Duration>,
}

impl Taken {
    fn add(&mut self, whose: UsageWho, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        let (cpu, begun) = (cpu(whose)?, Instant::now());
        work()?;
        self.wall.push(begun.elapsed());
        self.cpu.push(self::cpu(whose)?.saturating_sub(cpu));
        Ok(())
    }
}

/// Does both in turns; `whose` says whether threads or child processes work.
pub(crate) fn compare(
    rounds: usize,
    whose: UsageWho,
    mut subject: impl FnMut() -> anyhow::Result<()>,
    mut floor: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Comparison> {
    let mut comparison = Comparison::default();
    for round in 0..WARM_UP + rounds {
        if round == WARM_UP {
            comparison = Comparison::default();
        }
        comparison.subject.add(whose, &mut subject)?;
        comparison.floor.add(whose, &mut floor)?;
    }
    Ok(comparison)
}

/// Both sides.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    subject: Taken,
    floor: Taken,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "          {:>10} {:>10} {:>10} {:>10}", "median", "min", "max", "CPU")?;
        for (name, taken) in [("subject", &self.subject), ("floor", &self.floor)] {
            let [median, min, max] = summary(&taken.wall);
            let [cpu, ..] = summary(&taken.cpu);
            writeln!(f, "{name:<10}{:>10} {:>10} {:>10} {:>10}", ms(median), ms(min), ms(max), ms(cpu))?;
        }
        let ratio = |taken: fn(&Taken) -> &Vec<Duration>| {
            let [[subject, ..], [floor, ..]] = [&self.subject, &self.floor].map(|side| summary(taken(side)));
            subject.as_secs_f64() / floor.as_secs_f64()
        };
        write!(f, "ratio     {:>10.2} {:>32.2}", ratio(|taken| &taken.wall), ratio(|taken| &taken.cpu))
    }
}

/// Median, least and greatest.
fn summary(times: &[Duration]) -> [Duration; 3] {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    [at(times.len() / 2), at(0), at(times.len().saturating_sub(1))]
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn cpu(whose: UsageWho) -> anyhow::Result<Duration> {
    let usage = getrusage(whose)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros)?))
}

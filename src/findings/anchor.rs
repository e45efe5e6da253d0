//! Looks up where what a model quotes really is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::claim::Claim;
use super::fingerprint::fingerprint;
use super::quote::{Quote, Tolerance};
use super::shown::{Line, ShownFile};
use crate::protocol::Finding;
use crate::redaction::Veil;

/// What became of claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchored {
    /// Those whose text is there, the worst first.
    pub findings: Vec<Finding>,
    /// Those whose text is not.
    pub dropped: Vec<Dropped>,
}

/// A claim that is no finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// What it is called.
    pub title: String,
    /// The file that it names.
    pub path: String,
    /// Why it is none.
    pub reason: String,
}

/// What somebody claims of what they were shown.
#[derive(Debug)]
pub struct Testimony<'a> {
    /// What they found.
    pub claims: Vec<Claim>,
    /// What they were shown.
    pub shown: &'a [ShownFile],
}

/// Looks the quotes of claims up in what those who made them were shown, as `veil` let it be sent. What several of them
/// say of one place is one finding.
///
/// Of several places the one nearest to the line that the model guessed is taken, else the first. Costs time in
/// proportion to the claims and the text of their files.
pub fn anchor(testimonies: Vec<Testimony<'_>>, veil: &Veil) -> Anchored {
    let (mut placed, mut dropped) = (Vec::new(), Vec::new());
    for (witness, Testimony { claims, shown }) in testimonies.into_iter().enumerate() {
        let mut texts: BTreeMap<&str, Vec<Vec<Line>>> = BTreeMap::new();
        for file in shown {
            texts.entry(&file.path).or_default().push(file.lines(veil));
        }
        for claim in claims {
            match place(&claim, &texts) {
                Ok(place) => placed.push((claim, Place { witness, ..place })),
                Err(reason) => dropped.push(drop_for(&claim, reason)),
            }
        }
    }
    // From the top of each file, so that equal ones are counted in their order; of two about one place the worse stays.
    placed.sort_by(|(one, here), (other, there)| {
        (here.path, here.line, other.severity).cmp(&(there.path, there.line, one.severity))
    });
    let mut findings: Vec<Finding> = Vec::with_capacity(placed.len());
    let mut equal: BTreeMap<(String, &str, String), (usize, u32, usize)> = BTreeMap::new();
    for (claim, place) in placed {
        let key = (claim.category.trim().to_lowercase(), place.path, place.quote.normal());
        let ordinal = match equal.get_mut(&key) {
            Some((_, line, witness)) if *line == place.line => {
                if *witness == place.witness {
                    dropped.push(drop_for(&claim, "it is said twice of one place"));
                }
                continue;
            }
            Some((ordinal, line, witness)) => {
                (*ordinal, *line, *witness) = (*ordinal + 1, place.line, place.witness);
                *ordinal
            }
            None => 0,
        };
        let fingerprint = fingerprint(&claim.category, place.path, &key.2, ordinal);
        equal.entry(key).or_insert((ordinal, place.line, place.witness));
        findings.push(finding(claim, &place, fingerprint));
    }
    super::sort(&mut findings);
    Anchored { findings, dropped }
}

/// Where a quote is.
struct Place<'a> {
    path: &'a str,
    quote: Quote,
    line: u32,
    end_line: u32,
    /// Who says it, by the place of the testimony.
    witness: usize,
}

fn place<'a>(claim: &Claim, texts: &BTreeMap<&'a str, Vec<Vec<Line>>>) -> Result<Place<'a>, &'static str> {
    let path = shown_path(&claim.path, texts).ok_or("no file of that name was shown")?;
    let parts = texts.get(path).map(Vec::as_slice).unwrap_or_default();
    let as_told = Quote::new(&claim.quote).ok_or("it quotes nothing")?;
    let without = as_told.without_gutters();
    for quote in [Some(as_told), without].into_iter().flatten() {
        for tolerance in Tolerance::ALL {
            let found = parts.iter().flat_map(|lines| {
                quote.places(lines, tolerance).map(|at| (lines[at].number, lines[at + quote.len() - 1].last))
            });
            let distance = |line: u32| claim.line.map_or(0, |hint| hint.abs_diff(line));
            // The first of those that are equally near: as it stands in the file, not in the order of its parts.
            if let Some((line, end_line)) = found.min_by_key(|(line, _)| (distance(*line), *line)) {
                return Ok(Place { path, quote, line, end_line: end_line.max(line), witness: 0 });
            }
        }
    }
    Err("the text that it quotes is not there")
}

/// The file that a path names: by its whole name, else the only one that ends, or is ended, so.
fn shown_path<'a>(path: &str, texts: &BTreeMap<&'a str, Vec<Vec<Line>>>) -> Option<&'a str> {
    let path = path.trim().trim_start_matches("./");
    if let Some((known, _)) = texts.get_key_value(path) {
        return Some(known);
    }
    let ends =
        |long: &str, short: &str| !short.is_empty() && long.strip_suffix(short).is_some_and(|head| head.ends_with('/'));
    let mut alike = texts.keys().filter(|known| ends(known, path) || ends(path, known));
    let first = alike.next()?;
    alike.next().is_none().then_some(*first)
}

fn finding(claim: Claim, place: &Place<'_>, fingerprint: String) -> Finding {
    let Claim { severity, title, detail, category, suggestion, .. } = claim;
    Finding {
        fingerprint,
        severity,
        title,
        detail,
        path: place.path.to_owned(),
        line: place.line,
        end_line: place.end_line,
        quote: place.quote.text(),
        category,
        suggestion,
        confirmed_by: None,
    }
}

fn drop_for(claim: &Claim, reason: &str) -> Dropped {
    Dropped { title: claim.title.clone(), path: claim.path.clone(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;

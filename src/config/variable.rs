//! Variables, of the environment or of an env file, turned into a layer of values.

use std::ffi::OsStr;
use std::path::Path;

use super::dotenv::Assignment;
use super::nearest::{nearest, unknown};
use super::origin::{Entry, Layer, Origin, Remarks};
use super::retired;
use super::setting::Raw;
use super::settings::KEYS;
use super::{Environment, Key};
use crate::error::{Error, Result};

/// One variable with where it stands.
struct Variable<'a> {
    name: &'a str,
    value: &'a str,
    origin: Origin,
}

/// The values that the environment sets.
pub(super) fn of_environment(environment: &Environment, remarks: &mut Remarks) -> Result<Layer> {
    let concern = |name: &str| is_ours(name) || Key::of_variable(name).is_some() || retired::fate(name).is_some();
    let concerning = environment.iter().filter(|(name, _)| concern(name));
    let variables: Result<Vec<_>> = concerning.map(|(name, value)| of_process(name, value)).collect();
    layer(&variables?, "the environment", remarks)
}

fn of_process<'a>(name: &'a str, value: &'a OsStr) -> Result<Variable<'a>> {
    let origin = Origin::Environment(name.to_owned());
    let value = value.to_str().ok_or_else(|| Error::invalid(format!("{origin} is not UTF-8")))?;
    Ok(Variable { name, value, origin })
}

/// The values that the env file at `path` sets.
pub(super) fn of_file(assignments: &[Assignment], path: &Path, remarks: &mut Remarks) -> Result<Layer> {
    let variables: Vec<_> = assignments.iter().map(|assignment| of_line(assignment, path)).collect();
    layer(&variables, &path.display().to_string(), remarks)
}

fn of_line<'a>(assignment: &'a Assignment, path: &Path) -> Variable<'a> {
    let Assignment { name, value, line } = assignment;
    Variable { name, value, origin: Origin::EnvFile { name: name.clone(), path: path.to_owned(), line: *line } }
}

/// Where the standard directories of the XDG specification lead when nothing says otherwise.
pub(super) fn of_standard_directories(environment: &Environment) -> Result<Layer> {
    let name = "XDG_STATE_HOME";
    let origin = Origin::Environment(name.to_owned());
    let (Some(key), Some(directory)) = (Key::named("state_dir"), environment.directory(name)) else {
        return Ok(Layer::new());
    };
    let path = directory.join("exai").into_os_string().into_string();
    let path = path.map_err(|_| Error::invalid(format!("{origin} is not UTF-8")))?;
    Ok(vec![Entry { key, raw: Raw::Text(path), origin }])
}

fn is_ours(name: &str) -> bool {
    name.starts_with("EXAI_")
}

fn layer(variables: &[Variable<'_>], place: &str, remarks: &mut Remarks) -> Result<Layer> {
    let mut layer = Layer::new();
    for key in KEYS {
        let named = |name: &&str| variables.iter().find(|variable| variable.name == *name);
        let mut set = key.environment.iter().filter_map(named).filter(|variable| !variable.value.trim().is_empty());
        let Some(chosen) = set.next() else { continue };
        for other in set.filter(|other| other.value.trim() != chosen.value.trim()) {
            let (used, unused) = (chosen.name, other.name);
            remarks.warnings.push(format!("{used} and {unused} in {place} differ: {used} is used"));
        }
        layer.push(Entry { key, raw: Raw::Text(chosen.value.to_owned()), origin: chosen.origin.clone() });
    }
    judge(variables, place, remarks)?;
    Ok(layer)
}

/// What to say about variables that set nothing: ours must be known, those of others are theirs.
fn judge(variables: &[Variable<'_>], place: &str, remarks: &mut Remarks) -> Result<()> {
    let names = || KEYS.iter().flat_map(|key| key.environment).copied();
    let mut retired = Vec::new();
    for Variable { name, value, origin } in variables {
        if value.trim().is_empty() || Key::of_variable(name).is_some() {
            continue;
        }
        if let Some(fate) = retired::fate(name) {
            retired.push((*name, fate));
        } else if is_ours(name) {
            return Err(unknown("variable", name, &origin_place(origin, place), names()));
        } else {
            let meant = nearest(name, names());
            let hint = meant.map(|meant| format!(" (did you mean {meant}?)")).unwrap_or_default();
            remarks.notes.push(format!("{origin} is not a setting of exai{hint}"));
        }
    }
    retired::remark(&retired, place, remarks);
    Ok(())
}

fn origin_place(origin: &Origin, place: &str) -> String {
    match origin {
        Origin::EnvFile { line, .. } => format!("{place}:{line}"),
        _ => place.to_owned(),
    }
}

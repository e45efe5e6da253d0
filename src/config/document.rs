//! The table of keys as documents: a sample `config.toml` and a table for the manual.

use super::Key;
use super::settings::{GROUPS, KEYS};

/// A `config.toml` in which every key stands commented out with its default. Text after `# ` is prose,
/// a line that starts with `#` and a letter is a setting.
pub fn sample() -> String {
    let mut sample = String::from(
        "# Configuration of exai: remove the # before a line to set it.\n\
         # Flags, the environment and env files win over this file.\n",
    );
    for key in KEYS.iter().filter(|key| group(key).is_none()) {
        sample.push_str(&setting(key, key.name));
    }
    for (name, doc) in GROUPS {
        sample.extend(["\n# ", doc, "\n[", name, "]\n"]);
        for key in KEYS.iter().filter(|key| group(key) == Some(*name)) {
            sample.push_str(&setting(key, key.name.trim_start_matches(name).trim_start_matches('.')));
        }
    }
    sample
}

fn group(key: &Key) -> Option<&'static str> {
    key.name.split_once('.').map(|(group, _)| group)
}

fn setting(key: &Key, name: &str) -> String {
    let Key { doc, environment, .. } = key;
    let limits = limits(key).map(|limits| format!(" ({limits})")).unwrap_or_default();
    let literal = (key.default)().literal;
    format!("\n# {doc}{limits}\n# {}\n#{name} = {literal}\n", environment.join(", "))
}

/// Range and unit in words.
fn limits(key: &Key) -> Option<String> {
    let range = key.range.map(|range| range.to_string());
    let parts: Vec<String> = range.into_iter().chain(key.unit.map(str::to_owned)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A Markdown table of every key.
pub fn markdown_table() -> String {
    let mut table = String::from("| key | environment | default | decides |\n|---|---|---|---|\n");
    for key in KEYS {
        let variables: Vec<String> = key.environment.iter().map(|name| format!("`{name}`")).collect();
        let unit = key.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
        let default = key.default_shown().map(|text| format!("`{text}`{unit}")).unwrap_or_default();
        let range = key.range.map(|range| format!(" ({range})")).unwrap_or_default();
        let cells = [format!("`{}`", key.name), variables.join(" "), default, format!("{}{range}", key.doc)];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        table.extend(["| ", &cells.join(" | "), " |\n"]);
    }
    table
}

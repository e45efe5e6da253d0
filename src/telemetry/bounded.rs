//! One entry a name, and not more names than fit: who chooses names must not be able to fill the memory, or a metrics
//! server's. Finding an entry copies nothing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Names that are told apart.
pub(super) const MOST: usize = 200;
/// The name of all others.
pub(super) const OTHER: &str = "other";

/// Entries of names with two parts, such as provider and model.
#[derive(Debug)]
pub(super) struct Bounded<T>(RwLock<HashMap<String, HashMap<String, Arc<T>>>>);

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> Bounded<T> {
    /// The entry of a name, made when it is new; the one for all others when there are too many.
    pub(super) fn get(&self, first: &str, second: &str, make: impl FnOnce(&str, &str) -> T) -> Arc<T> {
        let found = |map: &HashMap<String, HashMap<String, Arc<T>>>, first: &str, second: &str| {
            map.get(first).and_then(|inner| inner.get(second)).map(Arc::clone)
        };
        if let Some(entry) = found(&self.0.read().unwrap_or_else(PoisonError::into_inner), first, second) {
            return entry;
        }
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_full = map.values().map(HashMap::len).sum::<usize>() >= MOST;
        let is_known = found(&map, first, second).is_some();
        let (first, second) = if is_full && !is_known { (OTHER, OTHER) } else { (first, second) };
        let inner = map.entry(first.to_owned()).or_default();
        Arc::clone(inner.entry(second.to_owned()).or_insert_with(|| Arc::new(make(first, second))))
    }

    /// All entries with their names, in their order.
    pub(super) fn all(&self) -> Vec<(String, String, Arc<T>)> {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = map
            .iter()
            .flat_map(|(first, inner)| {
                inner.iter().map(|(second, entry)| (first.clone(), second.clone(), Arc::clone(entry)))
            })
            .collect();
        all.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_limit_share_an_entry_and_known_ones_keep_theirs() {
        let bounded = Bounded::<String>::default();
        let get = |name: &str| bounded.get("custom", name, |first, second| format!("{first}/{second}"));
        for number in 0..2 * MOST {
            get(&format!("model-{number}"));
        }
        assert_eq!((get("model-0").as_str(), get("model-399").as_str()), ("custom/model-0", "other/other"));
        assert_eq!(bounded.all().len(), MOST + 1);
    }
}

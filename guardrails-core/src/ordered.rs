//! Rows by their key that come back in the order in which they were first put in, as those of a
//! numbered table do.

use std::collections::BTreeMap;

/// The rows; one that is put in again keeps its place.
#[derive(Debug)]
pub(crate) struct Ordered<K, V> {
    rows: BTreeMap<K, (u64, V)>,
    next: u64,
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<K: Ord, V: Clone> Ordered<K, V> {
    /// Puts a row in, or in the place of the one with its key; answers whether it is new.
    pub(crate) fn insert(&mut self, key: K, row: V) -> bool {
        if let Some((_, old)) = self.rows.get_mut(&key) {
            *old = row;
            return false;
        }
        self.rows.insert(key, (self.next, row));
        self.next = self.next.saturating_add(1);
        true
    }

    /// Takes a row out; answers whether it was there.
    pub(crate) fn remove(&mut self, key: &K) -> bool {
        self.rows.remove(key).is_some()
    }

    /// All rows.
    pub(crate) fn rows(&self) -> Vec<V> {
        let mut rows: Vec<&(u64, V)> = self.rows.values().collect();
        rows.sort_by_key(|(place, _)| *place);
        rows.into_iter().map(|(_, row)| row.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order() {
        let mut rows = Ordered::default();
        assert!(rows.insert("b", 1));
        assert!(rows.insert("a", 2));
        assert!(!rows.insert("b", 3));
        assert_eq!(rows.rows(), [3, 2]);
        assert!(rows.remove(&"b"));
        assert!(!rows.remove(&"b"));
        assert!(rows.insert("b", 4));
        assert_eq!(rows.rows(), [2, 4]);
    }
}

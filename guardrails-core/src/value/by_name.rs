//! Finds one thing by its name among things in name order: fields, columns, rows of a plan.

/// Up to so many things are looked through one by one. Names mostly differ in length already, which
/// stands beside the pointer, while halving follows the pointers all over memory.
const FEW: usize = 32;

/// The one named `name` among things that are in name order, each name once.
pub(crate) fn by_name<'t, T>(
    things: &'t [T],
    name: &str,
    name_of: impl Fn(&T) -> &str,
) -> Option<&'t T> {
    if things.len() <= FEW {
        return things.iter().find(|thing| name_of(thing) == name);
    }
    let at = things.binary_search_by(|thing| name_of(thing).cmp(name));
    things.get(at.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_found_alike() {
        for count in [0, 1, FEW, FEW + 1, 200] {
            let names: Vec<String> = (0..count).map(|i| format!("n{i:03}")).collect();
            for name in &names {
                assert_eq!(by_name(&names, name, |name| name), Some(name));
            }
            assert_eq!(by_name(&names, "n", |name| name), None);
            assert_eq!(by_name(&names, "n0000", |name| name), None);
        }
    }
}

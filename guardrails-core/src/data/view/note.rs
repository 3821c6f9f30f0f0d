//! What a view says about itself: names and masks, never a value.

use std::fmt;

use crate::data::access::Access;
use crate::data::table::FieldTable;
use crate::policy::Aggregable;
use crate::value::Name;

/// One remark on a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewNote {
    /// The field is shown through this mask.
    Masked {
        /// The field, or the path of a nested one.
        field: Name,
        /// The mask's word.
        mask: &'static str,
    },
    /// The field is not shown, whether or not it has a value.
    Hidden {
        /// The field, or the path of a nested one.
        field: Name,
    },
    /// The field is not shown as it is, and these figures may be taken of it over many records.
    Aggregable {
        /// The field, or the path of a nested one.
        field: Name,
        /// Which figures, and over how many records at least.
        figures: Aggregable,
    },
    /// So many fields of the record are not what the entity declares, and are not shown.
    Undeclared {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for ViewNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Masked { field, mask } => write!(f, "`{field}` is masked with {mask}"),
            Self::Hidden { field } => write!(f, "`{field}` is hidden"),
            Self::Aggregable { field, figures } => {
                write!(f, "`{field}` may be aggregated: {figures}")
            }
            Self::Undeclared { count: 1 } => f.write_str("one undeclared field is left out"),
            Self::Undeclared { count } => write!(f, "{count} undeclared fields are left out"),
        }
    }
}

/// The table's remarks, and the one on fields that were left out.
pub(super) fn notes(table: &FieldTable, strays: usize) -> impl Iterator<Item = ViewNote> {
    let undeclared = (strays > 0).then_some(ViewNote::Undeclared { count: strays });
    let fields = table.accessed().iter().filter_map(|field| {
        let name = field.field.clone();
        if field.access == Access::Hidden.as_str() {
            Some(ViewNote::Hidden { field: name })
        } else if field.mask.is_empty() {
            None
        } else {
            Some(ViewNote::Masked {
                field: name,
                mask: field.mask,
            })
        }
    });
    let figures = table
        .only_aggregable()
        .into_iter()
        .map(|(field, figures)| ViewNote::Aggregable { field, figures });
    fields.chain(figures).chain(undeclared)
}

/// `View(Quote: amount, stage)`.
pub(super) fn debug<'n>(
    f: &mut fmt::Formatter<'_>,
    entity: &str,
    names: impl Iterator<Item = &'n Name>,
) -> fmt::Result {
    write!(f, "View({entity}:")?;
    for (i, name) in names.enumerate() {
        write!(f, "{} {name}", if i > 0 { "," } else { "" })?;
    }
    f.write_str(")")
}

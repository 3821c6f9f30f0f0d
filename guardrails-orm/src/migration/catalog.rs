//! What is in the database under given names, read from its catalog.
//!
//! Types are told apart as coarsely as the three databases agree on (a name's length or a number's
//! width is nobody's fingerprint), and each column may be empty or not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// A table's columns, by name: `text`, `number` or `moment`, with `?` where it may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Columns(BTreeMap<String, String>);

impl Columns {
    /// The reverse of `Display`.
    pub(crate) fn parse(text: &str) -> Self {
        Self(
            text.split(", ")
                .filter_map(|column| column.split_once(' '))
                .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
                .collect(),
        )
    }

    pub(crate) fn add(&mut self, name: &str, kind: &str, nullable: bool) {
        let mark = if nullable { "?" } else { "" };
        self.0.insert(name.to_owned(), format!("{kind}{mark}"));
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether each column of `others` is here, just so.
    pub(crate) fn contains(&self, others: &Self) -> bool {
        others
            .0
            .iter()
            .all(|(name, kind)| self.0.get(name) == Some(kind))
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<String> = self
            .0
            .iter()
            .map(|(name, kind)| format!("{name} {kind}"))
            .collect();
        f.write_str(&columns.join(", "))
    }
}

/// The tables that exist under given names.
#[derive(Debug, Default)]
pub(crate) struct Catalog(BTreeMap<String, Columns>);

impl Catalog {
    /// Looks for tables, views and whatever else would stand in the way of a table.
    pub(crate) async fn read<C: ConnectionTrait>(
        db: &C,
        names: &BTreeSet<String>,
    ) -> Result<Self, DbErr> {
        let backend = db.get_database_backend();
        let ask = Statement::from_string(backend, columns_query(backend));
        let mut found = Self::default();
        for row in db.query_all_raw(ask).await? {
            let table: String = row.try_get("", "in_table")?;
            if !names.contains(&table) {
                continue;
            }
            let column: String = row.try_get("", "name")?;
            let kind: String = row.try_get("", "kind")?;
            let nullable: String = row.try_get("", "nullable")?;
            found
                .0
                .entry(table)
                .or_default()
                .add(&column, coarse(&kind), nullable == "YES");
        }
        Ok(found)
    }

    pub(crate) fn has(&self, table: &str) -> bool {
        self.0.contains_key(table)
    }

    pub(crate) fn columns(&self, table: &str) -> Option<&Columns> {
        self.0.get(table)
    }

    /// Whether the table is there with these columns and no others.
    pub(crate) fn is_exactly(&self, table: &str, columns: &Columns) -> bool {
        self.columns(table) == Some(columns)
    }
}

/// PostgreSQL's `information_schema` leaves out what the user has no right to, so its own catalog is
/// asked: what cannot be read stands in the way all the same. SQLite's names do not differ by case.
fn columns_query(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "SELECT c.relname::text AS in_table, COALESCE(a.attname::text, '') AS name, \
             COALESCE(format_type(a.atttypid, NULL), '') AS kind, \
             CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS nullable \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_attribute a \
             ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE n.nspname = current_schema()"
        }
        DbBackend::MySql => {
            "SELECT CAST(table_name AS CHAR) AS in_table, CAST(column_name AS CHAR) AS name, \
             CAST(data_type AS CHAR) AS kind, CAST(is_nullable AS CHAR) AS nullable \
             FROM information_schema.columns WHERE table_schema = DATABASE()"
        }
        _ => {
            "SELECT lower(m.name) AS in_table, p.name AS name, p.type AS kind, \
             CASE WHEN p.\"notnull\" THEN 'NO' ELSE 'YES' END AS nullable \
             FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type IN ('table', 'view')"
        }
    }
}

/// The names of a MariaDB table's indexes. The other two can rename and make an index "if it exists".
pub(crate) async fn mysql_indexes<C: ConnectionTrait>(
    db: &C,
    table: &str,
) -> Result<BTreeSet<String>, DbErr> {
    let ask = format!(
        "SELECT DISTINCT CAST(index_name AS CHAR) AS name FROM information_schema.statistics \
         WHERE table_schema = DATABASE() AND table_name = '{table}'"
    );
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::MySql, ask))
        .await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

fn coarse(kind: &str) -> &str {
    let word = kind
        .split(['(', ' ', '_'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match word.as_str() {
        "int" | "integer" | "bigint" | "smallint" | "tinyint" | "bool" | "boolean" => "number",
        "varchar" | "character" | "text" | "longtext" => "text",
        "timestamp" | "datetime" => "moment",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_read_back() {
        let mut columns = Columns::default();
        columns.add("id", "number", false);
        columns.add("ended", "moment", true);
        let text = columns.to_string();
        assert_eq!(text, "ended moment?, id number");
        assert_eq!(Columns::parse(&text), columns);
        assert!(columns.contains(&Columns::parse("id number")));
        assert!(!columns.contains(&Columns::parse("id number?")));
        assert!(!columns.contains(&Columns::parse("id number, other text")));
    }

    #[test]
    fn types_are_told_apart_coarsely() {
        for (kind, word) in [
            ("bigint", "number"),
            ("BOOLEAN", "number"),
            ("character varying", "text"),
            ("varchar(36)", "text"),
            ("timestamp_with_timezone_text", "moment"),
            ("timestamp with time zone", "moment"),
            ("datetime", "moment"),
            ("jsonb", "other"),
            ("", "other"),
        ] {
            assert_eq!(coarse(kind), word, "{kind}");
        }
    }
}

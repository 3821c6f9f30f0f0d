//! One description of a table for three databases.
//!
//! Decides the column types: names are bounded and compared byte for byte (on MariaDB with a
//! collation that neither folds case nor pads with spaces, so that `acme`, `ACME` and `acme ` stay
//! three tenants); times are UTC with microseconds; texts are as long as they need to be.

use sea_orm::DbBackend;
use sea_orm::sea_query::{
    Alias, ColumnDef, Expr, ForeignKey, ForeignKeyAction, Index, IndexCreateStatement, Table,
    TableCreateStatement,
};

use super::catalog::Columns;
use crate::names::Names;

/// Characters of a name in a key. MariaDB indexes at most 3,072 bytes, four per character, and the
/// longest key has four names.
pub(crate) const NAME: u32 = 190;
/// Characters of a text column that is indexed alone or with short ones.
pub(crate) const LABEL: u32 = 255;
/// Characters of one value of a Casbin line; seven are in one key.
pub(crate) const VALUE: u32 = 100;
/// Characters of a limit's key.
pub(crate) const KEY: u32 = 512;
/// Characters of a UUID.
const ID: u32 = 36;
/// Characters of `hmac-sha256:`, a key's identifier and 64 hexadecimal digits, and a few to spare.
const DIGEST: u32 = 90;

/// A table being described.
pub(crate) struct Shape {
    pub(crate) name: String,
    /// Its name in the first release.
    pub(crate) base: &'static str,
    /// What comes before the names of its indexes.
    index_prefix: String,
    backend: DbBackend,
    defs: Vec<(&'static str, ColumnDef)>,
    columns: Columns,
    key: Vec<&'static str>,
    pub(crate) indexes: Vec<IndexShape>,
    belongs: Option<BelongsTo>,
}

/// An index of a table.
pub(crate) struct IndexShape {
    pub(crate) name: String,
    /// Its name in the first release.
    pub(crate) base: &'static str,
    columns: &'static [&'static str],
    unique: bool,
}

struct BelongsTo {
    name: &'static str,
    columns: &'static [&'static str],
    table: &'static str,
    others: &'static [&'static str],
}

/// Whether a column may be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Null {
    No,
    Yes,
}

/// Kinds of columns as the catalog tells them apart.
const TEXT: &str = "text";
const NUMBER: &str = "number";
const MOMENT: &str = "moment";

impl Shape {
    /// A table with a prefix.
    pub(crate) fn own(names: &Names, base: &'static str, backend: DbBackend) -> Self {
        Self::new(names.of(base), names.of(""), base, backend)
    }

    /// A table that keeps its name.
    pub(crate) fn plain(name: &'static str, backend: DbBackend) -> Self {
        Self::new(name.to_owned(), String::new(), name, backend)
    }

    fn new(name: String, index_prefix: String, base: &'static str, backend: DbBackend) -> Self {
        Self {
            name,
            base,
            index_prefix,
            backend,
            defs: Vec::new(),
            columns: Columns::default(),
            key: Vec::new(),
            indexes: Vec::new(),
            belongs: None,
        }
    }

    fn column(
        mut self,
        name: &'static str,
        kind: &str,
        null: Null,
        make: impl FnOnce(&mut ColumnDef),
    ) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        make(&mut column);
        match null {
            Null::No => column.not_null(),
            Null::Yes => column.null(),
        };
        self.columns.add(name, kind, null == Null::Yes);
        self.defs.push((name, column));
        self
    }

    /// A number given out by the database, the primary key.
    pub(crate) fn serial(self, name: &'static str) -> Self {
        self.column(name, NUMBER, Null::No, |column| {
            column.big_integer().auto_increment().primary_key();
        })
    }

    /// A UUID as text.
    pub(crate) fn id(self, name: &'static str, null: Null) -> Self {
        self.label(name, ID, null)
    }

    /// Text of at most `length` characters.
    pub(crate) fn label(self, name: &'static str, length: u32, null: Null) -> Self {
        self.column(name, TEXT, null, |column| {
            column.string_len(length);
        })
    }

    /// Text of at most `length` characters that is `default` when nothing is given.
    pub(crate) fn label_or(self, name: &'static str, length: u32, default: &str) -> Self {
        let default = default.to_owned();
        self.column(name, TEXT, Null::No, |column| {
            column.string_len(length).default(default);
        })
    }

    /// A digest as text, keyed or not.
    pub(crate) fn digest(self, name: &'static str, null: Null) -> Self {
        self.label(name, DIGEST, null)
    }

    /// Text of any length.
    pub(crate) fn text(self, name: &'static str, null: Null) -> Self {
        let backend = self.backend;
        self.column(name, TEXT, null, |column| {
            match backend {
                // Its `text` ends at 64 KiB.
                DbBackend::MySql => column.custom("longtext"),
                _ => column.text(),
            };
        })
    }

    pub(crate) fn small(self, name: &'static str) -> Self {
        self.column(name, NUMBER, Null::No, |column| {
            column.integer();
        })
    }

    pub(crate) fn small_or(self, name: &'static str, default: i32) -> Self {
        self.column(name, NUMBER, Null::No, |column| {
            column.integer().default(default);
        })
    }

    pub(crate) fn big(self, name: &'static str, null: Null) -> Self {
        self.column(name, NUMBER, null, |column| {
            column.big_integer();
        })
    }

    pub(crate) fn flag(self, name: &'static str, default: Option<bool>) -> Self {
        self.column(name, NUMBER, Null::No, |column| {
            column.boolean();
            if let Some(default) = default {
                column.default(default);
            }
        })
    }

    /// A moment, UTC, to the microsecond.
    pub(crate) fn moment(self, name: &'static str, null: Null) -> Self {
        let backend = self.backend;
        self.column(name, MOMENT, null, |column| {
            moment_type(column, backend);
        })
    }

    /// A moment that is the database's present time when nothing is given.
    pub(crate) fn moment_or_now(self, name: &'static str) -> Self {
        let backend = self.backend;
        self.column(name, MOMENT, Null::No, |column| {
            moment_type(column, backend).default(Expr::cust(format!("({})", now(backend))));
        })
    }

    pub(crate) fn primary_key(mut self, columns: &[&'static str]) -> Self {
        self.key = columns.to_vec();
        self
    }

    pub(crate) fn unique(self, base: &'static str, columns: &'static [&'static str]) -> Self {
        self.add_index(base, columns, true)
    }

    pub(crate) fn index(self, base: &'static str, columns: &'static [&'static str]) -> Self {
        self.add_index(base, columns, false)
    }

    fn add_index(
        mut self,
        base: &'static str,
        columns: &'static [&'static str],
        unique: bool,
    ) -> Self {
        self.indexes.push(IndexShape {
            name: format!("{}{base}", self.index_prefix),
            base,
            columns,
            unique,
        });
        self
    }

    /// `columns` refer to `others` of `table`, and go with them.
    pub(crate) fn belongs_to(
        mut self,
        name: &'static str,
        columns: &'static [&'static str],
        table: &'static str,
        others: &'static [&'static str],
    ) -> Self {
        self.belongs = Some(BelongsTo {
            name,
            columns,
            table,
            others,
        });
        self
    }

    /// What the catalog says of this table when it is as described.
    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub(crate) fn column_names(&self) -> impl Iterator<Item = &'static str> {
        self.defs.iter().map(|(name, _)| *name)
    }

    pub(crate) fn definition(&self, column: &str) -> Option<&ColumnDef> {
        let found = self.defs.iter().find(|(name, _)| *name == column);
        found.map(|(_, def)| def)
    }

    /// Statements that make the table with its indexes. On MariaDB it is one, since nothing but a
    /// single statement is made as a whole there.
    pub(crate) fn create(&self, collation: &str) -> Vec<String> {
        let mut all = vec![self.create_table(collation)];
        if self.backend != DbBackend::MySql {
            all.extend(self.indexes.iter().map(|index| self.create_index(index)));
        }
        all
    }

    /// The table; with its indexes on MariaDB, without on the others.
    pub(crate) fn create_table(&self, collation: &str) -> String {
        let mut table = Table::create();
        table.table(Alias::new(&self.name));
        for (_, column) in &self.defs {
            table.col(column.clone());
        }
        if !self.key.is_empty() {
            let mut key = Index::create();
            for column in &self.key {
                key.col(Alias::new(*column));
            }
            table.primary_key(&mut key);
        }
        if let Some(belongs) = &self.belongs {
            table.foreign_key(&mut belongs.statement(&self.name));
        }
        if self.backend == DbBackend::MySql {
            for index in &self.indexes {
                table.index(&mut index.statement());
            }
            table
                .engine("InnoDB")
                .character_set("utf8mb4")
                .collate(collation);
        }
        sql(self.backend, &table)
    }

    /// The statement for one index, unless it exists; `IF NOT EXISTS` where the database has it.
    pub(crate) fn create_index(&self, index: &IndexShape) -> String {
        let mut statement = index.statement();
        statement.table(Alias::new(&self.name));
        if self.backend != DbBackend::MySql {
            statement.if_not_exists();
        }
        self.backend.build(&statement).sql
    }
}

impl IndexShape {
    fn statement(&self) -> IndexCreateStatement {
        let mut index = Index::create();
        index.name(&self.name);
        for column in self.columns {
            index.col(Alias::new(*column));
        }
        if self.unique {
            index.unique();
        }
        index
    }
}

impl BelongsTo {
    fn statement(&self, from: &str) -> sea_orm::sea_query::ForeignKeyCreateStatement {
        let mut key = ForeignKey::create();
        key.name(self.name)
            .from_tbl(Alias::new(from))
            .to_tbl(Alias::new(self.table))
            .on_delete(ForeignKeyAction::Cascade);
        for column in self.columns {
            key.from_col(Alias::new(*column));
        }
        for column in self.others {
            key.to_col(Alias::new(*column));
        }
        key
    }
}

fn moment_type(column: &mut ColumnDef, backend: DbBackend) -> &mut ColumnDef {
    match backend {
        // Its `timestamp` ends in 2038 and moves with the session's time zone.
        DbBackend::MySql => column.custom("datetime(6)"),
        _ => column.timestamp_with_time_zone(),
    }
}

/// The present time as these columns hold it, whatever the session's time zone.
pub(crate) fn now(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "CURRENT_TIMESTAMP",
        DbBackend::MySql => "UTC_TIMESTAMP(6)",
        _ => "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
    }
}

fn sql(backend: DbBackend, table: &TableCreateStatement) -> String {
    backend.build(table).sql
}

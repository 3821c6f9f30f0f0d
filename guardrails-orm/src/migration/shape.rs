//! One description of a table for three databases.
//!
//! Decides the column types: names are bounded and compared byte for byte (on MariaDB with a
//! collation that neither folds case nor pads with spaces, so that `acme`, `ACME` and `acme ` stay
//! three tenants); times are UTC with microseconds; texts are as long as they need to be.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;
use sea_orm_migration::prelude::{
    Alias, ColumnDef, ForeignKey, ForeignKeyAction, Index, IndexCreateStatement, Table,
    TableCreateStatement,
};

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
/// Characters of `sha256:` and 64 hexadecimal digits; of a keyed digest, 85, and a few to spare.
const DIGEST: u32 = 90;

/// A table being described.
pub(crate) struct Shape {
    name: &'static str,
    backend: DbBackend,
    table: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
}

/// Whether a column may be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Null {
    No,
    Yes,
}

impl Shape {
    pub(crate) fn new(name: &'static str, backend: DbBackend) -> Self {
        let mut table = Table::create();
        table.table(Alias::new(name)).if_not_exists();
        Self {
            name,
            backend,
            table,
            indexes: Vec::new(),
        }
    }

    fn column(mut self, name: &'static str, null: Null, make: impl FnOnce(&mut ColumnDef)) -> Self {
        let mut column = ColumnDef::new(Alias::new(name));
        make(&mut column);
        if null == Null::No {
            column.not_null();
        }
        self.table.col(column);
        self
    }

    /// A number given out by the database, the primary key.
    pub(crate) fn serial(self, name: &'static str) -> Self {
        self.column(name, Null::No, |column| {
            column.big_integer().auto_increment().primary_key();
        })
    }

    /// A UUID as text.
    pub(crate) fn id(self, name: &'static str, null: Null) -> Self {
        self.column(name, null, |column| {
            column.string_len(ID);
        })
    }

    /// Text of at most `length` characters.
    pub(crate) fn label(self, name: &'static str, length: u32, null: Null) -> Self {
        self.column(name, null, |column| {
            column.string_len(length);
        })
    }

    /// Text of at most `length` characters that is empty when nothing is given.
    pub(crate) fn label_or_empty(self, name: &'static str, length: u32) -> Self {
        self.column(name, Null::No, |column| {
            column.string_len(length).default("");
        })
    }

    /// A SHA-256 as text.
    pub(crate) fn digest(self, name: &'static str, null: Null) -> Self {
        self.label(name, DIGEST, null)
    }

    /// Text of any length.
    pub(crate) fn text(self, name: &'static str, null: Null) -> Self {
        let backend = self.backend;
        self.column(name, null, |column| {
            match backend {
                // Its `text` ends at 64 KiB.
                DbBackend::MySql => column.custom("longtext"),
                _ => column.text(),
            };
        })
    }

    pub(crate) fn small(self, name: &'static str) -> Self {
        self.column(name, Null::No, |column| {
            column.integer();
        })
    }

    pub(crate) fn big(self, name: &'static str) -> Self {
        self.column(name, Null::No, |column| {
            column.big_integer();
        })
    }

    pub(crate) fn flag(self, name: &'static str, default: Option<bool>) -> Self {
        self.column(name, Null::No, |column| {
            column.boolean();
            if let Some(default) = default {
                column.default(default);
            }
        })
    }

    /// A moment, UTC, to the microsecond.
    pub(crate) fn moment(self, name: &'static str, null: Null) -> Self {
        let backend = self.backend;
        self.column(name, null, |column| {
            match backend {
                // Its `timestamp` ends in 2038 and moves with the session's time zone.
                DbBackend::MySql => column.custom("datetime(6)"),
                _ => column.timestamp_with_time_zone(),
            };
        })
    }

    pub(crate) fn primary_key(mut self, columns: &[&'static str]) -> Self {
        let mut key = Index::create();
        for column in columns {
            key.col(Alias::new(*column));
        }
        self.table.primary_key(&mut key);
        self
    }

    pub(crate) fn unique(self, name: &'static str, columns: &[&'static str]) -> Self {
        self.add_index(name, columns, |index| {
            index.unique();
        })
    }

    pub(crate) fn index(self, name: &'static str, columns: &[&'static str]) -> Self {
        self.add_index(name, columns, |_| {})
    }

    /// MariaDB takes indexes inside `CREATE TABLE`, where `IF NOT EXISTS` covers them too; the others
    /// have `CREATE INDEX IF NOT EXISTS`.
    fn add_index(
        mut self,
        name: &'static str,
        columns: &[&'static str],
        make: impl FnOnce(&mut IndexCreateStatement),
    ) -> Self {
        let mut index = Index::create();
        index.name(name);
        for column in columns {
            index.col(Alias::new(*column));
        }
        make(&mut index);
        if self.backend == DbBackend::MySql {
            self.table.index(&mut index);
        } else {
            self.indexes
                .push(index.if_not_exists().table(Alias::new(self.name)).take());
        }
        self
    }

    /// `columns` refer to `others` of `table`, and go with them.
    pub(crate) fn belongs_to(
        mut self,
        name: &'static str,
        columns: &[&'static str],
        table: &'static str,
        others: &[&'static str],
    ) -> Self {
        let mut key = ForeignKey::create();
        key.name(name)
            .from_tbl(Alias::new(self.name))
            .to_tbl(Alias::new(table))
            .on_delete(ForeignKeyAction::Cascade);
        for column in columns {
            key.from_col(Alias::new(*column));
        }
        for column in others {
            key.to_col(Alias::new(*column));
        }
        self.table.foreign_key(&mut key);
        self
    }

    pub(crate) async fn create(
        mut self,
        manager: &SchemaManager<'_>,
        collation: &str,
    ) -> Result<(), DbErr> {
        if self.backend == DbBackend::MySql {
            self.table
                .engine("InnoDB")
                .character_set("utf8mb4")
                .collate(collation);
        }
        let db = manager.get_connection();
        db.execute(&self.table).await?;
        for index in &self.indexes {
            db.execute(index).await?;
        }
        Ok(())
    }
}

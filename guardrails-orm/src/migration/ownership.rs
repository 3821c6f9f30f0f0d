//! Which tables are the guard's, and how far they are.
//!
//! A table is the guard's when its row in `guard_schema` says so, or, in a database of the first
//! release, when `guard_migration` says that this release made it and its columns are exactly those.
//! Any other table of such a name is somebody else's: it is named, and nothing is touched.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::catalog::{Catalog, Columns};
use super::shape::Shape;
use super::{first, tables};
use crate::names::Names;

/// The name of the migration that made, or changed, the tables to what they are now.
pub(super) const VERSION: &str = "second";
/// Every migration that this release knows.
const VERSIONS: [&str; 2] = [first::VERSION, VERSION];

/// How a database stands to this release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// None of the guard's tables is there.
    Empty,
    /// The tables are those of the first release, or as many of them as it came to make.
    First,
    /// A migration was begun and not ended.
    Begun,
    /// The tables are those of this release.
    Current,
    /// A later release has been here.
    Ahead,
    /// Somebody else's table has the name of one of the guard's.
    Foreign(String),
    /// A table of the guard's is gone.
    Lost(String),
}

/// Which migration made each of the guard's tables, and with which columns.
type Marks = BTreeMap<String, Mark>;

#[derive(Debug, Clone)]
struct Mark {
    made_by: String,
    /// Empty until the table is finished.
    columns: Columns,
}

/// What is in the database, and what it should be.
pub(super) struct Survey {
    pub(super) catalog: Catalog,
    pub(super) shapes: Vec<Shape>,
    marks: Marks,
    pub(super) standing: Standing,
}

impl Survey {
    /// Looks without a lock and without writing, so that an up-to-date database may be locked or
    /// read-only.
    pub(super) async fn make<C: ConnectionTrait>(db: &C, names: &Names) -> Result<Self, DbErr> {
        let shapes = tables::tables(names, db.get_database_backend());
        let of_first = first::TABLES.iter().map(|(name, _)| (*name).to_owned());
        let known: BTreeSet<String> = shapes
            .iter()
            .map(|shape| shape.name.clone())
            .chain(of_first)
            .collect();
        let mut survey = Self {
            catalog: Catalog::read(db, &known).await?,
            shapes,
            marks: Marks::new(),
            standing: Standing::Empty,
        };
        survey.standing = survey.judge(db, names).await?;
        Ok(survey)
    }

    async fn judge<C: ConnectionTrait>(
        &mut self,
        db: &C,
        names: &Names,
    ) -> Result<Standing, DbErr> {
        let backend = db.get_database_backend();
        let schema = tables::schema(names, backend);
        if self.catalog.has(&schema.name) {
            if !self.catalog.is_exactly(&schema.name, schema.columns()) {
                return Ok(Standing::Foreign(schema.name));
            }
            self.marks = marks(db, &schema.name).await?;
        }
        let list = match self.marks.is_empty() {
            true => first::MIGRATIONS.to_owned(),
            false => tables::migrations(names, backend).name,
        };
        let done = self.versions(db, &list).await?;
        if done.iter().any(|one| !VERSIONS.contains(&one.as_str())) {
            return Ok(Standing::Ahead);
        }
        Ok(match (self.marks.is_empty(), done.contains(VERSION)) {
            (false, true) => self.finished(),
            (false, false) => self.begun(),
            (true, _) if done.contains(first::VERSION) => self.first(&schema.name),
            (true, _) if self.is_first_begun(db).await? => Standing::First,
            (true, _) => self.empty(names, &schema.name),
        })
    }

    /// The migrations that are recorded, when the list is one of the guard's.
    async fn versions<C: ConnectionTrait>(
        &self,
        db: &C,
        list: &str,
    ) -> Result<BTreeSet<String>, DbErr> {
        if first::columns(first::MIGRATIONS).as_ref() != self.catalog.columns(list) {
            return Ok(BTreeSet::new());
        }
        let ask = format!("SELECT version AS version FROM {list}");
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), ask))
            .await?;
        rows.iter().map(|row| row.try_get("", "version")).collect()
    }

    pub(super) fn is_claimed(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Whether the tables were made by the first release, all of them at once.
    pub(super) fn is_from_first(&self) -> bool {
        self.standing == Standing::First
            || self
                .marks
                .values()
                .any(|mark| mark.made_by == first::VERSION)
    }

    fn finished(&self) -> Standing {
        let begun = self.begun();
        if begun != Standing::Begun {
            return begun;
        }
        for shape in &self.shapes {
            let columns = self.catalog.columns(&shape.name);
            let mark = self.marks.get(&shape.name);
            match (columns, mark) {
                (Some(columns), Some(mark)) if columns.contains(&mark.columns) => {}
                (Some(_), _) => return Standing::Foreign(shape.name.clone()),
                (None, _) => return Standing::Lost(shape.name.clone()),
            }
        }
        Standing::Current
    }

    fn begun(&self) -> Standing {
        let foreign = self
            .shapes
            .iter()
            .find(|shape| self.catalog.has(&shape.name) && !self.marks.contains_key(&shape.name));
        foreign.map_or(Standing::Begun, |shape| {
            Standing::Foreign(shape.name.clone())
        })
    }

    fn first(&self, schema: &str) -> Standing {
        for (name, columns) in first::TABLES {
            match self.catalog.columns(name) {
                Some(there) if *there == Columns::parse(columns) => {}
                Some(_) => return Standing::Foreign((*name).to_owned()),
                None => return Standing::Lost((*name).to_owned()),
            }
        }
        self.in_the_way(|name| first::columns(name).is_some() || name == schema)
            .unwrap_or(Standing::First)
    }

    /// Whether the first release began to make its tables on MariaDB and died, which left some of them:
    /// its list of migrations, which it made before all others, says nothing yet, and each table under one
    /// of its names has exactly its columns and no row. Somebody else's table would have rows.
    async fn is_first_begun<C: ConnectionTrait>(&self, db: &C) -> Result<bool, DbErr> {
        let there = first::TABLES
            .iter()
            .filter(|(name, _)| self.catalog.has(name));
        let is_its_own = |(name, columns): &(&str, &str)| {
            self.catalog.is_exactly(name, &Columns::parse(columns))
        };
        let is_in_the_way = self
            .in_the_way(|name| first::columns(name).is_some())
            .is_some();
        if db.get_database_backend() != DbBackend::MySql
            || !self.catalog.has(first::MIGRATIONS)
            || there.clone().count() < 2
            || !there.clone().all(is_its_own)
            || is_in_the_way
        {
            return Ok(false);
        }
        for (name, _) in there.filter(|(name, _)| *name != first::REVISION) {
            let ask = format!("SELECT 1 AS one FROM {name} LIMIT 1");
            let ask = Statement::from_string(db.get_database_backend(), ask);
            if db.query_one_raw(ask).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// MariaDB keeps the list of migrations, or the table of marks, when the process that made it
    /// died before the next statement.
    fn empty(&self, names: &Names, schema: &str) -> Standing {
        let begun = |name: &str| {
            name == schema
                || name == names.of("migration")
                    && first::columns(name).as_ref() == self.catalog.columns(name)
        };
        self.in_the_way(begun).unwrap_or(Standing::Empty)
    }

    fn in_the_way(&self, except: impl Fn(&str) -> bool) -> Option<Standing> {
        self.shapes
            .iter()
            .find(|shape| self.catalog.has(&shape.name) && !except(&shape.name))
            .map(|shape| Standing::Foreign(shape.name.clone()))
    }
}

async fn marks<C: ConnectionTrait>(db: &C, table: &str) -> Result<Marks, DbErr> {
    let ask = format!("SELECT table_name, made_by_migration, fingerprint FROM {table}");
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), ask))
        .await?;
    let mut marks = Marks::new();
    for row in rows {
        let fingerprint: String = row.try_get("", "fingerprint")?;
        let mark = Mark {
            made_by: row.try_get("", "made_by_migration")?,
            columns: Columns::parse(&fingerprint),
        };
        marks.insert(row.try_get("", "table_name")?, mark);
    }
    Ok(marks)
}

/// Claims every table in one statement, so that none is claimed without the others. Before it, all
/// that stood in the way was found and refused; after it, what is there under these names is the
/// guard's.
pub(super) fn claim(survey: &Survey, names: &Names) -> String {
    let made_by = |shape: &Shape| match survey.standing == Standing::First
        && first::name_of(shape.base).is_some()
    {
        true => first::VERSION,
        false => VERSION,
    };
    let rows: Vec<String> = survey
        .shapes
        .iter()
        .map(|shape| format!("('{}', '{}', '')", shape.name, made_by(shape)))
        .collect();
    format!(
        "INSERT INTO {} (table_name, made_by_migration, fingerprint) VALUES {}",
        names.of("schema"),
        rows.join(", ")
    )
}

/// Records what a finished table looks like.
pub(super) fn finish(shape: &Shape, names: &Names) -> String {
    format!(
        "UPDATE {} SET fingerprint = '{}' WHERE table_name = '{}'",
        names.of("schema"),
        shape.columns(),
        shape.name
    )
}

/// Records that this release's migration is done.
pub(super) fn record(names: &Names, backend: DbBackend) -> String {
    let seconds = match backend {
        DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) AS BIGINT)",
        DbBackend::MySql => "UNIX_TIMESTAMP()",
        _ => "CAST(strftime('%s', 'now') AS INTEGER)",
    };
    let list = names.of("migration");
    format!("INSERT INTO {list} (version, applied_at) VALUES ('{VERSION}', {seconds})")
}

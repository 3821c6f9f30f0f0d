//! Files that are broken, one way each. Large ones are made here and not kept.

use std::fs;
use std::path::Path;

use sea_orm::{ConnectionTrait as _, DatabaseConnection};

/// Policies for `bad_input/policies.md`.
pub fn policies(folder: &Path) {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let policy = |name: &str, text: &str| write(name, format!("guard 1\n{text}").as_bytes());
    let rule = |condition: &str| {
        format!(
            "entity Quote {{ discount : percent }}\n\
             rule a {{ on update of Quote when {condition} then deny A }}\n"
        )
    };
    policy(
        "malformed.guard",
        "entity Quote { discount percent }\n\
         rule a { when discount > 15% on update of Quote }\n\
         const LIMIT = 15%\n",
    );
    policy(
        "unknown_field.guard",
        "entity Quote { id : text }\ngrant SALES on Quote { read id, cost_prise }\n",
    );
    policy(
        "unknown_role.guard",
        "entity Quote { id : text }\n\
         grant SALES_REP on Quote { read id }\n\
         skill quote.read { does read on Quote impact 1 allow SALES_REP }\n\
         rule a { on update of Quote when actor has SALES_REPP then deny A }\n",
    );
    policy(
        "unknown_skill.guard",
        "entity Quote { id : text }\n\
         skill quote.read { does read on Quote impact 1 allow SALES }\n\
         test \"a seller reads\" {\n\
         \x20   actor { id: \"u-1\", roles: [SALES] }\n\
         \x20   skill quote.raed\n\
         \x20   given Quote { }\n\
         \x20   expect allow\n\
         }\n",
    );
    policy("wrong_types.guard", &rule("discount > \"fifteen\""));
    let (open, close) = ("(".repeat(100_000), ")".repeat(100_000));
    policy(
        "brackets.guard",
        &rule(&format!("{open}discount{close} > 1")),
    );
    policy("open_brackets.guard", &rule(&"(".repeat(100_000)));
    policy("large.guard", &"// five megabytes\n".repeat(5_000_000 / 18));
    write("nul.guard", b"guard 1\nconst A = \x001\n");
    write("gbk.guard", b"guard 1\nconst A = \"\xd5\xdb\xbf\xdb\"\n");
    write("empty.guard", b"");
    write("binary.guard", &[0x7f, b'E', b'L', b'F', 2, 1, 1, 0]);
    fs::create_dir(folder.join("no_policies")).unwrap();
}

/// Requests for `bad_input/requests.md`.
pub fn requests(folder: &Path) {
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    let request = |record: &str, changes: &str| {
        format!(
            r#"{{"principal": {{"tenant": "acme", "user": "u-17", "roles": ["SALES_REP"]}},
    "skill": "quote.draft", "record": {record}, "changes": {changes}}}"#
        )
    };
    let quote = r#"{"id": "q-1", "owner": "u-17", "discount": 5}"#;
    let mut policy = String::from(
        "guard 1\n\
         entity Quote { id : text  owner : text  discount : percent }\n\
         grant SALES_REP on Quote where owner == actor.id { read id, owner write discount }\n\
         skill quote.draft { does update on Quote impact 4 allow SALES_REP }\n",
    );
    policy.push_str(
        "rule too_deep { on update of Quote when discount > 40% then deny DISCOUNT_TOO_DEEP }\n",
    );
    write("sales.guard", policy);
    write(
        "wrong_change.json",
        request(quote, r#"{"discount": "much"}"#),
    );
    write(
        "wrong_record.json",
        request(
            r#"{"id": "q-1", "owner": ["u-17"], "discount": 5}"#,
            r#"{"discount": 10}"#,
        ),
    );
    write(
        "no_id.json",
        request(
            r#"{"id": {"cost": 1}, "owner": "u-17"}"#,
            r#"{"discount": 10}"#,
        ),
    );
    write("not_an_object.json", request("[1, 2]", "{}"));
    let keys: Vec<String> = (0..10_000).map(|at| format!(r#""k{at}": {at}"#)).collect();
    write(
        "keys.json",
        request(&format!("{{{}}}", keys.join(", ")), "{}"),
    );
    let deep = format!("{}1{}", r#"{"a": "#.repeat(10_000), "}".repeat(10_000));
    write("deep.json", request(&deep, "{}"));
    write("open.json", r#"{"a": "#.repeat(10_000));
    write(
        "large.json",
        request(
            &format!(r#"{{"notes": "{}"}}"#, "长".repeat(1_700_000)),
            "{}",
        ),
    );
    write("nul.json", format!("{}\0", request(quote, "{}")));
    write("twice.json", request(r#"{"id": "q-1", "id": "q-2"}"#, "{}"));
    write(
        "digits.json",
        request(
            r#"{"id": "q-1", "discount": 0.1234567890123456789012345678989}"#,
            "{}",
        ),
    );
    write("empty.json", String::new());
    write("misspelt.json", r#"{"principle": {}}"#.to_owned());
    write(
        "no_user.json",
        r#"{"principal": {"tenant": "acme"}, "skill": "quote.draft"}"#.to_owned(),
    );
    fs::write(folder.join("gbk.json"), b"{\"principal\": \"\xd5\xdb\"}").unwrap();
}

/// Databases for `bad_input/databases.md`, beside the company's.
pub fn databases(folder: &Path) {
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write(
        "letter.db",
        "Dear customer, this is a letter and no database.\n",
    );
    write("letter.db.key", &"0".repeat(64));
    write("not_a.key", "twelve");
    write("another.key", &"ab".repeat(32));
    fs::create_dir(folder.join("folder.db")).unwrap();
}

/// A database that somebody else holds.
pub struct Locked {
    runtime: tokio::runtime::Runtime,
    database: DatabaseConnection,
}

impl Locked {
    pub fn hold(path: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let address = format!("sqlite://{}?mode=rwc", path.display());
        let database = runtime.block_on(async {
            let mut options = sea_orm::ConnectOptions::new(address);
            options.max_connections(1).idle_timeout(None);
            let database = sea_orm::Database::connect(options).await.unwrap();
            database
                .execute_unprepared("CREATE TABLE other (id INTEGER)")
                .await
                .unwrap();
            database
                .execute_unprepared("BEGIN EXCLUSIVE")
                .await
                .unwrap();
            database
        });
        Self { runtime, database }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let database = self.database.clone();
        let _ = self.runtime.block_on(database.close());
    }
}

//! Permission rows: tenant, entity, field, role, access word and conditions, one by one.

use super::names::Names;
use super::{Findings, help, place};
use crate::data::{aggregation_type, row_condition, well_formed};
use crate::diagnostic::{Diagnostic, Phrase};
use crate::nearest::nearest;
use crate::phrase;
use crate::policy::Policy;
use crate::skills::{Quoted, table_codes as codes};
use crate::stored_rows::{FieldPermission, RolePermission};
use crate::tables::AccessTables;

const ACCESS_WORDS: [&str; 5] = ["READ", "WRITE", "MASKED", "HIDDEN", AGGREGATED];
const AGGREGATED: &str = "AGGREGATED";

pub(super) fn check(
    policy: &Policy,
    tables: &AccessTables,
    names: &Names,
    findings: &mut Findings,
) {
    let check = Check { policy, names };
    for row in &tables.field_permissions {
        check.field_row(row, findings);
        for role in &row.roles {
            check.role_row(row, role, findings);
        }
    }
}

struct Check<'a> {
    policy: &'a Policy,
    names: &'a Names,
}

impl Check<'_> {
    fn field_row(&self, row: &FieldPermission, findings: &mut Findings) {
        if !self.policy.skills.is_empty() && !self.names.entities.contains(&row.entity) {
            findings.add(|| self.unknown_entity(row));
        } else if well_formed(&row.field).is_err() {
            findings.add(|| no_path(row));
        } else if let Some(known) = self.misses(row) {
            findings.add(|| unknown_field(row, &known));
        }
        if !(1..=5).contains(&row.sensitivity) {
            findings.add(|| odd_sensitivity(row));
        }
    }

    fn unknown_entity(&self, row: &FieldPermission) -> Diagnostic {
        let meant = nearest(&row.entity, self.names.entities.iter().map(|name| &**name));
        let message = phrase!("no skill works on such an entity" | "没有技能使用这样的实体");
        field_warning(row, codes::ENTITY, message).help(help(
            meant,
            phrase!("correct the name, or remove the row" | "改正名称，或者删去这一行"),
        ))
    }

    /// The fields that there are where the path leaves what is declared; none when it does not, or
    /// nobody declares the entity.
    fn misses(&self, row: &FieldPermission) -> Option<Vec<String>> {
        let mut entity = self.policy.entities.get(&row.entity)?;
        let mut names = row.field.split('.');
        loop {
            let name = names.next()?;
            let Some(field) = entity.field(name) else {
                let fields = entity.fields.iter();
                return Some(fields.map(|field| field.name.to_string()).collect());
            };
            let inside = field
                .ty
                .nested_entity()
                .and_then(|name| self.policy.entities.get(name));
            match inside {
                Some(inside) => entity = inside,
                // A plain value has no fields inside.
                None => return names.next().map(|_| Vec::new()),
            }
        }
    }

    fn role_row(&self, row: &FieldPermission, role: &RolePermission, findings: &mut Findings) {
        let names = self.names;
        let known = names.is_granted(&role.role)
            || names.is_in_hierarchy(&role.role)
            || names.denied_roles.contains(&*role.role);
        if !known {
            findings.add(|| {
                let message = phrase!("nothing else names this role" | "别处没有这个角色");
                role_warning(row, role, codes::UNKNOWN_ROLE, message).help(help(
                    nearest(&role.role, names.granted()),
                    phrase!("correct the name, or remove the row" | "改正名称，或者删去这一行"),
                ))
            });
        }
        if !ACCESS_WORDS.contains(&role.access.as_str()) {
            findings.add(|| odd_access(row, role));
        }
        if role.access == AGGREGATED
            && let Err(word) = aggregation_type::read(role.aggregation.as_deref())
        {
            findings.add(|| odd_aggregation(row, role, word));
        }
        self.conditions(row, role, findings);
    }

    fn conditions(&self, row: &FieldPermission, role: &RolePermission, findings: &mut Findings) {
        let text = role.conditions.as_deref();
        let condition = match row_condition::read(text, &row.entity, self.policy) {
            Ok(condition) => condition,
            Err(what) => return findings.add(|| odd_condition(row, role, &what)),
        };
        let known = &self.names.contexts;
        let contexts = condition.contexts.iter().flatten();
        for context in contexts.filter(|one| !known.is_empty() && !known.contains(*one)) {
            findings.add(|| {
                let message = phrase!(
                    "the policy names no AI context {context}" | "策略没有提到 AI 场景 {context}",
                    context = Quoted(context)
                );
                role_warning(row, role, codes::CONTEXT, message).help(help(
                    nearest(context, known.iter().map(|name| &**name)),
                    phrase!("correct the context" | "改正场景"),
                ))
            });
        }
    }
}

fn no_path(row: &FieldPermission) -> Diagnostic {
    let message = phrase!(
        "the field name is no path, and hides what stands before the mistake"
            | "字段名不是路径，错误之前的部分隐藏"
    );
    let message = about_field(row, message);
    Diagnostic::error(codes::ROW_VALUE, place(FIELDS), message).help(phrase!(
        "write names with single dots between them" | "名称之间写一个点号"
    ))
}

fn unknown_field(row: &FieldPermission, known: &[String]) -> Diagnostic {
    // The first name that is not declared is the misspelt one; it is looked for from the end.
    let names = row.field.split('.');
    let meant = names
        .rev()
        .find_map(|name| nearest(name, known.iter().map(String::as_str)));
    let message = phrase!("the entity declares no such field" | "实体没有声明这样的字段");
    field_warning(row, codes::FIELD, message).help(help(
        meant,
        phrase!("correct the name, or declare the field" | "改正名称，或者声明这个字段"),
    ))
}

fn odd_sensitivity(row: &FieldPermission) -> Diagnostic {
    let message = phrase!(
        "the sensitivity is not 1 to 5, and counts as 5" | "敏感级别不在 1 到 5 之间，按 5 处理"
    );
    field_warning(row, codes::ROW_VALUE, message).help(phrase!("write 1 to 5" | "写 1 到 5"))
}

fn odd_access(row: &FieldPermission, role: &RolePermission) -> Diagnostic {
    let message = phrase!(
        "the access {word} is none that there is, and hides" | "访问词 {word} 不存在，按隐藏处理",
        word = Quoted(&role.access)
    );
    role_error(row, role, codes::ROW_VALUE, message).help(help(
        nearest(&role.access, ACCESS_WORDS),
        phrase!(
            "write READ, WRITE, MASKED, HIDDEN or AGGREGATED"
                | "写 READ、WRITE、MASKED、HIDDEN 或 AGGREGATED"
        ),
    ))
}

fn odd_aggregation(row: &FieldPermission, role: &RolePermission, word: &str) -> Diagnostic {
    let message = phrase!(
        "the figure {word} is none that there is, and the row leaves no figure"
            | "统计方式 {word} 不存在，这一行不给出任何统计",
        word = Quoted(word)
    );
    let words = aggregation_type::WORDS.iter().map(|(word, _)| *word);
    role_error(row, role, codes::ROW_VALUE, message).help(help(
        nearest(word, words),
        phrase!(
            "write some of COUNT, SUM, AVG, MIN and MAX with commas between, or nothing for all of them"
                | "写 COUNT、SUM、AVG、MIN、MAX 中的若干个，用逗号分隔；不写表示全部"
        ),
    ))
}

fn odd_condition(row: &FieldPermission, role: &RolePermission, what: &Phrase) -> Diagnostic {
    let message = phrase!(
        "the conditions are not understood: {what}" | "不理解条件：{what}",
        what
    );
    role_error(row, role, codes::CONDITION, message).help(phrase!(
        "correct the conditions; until then the field is hidden" | "改正条件；在此之前字段隐藏"
    ))
}

const FIELDS: &str = "data_field_permission";
const ROLES: &str = "role_field_permission";

fn about_field(row: &FieldPermission, message: Phrase) -> Phrase {
    let field = format!("{}.{}", row.entity, row.field);
    phrase!(
        "the row on {field} in tenant {tenant}: {message}"
            | "租户 {tenant} 关于 {field} 的行：{message}",
        field = Quoted(&field),
        tenant = Quoted(&row.tenant),
        message
    )
}

fn about_role(row: &FieldPermission, role: &RolePermission, message: Phrase) -> Phrase {
    let field = format!("{}.{}", row.entity, row.field);
    phrase!(
        "the row of role {role} on {field} in tenant {tenant}: {message}"
            | "租户 {tenant} 的角色 {role} 关于 {field} 的行：{message}",
        role = Quoted(&role.role),
        field = Quoted(&field),
        tenant = Quoted(&row.tenant),
        message
    )
}

fn field_warning(row: &FieldPermission, code: &'static str, message: Phrase) -> Diagnostic {
    Diagnostic::warning(code, place(FIELDS), about_field(row, message))
}

fn role_warning(
    row: &FieldPermission,
    role: &RolePermission,
    code: &'static str,
    message: Phrase,
) -> Diagnostic {
    Diagnostic::warning(code, place(ROLES), about_role(row, role, message))
}

fn role_error(
    row: &FieldPermission,
    role: &RolePermission,
    code: &'static str,
    message: Phrase,
) -> Diagnostic {
    Diagnostic::error(code, place(ROLES), about_role(row, role, message))
}

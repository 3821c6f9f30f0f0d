//! The codes of findings about role lines: one table, each with a title and an explanation.

use crate::diagnostic::Phrase;

/// One code and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCode {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, in a few words.
    pub title: Phrase,
    /// What the guard does about it, and why.
    pub why: Phrase,
    /// What to write instead.
    pub fix: Phrase,
    /// A line, or an addition to one, that causes it.
    pub example: &'static str,
}

pub(super) const KIND: &str = "G0701";
pub(super) const COUNT: &str = "G0702";
pub(super) const VALUE: &str = "G0703";
pub(super) const ACT: &str = "G0704";
pub(super) const EFFECT: &str = "G0705";
pub(super) const CYCLE: &str = "G0706";
pub(super) const DEEP: &str = "G0707";
pub(super) const MANY: &str = "G0708";
pub(super) const WILDCARD: &str = "G0709";
pub(crate) const UNKNOWN_SKILL: &str = "G0710";
pub(super) const LARGE: &str = "G0711";
pub(crate) const MORE: &str = "G0712";

/// Codes of findings about names and values of rows, which the check of all tables gives.
pub(crate) mod table_codes {
    pub(crate) use super::MORE;
    pub(crate) use super::UNKNOWN_SKILL;

    pub(crate) const UNKNOWN_ROLE: &str = "G0713";
    pub(crate) const MEMBER: &str = "G0714";
    pub(crate) const TENANT: &str = "G0715";
    pub(crate) const ENTITY: &str = "G0716";
    pub(crate) const FIELD: &str = "G0717";
    pub(crate) const CONTEXT: &str = "G0718";
    pub(crate) const CONDITION: &str = "G0719";
    pub(crate) const ROW_VALUE: &str = "G0720";
    pub(crate) const UNREADABLE: &str = "G0721";
}

const fn say(en: &'static str, zh: &'static str) -> Phrase {
    Phrase::fixed(en, zh)
}

/// All codes of this room.
pub const CODES: &[LineCode] = &[
    LineCode {
        code: KIND,
        title: say(
            "a role line is neither `p` nor `g`",
            "角色行既不是 `p` 也不是 `g`",
        ),
        why: say(
            "Only permissions (`p`) and inheritance (`g`) exist. The line grants nothing; \
             unless its effect reads `allow` it is taken for a denial.",
            "只有权限（`p`）和继承（`g`）两种。这一行什么也不授予；除非它的效果是 `allow`，否则\
             当作禁止。",
        ),
        fix: say(
            "write `p` for a permission or `g` for inheritance",
            "权限写 `p`，继承写 `g`",
        ),
        example: "p2, SALES_REP, acme, quote.draft, use, allow",
    },
    LineCode {
        code: COUNT,
        title: say(
            "a role line has too few or too many values",
            "角色行的值过少或过多",
        ),
        why: say(
            "`p` has five values (role, tenant, skill, act, effect), `g` three (member, role, \
             tenant). Casbin would fail every request over such a line; the guard leaves it \
             out, and restricts what it may have restricted.",
            "`p` 有五个值（角色、租户、技能、动作、效果），`g` 有三个（成员、角色、租户）。\
             Casbin 遇到这样的行会让所有请求都失败；守卫把它去掉，并限制它可能限制的内容。",
        ),
        fix: say(
            "write five values after `p`, three after `g`",
            "`p` 后面写五个值，`g` 后面写三个",
        ),
        example: "p, SALES_REP, acme, quote.draft",
    },
    LineCode {
        code: VALUE,
        title: say(
            "a value of a role line cannot be a name",
            "角色行的值不能作为名称",
        ),
        why: say(
            "A name is 1 to 255 bytes, without white space at its ends, control or invisible \
             characters, commas, quotes, back-ticks, backslashes, parentheses or `#`. Such \
             values are how text becomes code, or one name passes for another.",
            "名称是 1 到 255 字节，首尾没有空白，不含控制字符或看不见的字符，也不含逗号、引号、\
             反引号、反斜杠、括号或 `#`。这样的值会让文本变成代码，或者让一个名称冒充另一个。",
        ),
        fix: say(
            "write the name without these characters",
            "写不含这些字符的名称",
        ),
        example: "p, eval(r.sub), acme, quote.draft, use, allow",
    },
    LineCode {
        code: ACT,
        title: say(
            "the act of a permission is not `use`",
            "权限的动作不是 `use`",
        ),
        why: say(
            "A skill is used; there is no other act. The line grants nothing.",
            "技能只能使用，没有别的动作。这一行什么也不授予。",
        ),
        fix: say("write `use` as the fourth value", "第四个值写 `use`"),
        example: "p, SALES_REP, acme, quote.draft, read, allow",
    },
    LineCode {
        code: EFFECT,
        title: say(
            "the effect of a permission is neither `allow` nor `deny`",
            "权限的效果既不是 `allow` 也不是 `deny`",
        ),
        why: say(
            "Casbin passes such a line over in silence, so a misspelt denial would deny \
             nothing. The guard takes it for a denial.",
            "Casbin 会悄悄跳过这样的行，于是拼错的禁止什么也不禁止。守卫把它当作禁止。",
        ),
        fix: say(
            "write `allow` or `deny`, in small letters",
            "写小写的 `allow` 或 `deny`",
        ),
        example: "p, SALES_REP, acme, quote.draft, use, Deny",
    },
    LineCode {
        code: CYCLE,
        title: say(
            "roles inherit each other in a circle",
            "角色互相继承，成了环",
        ),
        why: say(
            "No role of the circle is above another. All lines of the circle are left out, and \
             its roles may use no skill in the tenant until it is opened.",
            "环里没有哪个角色在另一个之上。环里的行全部去掉，环里的角色在该租户不能使用任何技能，\
             直到环被打开。",
        ),
        fix: say("remove one line of the circle", "删去环里的一行"),
        example: "g, LEAD, REP, acme and g, REP, LEAD, acme",
    },
    LineCode {
        code: DEEP,
        title: say("a chain of inheritance is too long", "继承的层数过多"),
        why: say(
            "A role may have roles above it at most eight steps high. Casbin stops looking \
             further up and would pass denials over. The lines that are too high are left out, \
             and their members may use no skill in the tenant.",
            "一个角色之上最多有八层。Casbin 再往上就不看了，会漏掉禁止。过高的行去掉，其成员在该\
             租户不能使用任何技能。",
        ),
        fix: say("let roles inherit in fewer steps", "减少继承的层数"),
        example: "g, R0, R1, acme up to g, R8, R9, acme",
    },
    LineCode {
        code: MANY,
        title: say("there are too many role lines", "角色行过多"),
        why: say(
            "More than 200,000 lines are not loaded at all, because which of them to leave out \
             cannot be known; everything is refused.",
            "超过 200,000 行就完全不加载，因为无法知道该去掉哪些；一切都被拒绝。",
        ),
        fix: say(
            "remove lines that repeat what roles could inherit",
            "删去可以由角色继承得到的重复行",
        ),
        example: "a table of 200,001 lines",
    },
    LineCode {
        code: WILDCARD,
        title: say(
            "`*` stands where it has no meaning",
            "`*` 写在没有意义的地方",
        ),
        why: say(
            "`*` alone may be the tenant or the skill of a permission. It is no pattern inside \
             a name, no role, and no tenant of an inheritance: Casbin would take it for a name \
             there, and match nothing.",
            "`*` 只能单独作为权限的租户或技能。它不是名称里的通配符，不是角色，也不是继承的租户：\
             Casbin 会把它当作名称，什么也匹配不到。",
        ),
        fix: say(
            "write `*` alone, or the full name",
            "单独写 `*`，或者写完整的名称",
        ),
        example: "p, SALES_REP, acme, quote.*, use, deny",
    },
    LineCode {
        code: UNKNOWN_SKILL,
        title: say(
            "a permission names a skill that the policy does not have",
            "权限写到策略里没有的技能",
        ),
        why: say(
            "The line is kept and has no effect until such a skill is registered. A misspelt \
             denial denies nothing.",
            "这一行保留，在登记该技能之前不起作用。拼错的禁止什么也不禁止。",
        ),
        fix: say(
            "correct the name, or register the skill",
            "改正名称，或者登记这个技能",
        ),
        example: "p, SALES_REP, acme, qoute.draft, use, deny",
    },
    LineCode {
        code: LARGE,
        title: say(
            "the roles inherit too much from each other",
            "角色之间继承过多",
        ),
        why: say(
            "Worked out for each role, the permissions are more than the index may hold. \
             Nothing is decided by a part of it; everything is refused.",
            "逐个角色算出的权限超过索引能容纳的数量。不会按其中一部分来决定；一切都被拒绝。",
        ),
        fix: say(
            "let fewer roles inherit from roles with very many skills, or allow `*`",
            "减少继承大量技能的角色，或者允许 `*`",
        ),
        example: "50,000 roles that each inherit from the same two roles of 50,000 skills",
    },
    LineCode {
        code: MORE,
        title: say("there are more findings than are listed", "诊断多于列出的"),
        why: say(
            "The first hundred are listed. All lines with findings are treated the same.",
            "只列出前一百条。所有有问题的行都同样处理。",
        ),
        fix: say("correct the listed lines first", "先改正已列出的行"),
        example: "a table with 101 bad lines",
    },
    LineCode {
        code: table_codes::UNKNOWN_ROLE,
        title: say(
            "a row names a role that nothing else names",
            "某一行写到别处没有的角色",
        ),
        why: say(
            "No grant, skill or approval of the policy and no other row names this role. The row is kept; a misspelt restriction restricts nobody.",
            "策略的授权、技能和审批链以及其他行都没有提到这个角色。这一行保留；写错的限制限制不了任何人。",
        ),
        fix: say(
            "correct the name, or remove the row",
            "改正名称，或者删去这一行",
        ),
        example: r#"role_field_permission: SALES_RPE on Quote.phone is HIDDEN"#,
    },
    LineCode {
        code: table_codes::MEMBER,
        title: say(
            "an inheritance gives a role to what is no role",
            "继承把角色给了不是角色的名称",
        ),
        why: say(
            "`g` lets a role inherit a role. Which roles a user has is for the host to say; a line that names a user changes nothing.",
            "`g` 让角色继承角色。用户有哪些角色由宿主系统决定；写用户的行不改变任何事。",
        ),
        fix: say(
            "write a role as the first value, or let the host give the user the role",
            "第一个值写角色，或者由宿主系统把角色给用户",
        ),
        example: r#"g, u-17, SALES_REP, acme"#,
    },
    LineCode {
        code: table_codes::TENANT,
        title: say(
            "a row names a tenant that looks misspelt",
            "某一行的租户像是写错了",
        ),
        why: say(
            "It is written like a tenant that operations were on, and none was on it; or like one that more rows, role lines and statuses name; or it is no name at all. Names that differ in digits alone, and those of two letters, are not compared. A row holds for exactly the tenant it names, or with `*` for all.",
            "它的写法与有过操作的租户相近，而它自己没有过操作；或者与更多的行、角色行和状态提到的租户相近；或者它根本不是名称。只有数字不同的名称和两个字的名称不作比较。一行只对它写的租户有效，写 `*` 则对所有租户有效。",
        ),
        fix: say(
            "correct the tenant, or write `*` for all",
            "改正租户，或者写 `*` 表示全部",
        ),
        example: r#"a row of tenant `amce` beside rows of `acme`"#,
    },
    LineCode {
        code: table_codes::ENTITY,
        title: say(
            "a permission row names an entity that no skill works on",
            "权限行写到没有技能使用的实体",
        ),
        why: say(
            "No operation is ever on this entity, so the row can have no effect.",
            "没有任何操作会用到这个实体，所以这一行不起作用。",
        ),
        fix: say(
            "correct the name, or remove the row",
            "改正名称，或者删去这一行",
        ),
        example: r#"data_field_permission: entity_type Qoute"#,
    },
    LineCode {
        code: table_codes::FIELD,
        title: say(
            "a permission row names a field that the entity does not declare",
            "权限行写到实体没有声明的字段",
        ),
        why: say(
            "What the entity does not declare is not shown under a grant, so the row restricts nothing; the field that was meant is as open as before. A dot leads to a field inside.",
            "实体没有声明的字段在授权下本来就不显示，所以这一行不限制任何内容；真正想限制的字段仍然开放。点号通向内部的字段。",
        ),
        fix: say(
            "correct the name, or declare the field",
            "改正名称，或者声明这个字段",
        ),
        example: r#"data_field_permission: field_name phnoe"#,
    },
    LineCode {
        code: table_codes::CONTEXT,
        title: say(
            "a condition names an AI context that nothing else names",
            "条件写到别处没有的 AI 场景",
        ),
        why: say(
            "The policy names AI contexts, and this is none of them. Where no row of a role holds, its field is hidden.",
            "策略写了一些 AI 场景，其中没有这一个。如果角色没有任何行成立，字段就隐藏。",
        ),
        fix: say("correct the context", "改正场景"),
        example: r#"{"ai_context": "sales_copliot"}"#,
    },
    LineCode {
        code: table_codes::CONDITION,
        title: say(
            "the conditions of a permission row are not understood",
            "不理解权限行的条件",
        ),
        why: say(
            "A key, a type or a field in `conditions` is not one that there is. The row closes: it hides the field from its role.",
            "`conditions` 里的键、类型或字段不存在。这一行关闭：对它的角色隐藏这个字段。",
        ),
        fix: say(
            "write the conditions as the language reference says",
            "按语言参考书写条件",
        ),
        example: r#"{"record": {"amount": "large"}}"#,
    },
    LineCode {
        code: table_codes::ROW_VALUE,
        title: say(
            "a value of a permission row is none that there is",
            "权限行的某个值不存在",
        ),
        why: say(
            "An access word that is none hides, a figure in `aggregation_type` that is none leaves no figure, a sensitivity out of 1 to 5 counts as 5, and a field name that is no path hides what stands before the mistake.",
            "不存在的访问词按隐藏处理，`aggregation_type` 里不存在的统计方式使这一行不给出任何统计，1 到 5 之外的敏感级别按 5 处理，不成路径的字段名隐藏错误之前的部分。",
        ),
        fix: say("correct the value", "改正这个值"),
        example: r#"access_type Hidden"#,
    },
    LineCode {
        code: table_codes::UNREADABLE,
        title: say(
            "a row cannot be read or applied",
            "某一行无法读取或无法适用",
        ),
        why: say(
            "A column does not hold what it should, or a role's row names another tenant than the row of its field. Everything that the row may have closed is closed, and nothing else.",
            "某一列的内容不是应有的类型，或者角色的行与其字段的行写的是不同的租户。这一行可能关闭的内容全部关闭，其余不受影响。",
        ),
        fix: say(
            "correct the row, or restore it from a backup",
            "改正这一行，或者从备份恢复",
        ),
        example: r#"a number column that holds text"#,
    },
];

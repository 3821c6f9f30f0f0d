//! What the codes of refusals mean: those of approvals in a table of their own, all others in one here.
//! Codes that a policy's author chose are the author's to explain.

mod approvals;

use crate::Phrase;

/// One code of a refusal.
pub(super) struct Refusal {
    pub(super) code: &'static str,
    /// What it is, in a few words.
    pub(super) title: Phrase,
    /// What is behind it, or to be done.
    pub(super) why: Phrase,
}

/// The code, its title and what is behind it, each in English and in Chinese.
const fn refusal(code: &'static str, title: [&'static str; 2], why: [&'static str; 2]) -> Refusal {
    let ([title, title_zh], [why, why_zh]) = (title, why);
    Refusal {
        code,
        title: Phrase::fixed(title, title_zh),
        why: Phrase::fixed(why, why_zh),
    }
}

/// All codes, in order.
pub(super) fn refusals() -> Vec<&'static Refusal> {
    let mut all: Vec<&Refusal> = REASONS.iter().chain(approvals::APPROVALS).collect();
    all.sort_by_key(|refusal| refusal.code);
    all
}

/// Those of everything but approvals, in order.
const REASONS: &[Refusal] = &[
    refusal(
        "ACTION_FAILED",
        ["a rule's script failed", "规则的脚本出错"],
        [
            "The script met a missing value, an overflow or a division by zero. Nobody knows \
             what it would have said, so the change is refused. Let the rule's condition, or \
             the script, ask whether the value is there.",
            "脚本遇到缺失的值、溢出或除以零。没有人知道它本来会怎么说，所以拒绝这次修改。让规则\
             的条件或脚本先问值是否存在。",
        ],
    ),
    refusal(
        "BUDGET_SPENT",
        ["the skill's tokens are used up", "技能的 token 已经用完"],
        [
            "The message says when to ask again. The budget is the skill's, in the policy.",
            "消息里写明何时可以再问。预算写在策略里的技能上。",
        ],
    ),
    refusal(
        "ENTITY_NOT_OF_SKILL",
        ["the skill is not about this entity", "技能不针对这个实体"],
        [
            "The skill's `does` clause names the entities it works on.",
            "技能的 `does` 子句写明它针对哪些实体。",
        ],
    ),
    refusal(
        "FAILURE_CODE_INVALID",
        [
            "the code that was given for a failure is no name",
            "为失败给出的代码不是名称",
        ],
        [
            "It stands in the audit for a code of the host's that is longer than 255 bytes or has a \
             character that does not show, such as a line break. The operation ended as failed all the \
             same. Give `fail` a short code, such as `CRM_DOWN`, and no message.",
            "宿主系统给出的代码超过 255 字节，或者含有不可见的字符（例如换行）时，审计里以它代替。\
             操作仍按失败结束。给 `fail` 一个简短的代码，例如 `CRM_DOWN`，而不是一条消息。",
        ],
    ),
    refusal(
        "FIELD_DROPS_UNSEEN",
        [
            "the change would drop something that nobody has seen",
            "修改会丢弃没有人看到的内容",
        ],
        [
            "A change replaces the whole of a nested record or list. The record as it is holds something \
             in there that the policy does not declare, so that no view and no approval card shows it. \
             Declare it, or take it out of the record.",
            "修改会替换整个嵌套记录或列表。现有记录在其中含有策略没有声明的内容，任何视图和审批卡都不会\
             显示它。应声明它，或者从记录中移除。",
        ],
    ),
    refusal(
        "FIELD_INVALID",
        [
            "the new value is not of the field's type",
            "新的值不是字段的类型",
        ],
        [
            "Send a value of the declared type. A field without `?` cannot be emptied, and a nested \
             record needs each field without `?`. The message names the path, such as `lines[2].price`.",
            "发送声明类型的值。没有 `?` 的字段不能清空，嵌套记录需要每个没有 `?` 的字段。消息写明路径，\
             例如 `lines[2].price`。",
        ],
    ),
    refusal(
        "FIELD_NOT_AGGREGABLE",
        ["the figure may not be taken", "不能取这个统计值"],
        [
            "No grant that reaches each of the records gives this figure of the field, or the \
             permission tables take it away. See the view's notes for what may be taken.",
            "没有覆盖每条记录的授权给出这个字段的这种统计值，或者权限表收回了它。可以取什么，见视图的\
             说明。",
        ],
    ),
    refusal(
        "FIELD_NOT_WRITABLE",
        ["the field may not be written", "这个字段不能写"],
        [
            "No grant that reaches this record lets the person's AI write the field, or the \
             permission tables take it away. A field that does not exist reads the same.",
            "没有覆盖这条记录的授权允许此人的 AI 写这个字段，或者权限表收回了它。不存在的字段也\
             这样回答。",
        ],
    ),
    refusal(
        "GROUP_TOO_SMALL",
        ["too few records for a figure", "记录太少，不能取统计值"],
        [
            "The grant asks for more records, so that a figure says nothing about one of them. Ask \
             over a larger group; records out of reach and those without a value do not count.",
            "授权要求更多的记录，使统计值不会透露其中任何一条。应对更大的一组记录取值；范围之外的记录和\
             没有值的记录不算在内。",
        ],
    ),
    refusal(
        "GUARD_PANICKED",
        ["the guard failed inside", "守卫内部出错"],
        [
            "A defect. Nothing was released. Please report it.",
            "这是缺陷。没有放出任何数据。请报告。",
        ],
    ),
    refusal(
        "LIMIT_REACHED",
        ["the skill was used too often", "技能使用得过于频繁"],
        [
            "The message says when to ask again. The limit is the skill's, in the policy.",
            "消息里写明何时可以再问。限额写在策略里的技能上。",
        ],
    ),
    refusal(
        "LIMITS_UNAVAILABLE",
        [
            "the counters of limits cannot be reached",
            "无法访问限额的计数",
        ],
        [
            "The skill has limits or budgets, and the store that counts them does not answer. Skills without limits \
             go on meanwhile.",
            "技能有限额或预算，而保存计数的存储没有应答。没有限额的技能照常使用。",
        ],
    ),
    refusal(
        "MASK_WRITTEN_BACK",
        [
            "the new value is the mask of the present one",
            "新的值只是现有值脱敏后的样子",
        ],
        [
            "The person's AI sees the field masked and sent back what it saw, such as `138****5678`, which \
             would replace the value by its mask. Send the whole new value, or leave the field out; a nested \
             record or list is replaced as a whole. The message names the path.",
            "此人的 AI 看到的是脱敏后的字段，又把看到的内容（例如 `138****5678`）发了回来，这会用脱敏文本覆盖\
             原值。应发送完整的新值，或者不修改该字段；嵌套记录和列表是整个替换的。消息写明路径。",
        ],
    ),
    refusal(
        "MODEL_NOT_ALLOWED",
        [
            "the skill may not run on this model",
            "技能不能在这个模型上运行",
        ],
        [
            "The skill's `models` clause names those it may run on.",
            "技能的 `models` 子句写明可以在哪些模型上运行。",
        ],
    ),
    refusal(
        "OPERATION_DENIED",
        [
            "the operation was refused and has ended",
            "操作被拒绝，已经结束",
        ],
        ["Begin another one.", "须重新开始一个操作。"],
    ),
    refusal(
        "OPERATION_ENDED",
        ["the operation has ended", "操作已经结束"],
        [
            "It was completed, or it failed. Begin another one.",
            "它已经完成，或者失败了。须重新开始一个操作。",
        ],
    ),
    refusal(
        "OPERATION_PROPOSALS_REACHED",
        [
            "the operation proposed too many changes",
            "操作提出的修改过多",
        ],
        [
            "One operation proposes at most 100 changes, unless the host says otherwise. Begin another one: \
             the limits of the skill count it.",
            "一个操作最多提出 100 次修改，除非宿主系统另行设置。须重新开始一个操作，技能的限额会把它计入。",
        ],
    ),
    refusal(
        "OPERATION_ROWS_REACHED",
        [
            "the operation was handed too many records",
            "操作处理的记录过多",
        ],
        [
            "One operation is handed at most 10,000 records, shown or not, unless the host says otherwise. \
             Begin another one: the limits of the skill count it.",
            "一个操作最多处理 10,000 条记录，无论是否显示，除非宿主系统另行设置。须重新开始一个操作，技能的限额会把它计入。",
        ],
    ),
    refusal(
        "OPERATION_TOO_OLD",
        ["the operation has been open too long", "操作打开的时间过长"],
        [
            "An operation reads and proposes for an hour at most, unless the host says otherwise. It may still be \
             completed; for more, begin another one.",
            "一个操作最多在一小时之内读取和提出修改，除非宿主系统另行设置。仍然可以结束它；如需继续，须重新开始一个操作。",
        ],
    ),
    refusal(
        "OPERATION_WAITING",
        ["the operation waits for an approval", "操作在等待审批"],
        [
            "Resume it with its ticket once that is granted.",
            "批准之后用它的工单继续。",
        ],
    ),
    refusal(
        "OUT_OF_SCOPE",
        ["no such record within reach", "范围之内没有这条记录"],
        [
            "The record belongs to another tenant, or no grant of the person's roles reaches it \
             in this AI context. It reads the same as a record that does not exist, so that \
             nobody learns which. A change is refused, too, that would take a record out of \
             the row scope of every grant; `write FIELD beyond scope` in a grant permits that.",
            "记录属于另一个租户，或者在这个 AI 场景里，此人的角色没有授权覆盖它。它与不存在的记\
             录回答相同，这样没有人能知道是哪一种。会把记录移出所有授权行范围的修改也会被拒绝；授权\
             中的 `write 字段 beyond scope` 允许这样做。",
        ],
    ),
    refusal(
        "PERMISSIONS_TOO_OLD",
        [
            "the permission tables could not be read for too long",
            "权限表太久无法读取",
        ],
        [
            "Permissions are looked at all the time, so that a right that was revoked ends. When that fails for \
             longer than `permissions_max_age` (5 minutes unless the host says otherwise), nothing is decided by \
             them until a look succeeds. `Guard::health` tells why it fails: the store, a table, a role line.",
            "权限一直在被检查，这样收回的权利会立即失效。如果检查失败的时间超过 `permissions_max_age`（宿主系统没有另行设置\
             时为 5 分钟），在检查成功之前不会再用它们作任何决定。`Guard::health` 说明失败的原因：存储、表或角色行。",
        ],
    ),
    refusal(
        "RISK_NEEDS_APPROVAL",
        [
            "the risk is so high that people must agree",
            "风险高到需要人来审批",
        ],
        [
            "A level of the risk model asks for an approval. The decision's risk names what \
             each factor gave.",
            "风险模型的某个等级要求审批。决定里的风险写明每个因子给了多少分。",
        ],
    ),
    refusal(
        "SKILL_DENIED",
        [
            "a role's permission for the skill is withdrawn",
            "角色使用该技能的权限已被收回",
        ],
        [
            "A denial in the role tables stands over any permission.",
            "角色表里的禁止高于任何许可。",
        ],
    ),
    refusal(
        "SKILL_DRAFT",
        ["the skill is not in use yet", "技能尚未启用"],
        [
            "Its status in the policy or the database is `draft`.",
            "它在策略或数据库里的状态是 `draft`。",
        ],
    ),
    refusal(
        "SKILL_NEEDS_ENTITY",
        ["the request names no entity", "请求没有写明实体"],
        [
            "The skill works on several; say which one.",
            "这个技能针对几个实体，应写明是哪一个。",
        ],
    ),
    refusal(
        "SKILL_NOT_PERMITTED",
        [
            "none of the roles may use the skill",
            "没有角色可以使用这个技能",
        ],
        [
            "The skill's `allow` clause and the role tables say who may.",
            "技能的 `allow` 子句和角色表写明谁可以使用。",
        ],
    ),
    refusal(
        "SKILL_NOT_REGISTERED",
        ["nobody registered the skill", "没有登记这个技能"],
        [
            "An AI uses only skills that a policy declares.",
            "AI 只使用策略声明的技能。",
        ],
    ),
    refusal(
        "SKILL_RETIRED",
        ["the skill is retired", "技能已经停用"],
        [
            "It will not come back under this name.",
            "它不会再以这个名称恢复。",
        ],
    ),
    refusal(
        "SKILL_SUSPENDED",
        ["the skill is suspended", "技能已经暂停"],
        [
            "Its status in the policy or the database says so. An administrator lifts it.",
            "策略或数据库里的状态这样写。由管理员恢复。",
        ],
    ),
    refusal(
        "TABLE_OVERLAP",
        [
            "two rows of a table hold where one may",
            "决策表有两行同时成立，而只允许一行",
        ],
        [
            "The decision table is `hit unique`, and two of its rows hold for this change. Both \
             applied, and the change is refused besides, since nobody can say which row was \
             meant. Narrow one of the rows, or give the table another hit policy.",
            "决策表是 `hit unique`，而它有两行对这次修改成立。两行都生效，此外修改被拒绝，因为没\
             有人能说哪一行才是原意。把其中一行写得更窄，或者换一种命中方式。",
        ],
    ),
    refusal(
        "VERB_NOT_OF_SKILL",
        ["the skill does something else", "技能做的是另一种操作"],
        [
            "A skill that reads does not change, and one that updates does not delete: see its \
             `does` clause.",
            "读取的技能不修改，更新的技能不删除：见它的 `does` 子句。",
        ],
    ),
];

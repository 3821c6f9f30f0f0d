//! The page's fixed words, in every language that the product speaks. Words of the policy language
//! itself (`grant`, a role, a mask) stay as they are written.

use std::collections::BTreeMap;
use std::time::Duration;

use guardrails_core::Language;

/// Key, English, Chinese.
const WORDS: &[(&str, &str, &str)] = &[
    ("policy", "Policy", "策略"),
    (
        "subtitle",
        "What AI agents may see and do, and who must agree",
        "AI 智能体可以看什么、做什么、谁来审批",
    ),
    ("skip", "Skip to the policy", "跳到正文"),
    ("contents", "Contents", "目录"),
    ("filter", "Filter", "筛选"),
    ("filter_hint", "Role, field, rule…", "角色、字段、规则…"),
    (
        "nothing_found",
        "Nothing on this page matches.",
        "本页没有匹配的内容。",
    ),
    ("digest", "Digest", "摘要值"),
    ("date", "Date", "日期"),
    ("files", "Files", "文件"),
    ("roles", "Roles", "角色"),
    ("role", "Role", "角色"),
    (
        "roles_lead",
        "What each role's AI can reach at all. The sections below say under which conditions.",
        "每个角色的 AI 能触及的范围；具体条件见后文。",
    ),
    ("entities", "Data", "数据"),
    (
        "entities_lead",
        "Every field, how sensitive it is, and what the AI of each role may do with it. What nothing mentions is hidden.",
        "每个字段的敏感程度，以及各角色的 AI 可以怎样使用它。未提及的一律隐藏。",
    ),
    ("rules", "Rules", "规则"),
    (
        "rules_lead",
        "A rule only ever restricts. Every rule that applies counts; their order does not matter. What cannot be known counts as applying.",
        "规则只会收紧。所有适用的规则同时生效，与先后顺序无关；无法判定时视为适用。",
    ),
    ("tables", "Decision tables", "决策表"),
    ("skills", "Skills", "技能"),
    (
        "skills_lead",
        "The capabilities that are registered for AI agents. Nothing else may begin.",
        "已为 AI 智能体登记的能力；除此之外一律不能开始。",
    ),
    ("chains", "Approvals", "审批"),
    (
        "chains_lead",
        "Who must agree, one step after the other. Nobody approves their own request, and silence is never consent.",
        "逐级审批。任何人不得审批自己的请求，逾期不等于同意。",
    ),
    ("risk", "Risk", "风险"),
    (
        "risk_lead",
        "Each factor is worth 0 to 10 and enters by its weight; what rules add comes on top. A factor that cannot be known counts as 10.",
        "每个因子取 0 到 10，按权重计入；规则增加的分数另外累加。无法判定的因子按 10 计。",
    ),
    ("constants", "Constants and lists", "常量与名单"),
    ("tests", "Tests", "测试"),
    (
        "tests_lead",
        "Examples that the policy brings along. They run against a real guard.",
        "策略自带的示例，由真实的守卫执行。",
    ),
    ("kinds", "Entities", "实体"),
    ("chain_count", "Approval chains", "审批链"),
    ("field", "Field", "字段"),
    ("type", "Type", "类型"),
    ("sensitivity", "Sensitivity", "敏感度"),
    ("of_five", "of 5", "（最高 5）"),
    ("personal", "Personal data", "个人信息"),
    ("optional", "may be missing", "可缺省"),
    ("any_context", "any context", "任意场景"),
    ("other_context", "any other context", "其他场景"),
    ("contexts", "AI contexts", "AI 场景"),
    (
        "no_grant",
        "No grant speaks of this entity: the permission tables alone govern it.",
        "没有授权提到该实体：仅由权限表决定。",
    ),
    (
        "nested_only",
        "Seen only as part of another entity.",
        "仅作为其他实体的一部分出现。",
    ),
    ("rows_where", "only rows where", "仅限满足条件的记录："),
    ("only_when", "when", "当"),
    ("read", "sees", "可见"),
    ("write", "changes", "可改"),
    ("mask", "masked", "脱敏"),
    ("hide", "hidden", "隐藏"),
    ("aggregate", "figures", "统计"),
    ("hidden", "hidden", "隐藏"),
    ("aggregate", "totals only", "仅汇总"),
    ("legend", "Legend", "图例"),
    ("legend_read", "sees the value", "看到原值"),
    (
        "legend_write",
        "may change it, and sees the value unless it is masked beside that",
        "可修改，并看到原值；旁边标有脱敏时只看到脱敏后的值",
    ),
    ("legend_mask", "sees a disguise of it", "只看到脱敏后的值"),
    (
        "legend_or",
        "the marks of two grants: what allows more counts, and within each the strictest",
        "两个授权的标记：取较宽的一个；每个授权之内取最严的",
    ),
    ("or", "or", "或"),
    (
        "on_reading",
        "narrowed further, on reading, by the rule",
        "读取时还会被这条规则收紧：",
    ),
    ("legend_hide", "does not see it", "看不到"),
    ("when", "When", "条件"),
    ("always", "always", "始终"),
    ("then", "Then", "结果"),
    ("on", "On", "操作"),
    ("deny", "Deny", "拒绝"),
    ("approval", "Approval", "审批"),
    ("notify", "Notify", "通知"),
    ("script", "Script", "脚本"),
    ("oblige", "Oblige", "义务"),
    ("other", "more", "其他"),
    ("allow", "Allow", "允许"),
    ("rule", "Rule", "规则"),
    ("view", "View", "视图"),
    ("message", "Message", "消息"),
    ("shadow", "shadow", "影子"),
    ("shadow_hint", "recorded, not enforced", "只记录，不执行"),
    ("owner", "Owner", "负责人"),
    ("since", "since", "自"),
    ("until", "until", "至"),
    ("severity", "Severity", "级别"),
    ("covered_by", "Tested by", "测试"),
    ("untested", "no test names it", "没有测试提到它"),
    ("hit", "Hit policy", "命中方式"),
    ("skill", "Skill", "技能"),
    ("does", "Does", "操作"),
    ("impact", "Impact", "影响"),
    ("of_ten", "of 10", "（最高 10）"),
    ("for_roles", "For", "角色"),
    ("models", "Models", "模型"),
    ("any_model", "any model", "任意模型"),
    ("limits", "Limits", "限额"),
    ("no_limits", "none", "无"),
    ("status", "Status", "状态"),
    ("calls", "calls", "次调用"),
    ("tokens", "tokens", "个词元"),
    ("per", "per", "每"),
    ("second", "second", "秒"),
    ("minute", "minute", "分钟"),
    ("hour", "hour", "小时"),
    ("day", "day", "天"),
    ("week", "week", "周"),
    ("user", "user", "用户"),
    ("per_role", "role", "角色"),
    ("tenant", "tenant", "租户"),
    ("draft", "draft", "草稿"),
    ("active", "active", "启用"),
    ("suspended", "suspended", "暂停"),
    ("retired", "retired", "停用"),
    ("decides", "Decides", "审批"),
    ("named_in", "Named in rules", "规则中提及"),
    ("asked", "Asked", "提出请求"),
    ("granted", "Granted", "批准"),
    ("execute_within", "to be used within {}", "须在 {} 内使用"),
    (
        "expires_after",
        "the request expires after {}",
        "请求在 {} 后失效",
    ),
    ("no_limit", "no time limit of its own", "无单独时限"),
    ("within", "within {}", "{} 内"),
    (
        "then_also",
        "if late, {} may decide too",
        "逾期后 {} 也可审批",
    ),
    (
        "then_expires",
        "if late, the request expires",
        "逾期后请求失效",
    ),
    ("of_role", "{} × {}", "{} × {}"),
    (
        "never_requester",
        "The requester never decides.",
        "请求人不得审批。",
    ),
    (
        "never_twice",
        "Nobody decides two steps.",
        "同一人不得审批两个步骤。",
    ),
    ("asked_by", "Asked for by", "由以下触发"),
    ("factor", "Factor", "因子"),
    ("weight", "Weight", "权重"),
    ("formula", "Value", "取值"),
    ("level", "Level", "等级"),
    ("from_score", "From", "起点"),
    ("brings", "Brings", "结果"),
    ("nothing", "nothing further", "无"),
    ("low", "LOW", "LOW"),
    ("medium", "MEDIUM", "MEDIUM"),
    ("high", "HIGH", "HIGH"),
    (
        "standard_model",
        "The standard model: the policy has no risk block of its own.",
        "标准模型：策略没有自己的 risk 块。",
    ),
    ("constant", "Constant", "常量"),
    ("value", "Value", "值"),
    ("list", "List", "名单"),
    ("entries", "Entries", "条目"),
    ("in_file", "in the file", "见文件"),
    ("more", "more", "更多"),
    ("test", "Test", "测试"),
    ("who", "Who", "角色"),
    ("expects", "Expects", "预期"),
    ("where", "Where", "出处"),
    ("about", "About this page", "关于本页"),
    (
        "about_text",
        "Made by guard from the files below and nothing else. The same files give the same page, byte for byte; it needs no network.",
        "由 guard 仅根据下列文件生成。相同的文件得到逐字节相同的页面，无需网络。",
    ),
    ("package", "Package", "包"),
    ("findings", "The checker has remarks", "检查器有提示"),
    ("warnings", "told by `guard check`", "详见 `guard check`"),
    ("create", "create", "新建"),
    ("update", "update", "修改"),
    ("delete", "delete", "删除"),
    ("look", "read", "读取"),
];

/// The words in one language.
pub(super) struct Words {
    language: Language,
    words: BTreeMap<&'static str, &'static str>,
}

impl Words {
    pub(super) fn new(language: Language) -> Self {
        let word = |(key, en, zh): &(&'static str, &'static str, &'static str)| {
            let chinese = language == Language::Chinese;
            (*key, if chinese { *zh } else { *en })
        };
        Self {
            language,
            words: WORDS.iter().map(word).collect(),
        }
    }

    pub(super) fn tag(&self) -> &'static str {
        match self.language {
            Language::Chinese => "zh-CN",
            _ => "en",
        }
    }

    pub(super) fn all(&self) -> BTreeMap<&'static str, &'static str> {
        self.words.clone()
    }

    pub(super) fn text(&self, key: &str) -> &'static str {
        self.words.get(key).copied().unwrap_or_default()
    }

    /// The same; the key itself where there is none.
    pub(super) fn or_same(&self, key: &str) -> String {
        self.words.get(key).map_or(key, |word| word).to_owned()
    }

    /// A text with a place for one value.
    pub(super) fn filled(&self, key: &str, value: &str) -> String {
        self.text(key).replacen("{}", value, 1)
    }

    /// A text with places for two.
    pub(super) fn pair(&self, key: &str, first: &str, second: &str) -> String {
        let (head, tail) = self.text(key).split_once("{}").unwrap_or_default();
        format!("{head}{first}{}", tail.replacen("{}", second, 1))
    }
}

/// A length of time as the language writes it: `1d12h`.
pub(super) fn length(duration: Duration) -> String {
    let mut seconds = duration.as_secs();
    let mut out = String::new();
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if seconds >= size {
            out += &format!("{}{unit}", seconds / size);
            seconds %= size;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

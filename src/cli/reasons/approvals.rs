//! Codes of approvals and their tickets.

use super::{Refusal, refusal};

/// In order.
pub(super) const APPROVALS: &[Refusal] = &[
    refusal(
        "APPROVALS_UNAVAILABLE",
        ["approval tickets cannot be reached", "无法访问审批工单"],
        [
            "People must agree to this change, and the store that keeps their tickets does not answer. Nothing was \
             released. Propose it again once the store answers; what needs no approval goes on meanwhile.",
            "这次修改需要有人同意，而保存工单的存储没有应答。没有放行任何内容。存储恢复后重新提出；不需要审批的操作照常\
             进行。",
        ],
    ),
    refusal(
        "APPROVAL_REQUIRED",
        ["people must agree first", "需要先由人审批"],
        [
            "A rule asks for an approval. The ticket that was made says who decides; resume the \
             operation with it once it is granted. On a read, which cannot wait, it is a \
             refusal.",
            "有规则要求审批。生成的工单写明由谁决定；批准之后用它继续操作。读取不能等待，所以对\
             读取来说就是拒绝。",
        ],
    ),
    refusal(
        "APPROVER_DECIDED_ALREADY",
        ["this person has decided already", "此人已经作过决定"],
        [
            "The step needs the word of more than one person, or the chain asks for another \
             person at each step.",
            "这个步骤需要不止一个人同意，或者审批链要求每个步骤由不同的人决定。",
        ],
    ),
    refusal(
        "APPROVER_IS_AGENT",
        ["an agent does not approve", "智能体不能审批"],
        [
            "A person decides, without an agent acting for them.",
            "由人来决定，不由代表他的智能体决定。",
        ],
    ),
    refusal(
        "APPROVER_IS_REQUESTER",
        [
            "nobody approves what their own AI asked for",
            "不能审批自己的 AI 提出的请求",
        ],
        [
            "Somebody else of the role decides. No policy can change this.",
            "由该角色的其他人决定。任何策略都不能改变这一点。",
        ],
    ),
    refusal(
        "APPROVER_NOT_ELIGIBLE",
        [
            "the step is another role's to decide",
            "这个步骤由另一个角色决定",
        ],
        [
            "The message names the role that the waiting step needs.",
            "消息里写明了等待中的步骤需要哪个角色。",
        ],
    ),
    refusal(
        "NOT_THE_REQUESTER",
        ["the ticket is another user's", "工单属于另一个用户"],
        [
            "A ticket is resumed and withdrawn by the user whose AI asked for it.",
            "工单由提出请求的 AI 所属的用户继续或撤回。",
        ],
    ),
    refusal(
        "OPEN_TICKETS_LIMIT",
        [
            "this user has too many open tickets",
            "该用户未结的工单过多",
        ],
        [
            "Wait until some are decided, or withdraw those that are not needed. The limit is 100 \
             unless the guard was built with another one.",
            "等待一部分得到处理，或者撤回不需要的工单。上限是 100 张，除非建立守卫时另行指定。",
        ],
    ),
    refusal(
        "TICKET_CANCELLED",
        ["the ticket was withdrawn", "工单已经撤回"],
        [
            "Its requester withdrew it. Propose the change again.",
            "申请人撤回了它。须重新提出修改。",
        ],
    ),
    refusal(
        "TICKET_DECIDED",
        ["the ticket is approved already", "工单已经批准"],
        ["There is nothing left to decide.", "没有什么需要再决定。"],
    ),
    refusal(
        "TICKET_EXPIRED",
        ["the ticket has expired", "工单已经过期"],
        [
            "Nobody decided in time, or it was granted and not used in time. Propose the change \
             again.",
            "没有人及时决定，或者批准之后没有及时使用。须重新提出修改。",
        ],
    ),
    refusal(
        "TICKET_MISMATCH",
        [
            "the ticket was granted for another action",
            "工单批准的是另一个操作",
        ],
        [
            "A ticket releases exactly what was shown to those who agreed. Propose this action \
             by itself.",
            "工单只放行审批人看到的那个操作。这个操作须单独提出。",
        ],
    ),
    refusal(
        "TICKET_PENDING",
        ["the ticket is not approved yet", "工单还没有批准"],
        ["Resume the operation once it is.", "批准之后再继续操作。"],
    ),
    refusal(
        "TICKET_REJECTED",
        ["the ticket was rejected", "工单被驳回"],
        [
            "Somebody of the chain refused. Their comment is on the ticket.",
            "审批链里有人驳回了它。意见写在工单上。",
        ],
    ),
    refusal(
        "TICKET_RESERVED",
        ["another operation holds the ticket", "工单被另一个操作占用"],
        [
            "An operation was resumed with it and has not ended. When that operation completes, the \
             ticket is used; when it fails, the ticket is free again.",
            "已经有操作凭它继续，尚未结束。那个操作完成后工单即用掉；失败则工单重新可用。",
        ],
    ),
    refusal(
        "TICKET_SPENT",
        ["the ticket was used already", "工单已经用过"],
        [
            "A ticket releases its action once.",
            "一张工单只放行一次操作。",
        ],
    ),
    refusal(
        "TICKET_STALE",
        ["the ticket no longer fits", "工单已经不适用"],
        [
            "Since it was made, the policy or its approval chain has come to ask for more, or a value \
             that was read of the record is another. Propose the change again.",
            "建立之后，策略或者审批链提出了更多要求，或者读取过的记录内容已经不同。须重新提出修改。",
        ],
    ),
    refusal(
        "TICKET_UNKNOWN",
        [
            "the outcome of its release is unknown",
            "工单放行的操作结果不明",
        ],
        [
            "The operation that held the ticket did not end in time, or its process died: nobody knows \
             whether the action was applied. Somebody of a role that decides the ticket, other than its \
             requester, looks and settles it; until then it releases nothing.",
            "占用工单的操作没有按时结束，或者进程中断了：没有人知道操作是否已经执行。由审批角色中申请人以外的人\
             查明并处理；在此之前工单不再放行。",
        ],
    ),
];

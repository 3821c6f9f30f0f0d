"""CRM Guardrails: what an AI agent may see and do in a CRM, who must approve, and what happened.

The guard believes the :class:`Principal` it is given: authenticate first, then build it from the
session, never from the model's words.

Share one :class:`Guard` among all threads of a process. Open it after a fork: a guard that was
opened before refuses to work in the child, because threads do not survive a fork.
"""

from ._native import (
    Decision,
    Diagnostic,
    Explanation,
    Finding,
    Guard,
    Health,
    InterruptedOperation,
    Obligation,
    Operation,
    Principal,
    Problem,
    Reason,
    Receipt,
    Reload,
    ShadowDecision,
    ShadowTally,
    StepDecision,
    Ticket,
    Verdict,
    VerifyReport,
    __version__,
    check,
    evaluate,
    explain,
    findings,
)
from .errors import (
    AuditTampered,
    Conflict,
    Denied,
    GuardError,
    InputError,
    LimitReached,
    NotFound,
    PolicyError,
    SetupError,
    StoreUnavailable,
)
from .view import View

__all__ = [
    "AuditTampered",
    "Conflict",
    "Decision",
    "Denied",
    "Diagnostic",
    "Explanation",
    "Finding",
    "Guard",
    "GuardError",
    "InputError",
    "Health",
    "InterruptedOperation",
    "LimitReached",
    "NotFound",
    "Obligation",
    "Operation",
    "PolicyError",
    "Principal",
    "Problem",
    "Reason",
    "Receipt",
    "Reload",
    "SetupError",
    "ShadowDecision",
    "ShadowTally",
    "StepDecision",
    "StoreUnavailable",
    "Ticket",
    "Verdict",
    "VerifyReport",
    "View",
    "__version__",
    "check",
    "evaluate",
    "explain",
    "findings",
]

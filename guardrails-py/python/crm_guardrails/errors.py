"""What can go wrong. No message carries a record's value, so all of them may be logged."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple, Type

from ._native import Diagnostic, Reason

__all__ = [
    "AuditTampered",
    "Conflict",
    "Denied",
    "GuardError",
    "InputError",
    "LimitReached",
    "NotFound",
    "PolicyError",
    "SetupError",
    "StoreUnavailable",
]


class GuardError(Exception):
    """The base of all of them. Whatever was asked, nothing was released.

    Attributes:
        code: The most specific stable code, such as ``SKILL_SUSPENDED`` or ``G0201``.
        message: What is wrong.
        help: What to do about it; may be empty. Tracebacks show it (from Python 3.11 on).
        file: The policy file it is about; empty when it is about none.
        line: Its line, from 1; 0 when unknown.
        column: Its column in code points, from 1; 0 when unknown.
        reasons: Why the guard refused; empty unless it did.
        diagnostics: Everything that is wrong with the policy; empty unless something is.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        help: str = "",
        file: str = "",
        line: int = 0,
        column: int = 0,
        reasons: Sequence[Reason] = (),
        diagnostics: Sequence[Diagnostic] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.help = help
        self.file = file
        self.line = line
        self.column = column
        self.reasons: List[Reason] = list(reasons)
        self.diagnostics: List[Diagnostic] = list(diagnostics)
        if help:
            self.__notes__ = [f"help: {help}"]

    def __reduce__(self) -> Tuple[Any, ...]:
        members: Dict[str, Any] = {
            "code": self.code,
            "help": self.help,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "reasons": self.reasons,
            "diagnostics": self.diagnostics,
        }
        return (_restore, (type(self), self.message, members))


def _restore(kind: Type[GuardError], message: str, members: Dict[str, Any]) -> GuardError:
    return kind(message, **members)


class Denied(GuardError, PermissionError):
    """The guard refused; ``reasons`` says why.

    A guard that fails inside refuses too, with the code ``GUARD_PANICKED``.
    """


class LimitReached(GuardError):
    """A limit or budget is used up; asking later may succeed."""


class PolicyError(GuardError):
    """A policy or a table row cannot be accepted; ``diagnostics`` lists everything that is wrong,
    ``file``, ``line`` and ``column`` say where the first of it is."""


class InputError(GuardError, ValueError):
    """A record, change or request is malformed or larger than the limits allow."""


class NotFound(GuardError, LookupError):
    """The thing named does not exist, or is out of reach of the one who asks."""


class Conflict(GuardError):
    """Somebody else changed the same thing first, or is at work on it."""


class StoreUnavailable(GuardError):
    """The database or the audit journal did not answer, or refused the write."""


class AuditTampered(GuardError):
    """The audit trail does not verify."""


class SetupError(GuardError):
    """The guard was set up wrongly: a missing key, a bad address, a file that is not there."""

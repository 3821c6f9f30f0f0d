"""What the model may see of one record."""

from __future__ import annotations

from typing import Any, Dict, Tuple

__all__ = ["View"]


class View(Dict[str, Any]):
    """The fields that may be seen, in the record's own order at each depth, and what to know about the
    others.

    A plain ``dict`` otherwise: hand it to ``json.dumps``, to a template or to the model.

    Attributes:
        hidden: Names of declared fields that are withheld, nested ones by their path; says nothing
            about whether the record has a value there.
        notes: The same and more as sentences: what is masked and how, what is hidden, how many
            fields the policy does not declare and therefore leaves out.
    """

    hidden: Tuple[str, ...] = ()
    notes: Tuple[str, ...] = ()

"""Which earlier steps are asked again after an approver has changed the paper (approvals.md §3, selective re-approval).

Each passed step remembers the facts it watches as they were: those of its conditions, the one that names its person,
and those its rule names (`watches`). Only a step whose facts differ now is asked again; everybody else's word stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apps.approvals.models import Step
from apps.approvals.turn import rule_of


def changed_since(step: Step, facts: Mapping[str, Any]) -> list[str]:
    """What of the facts a passed step watches is different now. Steps of before remember nothing."""
    then = step.resolution.get("facts", {})
    return sorted(name for name, value in then.items() if str(value) != str(facts.get(name)))


def to_ask_again(steps: Iterable[Step], facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """The passed steps to be asked again, by key, each with what has changed; one that no longer applies is not."""
    passed = [step for step in steps if step.state in Step.PASSED]
    changed = {step.key: changed_since(step, facts) for step in passed if rule_of(step).applies(dict(facts))}
    return {key: names for key, names in changed.items() if names}

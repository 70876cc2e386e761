"""The credit gate (clause 8.2.3, domain.md §1.25): asked at intake, contract, supplement, settlement, and on reopening.

Papers that pass through it are `CreditGated`: at submission the gate is asked and its answer kept as a `CreditCheck`;
the fact ``credit_gate`` ("passed" or "failed") lets the route add a step of management with a written reason; the
final approval of a paper that failed writes a `CreditWaiver`.

Other apps add what counts as exposure with `register_exposure`, because risk knows no contracts.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

#: callable(client ids) → {client id: amount of contracts in force that is not settled yet}, whole, before the
#: policy's inclusion rate
unsettled: list[Callable[..., dict[int, Decimal]]] = []


def register_exposure(source: Callable[..., dict[int, Decimal]]) -> None:
    """Add what an app knows of contracts in force and not settled."""
    if source not in unsettled:
        unsettled.append(source)

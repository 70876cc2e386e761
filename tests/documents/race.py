"""Two people at the same moment, each in a thread and a transaction of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from apps.core.errors import Refused

ROUNDS = 50


def race(*calls: Callable[[], object]) -> list[str | None]:
    """Run the calls at once; answers for each None where it had effect, or the sentence it was refused with.

    Everything else that a call raises, a deadlock above all, fails the test.
    """
    start = Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            call()
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def winners(outcomes: list[str | None]) -> int:
    return outcomes.count(None)


def loser_says(outcomes: list[str | None]) -> str:
    """The one refusal."""
    (sentence,) = [outcome for outcome in outcomes if outcome is not None]
    return sentence

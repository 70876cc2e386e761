"""Waiting times as counts in buckets, from which median and 90th percentile can be read.

A bucket is a tenth longer than the one before: 1 minute, 1.1, 1.21, … What is read from it is its middle, so a
percentile is at most 4.9 % off the one of the exact times (`RATIO ** 0.5 - 1`), and under a minute at most a minute.
"""

import datetime as dt
import math
from collections.abc import Mapping

RATIO = 1.1
_LOG = math.log(RATIO)
MINUTE = dt.timedelta(minutes=1)


def bucket_of(waited: dt.timedelta) -> int:
    """0 for less than a minute, then one for each tenth more."""
    minutes = waited / MINUTE
    return 0 if minutes < 1 else 1 + math.floor(math.log(minutes) / _LOG + 1e-9)


def time_of(bucket: int) -> dt.timedelta:
    """The time a bucket stands for: its middle on the scale of ratios."""
    return dt.timedelta(0) if bucket == 0 else MINUTE * RATIO ** (bucket - 0.5)


def percentile(counts: Mapping[int, int], share: float) -> dt.timedelta | None:
    """The time that this share of the decisions took at most (nearest rank); None where there are none."""
    rank = max(math.ceil(sum(counts.values()) * share), 1)
    reached = 0
    for bucket in sorted(counts):
        reached += counts[bucket]
        if reached >= rank:
            return time_of(bucket)
    return None

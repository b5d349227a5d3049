"""What a filter flags and what passes, and what that costs whom. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.alignment.errors import AlignmentError

STEPS = 101


@dataclass(frozen=True)
class Confusion:
    """Counts of texts. To flag a rude text is a hit, to flag a harmless one a false alarm."""

    hits: int
    misses: int
    false_alarms: int
    passed: int

    @property
    def rude(self) -> int:
        return self.hits + self.misses

    @property
    def harmless(self) -> int:
        return self.false_alarms + self.passed

    @property
    def miss_rate(self) -> float:
        """Of the rude texts, the share that passes."""
        return self.misses / self.rude

    @property
    def false_alarm_rate(self) -> float:
        """Of the harmless texts, the share that is flagged."""
        return self.false_alarms / self.harmless

    @property
    def precision(self) -> float | None:
        """Of the flagged texts, the share that is rude; None where nothing is flagged."""
        flagged = self.hits + self.false_alarms
        return self.hits / flagged if flagged else None


def confusion(rude: Sequence[bool], flagged: Sequence[bool]) -> Confusion:
    """Raises AlignmentError unless there are texts of both kinds."""
    both = list(zip(rude, flagged, strict=True))
    if not any(rude) or all(rude):
        raise AlignmentError("There must be rude and harmless texts, or one of the two errors cannot be counted")
    return Confusion(
        hits=sum(is_rude and is_flagged for is_rude, is_flagged in both),
        misses=sum(is_rude and not is_flagged for is_rude, is_flagged in both),
        false_alarms=sum(not is_rude and is_flagged for is_rude, is_flagged in both),
        passed=sum(not is_rude and not is_flagged for is_rude, is_flagged in both),
    )


def rude_share(rude: Sequence[bool]) -> float:
    return sum(rude) / len(rude)


def at_threshold(rude: Sequence[bool], scores: Sequence[float], threshold: float) -> Confusion:
    """Flagged is what has at least that score."""
    return confusion(rude, [score >= threshold for score in scores])


@dataclass(frozen=True)
class Day:
    """A filter at work: so many texts, of which a share is rude, and what an error of each kind costs."""

    texts: int
    rude_share: float
    false_alarm_cost: float
    miss_cost: float

    @property
    def rude(self) -> float:
        return self.texts * self.rude_share

    def false_alarms(self, rates: Confusion) -> float:
        """Harmless texts flagged in a day, if the filter errs as often as it did on the texts of this page."""
        return (self.texts - self.rude) * rates.false_alarm_rate

    def misses(self, rates: Confusion) -> float:
        return self.rude * rates.miss_rate

    def flagged(self, rates: Confusion) -> float:
        return self.false_alarms(rates) + self.rude - self.misses(rates)

    def precision(self, rates: Confusion) -> float | None:
        """Of a day's flagged texts, the share that is rude (Bayes' rule); None where nothing is flagged."""
        flagged = self.flagged(rates)
        return (self.rude - self.misses(rates)) / flagged if flagged else None

    def cost(self, rates: Confusion) -> float:
        return self.false_alarm_cost * self.false_alarms(rates) + self.miss_cost * self.misses(rates)

    def cheapest_if_calibrated(self, learnt_share: float) -> float | None:
        """The threshold that costs least for a classifier whose score s is the share of rude texts among texts like
        it, where a share `learnt_share` of all is rude; None where neither error costs anything.

        On this day the odds of such a text are s/(1−s) · day/(1−day) · (1−learnt)/learnt (Bayes' rule, each kind being
        written as before). To flag it costs (1−p) · false alarm, to pass it p · miss; both are equal at
        s = a/(a+b), a = false alarm · (1−day) · learnt, b = miss · day · (1−learnt).
        """
        flagging = self.false_alarm_cost * (1 - self.rude_share) * learnt_share
        passing = self.miss_cost * self.rude_share * (1 - learnt_share)
        return flagging / (flagging + passing) if flagging + passing else None


@dataclass(frozen=True)
class CostAt:
    """What a day costs when texts are flagged from this score on, in the unit of the day's costs."""

    threshold: float
    rates: Confusion
    cost: float


def cost_curve(rude: Sequence[bool], scores: Sequence[float], day: Day) -> tuple[CostAt, ...]:
    """What a day costs at every threshold from 0 to 1.01, above which nothing is flagged."""
    thresholds = [step / (STEPS - 1) for step in range(STEPS + 1)]
    rates = [at_threshold(rude, scores, threshold) for threshold in thresholds]
    return tuple(CostAt(threshold, each, day.cost(each)) for threshold, each in zip(thresholds, rates, strict=True))


def cheapest(curve: Sequence[CostAt]) -> CostAt:
    """The first of the thresholds that cost least."""
    return min(curve, key=lambda each: each.cost)

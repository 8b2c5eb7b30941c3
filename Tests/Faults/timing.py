#!/usr/bin/env python3
"""Measures whether an unlock tells by its time that a name exists.

Wrong passphrases for a name that exists and for names that do not, in turns drawn from the seed: the time until the
answer, and the time that the daemon computed, which other work on the machine does not blur. Prints the medians, their
difference, and the chance that both come from one distribution (Kolmogorov-Smirnov); fails when the medians of at
least two of three parts differ by 2 ms or more with a small chance. Answers must be the same bytes.

    Tests/Faults/timing.py [SAMPLES [SEED]]     of each kind; 300 take about eight minutes
"""
import math
import random
import statistics
import sys
import time

from house import House, Refused, expect, tidy

SAMPLES = int(sys.argv[1]) if len(sys.argv) > 1 else 300
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
# After so many wrong ones in a row a name has to wait; a right one forgives them.
FREE = 3


def chance(one, other):
    """Of a Kolmogorov-Smirnov distance at least this large between samples of one distribution."""
    one, other = sorted(one), sorted(other)
    distance = first = second = 0
    while first < len(one) and second < len(other):
        least = min(one[first], other[second])
        while first < len(one) and one[first] <= least:
            first += 1
        while second < len(other) and other[second] <= least:
            second += 1
        distance = max(distance, abs(first / len(one) - second / len(other)))
    scale = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    x = (scale + 0.12 + 0.11 / scale) * distance
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))) if x > 0.2 else 1.0


class Guesser:
    def __init__(self, house):
        self.house, self.client = house, house.connect()
        self.frames, self.serial, self.waits, self.since = set(), 0, 0, 0
        # The clock of the CPU time of another process (clock_getcpuclockid(3)).
        self.clock = ~house.daemon.pid << 3 | 2

    def guess(self, name):
        while True:
            begun, computed = time.perf_counter(), time.clock_gettime(self.clock)
            frame = self.client.raw("Unlock", {"name": name, "passphrase": 0}, ["wrong"])
            took = time.perf_counter() - begun, time.clock_gettime(self.clock) - computed
            if b"TooManyAttempts" not in frame:
                self.frames.add(frame)
                return [seconds * 1000 for seconds in took]
            # What one user may guess comes back with time.
            self.waits += 1
            time.sleep(2)

    def forgive(self):
        """A right passphrase: the name may be guessed again without a wait."""
        while True:
            try:
                self.house.unlock("Amina").call("Lock")
                self.since = 0
                return
            except Refused as refused:
                if str(refused) != "TooManyAttempts":
                    raise
                self.waits += 1
                time.sleep(2)

    def sample(self, exists):
        if not exists:
            self.serial += 1
            return self.guess(f"Alba{self.serial:04}")
        if self.since == FREE:
            self.forgive()
        self.since += 1
        return self.guess("Amina")


def compare(name, known, unknown):
    bad = 0
    for part in range(3):
        one, other = known[part::3], unknown[part::3]
        bad += abs(statistics.median(one) - statistics.median(other)) >= 2 and chance(one, other) <= 0.01
    expect(bad < 2, f"{name}: the time tells that a name exists")
    first, second = statistics.median(known), statistics.median(unknown)
    print(f"{name}: median {first:.2f} ms for a name that exists, {second:.2f} ms for others, "
          f"difference {first - second:+.2f} ms, chance {chance(known, unknown):.3f}", flush=True)


def main():
    house = House()
    try:
        house.start()
        sylvie = house.unlock("Sylvie")
        house.hire(sylvie, "Amina", "caseworker")
        guesser = Guesser(house)
        dice = random.Random(SEED)
        times = {True: [], False: []}
        for exists in (True, False):
            guesser.sample(exists)
        order = [True] * SAMPLES + [False] * SAMPLES
        dice.shuffle(order)
        for exists in order:
            times[exists].append(guesser.sample(exists))
        expect(len(guesser.frames) == 1, f"answers differ: {guesser.frames}")
        entries = sylvie.call("AuditLog")["entries"]
        shapes = {tuple(sorted(entry)) + (entry["actor"],) for entry in entries
                  if entry["act"] == "unlock" and entry["outcome"] == "WrongPassphrase"}
        expect(len(shapes) == 1, f"entries differ: {shapes}")
        for kind, name in enumerate(["answered", "computed"]):
            compare(name, *([sample[kind] for sample in times[exists]] for exists in (True, False)))
        return tidy(f"{2 * SAMPLES} unlocks, {guesser.waits} waits", "timing")
    finally:
        house.remove()


if __name__ == "__main__":
    sys.exit(main())

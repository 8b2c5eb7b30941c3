#!/usr/bin/env python3
"""Ends havred at each system call of each act, as outside programs drive it, and judges what is left.

strace is attached when everybody is unlocked; at the N-th call of one kind of the thread that serves the act, the
daemon is gone. After the restart `check` and the log are clean, what was answered is there with exactly one entry,
and what was not is there whole with its entry, or not at all. With `--twice` the restart is killed as well, at calls
drawn from the seed, and only the one after that is judged.

    Tests/Faults/points.py [--every N] [--offset N] [--only VERB,..] [--twice] [--most KILLS] [--seed S]

Needs root and strace. Prints a line a verb: points there are, kills, how many kills came after the answer.
"""
import argparse
import collections
import os
import random
import re
import sys
import tempfile

import acts
from house import House, Refused, Tracer, can_trace, expect, failures, skipped, tidy
from scene import Scene

CALLS = ["openat", "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "rename", "renameat", "renameat2", "unlink",
         "unlinkat", "sendmsg", "sendto", "mkdirat", "linkat"]
STARTING = {"pwrite64": 24, "fdatasync": 8, "ftruncate": 4, "openat": 70, "unlinkat": 4, "unlink": 4, "write": 3,
            "fsync": 4, "renameat2": 2, "fcntl": 60, "mmap": 90}
# A house grows; a new one from time to time keeps the log short.
KILLS_PER_HOUSE = 40


class Course:
    def __init__(self, given):
        self.given = given
        self.dice = random.Random(given.seed)
        self.kills = self.late = self.twice = 0
        self.scene = None
        self.used = 0

    def ready(self):
        """A scene with a running daemon and everybody unlocked."""
        if self.scene and self.used >= KILLS_PER_HOUSE:
            self.leave()
        if not self.scene:
            self.scene = Scene(House())
            self.used = 0
        return self.scene

    def leave(self):
        if self.scene:
            self.scene.house.remove()
            self.scene = None

    def points(self, act):
        """How often the busiest thread makes each kind of call during the act."""
        scene = self.ready()
        asked = act.prepare(scene)
        with tempfile.NamedTemporaryFile("r") as trace:
            tracer = Tracer(scene.house.daemon.pid, CALLS, output=trace.name)
            act.do(scene, asked)
            tracer.end()
            counts = collections.Counter()
            for line in trace:
                found = re.match(r"(\d+) +(\w+)\(", line)
                if found:
                    counts[found.groups()] += 1
        act.judge(scene, asked, True)
        if act.name == "panic":
            self.leave()
        most = collections.Counter()
        for (_, call), count in counts.items():
            most[call] = max(most[call], count)
        return [(call, at) for call in CALLS for at in range(1, most[call] + 1)]

    def kill(self, act, call, at):
        scene = self.ready()
        asked = act.prepare(scene)
        mark = scene.mark()
        tracer = Tracer(scene.house.daemon.pid, [call], [f"{call}:signal=KILL:when={at}"])
        answered = True
        try:
            act.do(scene, asked)
        except (EOFError, OSError):
            answered = False
        except Refused as error:
            expect(False, f"{act.name} {call} {at}: refused {error}")
        # The rest of the group may still be under way; a daemon that lives on is ended here.
        scene.house.kill()
        tracer.end()
        self.used += 1
        self.kills += 1
        self.late += answered
        where = f"{act.name} {call} {at}" + (" answered" if answered else "")
        if self.given.twice:
            where += self.again(scene)
        try:
            if scene.restart(act, answered, where):
                scene.judge(act, asked, answered, mark, where)
        except (Refused, EOFError, OSError, KeyError, IndexError) as error:
            expect(False, f"{where}: {type(error).__name__} {error}")
        if failures and failures[-1].startswith(where):
            self.keep(where)

    def again(self, scene):
        """Killed while it recovers."""
        call = self.dice.choice(list(STARTING))
        at = self.dice.randint(1, STARTING[call])
        line = scene.house.launch(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=" + call, "-e", f"inject={call}:signal=KILL:when={at}"])
        self.twice += line != b"ready"
        if line == b"ready":
            # Unlocking is part of the recovery: it brings the gate forward and verifies.
            try:
                scene.house.unlock("Sylvie").client.close()
            except (EOFError, OSError):
                self.twice += 1
        scene.house.kill_traced()
        return f", then {call} {at}"

    def keep(self, where):
        """A copy of what was judged, to look at."""
        if self.given.keep:
            os.makedirs(self.given.keep, exist_ok=True)
            self.scene.house.copy(os.path.join(self.given.keep, re.sub(r"\W+", "-", where)))
        self.leave()

    def run(self):
        chosen = [act for act in acts.ACTS if not self.given.only or act.name in self.given.only.split(",")]
        place = self.given.offset
        for act in chosen:
            points = self.points(act)
            before, late = self.kills, self.late
            for index, (call, at) in enumerate(points):
                if (place + index) % self.given.every == 0 and self.kills < self.given.most:
                    self.kill(act, call, at)
            place += len(points)
            print(f"{act.name}: {len(points)} points, {self.kills - before} kills, "
                  f"{self.late - late} after the answer", flush=True)
        self.leave()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--keep", default="", help="a folder for copies of houses that failed")
    given = parser.parse_args()
    if not can_trace():
        skipped("kills at system calls: needs root and strace")
        return 0
    course = Course(given)
    try:
        course.run()
    finally:
        course.leave()
    more = f", {course.twice} of them again while recovering" if given.twice else ""
    return tidy(f"{course.kills} kills{more}, {course.late} after the answer", "points")


if __name__ == "__main__":
    sys.exit(main())

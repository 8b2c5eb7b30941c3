#!/usr/bin/env python3
"""Looks with strace whether every answer that shows something comes after its entry is on disk.

One reader asks 300 times, then eight at once: between the arrival of each request and the first byte of its answer
the daemon must have flushed vault.db's write-ahead log, the flush begun after the request came. As a control the same
look at `Status`, which shows nothing, finds answers without a flush.

    Tests/Faults/order.py [READS]       needs root and strace
"""
import re
import sys
import tempfile
import threading

from house import House, Tracer, can_trace, expect, skipped, tidy
from scene import Scene

READS = int(sys.argv[1]) if len(sys.argv) > 1 else 300
LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\((\d+)(<[^>]*>)?| resumed>)(.*)$")


def answers(trace):
    """For each answer on a connection: whether a flush began and ended between its request and itself.

    A conversation is one thread; whichever thread leads a commit flushes for all of them.
    """
    begun, flushes, asked, under_way = {}, [], {}, {}
    good = bad = 0
    for number, line in enumerate(trace):
        found = LINE.match(line)
        if not found:
            continue
        thread, call, _, path, rest = found.groups()
        resumed = "resumed>" in line.split("(")[0] + line[:40]
        ended = "<unfinished" not in line
        if call in ("fdatasync", "fsync"):
            if not resumed:
                begun[thread] = (number, "vault.db-wal" in (path or ""))
            if ended and begun.get(thread, (0, False))[1] and rest.rstrip().endswith("= 0"):
                flushes.append((begun[thread][0], number))
        elif call in ("recvmsg", "recvfrom", "read"):
            if not resumed:
                under_way[thread] = "socket:" in (path or "")
            if ended and under_way.get(thread) and re.search(r"= [1-9]\d*$", rest.rstrip()):
                asked[thread] = number
        elif call in ("sendmsg", "sendto", "write") and not resumed and "socket:" in (path or ""):
            if thread in asked:
                since = asked.pop(thread)
                on_disk = any(start > since for start, _ in reversed(flushes[-64:]))
                good, bad = good + on_disk, bad + (not on_disk)
    return good, bad


def traced(scene, act):
    """Runs an act under strace; (answers after a flush, answers without)."""
    with tempfile.NamedTemporaryFile("r") as trace:
        tracer = Tracer(scene.house.daemon.pid, ["fdatasync", "fsync", "recvmsg", "recvfrom", "read", "sendmsg", "sendto", "write"],
                        output=trace.name, options=["-y", "-s", "0"])
        act()
        tracer.end()
        return answers(trace)


def main():
    if not can_trace():
        skipped("the order of flush and answer: needs root and strace")
        return 0
    scene = Scene(House())
    try:
        reads = ["Show", "History"]

        def read(person, count):
            for number in range(count):
                person.client.call(reads[number % 2], session=person.session, case=scene.case, record=scene.record)

        def alone():
            read(scene["Amina"], READS)

        def together():
            people = []
            for _ in range(8):
                client = scene.house.connect()
                people.append(type(scene["Amina"])(client, scene["Amina"].session, "Amina", None))
            threads = [threading.Thread(target=read, args=(person, READS // 8)) for person in people]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        def status():
            for _ in range(20):
                scene["Amina"].client.call("Status")

        good, bad = traced(scene, alone)
        expect(good >= READS and bad == 0, f"alone: {good} after a flush, {bad} before")
        crowd_good, crowd_bad = traced(scene, together)
        expect(crowd_good >= READS // 8 * 8 and crowd_bad == 0, f"eight: {crowd_good} after a flush, {crowd_bad} before")
        control_good, control_bad = traced(scene, status)
        expect(control_bad >= 20 and control_good == 0, f"control: {control_good} {control_bad}")
        return tidy(f"{good} answers to one reader and {crowd_good} to eight, each after its flush; control {control_bad} without",
                    "order")
    finally:
        scene.house.remove()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Plays a whole day and searches every file it left for every text that was ever entered.

Names, roles, purposes, forms, fields, code names, ids of records, passphrases, codes, attachments; as UTF-8, UTF-16,
hex and base64; in both stores with their write-ahead logs, in the folders of socket, sessions, checkpoints and
temporary files, while the daemon runs, after kill -9 and after a clean stop. strace says which files programs opened
for writing at all; command lines and environments of every process are searched too. A planted copy of everything
shows that the search finds.

    Tests/Faults/words.py
"""
import base64
import os
import re
import sys
import tempfile
import threading
import time

from day import Day
from house import Tracer, can_trace, expect, skipped, tidy

# Words of the schemas and of file formats, which stand in every file of ours.
KNOWN = "CREATE TABLE meta version INTEGER NOT NULL vault BLOB item PRIMARY KEY wrap body entry number mark tile level hashes \
STRICT slot cell name value epoch SQLite format sqlite_autoindex".lower().split()
SHORTEST = 5


def forms(text):
    """How a text may lie in a file, each at least five bytes long."""
    plain = text.encode()
    yield plain
    yield text.lower().encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    if re.fullmatch("[0-9a-f]{32,64}", text):
        yield bytes.fromhex(text)
        yield base64.b64encode(bytes.fromhex(text)).rstrip(b"=")
    for shift in range(3):
        # What stays the same whatever stands before and behind.
        coded = base64.b64encode(bytes(shift) + plain)
        yield coded[(0, 2, 3)[shift]:len(coded) - 4]
        yield coded[(0, 2, 3)[shift]:len(coded) - 4].replace(b"+", b"-").replace(b"/", b"_")


class Search:
    """All texts at once: a table of first five bytes."""

    def __init__(self, texts):
        self.table = {}
        self.count = 0
        for kind, text in texts:
            if len(text) < SHORTEST or text.lower() in KNOWN or any(text.lower() in word for word in KNOWN):
                continue
            self.count += 1
            for needle in set(forms(text)):
                if len(needle) >= SHORTEST + (kind == "code"):
                    self.table.setdefault(needle[:SHORTEST], set()).add((needle, kind, text))

    def hits(self, data):
        found = set()
        for at in range(len(data) - SHORTEST + 1):
            for needle, kind, text in self.table.get(data[at:at + SHORTEST], ()):
                if data.startswith(needle, at):
                    found.add((kind, text))
        return found


class Watch(threading.Thread):
    """Command lines and environments of the client and the daemon, looked at all the time."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.numbers, self.seen, self.looks = {daemon}, set(), 0

    def run(self):
        while True:
            for number in list(self.numbers):
                self.numbers |= children(number)
                for name in ("cmdline", "environ"):
                    try:
                        with open(f"/proc/{number}/{name}", "rb") as file:
                            self.seen.add(file.read())
                            self.looks += 1
                    except OSError:
                        self.numbers.discard(number)
            time.sleep(0.002)


def children(number):
    try:
        with open(f"/proc/{number}/task/{number}/children") as file:
            return {int(child) for child in file.read().split()}
    except OSError:
        return set()


def files(*folders):
    for folder in folders:
        for base, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(base, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield path


def look(day, search, when, folders, allowed=()):
    size = 0
    for path in files(*folders):
        with open(path, "rb") as file:
            data = file.read()
        size += len(data)
        hits = {hit for hit in search.hits(data) if hit[0] not in allowed}
        expect(not hits, f"{when}: {os.path.relpath(path, day.house.folder)} holds {sorted(hits)[:5]}")
    return size


def opened_for_writing(trace, day):
    """Paths that were created or opened for writing, besides those that are ours to write; and how many those are."""
    ours, strange = 0, []
    own = (day.house.vault, day.house.gate, os.path.dirname(day.house.path), day.state, day.run_folder)
    with open(trace, errors="replace") as lines:
        for line in lines:
            found = re.search(r'(openat|creat|mknodat|memfd_create|linkat|symlinkat)\((.*)\) += (\d+)', line)
            if not found or found[1] == "openat" and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE", found[2]):
                continue
            paths = re.findall(r'"([^"]*)"', found[2]) + re.findall(r"<([^>]*)>", line)
            if found[1] == "memfd_create" or any(path.startswith(own) for path in paths):
                ours += 1
                continue
            # What is fetched has no name until it is whole.
            if "O_TMPFILE" in found[2] and day.temporary in paths:
                continue
            if re.search(r'"/(dev/(tty|null|urandom)|proc/self/)', found[2]) or "out.bin" in found[2]:
                continue
            strange.append(line.strip()[:200])
    return ours, strange


def main():
    day = Day()
    house = day.house
    traced = can_trace()
    if not traced:
        skipped("files that programs open for writing: needs root and strace")
    with tempfile.TemporaryDirectory(prefix="havre-words-") as traces:
        try:
            day.begin()
            watch = Watch(house.daemon.pid)
            watch.start()
            day.watch = lambda process: watch.numbers.add(process.pid)
            calls = ["openat", "creat", "mknodat", "memfd_create", "linkat", "symlinkat"]
            daemon_trace = os.path.join(traces, "daemon")
            if traced:
                tracer = Tracer(house.daemon.pid, calls, output=daemon_trace, options=["-y"])
            day.work()
            client_trace = os.path.join(traces, "client")
            day.by_hand(["strace", "-f", "-qq", "-A", "-y", "-o", client_trace, "-e", "trace=" + ",".join(calls)] if traced else [])
            if traced:
                tracer.end()
                for trace in (daemon_trace, client_trace):
                    ours, strange = opened_for_writing(trace, day)
                    expect(ours > 0 and not strange, f"{ours} files of ours, besides them {strange}")
            tokens = [person.session for person in day.people.values()]
            texts = list(day.everything()) + [("code", name) for name in day.fields] + [("secret", token) for token in tokens]
            search = Search(texts)
            stored = [house.vault, house.gate, os.path.dirname(house.path), day.temporary]
            size = look(day, search, "running", stored)
            # The client keeps whose session it is and its token; nothing else that was ever entered.
            look(day, search, "client", [day.state, day.run_folder], allowed=("name", "code"))
            argv = Search([(kind, text) for kind, text in texts if kind in ("text", "secret", "file")])
            for seen in watch.seen:
                hits = argv.hits(seen)
                expect(not hits, f"command line or environment: {sorted(hits)[:3]}")
            house.kill()
            size += look(day, search, "killed", stored)
            house.start()
            expect(house.stop() == 0, "a clean stop")
            size += look(day, search, "stopped", stored)
            expect(b"quassia" not in open(house.errors, "rb").read(), "the daemon's own words")
            planted = b"\0".join(form for _, text in texts for form in [next(iter(forms(text)))])
            found = search.hits(planted)
            expect(len({text for _, text in found}) >= search.count * 0.95, f"control: {len(found)} of {search.count} found")
            return tidy(f"{search.count} texts, {sum(map(len, search.table.values()))} ways of writing them, {size} bytes, "
                        f"{watch.looks} looks at processes, export of {day.exported} bytes", "words")
        finally:
            house.remove()


if __name__ == "__main__":
    sys.exit(main())

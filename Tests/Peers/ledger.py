#!/usr/bin/env python3
"""Lays a log of ours before independent tools: pymerkle (roots), proofbundle (proofs and checkpoint).

Run from anywhere, after a build of the tests. Prints counts; SKIPPED n for what a missing tool would have checked.
"""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
failures = 0


def check(ok, what):
    global failures
    if not ok:
        failures += 1
        print("FAILED", what)
    return 1


def lay_out(folder):
    environment = dict(os.environ, HAVRE_PEERS_OUT=folder)
    run = subprocess.run(["swift", "test", "--filter", "HavreLedgerTests.PeerTests"], cwd=ROOT, env=environment,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode != 0:
        sys.exit(run.stdout + "\nFAILED to lay out the log")


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def roots(folder):
    lines = read(folder, "roots.txt").split()
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        print("SKIPPED", len(lines) - 1)
        return
    tree = InmemoryTree(algorithm="sha256")
    count = 0
    for number in range(1000):
        tree.append_entry(f"entry {number}".encode())
        count += check(tree.get_root(number + 1).hex() == lines[number + 1], f"root of {number + 1}")
    print("roots as pymerkle computes them:", count)


def proofs(folder):
    names = sorted(name for name in os.listdir(folder) if name.endswith(".tlog-proof"))
    beside = os.path.join(os.path.dirname(sys.executable), "proofbundle")
    command = shutil.which("proofbundle") or shutil.which(beside)
    if not command:
        print("SKIPPED", 2 * len(names))
        return
    count = 0
    for name in names:
        for change, expected in [("", True), ("x", False)]:
            leaf = os.path.join(folder, "leaf")
            with open(leaf, "w", encoding="utf-8") as file:
                file.write("entry " + name.split(".")[0] + change)
            run = subprocess.run(
                [command, "verify-proof", "--payload-file", leaf, "--log-vkey", read(folder, "vkey.txt"),
                           "--expected-origin", "havre/peers/1", os.path.join(folder, name)],
                capture_output=True, text=True)
            count += check((run.returncode == 0) == expected, f"{name} {change} {run.stdout}{run.stderr}")
    print("proofs as proofbundle judges them:", count)


with tempfile.TemporaryDirectory() as out:
    lay_out(out)
    folder = os.path.join(out, "ledger")
    roots(folder)
    proofs(folder)
sys.exit(1 if failures else 0)

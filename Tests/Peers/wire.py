#!/usr/bin/env python3
"""Lets stock Varlink clients list and call the daemon's front on a real socket.

varlink (PyPI, as library and as command) reads our interface text and calls; asyncvarlink passes descriptors both
ways. The front is the real server over a house without a vault, run by the Swift tests. Run from anywhere, after a
build of the tests. Prints counts; SKIPPED n for what a missing client would have checked.
"""
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VAULT = "org.havre.Vault"
TEXT = os.path.join(ROOT, "Sources", "CData", "files", "protocol", VAULT + ".varlink")
failures = 0


def check(ok, what):
    global failures
    if not ok:
        failures += 1
        print("FAILED", what)
    return 1


def library(address):
    """The stock client as a library: introspection, calls, errors, streams."""
    try:
        import varlink
    except ImportError:
        print("SKIPPED 7")
        return 0
    done = 0
    with varlink.Client(address=address) as client:
        done += check(set(client.get_interfaces()) >= {VAULT, "org.varlink.service"}, "interfaces are listed")
        interface = client.get_interface(VAULT)
        with open(TEXT, encoding="utf-8") as file:
            text = file.read()
        done += check(interface.description == text, "the text is served byte by byte")
        wanted = set(re.findall(r"^method (\w+)", text, re.M))
        found = {name for name, member in interface.members.items() if isinstance(member, varlink.scanner._Method)}
        done += check(found == wanted, "the stock parser finds every method")
        with client.open(VAULT, namespaced=False) as vault:
            done += check(vault.Status()["state"] == "serving", "Status")
            try:
                vault.Whoami(session="none")
                done += check(False, "Whoami without a session is refused")
            except varlink.VarlinkError as error:
                done += check(error.error() == VAULT + ".Locked", "Whoami without a session is Locked")
            session = vault.Unlock(name="amina", passphrase=0)["session"]
            done += check(vault.Whoami(session=session, seen=1)["consistency"] == ["proof"], "Whoami with a session")
            count = sum(len(part["records"]) for part in vault.Show(session=session, case="3000", _more=True))
            done += check(count == 3000, "a long list comes in several answers")
    return done


def command(address):
    """The same client's command line."""
    try:
        import varlink  # noqa: F401
    except ImportError:
        print("SKIPPED 3")
        return 0

    def say(*arguments):
        ran = subprocess.run([sys.executable, "-m", "varlink.cli", *arguments], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=30, text=True)
        return ran.stdout

    return (check(VAULT in say("info", address), "info")
            + check("method Grant(" in say("help", address + "/" + VAULT), "help")
            + check(json.loads(say("call", address + "/" + VAULT + ".Status", "{}"))["version"] == "1", "call"))


def descriptors(address):
    """Another client, which passes descriptors beside messages."""
    try:
        import asyncvarlink
    except ImportError:
        print("SKIPPED 3")
        return 0

    def method(name, /, **parameters):
        more = parameters.pop("more", False)
        return asyncvarlink.VarlinkMethodCall(VAULT + "." + name, parameters, more=more)

    async def run():
        done = 0
        _, protocol = await asyncvarlink.connect_unix_varlink(
            asyncvarlink.VarlinkClientProtocol, address.removeprefix("unix:"))
        reply, _ = await protocol.call(method("Unlock", name="amina", passphrase=0))
        session = reply.parameters["session"]
        with tempfile.TemporaryFile() as file:
            file.write(b"12345")
            file.seek(0)
            reply, _ = await protocol.call(method("Attach", session=session, case="c", file=0), fds=[file.fileno()])
            done += check(reply.parameters.get("bytes") == 5, "a file travels as a descriptor")
        reply, _ = await protocol.call(method("Attach", session=session, case="c", file=0))
        done += check(reply.error == VAULT + ".Invalid", "an index without a descriptor is Invalid")
        async for reply, fds in protocol.call_more(method("Backup", session=session, more=True)):
            got = os.pread(fds[0].fileno(), 100, 0) if fds else b""
            done += check(got == b"vault", "a descriptor comes back")
        return done

    return asyncio.run(run())


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            ["swift", "test", "--skip-build", "--filter", "HavreDaemonTests.PeerTests"], cwd=ROOT,
            env=dict(os.environ, HAVRE_PEER_FOLDER=folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        try:
            link = os.path.join(folder, "socket")
            for _ in range(2400):
                if os.path.exists(link) or server.poll() is not None:
                    break
                time.sleep(0.1)
            if not os.path.exists(link):
                print("FAILED the server did not start")
                return 1
            with open(link, encoding="utf-8") as file:
                address = "unix:" + file.read()
            done = library(address) + command(address) + descriptors(address)
        finally:
            open(os.path.join(folder, "stop"), "w").close()
            server.communicate(timeout=60)
    check(server.returncode == 0, "the server ends cleanly")
    print("wire: %d checks, %d failures" % (done + 1, failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

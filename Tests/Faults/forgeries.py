"""What `tamper.py` does to stored files: one forgery after the other, each on a fresh copy."""
import os
import sqlite3

TABLES = {
    "vault": {"meta": ["version", "vault"], "item": ["tag", "wrap"], "body": ["tag", "body"],
              "entry": ["number", "body", "mark"], "tile": ["level", "number", "hashes"]},
    "gate": {"meta": ["version", "vault", "epoch"], "slot": ["name", "slot"], "cell": ["name", "value"]},
}
PLANTS = [
    "CREATE TABLE loot(a BLOB) STRICT", "CREATE VIEW spy AS SELECT wrap FROM item", "CREATE INDEX spy ON body(body)",
    "CREATE TRIGGER spy AFTER UPDATE ON item BEGIN DELETE FROM entry; END",
    "CREATE TRIGGER spy AFTER INSERT ON entry BEGIN DELETE FROM item WHERE rowid = 1; END",
    "CREATE VIRTUAL TABLE spy USING fts5(a)", "CREATE TABLE spy(a AS (1) STORED, b)",
    "PRAGMA application_id = 7", "PRAGMA user_version = 2", "ALTER TABLE item ADD COLUMN more BLOB",
    "ALTER TABLE body RENAME TO bodies", "DROP TABLE tile", "DELETE FROM meta", "DELETE FROM entry", "DELETE FROM item",
    "DELETE FROM body", "DELETE FROM tile", "INSERT INTO meta SELECT * FROM meta",
    "INSERT INTO item VALUES (x'00112233445566778899aabbccddeeff', zeroblob(305))",
    "INSERT INTO body VALUES (x'00112233445566778899aabbccddeeff', zeroblob(305))",
    "INSERT INTO body VALUES (x'00112233445566778899aabbccddeef0', zeroblob(50000000))",
    "INSERT INTO entry VALUES (999999, zeroblob(305), zeroblob(305))",
    "INSERT INTO entry SELECT 1 + max(number), body, mark FROM entry",
    "INSERT INTO entry VALUES (-1, zeroblob(305), zeroblob(305))", "INSERT INTO tile VALUES (0, 999, zeroblob(305))",
    "UPDATE item SET wrap = zeroblob(length(wrap))", "UPDATE entry SET body = zeroblob(100000000) WHERE number = 3",
]


class Forgeries:
    """What is done to the stored files. Each is (name, act on the folder of a copy)."""

    def __init__(self, true, earlier):
        self.true, self.earlier = true, earlier

    @staticmethod
    def database(folder, store):
        return sqlite3.connect(os.path.join(folder, store, store + ".db"), isolation_level=None, timeout=20)

    def rows(self, folder, store, table):
        database = self.database(folder, store)
        rows = database.execute(f"SELECT rowid, {', '.join(TABLES[store][table])} FROM {table} ORDER BY rowid").fetchall()
        database.close()
        return rows

    def sql(self, store, *statements):
        def act(folder):
            database = self.database(folder, store)
            database.execute("PRAGMA writable_schema = ON")
            database.execute("BEGIN" if not statements[0][0].startswith("PRAGMA") else "SELECT 1")
            for statement, values in statements:
                database.execute(statement, values)
            if database.in_transaction:
                database.execute("COMMIT")
            database.close()
        return act

    def set(self, store, table, *changes):
        """Changes (column, value, row id) in the order given."""
        return self.sql(store, *[(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))
                                 for column, value, row in changes])

    def cells(self, store):
        """Each cell of each row: a bit, and by turns a cut, a longer one, an empty one."""
        for table, columns in TABLES[store].items():
            rows = self.rows(self.true, store, table)
            for place, (row, *values) in enumerate(rows):
                for column, value in zip(columns, values):
                    name = f"{store} {table}.{column} {row}"
                    if isinstance(value, int):
                        yield f"change {name}", self.set(store, table, (column, value + 1_000, row))
                        continue
                    at = (place * 31) % max(1, len(value))
                    flipped = value[:at] + bytes([value[at] ^ 1 << place % 8]) + value[at + 1:]
                    yield f"flip {name} at {at}", self.set(store, table, (column, flipped, row))
                    other = [value[:-1], value + b"\0", b""][place % 3]
                    yield f"length {name}", self.set(store, table, (column, other, row))

    def moves(self, store):
        """Each row removed; each swapped with the next and with a far one, by key and by value."""
        for table, columns in TABLES[store].items():
            rows = self.rows(self.true, store, table)
            key = 2 if table == "tile" else 1
            for place, (row, *values) in enumerate(rows):
                yield f"remove {store} {table} {row}", self.sql(store, (f"DELETE FROM {table} WHERE rowid = ?", (row,)))
                for far in {1, 1 + len(rows) // 2}:
                    other, *others = rows[(place + far) % len(rows)]
                    if other == row or values[key:] == others[key:] or table == "meta":
                        continue
                    changes = [change for column, mine, theirs in zip(columns[key:], values[key:], others[key:])
                               for change in ((column, theirs, row), (column, mine, other))]
                    yield f"swap {store} {table} {row} {other}", self.set(store, table, *changes)

    def old(self, store):
        """Each row that was replaced since the earlier copy, as it was; those that are gone, put back."""
        for table, columns in TABLES[store].items():
            if table == "meta":
                continue
            key = 2 if table == "tile" else 1
            now = {tuple(values[:key]): (row, values) for row, *values in self.rows(self.true, store, table)}
            everything = []
            for _, *values in self.rows(self.earlier, store, table):
                found = now.get(tuple(values[:key]))
                if found and found[1] != values:
                    changes = [(column, value, found[0]) for column, value in zip(columns[key:], values[key:])]
                    everything += changes
                    yield f"old {store} {table} {found[0]}", self.set(store, table, *changes)
                elif not found:
                    marks = ", ".join("?" * len(values))
                    yield f"back {store} {table}", self.sql(store, (f"INSERT INTO {table} VALUES ({marks})", values))
            if everything:
                yield f"all old {store} {table}", self.set(store, table, *everything)

    def ledger(self):
        """The end of the log cut off, with and without its tiles."""
        count = len(self.rows(self.true, "vault", "entry"))
        for cut in (1, 2, 7, count - 1):
            statements = [("DELETE FROM entry WHERE number >= ?", (count - cut,))]
            yield f"cut {cut} entries", self.sql("vault", *statements)
            yield f"cut {cut} entries and tiles", self.sql("vault", *statements, ("DELETE FROM tile", ()))

    def plants(self):
        for statement in PLANTS:
            yield statement, self.sql("vault", (statement, ()))
        for statement in PLANTS[:4]:
            statement = statement.replace("wrap FROM item", "slot FROM slot").replace("body(body)", "cell(value)").replace(
                "UPDATE ON item", "UPDATE ON slot").replace("DELETE FROM entry", "DELETE FROM cell")
            yield "gate " + statement, self.sql("gate", (statement, ()))

    def files(self):
        """Whole files: earlier ones, flipped, cut, gone; another database; attachments swapped or besides."""
        def put(name, change):
            def act(folder):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    content = file.read()
                content = change(content)
                if content is None:
                    os.unlink(path)
                else:
                    with open(path, "wb") as file:
                        file.write(content)
            return act

        def before(name):
            with open(os.path.join(self.earlier, name), "rb") as file:
                return file.read()

        flip = lambda content: content[:len(content) // 2] + bytes([content[len(content) // 2] ^ 4]) + content[len(content) // 2 + 1:]
        blobs = sorted(os.listdir(os.path.join(self.true, "vault", "blobs")))
        blobs = [os.path.join("vault", "blobs", name) for name in blobs if name != "incoming"]
        whole = ["vault/vault.db", "gate/gate.db", "gate/login.key", "gate/auto.key", "gate/device.key"]
        for name in whole + blobs:
            yield f"flip {name}", put(name, flip)
            yield f"cut {name}", put(name, lambda content: content[:-1])
            yield f"empty {name}", put(name, lambda content: b"")
            yield f"gone {name}", put(name, lambda content: None)
        for name in ["gate/gate.journal", "gate/erasures.log"]:
            # The end of a log may be what a crash left: that it was longer, nobody says but a backup.
            if os.path.exists(os.path.join(self.true, name)):
                yield f"flip {name}", put(name, lambda content: flip(content[:20]) + content[20:])
        yield "earlier vault.db", put("vault/vault.db", lambda _: before("vault/vault.db"))
        yield "earlier gate.db", put("gate/gate.db", lambda _: before("gate/gate.db"))
        for name in blobs:
            yield f"longer {name}", put(name, lambda content: content + b"\0")
        if len(blobs) > 1:
            first, second = blobs[:2]

            def swap(folder):
                paths = [os.path.join(folder, name) for name in (first, second)]
                contents = [open(path, "rb").read() for path in paths]
                for path, content in zip(paths, reversed(contents)):
                    with open(path, "wb") as file:
                        file.write(content)
            yield "swapped blobs", swap

    def all(self):
        for store in TABLES:
            yield from self.cells(store)
            yield from self.moves(store)
        # Older cells of the gate, one by one, are not promised to be found: it is the gate that says what is old.
        yield from self.old("vault")
        yield from self.ledger()
        yield from self.plants()
        yield from self.files()

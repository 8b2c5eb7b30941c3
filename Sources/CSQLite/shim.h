#include <sqlite3.h>

/// sqlite3_db_config is variadic, which Swift cannot call: one switch, on or off.
static inline int csqlite_db_config(sqlite3 *_Nonnull db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)0);
}

/// SQLITE_TRANSIENT is a cast that Swift does not import: SQLite takes its own copy of the bytes.
static inline int csqlite_bind_blob(sqlite3_stmt *_Nonnull statement, int place, const void *_Nonnull bytes, int count) {
    return sqlite3_bind_blob(statement, place, bytes, count, SQLITE_TRANSIENT);
}

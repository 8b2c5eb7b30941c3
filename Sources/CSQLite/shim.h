#include <sqlite3.h>

/// sqlite3_db_config is variadic, which Swift cannot call: one switch, on or off.
static inline int csqlite_db_config(sqlite3 *_Nonnull db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)0);
}

/// SQLITE_TRANSIENT is a cast that Swift does not import: SQLite takes its own copy of the bytes.
static inline int csqlite_bind_blob(sqlite3_stmt *_Nonnull statement, int place, const void *_Nonnull bytes, int count) {
    return sqlite3_bind_blob(statement, place, bytes, count, SQLITE_TRANSIENT);
}

/// Keeps the length of the write-ahead log behind the last commit, in frames, in `frames`. Takes the place of SQLite's
/// own habit of emptying a long log at the end of the commit that finds it long.
static inline int csqlite_note_frames(void *_Nonnull frames, sqlite3 *_Nonnull db, const char *_Nonnull name, int count) {
    (void)db;
    (void)name;
    *(int *)frames = count;
    return SQLITE_OK;
}

static inline void csqlite_watch_log(sqlite3 *_Nonnull db, int *_Nonnull frames) {
    sqlite3_wal_hook(db, csqlite_note_frames, frames);
}

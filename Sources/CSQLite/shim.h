#include <sqlite3.h>

/// sqlite3_db_config is variadic, which Swift cannot call: one switch, on or off.
static inline int csqlite_db_config(sqlite3 *_Nonnull db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)0);
}

"""Runs queries on a database in memory that is made by a script. The request is JSON on standard input. Standard output has
a line once the database is made, and then JSON: for each query its columns and rows, its error, or the limit that it broke.
Queries read and do nothing else."""

import json, sqlite3, sys

READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_FUNCTION,
}
# What could take memory that no row shows, read files, or show addresses of memory.
REFUSED_FUNCTIONS = {'fts3_tokenizer', 'load_extension', 'readfile', 'writefile', 'edit', 'randomblob', 'zeroblob', 'random'}
LENGTH, LIKE_LENGTH = 0, 8
# Cells of one answer.
MOST_CELLS = 200_000


def main():
    request = json.load(sys.stdin)
    connection = sqlite3.connect(':memory:', isolation_level=None)
    # What a sort or a group needs is in memory, and counts as such: there is no disk to speak of.
    connection.execute('PRAGMA temp_store = MEMORY')
    connection.executescript(request['script'])
    connect_tables(connection)
    connection.set_authorizer(authorize)
    if hasattr(connection, 'setlimit'):
        connection.setlimit(LENGTH, 1_000_000)
        connection.setlimit(LIKE_LENGTH, 1000)
    print('ready', flush=True)
    answers = [answer(connection, query, request['rows']) for query in request['queries']]
    json.dump(answers, sys.stdout)


def connect_tables(connection):
    """Makes the table-valued functions of JSON known: the first use of each counts as a change of the schema, which no
    query may make. SQLite can be built without them."""
    for name in ('json_each', 'json_tree'):
        try:
            connection.execute(f"SELECT 1 FROM {name}('[]')").fetchall()
        except sqlite3.OperationalError:
            pass


def authorize(action, first, second, database, source):
    if action not in READS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def answer(connection, query, most):
    try:
        cursor = connection.execute(query)
        if cursor.description is None:
            return {'error': 'not a query: it returns no rows'}
        columns = [column[0] for column in cursor.description]
        most = min(most, MOST_CELLS // len(columns))
        rows = cursor.fetchmany(most + 1)
        cursor.close()
    except MemoryError:
        return {'limit': 'memory'}
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, UnicodeError) as error:
        return {'error': str(error)}
    return {'columns': columns, 'rows': [[plain(value) for value in row] for row in rows[:most]], 'more': len(rows) > most}


def plain(value):
    """A value as JSON has it; numbers that JSON has not are texts, as blobs are."""
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, int) and abs(value) > 2**53 - 1:
        return str(value)
    if isinstance(value, float) and (value != value or value in (float('inf'), float('-inf'))):
        return str(value)
    return value


main()

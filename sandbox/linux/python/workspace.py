"""The workspace of an execution: written before it, read after all its processes have ended."""

import os

MOST_DEPTH = 16
MOST_PATH_BYTES = 1024


def write(folder, files):
    """Into a folder, given by its file descriptor, that nothing else has."""
    for path, data in files:
        for at, letter in enumerate(path):
            if letter == '/':
                make_folder(folder, path[:at])
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder), 'wb') as file:
            file.write(data)


def make_folder(folder, path):
    try:
        os.mkdir(path, dir_fd=folder)
    except FileExistsError:
        pass


def changes(folder, before, most_bytes):
    """What differs from the files of the start: the lists of paths, and the bytes of those that changed."""
    known = dict(before)
    left = Collection(known, most_bytes)
    left.walk(folder, b'', 0)
    removed = [path for path in known if path not in left.seen]
    head = {'changed': left.changed, 'removed': removed, 'skipped': left.skipped}
    return head, left.parts


def opened(entry, folder, flags):
    """An entry of a folder, whatever a program permits its own files. Never follows a link."""
    try:
        return os.open(entry.name, flags | os.O_NOFOLLOW, dir_fd=folder)
    except PermissionError:
        place = os.open(entry.name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
        os.chmod(f'/proc/self/fd/{place}', 0o700)
        os.close(place)
        return os.open(entry.name, flags | os.O_NOFOLLOW, dir_fd=folder)


class Collection:
    def __init__(self, known, most_bytes):
        self.known, self.room = known, most_bytes
        self.seen, self.changed, self.skipped, self.parts = set(), [], [], []

    def walk(self, folder, prefix, depth):
        os.fchmod(folder, 0o700)
        with os.scandir(folder) as entries:
            found = sorted(((os.fsencode(entry.name), entry) for entry in entries), key=lambda each: each[0])
        for name, entry in found:
            path = prefix + name
            if entry.is_dir(follow_symlinks=False):
                self.enter(entry, folder, path, depth + 1)
            else:
                self.take(entry, folder, path)

    def enter(self, entry, folder, path, depth):
        if depth == MOST_DEPTH:
            self.skip(path, 'deeper than 16 folders')
            return
        inner = opened(entry, folder, os.O_RDONLY | os.O_DIRECTORY)
        self.walk(inner, path + b'/', depth)
        os.close(inner)

    def take(self, entry, folder, path):
        """Never follows a link, opens a pipe, or reads more than the workspace can hold."""
        size = entry.stat(follow_symlinks=False).st_size
        problem = problem_of(entry, path, size, self.room)
        if problem is not None:
            self.skip(path, problem)
            return
        self.room -= size
        with open(opened(entry, folder, os.O_RDONLY), 'rb') as file:
            data = file.read(size)
        name = path.decode()
        self.seen.add(name)
        if self.known.get(name) != data:
            self.changed.append([name, len(data)])
            self.parts.append(data)

    def skip(self, path, reason):
        self.skipped.append([path.decode(errors='backslashreplace'), reason])


def problem_of(entry, path, size, room):
    if entry.is_symlink():
        return 'a symbolic link'
    if not entry.is_file(follow_symlinks=False):
        return 'not a regular file'
    if size > room:
        return 'more bytes than the workspace can hold'
    if len(path) > MOST_PATH_BYTES:
        return 'a path of more than 1024 bytes'
    try:
        path.decode()
    except UnicodeDecodeError:
        return 'a name that is not UTF-8'
    return None

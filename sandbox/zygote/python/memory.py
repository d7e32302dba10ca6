"""Memory of the processes of a program, as /proc shows it to the supervisor."""

import os


def under(first):
    """Bytes that are written and held by all processes below one."""
    processes = {int(name): status_of(name) for name in os.listdir('/proc') if name.isdigit()}

    def is_under(pid):
        while pid in processes and pid != first:
            pid = processes[pid][b'PPid']
        return pid == first

    held = (status[b'RssAnon'] + status[b'RssShmem'] for pid, status in processes.items() if pid != first and is_under(pid))
    return 1024 * sum(held)


def status_of(pid):
    """Parent and memory in KiB; 0 if it has just ended."""
    numbers = {b'PPid': 0, b'RssAnon': 0, b'RssShmem': 0}
    try:
        fd = os.open(f'/proc/{pid}/status', os.O_RDONLY)
        text = os.read(fd, 8192)
        os.close(fd)
    except OSError:
        return numbers
    for line in text.splitlines():
        name, _, value = line.partition(b':')
        if name in numbers:
            numbers[name] = int(value.split()[0])
    return numbers

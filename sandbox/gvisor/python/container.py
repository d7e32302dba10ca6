"""What a container of gVisor has beside its files: hidden from the program, which has the same user as those."""

import os

import rights

DETACH = 2
MS_RDONLY = 1
DEVICES = {'null', 'zero', 'full', 'random', 'urandom', 'fd', 'stdin', 'stdout', 'stderr', 'shm'}
# User of the supervisor. Files of the machine can have one user only, 0, which is that of the program and has no rights.
OWN_ID, PROGRAM_ID = 1, 0
_proc = None


def seal():
    """Hides processes, settings and devices, and gives up the user of the program, so that it cannot send signals here."""
    global _proc
    _proc = os.open('/proc', os.O_RDONLY | os.O_DIRECTORY)
    if rights.libc.umount2(b'/sys', DETACH):
        raise rights.failed('/sys cannot be removed')
    rights.mount(b'/proc', b'size=4k,mode=555,uid=%d,gid=%d' % (OWN_ID, OWN_ID), MS_RDONLY)
    for name in set(os.listdir('/dev')) - DEVICES:
        remove(f'/dev/{name}')
    os.chown('/dev', OWN_ID, OWN_ID)
    os.setresgid(OWN_ID, PROGRAM_ID, OWN_ID)
    os.setresuid(OWN_ID, PROGRAM_ID, OWN_ID)


def remove(path):
    """Removes a file, or a folder and what is mounted there."""
    if os.path.islink(path) or not os.path.isdir(path):
        os.unlink(path)
        return
    rights.libc.umount2(path.encode(), DETACH)
    for name in os.listdir(path):
        remove(f'{path}/{name}')
    os.rmdir(path)


def memory():
    """Bytes of memory of all processes, the supervisor included; what forks share counts once. Files are not in it."""
    fd = os.open('meminfo', os.O_RDONLY, dir_fd=_proc)
    lines = os.read(fd, 65536).splitlines()
    os.close(fd)
    kib = {name: int(value.split()[0]) for name, _, value in (line.partition(b':') for line in lines)}
    return 1024 * (kib[b'Active(anon)'] - kib[b'Shmem'])

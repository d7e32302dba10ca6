import type { Attack } from './attack.ts'

/** Attacks by system calls that most defects of the kernel are behind. */
export const KERNEL: readonly Attack[] = [
  {
    name: 'namespaces',
    what: 'a new user namespace, or that of another process',
    main: `for name, flag in (('user', 0x10000000), ('mount', 0x20000), ('network', 0x40000000), ('process', 0x20000000)):
    attempt(f'unshare {name}', lambda: libc('unshare', flag))
attempt('clone', lambda: call(56, 220, 0x10000011, 0, 0, 0, 0))
attempt('setns', lambda: libc('setns', os.pidfd_open(os.getpid()), 0))`,
  },
  {
    name: 'mount',
    what: 'a mount, old and new interface, and chroot',
    main: `attempt('mount', lambda: libc('mount', b'none', b'/tmp', b'tmpfs', 0, None))
attempt('umount', lambda: libc('umount2', b'/proc', 2))
attempt('pivot_root', lambda: call(155, 41, 0, 0))
attempt('chroot', lambda: os.chroot('/tmp'))
attempt('fsopen', lambda: call(430, 430, 0, 0))
attempt('open_tree', lambda: call(428, 428, -100, 0, 1))
attempt('mknod', lambda: os.mknod('disk', 0o060600, os.makedev(8, 0)))
attempt('open_by_handle_at', lambda: call(304, 265, 0, 0, 0))`,
  },
  {
    name: 'io-uring',
    what: 'io_uring, which runs calls past a filter',
    main: `parameters = ctypes.create_string_buffer(120)
attempt('io_uring_setup', lambda: call(425, 425, 1, ctypes.addressof(parameters)))
attempt('io_uring_enter', lambda: call(426, 426, 0, 0, 0, 0, 0, 0))`,
  },
  {
    name: 'bpf',
    what: 'programs in the kernel, and measurements of it',
    main: `space = ctypes.create_string_buffer(128)
attempt('bpf', lambda: call(321, 280, 0, ctypes.addressof(space), 72))
attempt('perf_event_open', lambda: call(298, 241, ctypes.addressof(space), 0, -1, -1, 0))
attempt('userfaultfd', lambda: call(323, 282, 1))
attempt('init_module', lambda: call(175, 105, 0, 0, 0))
attempt('kexec_load', lambda: call(246, 104, 0, 0, 0, 0))`,
  },
  {
    name: 'keyctl',
    what: 'keys of the kernel',
    main: `attempt('keyctl', lambda: call(250, 219, 0, -3, 0))
attempt('add_key', lambda: call(248, 217, 0, 0, 0, 0, -3))
attempt('request_key', lambda: call(249, 218, 0, 0, 0, 0))`,
  },
  {
    name: 'shared-files',
    what: 'locks and notices of files that all programs can read, and the disks of the host',
    main: `import fcntl, struct
file, question = os.open('/usr/bin/python3', os.O_RDONLY), struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 1, 0)
attempt('inotify', lambda: libc('inotify_init1', 0))
attempt('flock', lambda: fcntl.flock(file, fcntl.LOCK_SH))
attempt('F_GETLK', lambda: fcntl.fcntl(file, 5, question))
attempt('F_OFD_GETLK', lambda: fcntl.fcntl(file, 36, question))
attempt('F_NOTIFY', lambda: fcntl.fcntl(os.open('/usr/bin', os.O_RDONLY), 1026, 2))
attempt('sync', lambda: call(162, 81))`,
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'buffers',
    what: 'buffers of sockets and pipes, which no limit of memory counts',
    main: `import fcntl
attempt('SO_SNDBUF', lambda: socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22))
attempt('SO_SNDBUFFORCE', lambda: socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, 32, 1 << 22))
attempt('F_SETPIPE_SZ', lambda: fcntl.fcntl(os.pipe()[1], 1031, 1 << 20))`,
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'privileges',
    what: 'capabilities and other users',
    main: `attempt('setuid', lambda: os.setuid(0))
attempt('setresuid', lambda: os.setresuid(0, 0, 0))
attempt('setgroups', lambda: os.setgroups([0]))
header, data = ctypes.create_string_buffer(b'\\x22\\x05\\x08\\x20' + bytes(4), 8), ctypes.create_string_buffer(b'\\xff' * 24, 24)
attempt('capset', lambda: libc('capset', header, data))
attempt('personality', lambda: libc('personality', 0x0040000))
attempt('sethostname', lambda: libc('sethostname', b'x', 1))
attempt('settimeofday', lambda: time.clock_settime(time.CLOCK_REALTIME, 0))
attempt('syslog', lambda: libc('klogctl', 3, ctypes.create_string_buffer(100), 100))
attempt('reboot', lambda: libc('reboot', 0x01234567))
attempt('seccomp off', lambda: libc('prctl', 22, 0, 0, 0, 0))
import subprocess
for path in ('/usr/bin/su', '/usr/bin/mount', '/usr/bin/passwd'):
    if os.path.exists(path):
        attempt(path, lambda: subprocess.run([path, '-c', 'id'], check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout)`,
    layers: { linux: { CalledProcessError: 'no new privileges' } },
  },
]

import type { Attack } from './attack.ts'

/** Attacks on the processes that surround a program. */
export const PROCESSES: readonly Attack[] = [
  {
    name: 'double-fork',
    what: 'a daemon that outlives its program',
    main: `if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)`,
    layers: {
      zygote: { ok: 'process namespace: its end ends all processes' },
      gvisor: { ok: 'a container of its own: its end ends all processes' },
    },
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'kill-parent',
    what: 'a signal to the supervisor',
    main: `for number in range(1, 65):
    try: os.kill(os.getppid(), number)
    except OSError: pass
    try: os.kill(1, number)
    except OSError: pass
try: os.killpg(0, 0)
except OSError as error: held('killpg', reason(error))
print('alive')`,
    layers: {
      zygote: { ok: 'process namespace: its first process gets no signals from inside' },
      gvisor: { ok: 'the supervisor has another user' },
    },
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'kill-all',
    what: 'a signal to every process',
    main: `if os.fork() == 0: time.sleep(60)
try: os.kill(-1, signal.SIGKILL)
except OSError as error: held('kill', reason(error))`,
    layers: {
      zygote: { ok: 'process namespace', ESRCH: 'process namespace' },
      gvisor: { ok: 'the supervisor has another user' },
    },
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'ptrace',
    what: 'tracing another process',
    main: `attempt('ptrace', lambda: libc('ptrace', 16, os.getppid(), 0, 0))
buffer = ctypes.create_string_buffer(8)
attempt('process_vm_readv', lambda: libc('process_vm_readv', os.getppid(), buffer, 1, buffer, 1, 0))
attempt('process_vm_writev', lambda: libc('process_vm_writev', os.getppid(), buffer, 1, buffer, 1, 0))
attempt('pidfd_getfd', lambda: call(438, 438, os.pidfd_open(1), 251, 0))`,
  },
  {
    name: 'proc-mem',
    what: 'the memory and the files of another process by /proc',
    main: `for pid in ('self', '1', str(os.getppid()), *map(str, range(1, 30))):
    for name in ('mem', 'maps', 'environ', 'root/etc/passwd', 'fd/251', 'cwd'):
        path = f'/proc/{pid}/{name}'
        if os.path.lexists(path): attempt(path, lambda: os.open(path, os.O_RDONLY))
attempt('/proc/1/mem', lambda: open('/proc/1/mem', 'r+b'))
attempt('/proc/sys', lambda: open('/proc/sys/kernel/core_pattern').read())`,
  },
  {
    name: 'supervisor-limits',
    what: 'limits and priority of the supervisor',
    main: `import resource
if hasattr(resource, 'prlimit'): attempt('prlimit', lambda: resource.prlimit(1, resource.RLIMIT_CPU, (0, 0)))
attempt('setpriority', lambda: os.setpriority(os.PRIO_PROCESS, 1, 19))
attempt('sched_setaffinity', lambda: os.sched_setaffinity(1, {0}))
attempt('raised limit', lambda: resource.setrlimit(resource.RLIMIT_NPROC, (100, 100)))`,
    layers: { linux: { ValueError: 'resource limits: they can only be lowered' } },
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'stopped',
    what: 'a program that stops itself and its group',
    main: 'os.kill(0, signal.SIGSTOP)',
    limits: { timeoutMs: 500 },
    statuses: ['timeout'],
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'inherited-files',
    what: 'files that another process has left open, and the process at the other end of its own',
    main: `for fd in range(4, 1024):
    try: breach('open file', (fd, os.fstat(fd).st_mode))
    except OSError: pass
held('files', 'EBADF')
peer = socket.socket(fileno=os.dup(3))
try: signal.pidfd_send_signal(int.from_bytes(peer.getsockopt(socket.SOL_SOCKET, 77, 4), 'little'), signal.SIGKILL)
except OSError: pass
try: peer.sendmsg([b'\\0'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, bytes(4 * 100))])
except (AttributeError, OSError): pass # too many on their way, of all programs of this user together`,
    layers: {
      zygote: {
        EBADF: 'every file but its own four is closed',
        ok: 'process namespace: its first process gets no signals from inside',
      },
      gvisor: { EBADF: 'every file but its own four is closed', ok: 'the supervisor has another user' },
    },
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'started-program',
    what: 'a program that it starts, to be free of its filter',
    main: `import subprocess
got = subprocess.run(['/usr/bin/unshare', '--user', '/usr/bin/id'], capture_output=True, text=True)
held('unshare', 'EPERM') if got.returncode else breach('unshare', got.stdout)
got = subprocess.run(['/bin/sh', '-c', 'ulimit -u 1000; ulimit -v unlimited'], capture_output=True, text=True)
held('ulimit', 'ValueError') if got.returncode else breach('ulimit', got.stdout)`,
    layers: { linux: { ValueError: 'resource limits: they can only be lowered' } },
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'forged-result',
    what: 'a result that the program writes itself',
    main: `import struct
head = b'{"why":null,"exitCode":7,"signal":null}'
frame = struct.pack('<BII', 5, len(head) + 4, 0) + struct.pack('<I', len(head)) + head
for fd in range(3, 1024):
    try: os.write(fd, frame)
    except OSError: pass
for fd in range(3, 1024):
    try: os.close(fd)
    except OSError: pass
os._exit(5)`,
    statuses: ['failed'],
    layers: {
      linux: { failed: 'supervisor: the program has no way to the connection' },
      pyodide: { failed: 'WebAssembly: the program has no way to the connection' },
    },
  },
]

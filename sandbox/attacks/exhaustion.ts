import type { Attack } from './attack.ts'

/** Attacks that take what the machine has little of. */
export const EXHAUSTION: readonly Attack[] = [
  {
    name: 'endless-loop',
    what: 'an endless loop that ignores all signals',
    main: `for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True: pass
    except BaseException: pass`,
    limits: { timeoutMs: 500 },
    statuses: ['timeout'],
  },
  {
    name: 'sleep',
    what: 'a program that waits without end',
    main: 'while True: time.sleep(3600)',
    limits: { timeoutMs: 300 },
    statuses: ['timeout'],
  },
  {
    name: 'fork-bomb',
    what: 'a fork bomb',
    main: `def fork():
    while True:
        if os.fork() == 0:
            continue
try:
    fork()
except BaseException as error:
    held('fork', reason(error))
time.sleep(60)`,
    limits: { timeoutMs: 800 },
    statuses: ['timeout', 'memory', 'ok', 'failed'],
    layers: { linux: { BlockingIOError: 'limit of processes' } },
  },
  {
    name: 'thread-bomb',
    what: 'threads without end',
    main: `import threading
count = 0
try:
    while count < 5000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except BaseException as error:
    held('thread', reason(error))
if count > 1000:
    breach('threads', count)
os._exit(0)`,
    layers: { linux: { RuntimeError: 'limit of processes' } },
  },
  {
    name: 'memory-bomb',
    what: 'a process that takes all memory',
    main: `kept = []
try:
    for _ in range(4000):
        kept.append(bytearray(10_000_000))
    breach('memory', len(kept))
except MemoryError as error:
    kept = None
    held('memory', reason(error))`,
    statuses: ['ok', 'memory', 'failed'],
  },
  {
    name: 'memory-bomb-in-pieces',
    what: 'processes that take all memory together',
    main: `for _ in range(12):
    if os.fork() == 0:
        kept = bytearray(60_000_000)
        time.sleep(60)
time.sleep(60)`,
    limits: { timeoutMs: 10_000 },
    statuses: ['memory'],
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'shared-memory',
    what: 'shared memory that no limit of a process counts',
    main: `import mmap
kept = []
for _ in range(40):
    try:
        kept.append(mmap.mmap(-1, 10_000_000))
        kept[-1].write(b'x' * 10_000_000)
    except BaseException as error:
        held('mmap', reason(error))
        break
else:
    time.sleep(0.2)
    breach('mmap', len(kept))
attempt('memfd_create', lambda: os.memfd_create('x'))
attempt('shmget', lambda: call(29, 194, 0, 100_000_000, 0o1600))`,
    statuses: ['ok', 'memory', 'failed'],
  },
  {
    name: 'disk',
    what: 'a full disk, by one file and by many',
    main: `def fill(folder, size):
    for number in range(100_000):
        with open(os.path.join(folder, f'f{number}'), 'wb') as file:
            for _ in range(size): file.write(b'x' * 1_000_000)
    return 'endless'
attempt('one file', lambda: fill('.', 100_000))
for folder in ('.', '/tmp', '/dev/shm'):
    if os.path.isdir(folder): attempt(folder, lambda: fill(folder, 4))`,
    statuses: ['ok', 'memory'],
  },
  {
    name: 'inodes',
    what: 'files without end',
    main: `def fill(folder):
    for number in range(100_000): os.mkdir(os.path.join(folder, f'd{number}'))
for folder in ('.', '/tmp', '/dev/shm'):
    if os.path.isdir(folder): attempt(folder, lambda: fill(folder))`,
    layers: { linux: { ENOSPC: 'number of files of the memory file system' } },
  },
  {
    name: 'attributes',
    what: 'attributes of files, which no size of a file system counts',
    main: `open('file', 'w').close()
for name in ('user.a', 'trusted.a', 'security.capability'):
    attempt(name, lambda: os.setxattr('file', name, b'x' * 60000))`,
    backends: ['zygote', 'gvisor'],
  },
  {
    name: 'open-files',
    what: 'open files without end',
    main: `kept = []
def fill():
    for _ in range(100_000): kept.append(os.dup(1))
attempt('dup', fill)
def pipes():
    for _ in range(100_000): kept.append(os.pipe())
attempt('pipe', pipes)`,
  },
  {
    name: 'output-flood',
    what: 'output without end',
    main: 'while True: print("A" * 10_000)',
    limits: { outputBytes: 100_000 },
    statuses: ['output'],
  },
  {
    name: 'message-flood',
    what: 'messages without end',
    main: `import stepgym_channel
while True: stepgym_channel.send(b'A' * 10_000)`,
    limits: { messageBytes: 1_000_000 },
    statuses: ['output'],
  },
]

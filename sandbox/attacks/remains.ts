import type { Attack } from './attack.ts'

const MARK = 'stepgym-left-behind'

/** Attacks on the programs that run next. */
export const REMAINS: readonly Attack[] = [
  {
    name: 'files-left',
    what: 'files that are left for the next program',
    main: `for folder, folders, _ in os.walk('/'):
    if folder == '/usr' or folder.count('/') > 3: folders.clear()
    try: open(os.path.join(folder, '${MARK}'), 'w').close()
    except OSError: pass
print('left')`,
    next: `found = []
for folder, folders, names in os.walk('/'):
    if folder == '/usr': folders.clear()
    if '${MARK}' in names: found.append(folder)
breach('files', found) if found else held('files', 'clean')`,
    layers: { zygote: { clean: 'memory file systems of its own; everything else is read-only' } },
  },
  {
    name: 'state-left',
    what: 'an interpreter, limits or an environment that are changed for the next program',
    main: `import builtins, json
builtins.len = lambda *_: 0
json.loads = None
sys.modules['math'] = sys
sys.setrecursionlimit(50)
os.environ['${MARK}'] = '1'
os.umask(0o777)
try: os.nice(5)
except OSError: pass`,
    next: `import math
state = [len('ab'), math.floor(1.5), sys.getrecursionlimit() >= 1000, '${MARK}' in os.environ, os.umask(0o22) == 0o777]
held('state', 'clean') if state == [2, 1, True, False, False] else breach('state', state)`,
    layers: { zygote: { clean: 'a process of its own for each program' } },
  },
  {
    name: 'memory-left',
    what: 'reading what an earlier program was given',
    main: `secret = '-'.join(['${MARK}'] * 3)
print(secret * 100)
open('secret', 'w').write(secret * 100)`,
    next: `import gc
needle = '-'.join(['${MARK}'] * 3).encode()
reader, writer = os.pipe()
write = ctypes.CDLL(None).write
write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
def page_at(address):
    # The kernel refuses to read what is not mapped.
    return os.read(reader, 4096) if write(writer, address, 4096) == 4096 else b''
arenas = {id(each) >> 18 for each in gc.get_objects()}
pages = [page_at((arena << 18) + at) for arena in arenas for at in range(0, 1 << 18, 4096)]
read = sum(map(bool, pages))
most = max(page.count(needle) for page in pages)
# The earlier program has hundreds in a row; this one has its own few.
if most > 9 or read < 100: breach('memory', (most, read))
else: held('memory', 'clean')`,
    layers: { zygote: { clean: 'the process that forks reads no program' } },
  },
  {
    name: 'sockets-left',
    what: 'sockets, queues and memory segments that wait for the next program',
    main: `if hasattr(os, 'fork') and os.fork() == 0:
    os.setsid()
    server = socket.socket(socket.AF_UNIX)
    server.bind('\\0${MARK}')
    server.listen()
    time.sleep(60)
time.sleep(0.1)
from multiprocessing import shared_memory
try: shared_memory.SharedMemory('${MARK}', create=True, size=4096)
except BaseException as error: held('shm_open', reason(error))
os._exit(0)`,
    next: `def connect():
    with socket.socket(socket.AF_UNIX) as stream: stream.connect('\\0${MARK}')
attempt('socket', connect)
if os.path.isdir('/dev/shm'):
    names = [name for name in os.listdir('/dev/shm') if '${MARK}' in name]
    breach('/dev/shm', names) if names else held('/dev/shm', 'clean')`,
    layers: { zygote: { ECONNREFUSED: 'network namespace of its own', clean: 'memory file systems of its own' } },
  },
  {
    name: 'files-on-their-way',
    what: 'files on their way through sockets in a circle, which the kernel counts for the next program too',
    main: `import array
pairs = [socket.socketpair() for _ in range(20)]
try:
    for one, other in pairs * 100:
        one.sendmsg([b'x'], [(1, 1, array.array('i', [one.fileno(), other.fileno()] * 20))], socket.MSG_DONTWAIT)
except OSError: pass`,
    next: `import array
one, other = socket.socketpair()
for _ in range(100):
    try: one.sendmsg([b'x'], [(1, 1, array.array('i', [0]))])
    except OSError: time.sleep(0.02)
    else:
        held('sendmsg', 'clean')
        break
else: breach('files on their way', 'more than one may have')`,
    layers: { zygote: { clean: 'process namespace: its end ends all processes' } },
    backends: ['zygote', 'gvisor'],
  },
]

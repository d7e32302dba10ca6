"""The process that becomes a program: it waits for one, takes its place, gives up its rights, and runs the source."""

import array, fcntl, marshal, os, random, signal, socket, sys

import forker, frames, isolate, run

READY = b'\1'
OWN_MODULES = ('frames', 'forker', 'isolate', 'supervise', 'program', 'workspace', 'streams', 'run')


def prepare(link, number, first):
    """Enters the namespaces, and gives the supervisor the folder of the workspace, a way to end this process, and one end
    of a socket: the other end."""
    isolate.enter()
    random.seed()
    theirs, ours = socket.socketpair()
    folder = os.open('/workspace', os.O_RDONLY | os.O_DIRECTORY)
    files = array.array('i', [folder, os.pidfd_open(os.getpid()), theirs.fileno()])
    with socket.socket(fileno=link) as supervisor:
        supervisor.sendmsg([forker.PREPARED.pack(b'P', number, first)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
    theirs.close()
    return ours


def become(ours):
    """Never returns. Reports when every right is given up, or why it cannot be."""
    request, files = receive(ours)
    is_ready = fcntl.fcntl(ours, fcntl.F_DUPFD, 249)
    try:
        take_places(files)
        os.closerange(run.CHANNEL + 1, is_ready)
        os.closerange(is_ready + 1, 256)
        isolate.bound(request['limits'])
        os.chdir('/workspace')
        signal.signal(signal.SIGINT, signal.default_int_handler)
        isolate.confine(request['limits'], request['interpreter'])
        os.write(is_ready, READY)
    except BaseException as failure:
        os.write(is_ready, repr(failure).encode(errors='replace')[:900])
        os._exit(1)
    ours.detach()
    os.close(is_ready)
    if request['language'] != 'python':
        execute(request)
    for name in OWN_MODULES:
        sys.modules.pop(name, None)
    os._exit(run.main(request['source'], request['name'], request['args']))


def receive(ours):
    """Request and files; ends with the supervisor."""
    head, files, _, _ = socket.recv_fds(ours, frames.LENGTH.size, 4)
    body = head and frames.read_exactly(ours.fileno(), *frames.LENGTH.unpack(head))
    if not body:
        os._exit(0)
    return marshal.loads(body), files


def take_places(files):
    """Moves them above the places first, so that none takes the place of another."""
    above = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in files]
    for fd, place in zip(above, (0, 1, 2, run.CHANNEL)):
        os.dup2(fd, place)


def execute(request):
    """JavaScript: another interpreter takes the place of this one, with the same limits."""
    heap = request['limits']['memoryBytes'] >> 20
    flags = [f'--max-old-space-size={heap}', '--no-addons', '--disable-wasm-trap-handler']
    path = request['interpreter']['path']
    try:
        os.execve(path, ['node', *flags, request['name'], *request['args']], dict(os.environ))
    except OSError as failure:
        os.write(2, f'{path}: {failure}\n'.encode())
        os._exit(127)

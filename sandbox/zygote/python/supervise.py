"""Supervisor: it alone speaks with Node.js. It gives each program to a process of its own namespaces, keeps the limits
that the kernel does not, and has everything that the program left behind ended before it looks at the workspace."""

import marshal, os, select, signal, socket, sys, time

import forker, frames, isolate, program, workspace
from streams import Channel, Output, in_memory

CONTROL, OUT = 250, 251
WATCH_SECONDS = 0.02


def serve(to_forkers):
    """Reads frames until the input ends; a frame that is not a new program is left over from the previous one."""
    versions = {'python': sys.version.split()[0], 'machine': os.uname().machine}
    link = Link(to_forkers)
    link.order()
    frames.send(OUT, frames.READY, frames.encoded(versions))
    while True:
        header = frames.read_header(CONTROL)
        if header is None:
            return
        if header.type == frames.RUN:
            run(frames.read_exactly(CONTROL, header.length), link)
        else:
            frames.skip(CONTROL, header.length)


def run(payload, link):
    """Runs a program and reports how it ended. After an error of its own it runs no other one."""
    try:
        Execution(payload, link).run()
    except BaseException as error:
        frames.send(OUT, frames.BROKEN, f'{type(error).__name__}: {error}'.encode(errors='replace')[:2000])
        os._exit(71)


class Link:
    """The socket to the forker and to the processes that it has made, each of which gives the number that it was made for."""

    def __init__(self, link):
        self.socket = link
        self.number = 0
        self.messages = {}

    def order(self):
        """Asks for the processes of the next execution."""
        self.number = self.number % 255 + 1
        self.socket.send(bytes([self.number]))

    def receive(self):
        data, files, _, _ = socket.recv_fds(self.socket, 2000, 3)
        if not data:
            raise isolate.Broken('the forkers have ended')
        kind, number = forker.NUMBER.unpack_from(data)
        self.messages[kind, number] = data, files

    def take(self, kind, number):
        """Waits for a message of this kind and number, and returns its data and files."""
        while (kind, number) not in self.messages:
            if kind == b'P' and (b'R', number) in self.messages:
                raise isolate.Broken('the process that would become the program has ended')
            self.receive()
        return self.messages.pop((kind, number))


class Execution:
    def __init__(self, payload, link):
        self.request, take = frames.parts_of(payload)
        self.limits = self.request['limits']
        self.request['source'] = bytes(take(self.request['source']))
        self.stdin = in_memory(take(self.request['stdin']))
        self.files = [(path, take(size)) for path, size in self.request.pop('files')]
        self.link, self.number = link, link.number
        said, (self.folder, self.pidfd, to_program) = link.take(b'P', self.number)
        _, _, self.first = forker.PREPARED.unpack(said)
        self.to_program = socket.socket(fileno=to_program)
        self.stdout, self.stderr, self.channel = Output(self.limits), Output(self.limits), Channel(self.limits)
        self.why = None
        self.peak = 0

    def run(self):
        workspace.write(self.folder, self.files)
        self.link.order()
        self.start()
        began = time.monotonic()
        self.watch(began + self.limits['timeoutMs'] / 1000)
        ended = self.end()
        self.report(*ended, time.monotonic() - began)
        self.close()

    def start(self):
        """Gives the program away, and waits until the process that becomes it has given up its rights."""
        theirs = [self.stdin, self.stdout.theirs, self.stderr.theirs, self.channel.theirs]
        self.give(theirs)
        for fd in theirs:
            os.close(fd)
        problem = self.to_program.recv(1000)
        if problem != program.READY:
            raise isolate.Broken(problem.decode() or 'the program ended before it was confined')
        self.outputs = {self.stdout.ours: self.stdout, self.stderr.ours: self.stderr}
        self.poll = select.poll()
        for fd in (*self.outputs, self.channel.ours, CONTROL, self.link.socket.fileno()):
            self.poll.register(fd, select.POLLIN)

    def give(self, files):
        """The request, with the files that take the places 0 to 3."""
        body = marshal.dumps(self.request)
        socket.send_fds(self.to_program, [frames.LENGTH.pack(len(body))], files)
        self.to_program.sendall(body)

    def watch(self, deadline):
        """Passes data on until the program ends, or breaks a limit."""
        weighed = time.monotonic()
        while self.why is None:
            now = time.monotonic()
            if now >= deadline:
                self.why = 'timeout'
            elif now - weighed >= WATCH_SECONDS:
                weighed = now
                self.weigh()
            elif self.serve(min(deadline - now, WATCH_SECONDS)):
                return

    def serve(self, seconds):
        """Handles what is ready: True once the program has ended."""
        ready = [fd for fd, _ in self.poll.poll(max(1, seconds * 1000))]
        for fd in ready:
            if fd == CONTROL:
                self.obey()
            elif fd == self.channel.ours:
                self.exchange()
            elif fd in self.outputs:
                self.read(fd)
            else:
                self.link.receive()
        return (b'R', self.number) in self.link.messages

    def read(self, fd):
        output = self.outputs[fd]
        if output.read():
            self.poll.unregister(fd)
        if output.is_truncated:
            self.why = self.why or 'output'

    def obey(self):
        """A message for the program, or the wish to end it."""
        header = frames.read_header(CONTROL)
        if header is None:
            # The caller is gone: the end of this process ends all others.
            os._exit(0)
        if header.type == frames.CANCEL:
            self.why = 'cancelled'
            return
        self.channel.queue(frames.read_exactly(CONTROL, header.length) or b'')
        self.exchange()

    def exchange(self):
        """Sends what the program takes, and passes on each whole message from it."""
        if self.channel.is_closed:
            return
        self.channel.send()
        for message in self.channel.receive():
            frames.send(OUT, frames.MESSAGE, message)
        if self.channel.is_over:
            self.why = self.why or 'output'
        if self.channel.is_closed:
            self.poll.unregister(self.channel.ours)
        else:
            self.poll.modify(self.channel.ours, select.POLLIN | (select.POLLOUT if self.channel.waiting else 0))

    def weigh(self):
        """Sums the memory of the processes of the program. What forks share counts for each of them."""
        total = memory_under(self.first)
        self.peak = max(self.peak, total)
        if total > self.limits['memoryBytes']:
            self.why = self.why or 'memory'

    def end(self):
        """Has every process ended that is left, and takes what they wrote: status, processor seconds and memory."""
        if self.why is not None:
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        report, _ = self.link.take(b'R', self.number)
        for output in self.outputs.values():
            while not output.is_truncated and not output.read():
                pass
        while self.why is None and not self.channel.is_closed:
            self.exchange()
        return forker.REPORT.unpack(report)[2:]

    def report(self, status, cpu_seconds, peak_kib, seconds):
        is_exit = self.why is None and os.WIFEXITED(status)
        changes, parts = workspace.changes(self.folder, self.files, self.limits['workspaceBytes'])
        head = {
            'why': self.why or ('output' if self.stdout.is_truncated or self.stderr.is_truncated else None),
            'exitCode': os.WEXITSTATUS(status) if is_exit else None,
            'signal': None if is_exit else os.WTERMSIG(status) if os.WIFSIGNALED(status) else signal.SIGKILL,
            'durationMs': seconds * 1000,
            'cpuMs': cpu_seconds * 1000,
            'peakBytes': max(self.peak, peak_kib * 1024),
            'stdout': [len(self.stdout.data), self.stdout.is_truncated],
            'stderr': [len(self.stderr.data), self.stderr.is_truncated],
            **changes,
        }
        frames.send_with_parts(OUT, frames.RESULT, head, [self.stdout.data, self.stderr.data, *parts])

    def close(self):
        for fd in (*self.outputs, self.folder, self.pidfd):
            os.close(fd)
        self.channel.socket.close()
        self.to_program.close()


def memory_under(first):
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

"""Supervisor: it alone speaks with Node.js. It gives each program to a process of its own namespaces, keeps the limits
that the kernel does not, and has everything that the program left behind ended before it looks at the workspace."""

import marshal, os, select, signal, socket, sys, time

import forker, frames, isolate, memory, program, workspace
from streams import Channel, Output, fill

CONTROL, OUT = 250, 251
WATCH_SECONDS = 0.02


def serve(to_forkers):
    """Reads frames until the input ends; a frame that is not a new program is left over from the previous one."""
    versions = {'python': sys.version.split()[0], 'machine': os.uname().machine}
    link = Link(to_forkers)
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
    """The socket to the first processes of executions, each of which says when its program can come, and how it ended."""

    def __init__(self, socket):
        self.socket = socket
        self.prepared = []
        self.reports = {}

    def receive(self):
        data, files, _, _ = socket.recv_fds(self.socket, 100, 9)
        if not data:
            raise isolate.Broken('the forkers have ended')
        if data.startswith(b'P'):
            self.prepared.append((*forker.PREPARED.unpack(data)[1:], files))
        else:
            _, first, *report = forker.REPORT.unpack(data)
            self.reports[first] = report

    def take_prepared(self):
        """Waits for an execution: its first process, and its files."""
        while not self.prepared:
            self.receive()
        return self.prepared.pop(0)

    def take_report(self, first):
        """Waits for the end of an execution: status, processor seconds, and KiB of memory."""
        while first not in self.reports:
            self.receive()
        return self.reports.pop(first)


class Execution:
    def __init__(self, payload, link):
        self.request, take = frames.parts_of(payload)
        self.limits = self.request['limits']
        self.request['source'] = bytes(take(self.request['source']))
        stdin = take(self.request['stdin'])
        self.files = [(path, take(size)) for path, size in self.request.pop('files')]
        self.link = link
        self.first, (self.folder, file, stdout, stderr, channel, self.program, *self.sizes, self.pidfd) = link.take_prepared()
        fill(file, stdin)
        os.close(file)
        self.channel = Channel(channel, self.limits)
        self.stdout, self.stderr = Output(stdout, self.limits), Output(stderr, self.limits)
        self.outputs = {stdout: self.stdout, stderr: self.stderr}
        self.why = None
        self.peak = 0

    def run(self):
        self.hear(program.CONFINED)
        self.resize()
        workspace.write(self.folder, self.files)
        self.give()
        self.poll = select.poll()
        for fd in (*self.outputs, self.channel.socket, CONTROL, self.link.socket.fileno()):
            self.poll.register(fd, select.POLLIN)
        self.hear(program.READY)
        began = time.monotonic()
        self.watch(began + self.limits['timeoutMs'] / 1000)
        ended = self.end()
        self.report(*ended, time.monotonic() - began)
        self.close()

    def hear(self, word):
        """Waits until the process that becomes the program says that it has come so far."""
        said = os.read(self.program, len(word))
        if said != word:
            problem = said and said + os.read(self.program, 1000)
            raise isolate.Broken(problem.decode() or 'the program ended before it was confined')

    def resize(self):
        """Gives the file systems the sizes of the program, where those are not the usual ones."""
        is_usual = isolate.sizes_of(self.limits) == isolate.sizes_of(isolate.USUAL)
        for context in self.sizes:
            if not is_usual:
                isolate.resize(context, self.limits)
            os.close(context)

    def give(self):
        """The request, and all that the process needs to become the program."""
        body = marshal.dumps(self.request)
        rest = memoryview(frames.LENGTH.pack(len(body)) + body)
        while rest:
            rest = rest[os.write(self.program, rest) :]

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
            elif fd == self.channel.socket:
                self.exchange()
            elif fd in self.outputs:
                self.read(fd)
            else:
                self.link.receive()
        return self.first in self.link.reports

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
            self.poll.unregister(self.channel.socket)
        else:
            self.poll.modify(self.channel.socket, select.POLLIN | (select.POLLOUT if self.channel.waiting else 0))

    def weigh(self):
        """Sums the memory of the processes of the program. What forks share counts for each of them."""
        total = memory.under(self.first)
        self.peak = max(self.peak, total)
        if total > self.limits['memoryBytes']:
            self.why = self.why or 'memory'

    def end(self):
        """Has every process ended that is left, and takes what they wrote: status, processor seconds and memory."""
        if self.why is not None:
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        report = self.link.take_report(self.first)
        for output in self.outputs.values():
            while not output.is_truncated and not output.read():
                pass
        while self.why is None and not self.channel.is_closed:
            self.exchange()
        return report

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
        for fd in (*self.outputs, self.channel.socket, self.folder, self.program, self.pidfd):
            os.close(fd)

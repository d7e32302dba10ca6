"""Supervisor: it alone speaks with Node.js. It gives each program to a process of its own namespaces, keeps the limits
that the kernel does not, and has everything that the program left behind ended before it looks at the workspace."""

import marshal, os, signal, socket, sys

import execution, forker, frames, isolate, memory, program, rights, workspace
from streams import fill


def serve(to_forkers):
    link = Link(to_forkers)
    execution.serve(lambda payload: Execution(payload, link).run(), {'python': sys.version.split()[0]})


class Link:
    """The socket to the first processes of executions, each of which says when its program can come, and how it ended."""

    def __init__(self, socket):
        self.socket = socket
        self.prepared = []
        self.reports = {}

    def receive(self):
        data, files, _, _ = socket.recv_fds(self.socket, 100, 9)
        if not data:
            raise rights.Broken('the forkers have ended')
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


class Execution(execution.Execution):
    def __init__(self, payload, link):
        super().__init__(payload)
        self.link = link
        self.first, (folder, file, stdout, stderr, channel, self.program, *self.sizes, self.pidfd) = link.take_prepared()
        fill(file, self.stdin)
        os.close(file)
        self.connect(folder, stdout, stderr, channel)

    def run(self):
        self.expect(program.CONFINED)
        self.resize()
        workspace.write(self.folder, self.files)
        self.give()
        self.expect(program.READY)
        self.watch_and_report()
        self.close()

    def expect(self, word):
        """Waits until the process that becomes the program says that it has come so far."""
        said = os.read(self.program, len(word))
        if said != word:
            problem = said and said + os.read(self.program, 1000)
            raise rights.Broken(problem.decode() or 'the program ended before it was confined')

    def resize(self):
        """Gives the file systems the sizes of the program, where those are not the usual ones."""
        is_usual = rights.sizes_of(self.limits) == rights.sizes_of(rights.USUAL)
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

    def others(self):
        return [self.link.socket.fileno()]

    def hear(self, fd):
        self.link.receive()

    def has_ended(self):
        return self.first in self.link.reports

    def memory(self):
        """What forks share counts for each of them."""
        return memory.under(self.first)

    def stop(self):
        signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def take_report(self):
        return self.link.take_report(self.first)

    def close(self):
        for fd in (*self.outputs, self.channel.socket, self.folder, self.program, self.pidfd):
            os.close(fd)

"""One program that runs, as its supervisor sees it: what it writes and is sent, and the limits that the kernel does not
keep. What differs between back ends is in the classes below `Execution`."""

import os, select, signal, time

import frames, workspace
from streams import Channel, Output

# Files of a supervisor: frames from Node.js, and to it.
CONTROL, OUT = 250, 251


def take_connection():
    """Moves the frames away from standard input and output, which are the program's, and closes all other files."""
    above = os.dup(0), os.dup(1)
    for fd, place in zip(above, (CONTROL, OUT)):
        os.dup2(fd, place, False)
    null = os.open('/dev/null', os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    os.closerange(3, CONTROL)


def serve(run, versions):
    """Says that it is ready, and runs the program of each frame that has one, until the input ends. Other frames are left
    over from the program before."""
    frames.send(OUT, frames.READY, frames.encoded(versions))
    while True:
        header = frames.read_header(CONTROL)
        if header is None:
            return
        if header.type == frames.RUN:
            run_whole(run, frames.read_exactly(CONTROL, header.length))
        else:
            frames.skip(CONTROL, header.length)


def run_whole(run, payload):
    """Runs a program and reports how it ended. After an error of its own it runs no other one."""
    try:
        run(payload)
    except BaseException as error:
        frames.send(OUT, frames.BROKEN, f'{type(error).__name__}: {error}'.encode(errors='replace')[:2000])
        os._exit(71)


class Execution:
    watch_seconds = 0.02

    def __init__(self, payload):
        self.request, take = frames.parts_of(payload)
        self.limits = self.request['limits']
        self.request['source'] = bytes(take(self.request['source']))
        self.stdin = take(self.request['stdin'])
        self.files = [(path, take(size)) for path, size in self.request.pop('files')]
        self.why = None
        self.peak = 0

    def connect(self, folder, stdout, stderr, channel):
        """Takes the folder of the workspace, and the other ends of the files of the program."""
        self.folder = folder
        self.channel = Channel(channel, self.limits)
        self.stdout, self.stderr = Output(stdout, self.limits), Output(stderr, self.limits)
        self.outputs = {stdout: self.stdout, stderr: self.stderr}

    # What a back end knows of its programs.

    def others(self):
        """Files that `hear` is called for when they have something to read."""
        raise NotImplementedError

    def hear(self, fd):
        raise NotImplementedError

    def has_ended(self):
        raise NotImplementedError

    def memory(self):
        """Bytes of all processes of the program now."""
        raise NotImplementedError

    def stop(self):
        """Kills the program."""
        raise NotImplementedError

    def take_report(self):
        """Waits until every process of the program has ended: status, processor seconds, and KiB of memory."""
        raise NotImplementedError

    # What is the same for all.

    def watch_and_report(self):
        """From the start of the program to its result."""
        self.poll = select.poll()
        for fd in (*self.outputs, self.channel.socket, CONTROL, *self.others()):
            self.poll.register(fd, select.POLLIN)
        began = time.monotonic()
        self.watch(began + self.limits['timeoutMs'] / 1000)
        ended = self.end()
        self.report(*ended, time.monotonic() - began)

    def watch(self, deadline):
        """Passes data on until the program ends, or breaks a limit."""
        weighed = time.monotonic()
        while self.why is None:
            now = time.monotonic()
            if now >= deadline:
                self.why = 'timeout'
            elif now - weighed >= self.watch_seconds:
                weighed = now
                self.weigh()
            elif self.serve(min(deadline - now, self.watch_seconds)):
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
                self.hear(fd)
        return self.has_ended()

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
        total = self.memory()
        self.peak = max(self.peak, total)
        if total > self.limits['memoryBytes']:
            self.why = self.why or 'memory'

    def end(self):
        """Has every process ended that is left, and takes what they wrote: status, processor seconds and memory."""
        if self.why is not None:
            self.stop()
        report = self.take_report()
        for output in self.outputs.values():
            output.drain()
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

"""Supervisor: it alone speaks with Node.js. It forks the program, keeps the limits that gVisor does not, and ends
everything that the program left behind before it looks at the workspace."""

import os, resource, signal

import container, execution, program, workspace


class Execution(execution.Execution):
    # Each look at the memory takes a few system calls, which are slow in gVisor.
    watch_seconds = 0.05

    def run(self):
        folder = os.open('/workspace', os.O_RDONLY | os.O_DIRECTORY)
        workspace.write(folder, self.files)
        self.status = None
        self.peak = container.memory()
        self.woken = self.wake_at_ends()
        self.pid, stdout, stderr, channel = program.start(self.request, self.stdin)
        self.connect(folder, stdout, stderr, channel)
        self.watch_and_report()

    def wake_at_ends(self):
        """File that can be read when a process has ended: there are no file descriptors of processes in gVisor."""
        woken, waking = os.pipe()
        for fd in (woken, waking):
            os.set_blocking(fd, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        return woken

    def others(self):
        return [self.woken]

    def hear(self, fd):
        os.read(fd, 4096)
        self.take_ended(os.WNOHANG)

    def take_ended(self, options):
        """Takes notice of processes that have ended, also of those whose parents have: False once there are none."""
        try:
            while (ended := os.waitpid(-1, options))[0] != 0:
                if ended[0] == self.pid:
                    self.status = ended[1]
                if not options:
                    return True
        except ChildProcessError:
            return False
        return True

    def has_ended(self):
        return self.status is not None

    def memory(self):
        return container.memory()

    def stop(self):
        """Ends every process of the container but this one, its first."""
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def take_report(self):
        self.stop()
        while self.take_ended(0):
            self.stop()
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return self.status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss

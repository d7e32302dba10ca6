"""First process of a container: supervises one program, which it forks."""

import os, resource, sys

sys.path[0] = '/sandbox'
import container, execution, launch, rights, supervise  # noqa: F401


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    execution.take_connection()
    rights.load_filter()
    container.seal()
    sys.path[0] = '/workspace'
    execution.serve(run, {'python': sys.version.split()[0]})


def run(payload):
    """The end of this process is the end of the container."""
    supervise.Execution(payload).run()
    os._exit(0)


main()

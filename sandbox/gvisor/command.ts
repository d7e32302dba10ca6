import {
  boxed,
  type Command,
  findProgram,
  type InnerFile,
  PYTHON,
  problemHere as problemOfBubblewrap,
  supervisorFiles,
  systemBelow,
  VARIABLES,
} from '../linux/bubblewrap.ts'

/** Where `runsc` is in bubblewrap, wherever it is outside, and what the container has as its root there. */
const RUNSC = '/opt/runsc'
const ROOT = '/box/root'
const MODULES = ['boot', 'container', 'main', 'program', 'supervise']

/** What is missing on this machine for a container of gVisor; null where nothing is. */
export function problemHere(): string | null {
  const problem = problemOfBubblewrap()
  if (problem !== null) return problem
  return findProgram('runsc') === null ? 'there is no `runsc`: install gVisor, in Debian the package `runsc`' : null
}

/** The command that starts a container of gVisor inside bubblewrap. @param runsc path of the program */
export function containerCommand(runsc: string): Command {
  const own = supervisorFiles(`${ROOT}/sandbox`, new URL('./python/', import.meta.url), MODULES)
  const files: readonly InnerFile[] = [
    ...own,
    { path: '/box/config.json', content: Buffer.from(JSON.stringify(BUNDLE)) },
  ]
  const options = [...OPTIONS, '--ro-bind', runsc, RUNSC, ...systemBelow(''), ...systemBelow(ROOT)]
  return boxed(options, files, [PYTHON, '-s', '-B', '-u', `${ROOT}/sandbox/boot.py`, ...RUN])
}

/** Container and state are in the memory of this bubblewrap, which has one container: any name will do. */
const RUN = [
  RUNSC,
  '--rootless',
  '--ignore-cgroups',
  '--network=none',
  '--overlay2=none',
  '--root=/run/runsc',
  'run',
  '--bundle=/box',
  'program',
]

/** Rights in the namespaces of bubblewrap: `boot.py` mounts, and runsc makes namespaces of its own and drops what it can. */
const OUTER_RIGHTS = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID'],
  ...['SYS_ADMIN', 'SYS_CHROOT', 'SYS_PTRACE'],
]

const OPTIONS = [
  ...['--uid', '0', '--gid', '0', '--tmpfs', '/run', '--dir', '/tmp'],
  ...OUTER_RIGHTS.flatMap((name) => ['--cap-add', `CAP_${name}`]),
  ...['workspace', 'tmp', 'shm'].flatMap((name) => ['--dir', `/box/${name}`]),
  ...['workspace', 'tmp', 'proc', 'dev', 'dev/shm'].flatMap((name) => ['--dir', `${ROOT}/${name}`]),
  // What is left of it once the supervisor has removed what gVisor mounts there.
  ...['--perms', '0000', '--dir', `${ROOT}/sys`],
]

/** Rights of the supervisor in the kernel of the container. */
const INNER_RIGHTS = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_ADMIN'].map(
  (name) => `CAP_${name}`,
)

const bind = (source: string, destination: string) => ({
  type: 'bind',
  source,
  destination,
  options: ['rw', 'nosuid', 'nodev'],
})

/** Configuration of the container, in the format of the Open Container Initiative. */
const BUNDLE = {
  ociVersion: '1.0.2',
  hostname: 'sandbox',
  // Read-only by bubblewrap; gVisor would lose the flags of the mount that it cannot change.
  root: { path: ROOT, readonly: false },
  process: {
    user: { uid: 0, gid: 0 },
    args: [PYTHON, '-s', '-B', '-u', '/sandbox/main.py'],
    env: Object.entries(VARIABLES).map(([name, value]) => `${name}=${value}`),
    cwd: '/',
    rlimits: [{ type: 'RLIMIT_SIGPENDING', hard: 256, soft: 256 }],
    capabilities: { bounding: INNER_RIGHTS, effective: INNER_RIGHTS, permitted: INNER_RIGHTS },
  },
  mounts: [
    { type: 'proc', source: 'proc', destination: '/proc' },
    bind('/box/workspace', '/workspace'),
    bind('/box/tmp', '/tmp'),
    bind('/box/shm', '/dev/shm'),
  ],
  linux: { namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
}

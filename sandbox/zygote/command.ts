import { boxed, type Command, PYTHON, supervisorFiles, systemBelow } from '../linux/bubblewrap.ts'
import { OWNS_NOTHING } from '../linux/users.ts'

const MODULES = ['main', 'forker', 'isolate', 'supervise', 'program', 'memory', 'pages', 'rehearsal']

/** The command that starts a zygote inside bubblewrap, as an unprivileged user. */
export function zygoteCommand(): Command {
  const files = supervisorFiles('/sandbox', new URL('./python/', import.meta.url), MODULES)
  return boxed([...OPTIONS, ...systemBelow('')], files, [PYTHON, '-s', '-B', '-u', '/sandbox/main.py'])
}

/** Programs see one user, not that of stepgym. Each has file systems of its own over these folders. */
const OPTIONS = [
  ...['--uid', `${OWNS_NOTHING}`, '--gid', `${OWNS_NOTHING}`],
  ...['--cap-drop', 'ALL', '--perms', '0700', '--dir', '/workspace', '--dir', '/tmp'],
  // What is bound before a fork does not cost each program a search for symbols.
  ...['--setenv', 'LD_BIND_NOW', '1'],
]

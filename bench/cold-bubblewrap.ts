import { spawn } from 'node:child_process'

const COLD = [
  '--unshare-all',
  '--die-with-parent',
  '--ro-bind',
  '/usr',
  '/usr',
  '--symlink',
  'usr/lib',
  '/lib',
  '--symlink',
  'usr/lib64',
  '/lib64',
  '--proc',
  '/proc',
  '--dev',
  '/dev',
  '--tmpfs',
  '/tmp',
  '--clearenv',
]

/** A program in a bubblewrap of its own, as the user that a zygote has; with `python3 -I -S`, the fastest start that Python has. */
export function coldBubblewrap(main: string): Promise<unknown> {
  const inside = ['bwrap', ...COLD, '/usr/bin/python3', '-I', '-S', '-c', main]
  const [file = '', ...args] =
    process.getuid?.() === 0
      ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--', ...inside]
      : inside
  return new Promise((resolve) => spawn(file, args, { stdio: 'ignore' }).once('close', resolve))
}

import { GymError } from '../../core/data/errors.ts'
import { BoxedBackend } from '../linux/boxed-backend.ts'
import type { BoxKind } from '../linux/boxed-worker.ts'
import { type Command, problemHere } from '../linux/bubblewrap.ts'
import { zygoteCommand } from './command.ts'

/** A Python interpreter in bubblewrap that forks itself once for each program. */
const ZYGOTE: BoxKind = {
  backend: 'zygote',
  noun: 'zygote',
  isReusable: true,
  overhead: { processes: 32, perProcess: 1, bytes: 192 * 2 ** 20 },
  startMs: 20_000,
  graceMs: 10_000,
}

/** Back end of Linux: a CPython zygote in bubblewrap, with namespaces, limits and a system call filter per execution. */
export class ZygoteBackend extends BoxedBackend {
  constructor() {
    super(ZYGOTE)
  }

  protected async command(): Promise<Command> {
    const problem = problemHere()
    if (problem !== null) throw new GymError('SANDBOX_UNAVAILABLE', problem)
    return zygoteCommand()
  }
}

import { chooseBackend } from './backends.ts'
import { SandboxPool } from './pool.ts'
import type { BackendName } from './types.ts'

const pools = new Map<string, Promise<SandboxPool>>()

/**
 * The pool of this process for a back end: all episodes share it. Its processes end with this one.
 * @throws GymError SANDBOX_UNAVAILABLE; another call tries again
 */
export function sharedPool(backend: BackendName | 'auto'): Promise<SandboxPool> {
  const known = pools.get(backend) ?? chooseBackend(backend).then((chosen) => new SandboxPool(chosen))
  pools.set(backend, known)
  known.catch(() => pools.delete(backend))
  return known
}

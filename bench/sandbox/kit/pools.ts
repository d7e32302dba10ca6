import { BACKENDS, tryBackend } from '../../../sandbox/backends.ts'
import { SandboxPool } from '../../../sandbox/pool.ts'

/** The program that is measured: as small as one that does something can be. */
export const MAIN = 'print(sum(range(1000)))'

export interface NamedPool {
  readonly name: string
  readonly pool: SandboxPool
}

/** A pool of two workers for each back end that works here; prints why another one does not. */
export async function openPools(): Promise<readonly NamedPool[]> {
  const found = await Promise.all(Object.entries(BACKENDS).map(([name, make]) => tryBackend(name, make)))
  for (const { name, problem } of found) if (problem !== null) console.log(`${name} is left out: ${problem}`)
  return found
    .filter(({ problem }) => problem === null)
    .map(({ name, backend }) => ({ name, pool: new SandboxPool(backend, { size: 2, warm: 2 }) }))
}

/** Milliseconds that something takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}

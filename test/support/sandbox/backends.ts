import { BACKENDS, type BackendFinding, tryBackend } from '../../../sandbox/backends.ts'

/**
 * Back ends to test, and whether each works on this machine. Prints why one does not: its tests are skipped. Containers of
 * gVisor and Pyodide take half a second and more for each program: they are left out where there is a zygote, except of
 * whole suites.
 */
export async function backendsHere(isWhole = false): Promise<readonly BackendFinding[]> {
  const zygote = await tryBackend('zygote', BACKENDS.zygote)
  const others = zygote.problem === null && !isWhole ? [] : (['gvisor', 'pyodide'] as const)
  const found = [zygote, ...(await Promise.all(others.map((name) => tryBackend(name, BACKENDS[name]))))]
  for (const { name, problem } of found) if (problem !== null) console.warn(`skipped: the back end ${name}: ${problem}`)
  return found
}

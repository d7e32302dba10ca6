import { BACKENDS, type BackendFinding, tryBackend } from '../../../sandbox/backends.ts'

/**
 * Back ends to test, and whether each works on this machine. Prints why one does not: its tests are skipped. Pyodide
 * takes a second for each program: it is left out where there is a zygote, except of whole suites.
 */
export async function backendsHere(isWhole = false): Promise<readonly BackendFinding[]> {
  const zygote = await tryBackend('zygote', BACKENDS.zygote)
  const found = zygote.problem === null && !isWhole ? [zygote] : [zygote, await tryBackend('pyodide', BACKENDS.pyodide)]
  for (const { name, problem } of found) if (problem !== null) console.warn(`skipped: the back end ${name}: ${problem}`)
  return found
}

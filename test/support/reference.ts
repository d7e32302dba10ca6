import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe } from 'vitest'

/** The folder that holds `vectors/` and `data/`; tests of reference data run only where it is given. */
export function referenceFolder(): string | undefined {
  const named = process.env.STEPGYM_REFERENCE
  return named === undefined ? undefined : resolve(named)
}

/** A suite over reference data: skipped without `STEPGYM_REFERENCE`, an error where that folder is not one. */
export function describeWithReference(title: string, suite: (folder: string) => void): void {
  const folder = referenceFolder()
  if (folder === undefined) {
    describe.skip(`${title} (set STEPGYM_REFERENCE to run)`, () => suite(''))
    return
  }
  if (!existsSync(join(folder, 'vectors'))) throw new Error(`STEPGYM_REFERENCE has no vectors/: ${folder}`)
  describe(title, () => suite(folder))
}

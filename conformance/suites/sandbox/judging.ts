import { join } from 'node:path'
import type { JsonObject } from '../../../core/data/types.ts'
import { chooseBackend, SandboxPool } from '../../../sandbox/index.ts'
import { type CodeSuite, type JudgeName, judge, pythonIn, type Verdict } from '../../../sandbox/judge/index.ts'
import { recordsOfFile } from '../../../sandbox/tasks/records.ts'

const TOTAL_MS = 60_000
const NO_FILES = new Map<string, Uint8Array>()

/** A pool for one vector file, opened with its first case. */
export class Judging {
  #pool: Promise<SandboxPool> | null = null

  /** @throws GymError SANDBOX_UNAVAILABLE */
  async judge(suite: CodeSuite, source: string, name: JudgeName): Promise<Verdict> {
    this.#pool ??= openPool()
    const context = { run: pythonIn(await this.#pool, ''), signal: new AbortController().signal, totalMs: TOTAL_MS }
    return judge(suite, { source, file: '<string>', files: NO_FILES }, context, name)
  }

  async close(): Promise<void> {
    const pool = await this.#pool?.catch(() => null)
    await pool?.close()
  }
}

const openPool = async (): Promise<SandboxPool> => new SandboxPool(await chooseBackend(), { size: 2 })

/** Records of a data file by a field, read once. */
export function recordsBy(dataFolder: string, file: string, field: string): (id: unknown) => JsonObject {
  let known: ReadonlyMap<string, JsonObject> | null = null
  return (id) => {
    known ??= new Map(recordsOfFile(join(dataFolder, file)).map((record) => [String(record[field]), record]))
    const found = known.get(String(id))
    if (found) return found
    throw new Error(`${file} has no record ${String(id)}`)
  }
}

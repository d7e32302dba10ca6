import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { GymError } from '../../core/data/errors.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import type { Backend, Language, Worker } from '../types.ts'
import { endOrphans } from './orphans.ts'
import { PyodideWorker } from './worker.ts'

/** Portable back end: CPython as WebAssembly, in a process of its own for each program, under Node's permission model. */
export class PyodideBackend implements Backend {
  readonly name = 'pyodide'
  readonly languages: readonly Language[] = ['python']
  #python: string | null = null
  #snapshot: string | null = null
  #isFirst = true

  get versions(): Readonly<Record<string, string>> {
    return this.#python === null ? {} : { python: `CPython ${this.#python} (Pyodide ${pyodideHere()?.version})` }
  }

  /** The first worker makes a snapshot of the loaded interpreter, by which the others start faster. */
  async startWorker(): Promise<Worker> {
    const found = pyodideHere()
    if (found === null)
      throw new GymError('SANDBOX_UNAVAILABLE', 'the package `pyodide` is not installed: npm install pyodide')
    if (this.#isFirst) await endOrphans()
    this.#isFirst = false
    const { worker, python } = await PyodideWorker.start(found.folder, this.#snapshot, (bytes) => this.#keep(bytes))
    this.#python = python
    return worker
  }

  /** In a folder that only this user can read, as long as this process lives. */
  #keep(bytes: Uint8Array): void {
    const folder = mkdtempSync(join(tmpdir(), 'stepgym-pyodide-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'snapshot')
    writeFileSync(file, bytes, { mode: 0o600 })
    this.#snapshot = file
  }
}

/** Folder and version of the package; null where it is not installed. */
function pyodideHere(): { readonly folder: string; readonly version: string } | null {
  const require = createRequire(import.meta.url)
  try {
    const file = require.resolve('pyodide/package.json')
    return {
      folder: `${dirname(file)}/`,
      version: parseOwnJson<{ version: string }>(readFileSync(file, 'utf8')).version,
    }
  } catch {
    return null
  }
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach } from 'vitest'

const made: string[] = []

/** A folder with these files, removed after the test. In their text, `stepgym` is the kernel under test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-'))
  made.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text.replaceAll("from 'stepgym'", `from '${KERNEL}'`))
  }
  return folder
}

const KERNEL = pathToFileURL(join(import.meta.dirname, '..', '..', 'core', 'index.ts')).href

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

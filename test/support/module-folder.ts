import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { newFolder } from './folder.ts'

/** A folder with these files. In their text, `stepgym` is the kernel under test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = newFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text.replaceAll("from 'stepgym'", `from '${KERNEL}'`))
  }
  return folder
}

const KERNEL = pathToFileURL(join(import.meta.dirname, '..', '..', 'core', 'index.ts')).href

import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import policy from '../../agents/policy.ts'
import { readModelFile } from '../../models/imported/model-folder.ts'
import { readSafetensors } from '../../models/weights/safetensors.ts'
import { newFolder } from '../support/folder.ts'

/** What another may put in place of a file that an option names. */
const FORMS: readonly (readonly [string, (path: string) => void])[] = [
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a device', (path) => symlinkSync('/dev/zero', path)],
  ['a folder', (path) => mkdirSync(path)],
  ['a link that leads nowhere', (path) => symlinkSync('/nowhere', path)],
  [
    'a hole of a terabyte',
    (path) => {
      writeFileSync(path, '')
      truncateSync(path, 2 ** 40)
    },
  ],
]

describe.skipIf(process.platform === 'win32')('in place of a file of weights or of a model', () => {
  it.each(FORMS)('%s is refused, and not waited for', (_, make) => {
    const path = join(newFolder(), 'file')
    make(path)
    const readings = [readSafetensors, readModelFile, () => policy.create({ ...policy.options, weights: path })]
    for (const read of readings) expect(() => read(path)).toThrow(`${path} cannot be read: `)
  })
})

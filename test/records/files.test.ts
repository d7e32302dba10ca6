import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder } from '../../records/files.ts'
import { newFolder } from '../support/folder.ts'

describe('a folder', () => {
  it('is made with those above it, and left as it is where it is there', () => {
    const folder = join(newFolder(), 'a', 'b', 'c')
    makeFolder(folder)
    writeFileSync(join(folder, 'file'), '')
    makeFolder(folder)
    expect(statSync(join(folder, 'file')).isFile()).toBe(true)
  })

  it('is refused below a file, and in place of one', () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    expect(() => makeFolder(file)).toThrow(/EEXIST/)
    // Some releases of Node.js refuse to look below a file, others to make a folder in place of it.
    expect(() => makeFolder(join(file, 'a'))).toThrow(/ENOTDIR|EEXIST/)
  })

  it.skipIf(!existsSync('/proc'))('is refused at once by a file system that has no new folders', () => {
    expect(() => makeFolder('/proc/stepgym/run')).toThrow(/ENOENT/)
  })
})

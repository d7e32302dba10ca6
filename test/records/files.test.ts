import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, UNFINISHED, writeWhole } from '../../records/files.ts'
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

describe('a file that is written whole', () => {
  it('leaves nothing behind where it cannot be written: a full disk has its space back', () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'file'))
    expect(() => writeWhole(join(folder, 'file'), 'content')).toThrow()
    expect(readdirSync(folder)).toEqual(['file'])
    mkdirSync(join(folder, `other${UNFINISHED}`))
    expect(() => writeWhole(join(folder, 'other'), 'content')).toThrow(/other\.tmp/)
  })
})

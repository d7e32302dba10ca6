import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { selectFiles, siblingReader } from '../../conformance/files.ts'
import { newFolder } from '../support/folder.ts'

describe.skipIf(process.platform === 'win32')('a folder of vectors', () => {
  it('has its regular files alone: no pipe is waited for', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.json'), '[]')
    execFileSync('mkfifo', [join(folder, 'b.json')])
    mkdirSync(join(folder, 'c.json'))
    expect(selectFiles(folder, undefined).files).toEqual(['a.json'])
    const sibling = siblingReader(folder)
    const names = ['a.json', 'b.json', 'c.json', 'd.json', '../a.json', '.']
    expect(names.map(sibling)).toEqual(['[]', ...Array(5).fill(undefined)])
  })
})

import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EndedOnDisk, endedInMemory } from '../../records/ended.ts'
import { newFolder } from './scene.ts'

describe('names of trajectories that have ended', () => {
  it('are the same on the disk as in memory, over several tables', () => {
    const folder = newFolder()
    const [disk, memory] = [new EndedOnDisk(folder), endedInMemory()]
    expect(readdirSync(folder)).toEqual([])
    const names = Array.from({ length: 20_000 }, (_, at) => `${at % 3 === 0 ? '__proto__' : 'früh'} ${at}`)
    for (const [at, name] of names.entries()) {
      const entry = { groupId: at % 2 === 0 ? null : `g${at % 7}`, firstIndex: at % 5, nextIndex: at }
      for (const each of [disk, memory]) {
        expect(each.find(name)).toBeNull()
        each.add(name, entry)
      }
    }
    for (const name of [...names, '', 'nobody', '__proto__']) {
      const [found, expected] = [disk.find(name), memory.find(name)]
      expect([found?.firstIndex, found?.nextIndex]).toEqual([expected?.firstIndex, expected?.nextIndex])
      for (const group of ['g1', 'g2', '']) expect(found?.isOfGroup(group)).toBe(expected?.isOfGroup(group))
    }
    disk.close()
    disk.close()
    expect(() => disk.find('x')).toThrow(/it was closed/)
  })
})

import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type EndedNames, EndedOnDisk, endedInMemory } from '../../records/ended.ts'
import { newFolder } from '../support/folder.ts'

const foundIn = (names: EndedNames, asked: readonly string[]): readonly string[] =>
  asked.map((name) => {
    const found = names.find(name)
    return `${found?.firstIndex} ${found?.nextIndex} ${['g1', 'g2', ''].filter((group) => found?.isOfGroup(group))}`
  })

describe('names of trajectories that have ended', () => {
  it('are the same on the disk as in memory, over several tables', () => {
    const folder = newFolder()
    const [disk, memory] = [new EndedOnDisk(folder), endedInMemory()]
    expect(readdirSync(folder)).toEqual([])
    const names = Array.from({ length: 20_000 }, (_, at) => `${at % 3 === 0 ? '__proto__' : 'früh'} ${at}`)
    const fresh: unknown[] = []
    for (const [at, name] of names.entries()) {
      const entry = { groupId: at % 2 === 0 ? null : `g${at % 7}`, firstIndex: at % 5, nextIndex: at }
      for (const each of [disk, memory]) {
        fresh.push(each.find(name))
        each.add(name, entry)
      }
    }
    expect(fresh.filter((found) => found !== null)).toEqual([])
    const asked = [...names, '', 'nobody', '__proto__']
    expect(foundIn(disk, asked)).toEqual(foundIn(memory, asked))
    disk.close()
    disk.close()
    expect(() => disk.find('x')).toThrow(/it was closed/)
  })
})

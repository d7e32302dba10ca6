import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { airline } from '../../../envs/tools/airline/index.ts'
import { type Changes, NO_CHANGES } from '../../../envs/tools/engine/database.ts'
import { DEFAULT_OPTIONS, type Domain } from '../../../envs/tools/engine/domain.ts'
import { changesAfter, execute, type ToolCall, type ToolSet } from '../../../envs/tools/engine/execute.ts'
import { explain } from '../../../envs/tools/engine/explain.ts'
import { isSameDatabase, judge } from '../../../envs/tools/engine/judge.ts'
import { DatabaseHasher } from '../../../envs/tools/engine/python-hash.ts'
import { retail } from '../../../envs/tools/retail/index.ts'

function opened(domain: Domain) {
  const open = domain.open({ ...DEFAULT_OPTIONS, tasks: 60 })
  const set: ToolSet = { ...open, tools: new Map(domain.tools.map((tool) => [tool.name, tool])) }
  const tasks = Object.values(open.splits).flat()
  return { ...open, set, tasks, writes: tasks.flatMap((task) => task.private.actions) }
}

const DOMAINS = { retail: opened(retail), airline: opened(airline) }

describe.each(Object.entries(DOMAINS))('the verdict of %s', (_, { set, tasks, writes, database }) => {
  const hasher = new DatabaseHasher(database)
  const goalOf = (actions: readonly ToolCall[], outputs: readonly string[]) => ({
    changes: changesAfter(set, actions),
    outputs,
  })

  it('is 1 for the gold calls of every task, and 0 without their writes', () => {
    for (const { private: task } of tasks) {
      const goal = goalOf(task.actions, task.outputs)
      expect(judge(database, goal, goal.changes, task.outputs).reward).toBe(1)
      expect(judge(database, goal, NO_CHANGES, task.outputs).reward, JSON.stringify(task.actions)).toBe(0)
      expect(task.actions.map((call) => execute(set, NO_CHANGES, call).isOk)).not.toContain(false)
    }
  })

  it('by difference agrees with the hashes of whole databases, on random writes and orders', () => {
    const script = fc.array(fc.constantFrom(...writes), { maxLength: 4 })
    fc.assert(
      fc.property(script, script, (one, other) => {
        const [a, b] = [changesAfter(set, one), changesAfter(set, other)]
        expect(isSameDatabase(database, a, b)).toBe(hasher.hash(a) === hasher.hash(b))
        expect(isSameDatabase(database, a, changesAfter(set, one))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('explains a failure by rows, and says nothing of a success', () => {
    for (const { private: task } of tasks.slice(0, 20)) {
      const goal = goalOf(task.actions, ['42'])
      expect(explain(database, goal, goal.changes, ['it is 42'])).toEqual([])
      const sentences = explain(database, goal, NO_CHANGES, [])
      expect(sentences[0]).toMatch(/^missing write: /)
      expect(sentences.at(-1)).toBe('never said: "42"')
    }
  })
})

describe('the database of an episode', () => {
  const { set, database } = DOMAINS.retail
  const hasher = new DatabaseHasher(database)
  const [userId = '', user] = [...(database.tables.get('users') ?? [])][0] ?? []
  const address = user?.address as { readonly [field: string]: string }
  const move = (zip: string): ToolCall => ({
    name: 'modify_user_address',
    args: { user_id: userId, ...address, zip },
  })

  it('is as it was after a write that is undone, by difference and by hash', () => {
    const changed = changesAfter(set, [move('00000')])
    const undone = changesAfter(set, [move('00000'), move(address.zip ?? '')])
    expect(isSameDatabase(database, NO_CHANGES, changed)).toBe(false)
    expect(isSameDatabase(database, NO_CHANGES, undone)).toBe(true)
    expect(hasher.hash(undone)).toBe(hasher.hash(NO_CHANGES))
  })

  it('distinguishes 1 from 1.0, as the hash of Python does', () => {
    const amounts = [{ users: { u: { amount: 1 } } }, { users: { u: { amount: { $float: 1 } } } }] as const
    const [int, real] = amounts as readonly [Changes, Changes]
    expect(isSameDatabase(database, int, real)).toBe(false)
    expect(hasher.hash(int)).not.toBe(hasher.hash(real))
  })

  it('keeps the base untouched, and shares what no call has written', () => {
    const before = hasher.hash(NO_CHANGES)
    const changes = changesAfter(set, [move('11111')])
    expect(Object.keys(changes)).toEqual(['users'])
    expect(Object.keys(changes.users ?? {})).toEqual([userId])
    expect(hasher.hash(NO_CHANGES)).toBe(before)
  })
})

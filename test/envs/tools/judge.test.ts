import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { airline } from '../../../envs/tools/airline/index.ts'
import { type Changes, NO_CHANGES, type Row } from '../../../envs/tools/engine/database.ts'
import { DEFAULT_OPTIONS, type Domain } from '../../../envs/tools/engine/domain.ts'
import { changesAfter, execute, type ToolCall, type ToolSet } from '../../../envs/tools/engine/execute.ts'
import { explain } from '../../../envs/tools/engine/explain.ts'
import { isSameDatabase, judge } from '../../../envs/tools/engine/judge.ts'
import { DatabaseHasher } from '../../../envs/tools/engine/python-hash.ts'
import { isList, readPythonJson, type Value } from '../../../envs/tools/engine/python-number.ts'
import { progressOf, startState } from '../../../envs/tools/engine/state.ts'
import { retail } from '../../../envs/tools/retail/index.ts'
import { share } from '../../support/long.ts'

function opened(domain: Domain) {
  const open = domain.open({ ...DEFAULT_OPTIONS, tasks: 60 })
  const set: ToolSet = { ...open, tools: new Map(domain.tools.map((tool) => [tool.name, tool])) }
  const tasks = Object.values(open.splits).flat()
  return { ...open, set, tasks, writes: tasks.flatMap((task) => task.private.actions) }
}

const DOMAINS = { retail: opened(retail), airline: opened(airline) }

/** Pairs of sequences in each domain: 10,000 sequences in the slow suite. */
const PAIRS = share(100, 2500)

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

  it('by difference agrees with the hashes of whole databases, on random sequences of writes', () => {
    const script = fc.array(fc.constantFrom(...writes), { maxLength: 5 })
    const reordered = script.chain((one) =>
      fc.tuple(fc.constant(one), fc.shuffledSubarray([...one], { minLength: one.length })),
    )
    const seen = { same: 0, different: 0 }
    fc.assert(
      fc.property(fc.oneof(fc.tuple(script, script), reordered), ([one, other]) => {
        const [a, b] = [changesAfter(set, one), changesAfter(set, other)]
        const isSame = isSameDatabase(database, a, b)
        expect(isSame).toBe(hasher.hash(a) === hasher.hash(b))
        seen[isSame ? 'same' : 'different']++
      }),
      { numRuns: PAIRS },
    )
    expect(Math.min(seen.same, seen.different)).toBeGreaterThan(PAIRS / 6)
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

/** A call that writes to a row, and one that takes it back, whatever was written to the row before. */
const UNDONE: { readonly [name in 'retail' | 'airline']: (changes: Changes) => readonly [ToolCall, ToolCall] } = {
  retail: (changes: Changes) => {
    const [userId = '', user] = rowOf('retail', 'users', changes)
    const address = user.address as { readonly [field: string]: string }
    const move = (zip = ''): ToolCall => ({ name: 'modify_user_address', args: { user_id: userId, ...address, zip } })
    return [move('00000'), move(address.zip)]
  },
  airline: (changes: Changes) => {
    const [id = '', { passengers = [] }] = rowOf('airline', 'reservations', changes)
    const travel = (those: Value): ToolCall => ({
      name: 'update_reservation_passengers',
      args: { reservation_id: id, passengers: those },
    })
    const others = isList(passengers) ? passengers.map((one) => ({ ...(one as object), first_name: 'Ada' })) : []
    return [travel(others), travel(passengers)]
  },
}

/** The first row of a table under changes. */
function rowOf(name: keyof typeof DOMAINS, table: string, changes: Changes): readonly [string, Row] {
  const [key = '', row = {}] = [...(DOMAINS[name].database.tables.get(table) ?? [])][0] ?? []
  return [key, changes[table]?.[key] ?? row]
}

describe.each(['retail', 'airline'] as const)('a write to %s that is undone', (name) => {
  const { set, database, writes } = DOMAINS[name]
  const hasher = new DatabaseHasher(database)

  it('leaves the database as it was, by difference and by hash', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...writes), { maxLength: 3 }), (script) => {
        const before = changesAfter(set, script)
        const [write, undo] = UNDONE[name](before)
        const changed = execute(set, before, write)
        expect(changed.isOk, changed.observation).toBe(true)
        expect(isSameDatabase(database, before, changed.changes)).toBe(false)
        const undone = execute(set, changed.changes, undo).changes
        expect(isSameDatabase(database, before, undone)).toBe(true)
        expect(hasher.hash(undone)).toBe(hasher.hash(before))
        const anchorOf = (changes: Changes): string => progressOf({ ...startState(''), changes }, database)
        expect(anchorOf(undone)).toBe(anchorOf(before))
        expect(anchorOf(changed.changes)).not.toBe(anchorOf(before))
      }),
      { numRuns: share(20, 300) },
    )
  })
})

describe('the database of an episode', () => {
  it('has no changes after a write of what was there, and none but those before it after one that is undone', () => {
    const { set, writes } = DOMAINS.airline
    const before = changesAfter(set, writes.slice(0, 9))
    const [write, undo] = UNDONE.airline(before)
    expect(execute(set, before, undo)).toMatchObject({ isOk: true })
    expect(execute(set, before, undo).changes).toBe(before)
    expect(changesAfter(set, [write, undo])).toEqual(NO_CHANGES)
    expect(execute(set, execute(set, before, write).changes, undo).changes).toEqual(before)
  })
})

describe('the database of a retail episode', () => {
  const { set, database } = DOMAINS.retail
  const hasher = new DatabaseHasher(database)
  const [userId] = rowOf('retail', 'users', NO_CHANGES)
  const [move] = UNDONE.retail(NO_CHANGES)

  it('distinguishes 1 from 1.0, as the hash of Python does', () => {
    const amounts = [{ users: { u: { amount: 1 } } }, { users: { u: { amount: { $float: 1 } } } }] as const
    const [int, real] = amounts as readonly [Changes, Changes]
    expect(isSameDatabase(database, int, real)).toBe(false)
    expect(hasher.hash(int)).not.toBe(hasher.hash(real))
  })

  it('takes no account of the order of keys, also of such as move to the front of plain objects', () => {
    const changesTo = (amounts: string): Changes => ({ users: { u: { a: readPythonJson(amounts) } } })
    const [one, same] = [changesTo('{"10": 1, "9": 2}'), changesTo('{"9": 2, "10": 1}')]
    const other = changesTo('{"9": 1, "10": 2}')
    expect([isSameDatabase(database, one, same), isSameDatabase(database, one, other)]).toEqual([true, false])
    expect(hasher.hash(one)).toBe(hasher.hash(same))
  })

  it('keeps the base untouched, and shares what no call has written', () => {
    const before = hasher.hash(NO_CHANGES)
    const changes = changesAfter(set, [move])
    expect(Object.keys(changes)).toEqual(['users'])
    expect(Object.keys(changes.users ?? {})).toEqual([userId])
    expect(hasher.hash(NO_CHANGES)).toBe(before)
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { recordedForm } from '../../../../conformance/suites/tools/bfcl-state.ts'
import { APIS } from '../../../../envs/tools/bfcl/apis/index.ts'
import { publicState } from '../../../../envs/tools/bfcl/compare.ts'
import { fromStorage } from '../../../../envs/tools/bfcl/python/storage.ts'
import { readPythonJson, type Value } from '../../../../envs/tools/engine/python-number.ts'
import { answer, play, worldOf } from './support.ts'

interface Recorded {
  readonly id: string
  readonly class: string
  readonly calls: readonly string[]
  /** Null where the answer is long, or depends on the order of a set. */
  readonly results: readonly (string | null)[]
}

const FIXTURE = new URL('../../../fixtures/bfcl/python-calls.jsonl', import.meta.url)
const lines = readFileSync(FIXTURE, 'utf8').trim().split('\n')

describe('random calls, with wrong types and missing arguments among them', () => {
  it.each(lines.map((line) => [(JSON.parse(line) as Recorded).id, line] as const))(
    'are answered as by the Python code: %s',
    (_, line) => {
      const record = JSON.parse(line) as Recorded
      const python = readPythonJson(line) as { readonly [field: string]: Value }
      const world = worldOf([record.class], python.config)
      let changes = {}
      for (const [at, call] of record.calls.entries()) {
        const played = play(world, call, changes)
        changes = played.changes
        const expected = record.results[at] ?? null
        if (expected !== null) expect(played.texts, `call ${at}: ${call}`).toEqual([expected])
      }
      const state = publicState(world, changes)[record.class] ?? {}
      const found = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, recordedForm(value)]))
      expect(found).toEqual(recordedForm(fromStorage(python.state ?? {})))
    },
  )

  it('cover all methods of the eight classes', () => {
    const called = new Set(
      lines.flatMap((line) => (JSON.parse(line) as Recorded).calls.map((call) => call.split('(')[0])),
    )
    const names = APIS.flatMap(({ methods }) => methods.map(({ name }) => name))
    expect(names.filter((name) => !called.has(name))).toEqual([])
    expect(names).toHaveLength(128)
  })
})

describe('a call that Python could not make', () => {
  it.each([
    ['get_ticket()', "TicketAPI.get_ticket() missing 1 required positional argument: 'ticket_id'"],
    ['edit_ticket()', "TicketAPI.edit_ticket() missing 2 required positional arguments: 'ticket_id' and 'updates'"],
    ['get_ticket(1, 2)', 'TicketAPI.get_ticket() takes 2 positional arguments but 3 were given'],
    ['logout(1)', 'TicketAPI.logout() takes 1 positional argument but 2 were given'],
    ['create_ticket(1, 2, 3, 4)', 'TicketAPI.create_ticket() takes from 2 to 4 positional arguments but 5 were given'],
    ['get_ticket(id=1)', "TicketAPI.get_ticket() got an unexpected keyword argument 'id'"],
    ['get_ticket(1, ticket_id=1)', "TicketAPI.get_ticket() got multiple values for argument 'ticket_id'"],
    ['get_tickets()', "name 'get_tickets' is not defined"],
    ['TicketAPI.logout()', "name 'TicketAPI' is not defined"],
    ['remove()', 'Function call remove is not allowed.'],
    ['os.kill(1)', 'Function call kill is not allowed.'],
    ['__proto__()', "name '__proto__' is not defined"],
    ['get_ticket(__proto__=1)', "TicketAPI.get_ticket() got an unexpected keyword argument '__proto__'"],
  ])('%s says: %s', (call, message) => expect(answer('TicketAPI', call)).toBe(`Error during execution: ${message}`))

  it('leaves the changes that it made before it failed', () => {
    const world = worldOf(['VehicleControlAPI'])
    const { texts, changes } = play(
      world,
      "lockDoors(unlock=False, door=['driver', 'boot']), displayCarStatus('doors')",
    )
    expect(texts[0]).toBe("Error during execution: 'boot'")
    expect(texts[1]).toMatch(/"driver": "locked"/)
    expect(Object.keys(changes.VehicleControlAPI ?? {}).toSorted()).toEqual(['doorStatus', 'remainingUnlockedDoors'])
  })
})

describe('a long argument', () => {
  it.each([
    ['TravelAPI', (text: string) => `compute_exchange_rate('USD', 'EUR', '${text}')`],
    ['VehicleControlAPI', (text: string) => `setCruiseControl('${text}', True, 1)`],
    ['GorillaFileSystem', (text: string) => `cd('${text}')`],
    ['GorillaFileSystem', (text: string) => `find('${text}')`],
    ['MathAPI', (text: string) => `logarithm('${text}', 10, 5)`],
  ])('of digits, or of slashes, is answered by %s', (name, call) => {
    for (const text of [`${'1'.repeat(60_000)}x`, `${'/'.repeat(60_000)}x`])
      expect(answer(name, call(text)).length).toBeGreaterThan(0)
  })
})

describe('the file system', () => {
  const scenario = {
    root: {
      home: {
        type: 'directory',
        contents: { a: { type: 'directory', contents: { b: { type: 'directory', contents: {} } } } },
      },
    },
  }
  const world = worldOf(['GorillaFileSystem'], { GorillaFileSystem: scenario })

  it('shares the contents of a moved folder with the one that its children still have as their parent', () => {
    const { texts } = play(
      world,
      "cd('a'), cd('b'), cd('..'), cd('..'), mv('a', 'c'), cd('c'), cd('b'), cd('..'), touch('new'), pwd(), cd('..'), find('.')",
    )
    expect(texts.slice(-3)).toEqual([
      '{"current_working_directory": "/home/a"}',
      '{}',
      '{"matches": ["./c", "./c/b", "./c/new"]}',
    ])
  })

  it('shares files with a copy of their folder, as the reference does', () => {
    const { texts } = play(
      world,
      "cd('a'), touch('f'), cd('..'), cp('a', 'c'), cd('c'), echo('x', 'f'), cd('..'), cd('a'), cat('f')",
    )
    expect(texts.at(-1)).toBe('{"file_content": "x"}')
  })

  it('takes a tuple as a name, as a dict of Python does', () => {
    const { texts } = play(
      world,
      "touch(('x', 1)), mv(('x', 1), 'f'), mkdir(('x', 1)), mv('f', ('x', 1)), find('.'), ls()",
    )
    expect(texts.slice(-2)).toEqual([
      '{"matches": ["./a", "./a/b", "./(\'x\', 1)", "./(\'x\', 1)/f"]}',
      "Error during execution: 'tuple' object has no attribute 'startswith'",
    ])
  })

  it('ends where a folder is copied into itself', () => {
    const { texts } = play(world, "cp('a', 'a'), find('.'), du()")
    expect(texts.slice(1).every((text) => text.startsWith('Error during execution: maximum recursion depth'))).toBe(
      true,
    )
  })

  it('keeps nothing but what has changed', () => {
    const long = worldOf(['GorillaFileSystem'], { GorillaFileSystem: scenario }, true)
    const { changes } = play(long, "cd('a'), cd('b'), mkdir('c'), mv('image_1.jpg', 'c'), touch('x'), mv('x', 'c')")
    expect(JSON.stringify(changes).length).toBeLessThan(4096)
  })
})

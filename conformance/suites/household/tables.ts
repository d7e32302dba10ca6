import { RandomState } from '../../../core/cpython/numpy-random.ts'
import { parseJson } from '../../../core/data/json.ts'
import { FAMILIES, FAMILY_NAMES, ROOMS } from '../../../envs/household/tables/families.ts'
import {
  CAN_HOLD,
  CLEANABLE,
  COOLABLE,
  HEATABLE,
  OBJECT_TYPES,
  OPENABLE,
  RECEPTACLE_OBJECTS,
  SLICEABLE,
  TOGGLEABLE,
} from '../../../envs/household/tables/types.ts'
import { recordsOf, type VerifyHandler } from '../../handler.ts'
import { VectorRecord } from '../../vector-record.ts'

export const tablesHandler: VerifyHandler = {
  name: 'ALFWorld tables',
  pattern: /^alfworld_tables[\w-]*\.json$/,
  *cases({ text }) {
    yield { id: 'tables', check: () => checkTables(new VectorRecord('tables', parseJson(text))) }
  },
}

/** Facts of the simulator's houses, and limits of its task generator: ours are other houses. */
const UNUSED = ['source', 'scene_numbers', 'limits']

function checkTables(record: VectorRecord): void {
  const ours = ourTables()
  record.only([...UNUSED, ...Object.keys(ours)])
  for (const [name, table] of Object.entries(ours)) record.expect(name, table)
}

function ourTables(): Readonly<Record<string, unknown>> {
  const families = FAMILY_NAMES.map((name) => [name, FAMILIES[name]] as const)
  const holding = Object.entries(CAN_HOLD).filter(([, held]) => held.length > 0)
  return {
    families: Object.fromEntries(FAMILY_NAMES.map((name, at) => [`${at + 1}`, name])),
    task_texts: Object.fromEntries(families.map(([name, { texts }]) => [name, texts])),
    rooms_by_family: Object.fromEntries(
      families.map(([name, { rooms }]) => [name, ROOMS.filter((room) => rooms.includes(room)).toSorted()]),
    ),
    receptacle_types: Object.keys(CAN_HOLD),
    receptacle_types_without_contents: Object.keys(CAN_HOLD).filter((type) => CAN_HOLD[type]?.length === 0),
    can_contain: Object.fromEntries(holding),
    object_types: OBJECT_TYPES,
    movable_receptacles: RECEPTACLE_OBJECTS,
    openable: OPENABLE,
    heatable: HEATABLE,
    coolable: COOLABLE,
    cleanable: CLEANABLE,
    toggleable: TOGGLEABLE,
    sliceable: SLICEABLE,
  }
}

export const gameOrderHandler: VerifyHandler = {
  name: 'ALFWorld order of games',
  pattern: /^alfworld_game_order[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `order ${index}`, check: () => checkOrder(new VectorRecord(`[${index}]`, read())) }
  },
}

/** Games are shuffled with one generator, played through, and shuffled again. */
function checkOrder(record: VectorRecord): void {
  record.only(['n_games', 'seed', 'first'])
  const random = new RandomState(record.number('seed'))
  const { length } = record.list('first')
  let games: readonly number[] = Array.from({ length: record.number('n_games') }, (_, game) => game)
  const order: number[] = []
  while (order.length < length && games.length > 0) {
    games = random.shuffled(games)
    order.push(...games)
  }
  record.expect('first', order.slice(0, length))
}

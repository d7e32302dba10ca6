import { compareCodePoints } from '../../../core/cpython/text.ts'
import { sayGoal } from '../../../envs/household/generate/draw.ts'
import {
  type House,
  houseOf,
  type Receptacle,
  type Scene,
  type Thing,
  treatmentsOf,
} from '../../../envs/household/house.ts'
import { FAMILY_NAMES } from '../../../envs/household/tables/families.ts'
import { VerifyMismatch } from '../../handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

/** Fields of a record that give a game's start. */
export const GAME_FIELDS = ['seed', 'family', 'room', 'params', 'agent_location', 'receptacles', 'objects'] as const

/**
 * The game of a record; lists in the order of ids, and names that follow from them.
 * @param text the task as the record says it: one of two ways, which a random generator chose.
 */
export function recordedGame(record: VectorRecord, text: string): House {
  const receptacles = byId(record.objects('receptacles'))
  const things = byId(record.objects('objects'))
  for (const items of [receptacles, things]) expectNames(items)
  const positions = new Map(receptacles.map((item, position) => [item.text('name'), position]))
  return houseOf({
    goal: goalOf(record, text),
    text,
    location: placeNumber(record, 'agent_location'),
    receptacles: receptacles.map(receptacleOf),
    things: things.map((item) => thingOf(item, positions)),
  })
}

const byId = (items: readonly VectorRecord[]): readonly VectorRecord[] =>
  items.toSorted((one, other) => compareCodePoints(one.text('id'), other.text('id')))

/** Numbers are dealt from the highest to 1 within a type. */
function expectNames(items: readonly VectorRecord[]): void {
  const kinds = items.map((item) => kindIn(item.text('id')))
  items.forEach((item, at) => {
    const number = kinds.slice(at).filter((kind) => kind === kinds[at]).length
    item.expect('name', `${kinds[at]} ${number}`)
  })
}

/** A basin is named by the end of its id, anything else by its beginning. */
function kindIn(id: string): string {
  const parts = id.split('_bar_')
  const last = parts.at(-1) ?? ''
  return last.endsWith('basin') ? last : (parts[0] ?? '')
}

function goalOf(record: VectorRecord, text: string): Scene['goal'] {
  const family = FAMILY_NAMES.find((name) => name === record.at('family'))
  if (family === undefined)
    throw new VerifyMismatch(`${record.path}.family`, `one of ${FAMILY_NAMES.join(', ')}`, record.at('family'))
  const params = record.object('params').only(['object_target', 'parent_target', 'toggle_target'])
  const maybe = (name: string): string | null => (params.text(name) === '' ? null : params.text(name))
  const goal = {
    family,
    object: params.text('object_target'),
    receptacle: maybe('parent_target'),
    lamp: maybe('toggle_target'),
  }
  const ways = [sayGoal(goal, 0), sayGoal(goal, 1)]
  if (!ways.includes(text)) throw new VerifyMismatch(`${record.path}: the task`, text, ways)
  return goal
}

function receptacleOf(item: VectorRecord): Receptacle {
  item.only(['id', 'name', 'type', 'location', 'openable', 'opened'])
  return {
    name: item.text('name'),
    type: item.text('type'),
    location: placeNumber(item, 'location'),
    isOpenable: item.flag('openable'),
    isOpened: item.flag('opened'),
  }
}

const ABILITIES = { heat: 'heatable', cool: 'coolable', clean: 'cleanable' } as const

function thingOf(item: VectorRecord, receptacles: ReadonlyMap<string, number>): Thing {
  const flags = [...Object.values(ABILITIES), 'pickupable', 'toggleable', 'sliceable', 'receptacle_object']
  item.only(['id', 'name', 'type', 'receptacle', 'location', ...flags])
  const type = item.text('type')
  for (const [treatment, flag] of Object.entries(ABILITIES))
    item.expect(
      flag,
      treatmentsOf(type).some((other) => other === treatment),
    )
  return {
    name: item.text('name'),
    type,
    receptacle: item.at('receptacle') === null ? -1 : (receptacles.get(item.text('receptacle')) ?? -1),
    location: placeNumber(item, 'location'),
    isPickupable: item.flag('pickupable'),
    isToggleable: item.flag('toggleable'),
    isSliceable: item.flag('sliceable'),
    treatments: treatmentsOf(type),
    isReceptacle: item.flag('receptacle_object'),
  }
}

/** `loc 7` is 7. */
function placeNumber(record: VectorRecord, name: string): number {
  const [, digits] = /^loc (\d+)$/.exec(record.text(name)) ?? []
  if (digits === undefined) throw new VerifyMismatch(`${record.path}.${name}`, 'a place such as loc 7', record.at(name))
  return Number(digits)
}

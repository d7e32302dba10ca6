import type { Rng } from '../../../core/data/rng.ts'
import { type ActionId, type ActionSet, BACK, COLOURS, ENTER, FORWARD, only } from '../actions.ts'
import { FLOOR, WALL, YOU } from '../board.ts'
import type { Legend, Level, Scene, Slip, Tile } from '../level.ts'
import type { Aliasing, GridSettings } from '../options.ts'
import { NOTHING } from '../state.ts'

const [FLAG, ON, UNKNOWN] = ['F', '>', '?'] as const
/** By colour: their initials, except the second with a B. */
const DOORS = ['R', 'B', 'G', 'Y', 'W', 'P', 'O', 'K'] as const
const FEWEST_DOORS = 2
const MOST_JUNCTIONS = 12

interface Plan {
  /** Cells of a corridor. */
  readonly length: number
  /** Positions in `COLOURS`, the same at each junction. */
  readonly doors: readonly number[]
  /** Position in `doors` of the right door, for each junction. */
  readonly right: readonly number[]
}

/** Where a place is: before the doors of a junction (`door` null), or a number of cells behind one of them. */
interface Spot {
  readonly junction: number
  readonly door: number | null
  readonly cell: number
}

/**
 * Junction after junction, and a long corridor behind each door: one leads on, the others end. Few steps decide, and
 * what they were worth shows a corridor later. `at` numbers junctions and corridor cells; `things` is empty.
 */
export function drawCorridor(rng: Rng, { size, horizon, rewardDelay, branching }: GridSettings): Level {
  const junctions = Math.floor((horizon - rewardDelay) / (2 * (size + 1)))
  const doors = rng.shuffle([...COLOURS.keys()]).slice(0, FEWEST_DOORS + branching)
  const count = Math.min(MOST_JUNCTIONS, Math.max(1, junctions))
  return levelOf({ length: size, doors, right: Array.from({ length: count }, () => rng.int(0, doors.length - 1)) })
}

function levelOf(plan: Plan): Level {
  const { length, doors, right } = plan
  const way = right.map((door) => colourOf(plan, door)).join(', then ')
  return {
    signature: [length, ...doors, '/', ...right].join(' '),
    goal: `Reach the flag. The way leads through these doors: ${way}.`,
    legend: legendOf(plan),
    start: { at: 0, things: NOTHING },
    subGoals: right.length,
    actions: ({ at }) => actionsAt(plan, spotOf(plan, at)),
    after: ({ at, things }, action, slip) => ({ at: after(plan, spotOf(plan, at), action, slip), things }),
    reached: ({ at }) => spotOf(plan, at).junction,
    outcome: ({ at }) => (spotOf(plan, at).junction === right.length ? 'solved' : 'open'),
    scene: ({ at }, aliasing) => sceneOf(plan, spotOf(plan, at), aliasing),
  }
}

const colourOf = ({ doors }: Plan, door: number): string => COLOURS[doors[door] ?? 0] ?? ''
const letterOf = ({ doors }: Plan, door: number): string => DOORS[doors[door] ?? 0] ?? ''

/** Places of a junction: itself, and every cell behind its doors. */
const placesPerJunction = ({ length, doors }: Plan): number => 1 + doors.length * length

function spotOf(plan: Plan, at: number): Spot {
  const rest = at % placesPerJunction(plan)
  const junction = (at - rest) / placesPerJunction(plan)
  if (rest === 0) return { junction, door: null, cell: 0 }
  return { junction, door: Math.floor((rest - 1) / plan.length), cell: (rest - 1) % plan.length }
}

const junctionAt = (plan: Plan, junction: number): number => junction * placesPerJunction(plan)
const cellAt = (plan: Plan, junction: number, door: number, cell: number): number =>
  junctionAt(plan, junction) + 1 + door * plan.length + cell

const leadsOn = ({ right }: Plan, { junction, door }: Spot): boolean => door === right[junction]
const isAtEnd = ({ length }: Plan, { cell }: Spot): boolean => cell === length - 1

function actionsAt(plan: Plan, spot: Spot): ActionSet {
  if (spot.door === null) {
    const entries = plan.doors.reduce((actions, colour) => actions | only(ENTER + colour), 0)
    return spot.junction === 0 ? entries : entries | only(BACK)
  }
  return isAtEnd(plan, spot) && !leadsOn(plan, spot) ? only(BACK) : only(BACK) | only(FORWARD)
}

/** Who slips before the doors takes the one beside, if there is one; who slips in a corridor stays. */
function after(plan: Plan, spot: Spot, action: ActionId, slip: Slip): number {
  const { junction, door, cell } = spot
  if (door !== null) {
    if (slip !== 0) return cellAt(plan, junction, door, cell)
    return action === FORWARD ? forward(plan, spot, door) : back(plan, spot, door)
  }
  if (action === BACK)
    return slip === 0
      ? cellAt(plan, junction - 1, plan.right[junction - 1] ?? 0, plan.length - 1)
      : junctionAt(plan, junction)
  const entered = plan.doors.indexOf(action - ENTER) + slip
  return entered in plan.doors ? cellAt(plan, junction, entered, 0) : junctionAt(plan, junction)
}

const forward = (plan: Plan, spot: Spot, door: number): number =>
  isAtEnd(plan, spot) ? junctionAt(plan, spot.junction + 1) : cellAt(plan, spot.junction, door, spot.cell + 1)

const back = (plan: Plan, { junction, cell }: Spot, door: number): number =>
  cell === 0 ? junctionAt(plan, junction) : cellAt(plan, junction, door, cell - 1)

function sceneOf(plan: Plan, spot: Spot, aliasing: Aliasing): Scene {
  const { junction, door } = spot
  const { right } = plan
  const number = aliasing === 0 ? ` ${junction + 1} of ${right.length}` : ''
  if (junction === right.length) return { map: [YOU], says: ['You are at the flag.'] }
  if (door === null) {
    const behind = junction === 0 ? 'Behind you is a wall.' : 'Behind you is the corridor that you came through.'
    const letters = plan.doors.map((_, each) => letterOf(plan, each))
    return { map: [`${YOU}${letters.join('')}`], says: [`You stand before the doors of junction${number}.`, behind] }
  }
  return { map: [corridorMap(plan, spot, door, aliasing)], says: [`You are in ${nameOf(plan, spot, door, aliasing)}.`] }
}

const nameOf = (plan: Plan, { junction }: Spot, door: number, aliasing: Aliasing): string =>
  aliasing === 0
    ? `the corridor behind the ${colourOf(plan, door)} door of junction ${junction + 1} of ${plan.right.length}`
    : aliasing === 1
      ? `a corridor whose door is ${colourOf(plan, door)}`
      : 'a corridor'

/** From the door to what is at the end; where something is hidden, the end is seen only from the cell before it. */
function corridorMap(plan: Plan, spot: Spot, door: number, aliasing: Aliasing): string {
  const isLast = spot.junction === plan.right.length - 1
  const end = !leadsOn(plan, spot) ? WALL : isLast ? FLAG : ON
  const seen = aliasing === 0 || isAtEnd(plan, spot) ? end : UNKNOWN
  if (aliasing === 2) return `${YOU}${seen}`
  const cells = Array.from({ length: plan.length }, (_, cell) => (cell === spot.cell ? YOU : FLOOR))
  return `${letterOf(plan, door)}${cells.join('')}${seen}`
}

function legendOf(plan: Plan): Legend {
  const doors = plan.doors.map((_, door): [string, Tile] => {
    const colour = colourOf(plan, door)
    return [letterOf(plan, door), { means: `${colour} door`, shape: 'door', colour }]
  })
  return {
    [YOU]: { means: 'you', shape: 'you' },
    ...Object.fromEntries(doors),
    [ON]: { means: 'the next junction', shape: 'way' },
    [WALL]: { means: 'a dead end', shape: 'wall' },
    [FLAG]: { means: 'flag', shape: 'flag' },
    [UNKNOWN]: { means: 'too far to see', shape: 'unknown' },
    [FLOOR]: { means: 'floor', shape: 'floor' },
  }
}

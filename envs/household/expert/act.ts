import type { Rng } from '../../../core/data/rng.ts'
import type { House } from '../house.ts'
import { admissibleCommands } from '../rules/admissible.ts'
import type { Wording } from '../rules/commands.ts'
import type { World } from '../state.ts'
import { shortestPlan } from './plan.ts'

/** Share of steps at which a solver that errs does not notice that it carries the wrong thing. */
const UNNOTICED = 0.97

/**
 * Command of a solver that sees everything: the next of a shortest plan. With `noise` it errs at that share of steps:
 * it takes a wrong thing where there is one, else it does anything. With a wrong thing in hand it wanders about, so
 * that some episodes fail.
 */
export function expertCommand(house: House, world: World, wording: Wording, rng: Rng, noise: number): string {
  const isAstray = noise > 0 && world.held !== -1 && house.things[world.held]?.type !== house.goal.object
  if (!rng.chance(isAstray ? Math.max(noise, UNNOTICED) : noise)) return nextOfPlan(house, world, wording)
  const commands = admissibleCommands(house, world, wording)
  if (isAstray) return rng.choice(commands.filter((command) => !/^(move|put) /.test(command)))
  const wrong = commands.filter((command) => isWrongTake(house, command))
  return rng.choice(wrong.length > 0 ? wrong : commands)
}

const nextOfPlan = (house: House, world: World, wording: Wording): string =>
  shortestPlan(house, world, wording)[0] ?? 'look'

const isWrongTake = ({ goal }: House, command: string): boolean =>
  command.startsWith('take ') && !command.startsWith(`take ${goal.object.toLowerCase()} `)

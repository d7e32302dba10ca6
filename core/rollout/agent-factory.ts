import { GymError } from '../data/errors.ts'
import type { MaybePromise } from '../data/maybe-promise.ts'
import { chosenOptions, type OptionRanges } from '../data/options.ts'
import type { JsonObject } from '../data/types.ts'
import type { Agent } from './agent.ts'

/** An agent that can be configured. A module of `agents/` exports one by default, or an `Agent` without options. */
export interface AgentFactory<Options = JsonObject> {
  /** Lower case with dashes. */
  readonly name: string
  /** One sentence for listings. */
  readonly summary?: string
  /** Name of the environment whose tasks it solves well: `--agent expert` means it there. */
  readonly expertFor?: string
  /** Options and their defaults: plain JSON, recorded with every run. */
  readonly options?: Options
  /** What numeric options may be. One without a range may be any finite number. */
  readonly ranges?: OptionRanges
  /** `createAgent` calls it with the defaults and what was chosen over them. */
  create(options: Options): MaybePromise<Agent>
}

/**
 * Makes an agent factory.
 * @throws GymError AGENT_INVALID for a name that is not a name.
 */
export function defineAgent<Options extends JsonObject = JsonObject>(factory: AgentFactory<Options>): AgentFactory {
  if (/^[a-z0-9][a-z0-9-]*$/.test(factory.name)) return factory
  const name = JSON.stringify(factory.name)
  throw new GymError('AGENT_INVALID', `agent ${name}: a name is lower case with dashes, such as my-agent`)
}

/**
 * An agent under the options that were chosen, and defaults for the rest.
 * @throws GymError CONFIG_INVALID for an option it does not have, of another kind than its default, or out of its range.
 */
export const createAgent = (factory: AgentFactory, chosen: JsonObject = {}): MaybePromise<Agent> =>
  factory.create(chosenOptions(`agent ${factory.name}`, factory.options ?? {}, chosen, factory.ranges))

import type { Json, JsonObject } from '../data/types.ts'

/** A tool as clients of the Model Context Protocol are shown it. */
export interface ToolDescription {
  /** 1 to 128 letters, digits and `_ - .`; not `reset`, `step`, `state` or `close`, which OpenEnv reserves. */
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments: of type `object`. */
  readonly inputSchema: JsonObject
  /** Hints of the Model Context Protocol, such as `readOnlyHint`. */
  readonly annotations?: JsonObject
}

/** What a tool interface is given beside the state. */
interface ToolContext<Resources> {
  readonly resources: Resources
}

/** The actions of an environment as tools that clients call by name. */
export interface ToolInterface<State, Resources> {
  /**
   * The tools of an episode.
   * @param state Null where no episode has begun: tools that every episode has, or null where only an episode knows
   */
  list(state: State | null, context: ToolContext<Resources>): readonly ToolDescription[] | null
  /** The action that a call represents, also of a tool that there is not: what that does is up to the rules. */
  action(name: string, args: JsonObject): Json
  /** What the last call answered, from the state after it. Default: the observation. */
  result?(state: State, context: ToolContext<Resources>): string
  /** What an agent has to know before its first call, with the observation at the start. Default: `summary` and the observation. */
  instructions?(state: State, context: ToolContext<Resources>): string
}

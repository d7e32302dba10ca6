import type { JsonObject } from '../../core/data/types.ts'
import type { TokenAction } from '../networks/token-network.ts'

/** One request to an endpoint: its answer as a JSON object. */
export type Ask = (body: JsonObject) => Promise<JsonObject>

/** How one kind of server is asked for the log-probabilities of given tokens. */
export interface LogProbForm {
  /** Path below the base address. */
  readonly path: string
  /**
   * Log-probabilities of an action's tokens, each checked.
   * @throws UnusableAnswer where an answer does not fit the action
   */
  logProbs(action: TokenAction, ask: Ask): Promise<readonly number[]>
}

import type { Json } from '../../core/data/types.ts'
import type { TokenAction } from '../networks/token-network.ts'
import { expectIds, listAt, logProbAt, recordOf, UnusableAnswer } from './answers.ts'
import type { LogProbForm } from './log-prob-form.ts'

/**
 * Form of vLLM's completions: `prompt_logprobs` has, for each token of the prompt, an object of log-probabilities by
 * token id, and `return_token_ids` the ids that were read.
 */
export const VLLM: LogProbForm = {
  path: '/completions',
  async logProbs(action, ask) {
    const ids = idsOf(action)
    const answer = await ask({ ...requestOf(ids), prompt_logprobs: 1, return_token_ids: true })
    const choice = recordOf(listAt(answer.choices, 'choices')[0])
    expectIds(listAt(choice.prompt_token_ids, 'prompt_token_ids, which return_token_ids asks for'), ids)
    const rows = listAt(choice.prompt_logprobs, 'prompt_logprobs')
    if (rows.length !== ids.length)
      throw new UnusableAnswer(`the endpoint gives ${rows.length} prompt_logprobs for ${ids.length} tokens`)
    return placesOf(action).map((at) => logProbAt(recordOf(recordOf(rows[at])[String(ids[at])]).logprob, at))
  },
}

/**
 * Form of OpenAI's completions with `echo`: the prompt comes back with the log-probability of each token. Ids are asked
 * for as texts, `token_id:N` (`return_tokens_as_token_ids`); a server that does not write them so is refused, since
 * some that ignore it give the log-probabilities of neighbouring tokens.
 */
export const ECHO: LogProbForm = {
  path: '/completions',
  async logProbs(action, ask) {
    const ids = idsOf(action)
    const answer = await ask({ ...requestOf(ids), echo: true, logprobs: 1, return_tokens_as_token_ids: true })
    const logProbs = recordOf(recordOf(listAt(answer.choices, 'choices')[0]).logprobs)
    const tokens = listAt(logProbs.tokens, 'tokens').map(tokenIdOf)
    const values = listAt(logProbs.token_logprobs, 'token_logprobs')
    if (values.length !== tokens.length)
      throw new UnusableAnswer(`the endpoint gives ${values.length} token_logprobs for ${tokens.length} tokens`)
    expectIds(tokens.slice(0, ids.length), ids)
    return placesOf(action).map((at) => logProbAt(values[at], at))
  },
}

/** Request for a prompt of ids; endpoints sample one token at least. */
const requestOf = (prompt: readonly number[]) => ({ prompt, max_tokens: 1, temperature: 0, stream: false })

const idsOf = ({ promptTokenIds, actionTokenIds }: TokenAction): readonly number[] => [
  ...promptTokenIds,
  ...actionTokenIds,
]

/** Places of the action's tokens among all. */
const placesOf = ({ promptTokenIds, actionTokenIds }: TokenAction): readonly number[] =>
  actionTokenIds.map((_, at) => promptTokenIds.length + at)

/** Id of a token that is written as `token_id:N`; the token itself where it is not. */
function tokenIdOf(token: Json): Json {
  const [, id] = typeof token === 'string' ? (/^token_id:(\d{1,15})$/.exec(token) ?? []) : []
  return id === undefined ? token : Number(id)
}

import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Asked } from './chat-endpoint.ts'

/** Log-probability of a token after another, as the test's servers compute it. */
export const pairLogProb = (before: number, token: number): number => -((before * 7 + token * 3) % 11) / 4 - 0.125

const ids = (value: Json | undefined): readonly number[] => (Array.isArray(value) ? value.map(Number) : [])
const rowsOf = (prompt: readonly number[]): readonly (number | null)[] =>
  prompt.map((token, at) => (at === 0 ? null : pairLogProb(prompt[at - 1] ?? 0, token)))
const usage = (prompt: number) => ({ prompt_tokens: prompt, completion_tokens: 1, total_tokens: prompt + 1 })

/** What vLLM answers, each field only where the request asks for it. */
export function vllmAnswer({ body }: Pick<Asked, 'body'>): JsonObject {
  const prompt = ids(body.prompt)
  const rows = rowsOf(prompt).map((logprob, at) =>
    logprob === null
      ? null
      : {
          [String(prompt[at])]: { logprob, rank: 3, decoded_token: 'x' },
          [String(Number(prompt[at]) + 1)]: { logprob: -0.01, rank: 1, decoded_token: 'y' },
        },
  )
  const choice = {
    index: 0,
    text: 'y',
    prompt_logprobs: body.prompt_logprobs === undefined ? null : rows,
    prompt_token_ids: body.return_token_ids === true ? prompt : null,
  }
  return { object: 'text_completion', model: 'm', choices: [choice], usage: usage(prompt.length) }
}

/** What a server of OpenAI's completions answers with `echo`: the prompt, and a token that it has sampled. */
export function echoAnswer({ body }: Pick<Asked, 'body'>): JsonObject {
  const prompt = ids(body.prompt)
  const written = (token: number): string => (body.return_tokens_as_token_ids === true ? `token_id:${token}` : 'x')
  const logprobs = {
    tokens: [...prompt, 5].map(written),
    token_logprobs: [...rowsOf(prompt), -0.5],
    text_offset: [],
    top_logprobs: null,
  }
  return {
    object: 'text_completion',
    model: 'm',
    choices: [{ index: 0, text: 'x', logprobs }],
    usage: usage(prompt.length),
  }
}

/** What llama.cpp's server answers: the log-probability of the token that the bias forces, without the bias. */
export function llamaCppAnswer({ body }: Pick<Asked, 'body'>): JsonObject {
  const prompt = ids(body.prompt)
  const [[id = 0, bias = 0] = []] = Array.isArray(body.logit_bias) ? body.logit_bias.map(ids) : []
  const sampled = bias > 100 && body.top_k === 1 ? id : 0
  const logprob = pairLogProb(prompt.at(-1) ?? 0, sampled)
  const probabilities = [{ id: sampled, token: 'x', bytes: [120], logprob, top_logprobs: [] }]
  return {
    content: 'x',
    tokens: [sampled],
    tokens_evaluated: prompt.length,
    truncated: false,
    completion_probabilities: Number(body.n_probs) > 0 ? probabilities : [],
  }
}

import { expectIds, listAt, logProbAt, recordOf, UnusableAnswer } from './answers.ts'
import type { LogProbForm } from './log-prob-form.ts'

/** Added to the logit of the token that the server is to sample; no logit is as large. */
const FORCED = 1e4

/**
 * Form of llama.cpp's server, which gives no log-probabilities of a prompt: each token of the action is asked for alone,
 * after the tokens before it, forced by `logit_bias`. With `n_probs` and without `post_sampling_probs` the server gives
 * the softmax of the logits before the bias. It keeps the prompt between requests (`cache_prompt`), so that each costs
 * one token. A token that ends within a character has no log-probability there, and neither has its action.
 */
export const LLAMA_CPP: LogProbForm = {
  path: '/completion',
  async logProbs({ promptTokenIds, actionTokenIds }, ask) {
    const logProbs: number[] = []
    for (const [at, id] of actionTokenIds.entries()) {
      const prompt = [...promptTokenIds, ...actionTokenIds.slice(0, at)]
      const answer = await ask({
        prompt,
        n_predict: 1,
        logit_bias: [[id, FORCED]],
        samplers: ['top_k'],
        top_k: 1,
        n_probs: 1,
        post_sampling_probs: false,
        cache_prompt: true,
        return_tokens: true,
        stream: false,
      })
      if (answer.truncated === true) throw new UnusableAnswer('the endpoint has cut the prompt off: it is too long')
      // The server could add a token to the beginning: then it reads another sequence.
      if (answer.tokens_evaluated !== prompt.length)
        throw new UnusableAnswer(`the endpoint read ${String(answer.tokens_evaluated)} tokens, not ${prompt.length}`)
      const [sampled] = listAt(answer.completion_probabilities, 'completion_probabilities')
      expectIds([recordOf(sampled).id], [id])
      logProbs.push(logProbAt(recordOf(sampled).logprob, promptTokenIds.length + at))
    }
    return logProbs
  },
}

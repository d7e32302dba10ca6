import type { Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import type { Call } from './action.ts'
import { type QuestionResources, questionOf } from './resources.ts'
import type { QuestionState } from './state.ts'

/**
 * Action of a solver that knows which articles lead to the answer: it searches and reads them in order, then answers.
 * With `noise` it errs at that share of steps: it answers early with a title that it has seen, or searches for one.
 */
export function expertAction(state: QuestionState, resources: QuestionResources, rng: Rng, noise: number): Json {
  const call = rng.chance(noise) ? wrongCall(state, resources, rng) : nextCall(state, resources)
  return resources.settings.protocol === 'calls' ? written(call) : tagged(call)
}

/** Searches that do not list an article are not repeated: the solver opens it by its title, or goes without it. */
function nextCall(state: QuestionState, resources: QuestionResources): Call {
  const { answers, chain } = questionOf(resources, state)
  const missing = chain.find((article) => !state.read.includes(article))
  const title = resources.corpus.articles[missing ?? -1]?.title
  if (missing === undefined || title === undefined) return { kind: 'answer', text: answers[0] }
  const isListed = state.hits.includes(missing)
  return isListed && resources.settings.protocol === 'calls'
    ? { kind: 'open', title }
    : { kind: 'search', query: title }
}

function wrongCall(state: QuestionState, resources: QuestionResources, rng: Rng): Call {
  const { articles } = resources.corpus
  const seen = [...state.read, ...state.hits]
  const title = articles[seen.length > 0 ? rng.choice(seen) : rng.int(0, articles.length - 1)]?.title ?? ''
  return rng.chance(0.3) ? { kind: 'answer', text: title } : { kind: 'search', query: title }
}

function written(call: Call): Json {
  const { kind, ...args } = call
  return { name: kind, arguments: args }
}

function tagged(call: Call): string {
  const thought = '<think>It is the next step.</think>'
  if (call.kind === 'answer') return `${thought}\n<answer>${call.text}</answer>`
  return `${thought}\n<search>${call.kind === 'open' ? call.title : call.query}</search>`
}

import { shown } from '../../../core/data/shown.ts'
import { isProblem } from '../../../core/episode/action.ts'
import type { Transition } from '../../../core/episode/environment.ts'
import { found, textOf } from '../corpus/corpus.ts'
import { bestOverlap, exactMatch } from '../scores/answer.ts'
import { followUp, INVALID_RESPONSE, passageOf, readResponse } from '../search-r1/response.ts'
import { projectOutput } from '../verl/projection.ts'
import { informationText } from '../verl/prompt.ts'
import type { Call, SentAction } from './action.ts'
import { type QuestionResources, questionOf } from './resources.ts'
import { NOTHING, type QuestionState, withRead } from './state.ts'

/** What an action did, before its reward. */
interface Done {
  readonly state: QuestionState
  readonly isValid: boolean
  readonly query?: string
}

/** One action, as the protocol reads it. An answer ends the episode. */
export function takeAction(
  state: QuestionState,
  action: SentAction,
  resources: QuestionResources,
): Transition<QuestionState> {
  const { state: next, isValid, query } = act(state, action, resources)
  return {
    state: next,
    reward: next.answer === null ? 0 : rewardOf(next, resources),
    terminated: next.answer !== null,
    isActionValid: isValid,
    ...(query !== undefined && { info: { query } }),
  }
}

/** How right the answer is, from 0 to 1. */
function rewardOf(state: QuestionState, resources: QuestionResources): number {
  const { answers } = questionOf(resources, state)
  if (resources.settings.reward === 'f1') return bestOverlap(state.answer ?? '', answers)
  return Number(exactMatch(state.answer ?? '', answers))
}

function act(state: QuestionState, { text, call }: SentAction, resources: QuestionResources): Done {
  const { protocol } = resources.settings
  if (protocol === 'calls') return isProblem(call) ? refused(state, call.message) : callTool(state, call, resources)
  if (text === null) return refused(state, 'an action is a text: the whole output of a model')
  return protocol === 'search-r1' ? respond(state, text, resources) : respondToPrompt(state, text, resources)
}

const refused = (state: QuestionState, said: string): Done => ({ state: { ...state, said }, isValid: false })

function callTool(state: QuestionState, call: Call, resources: QuestionResources): Done {
  const { corpus, settings } = resources
  switch (call.kind) {
    case 'search': {
      const hits = found(corpus, call.query, settings.hits)
      return { state: { ...state, hits, said: listed(hits, resources) }, isValid: true, query: call.query }
    }
    case 'open': {
      const article = corpus.titled.get(call.title.toLowerCase())
      const content = article === undefined ? undefined : corpus.articles[article]
      if (article === undefined || content === undefined)
        return refused(
          state,
          `There is no article ${shown(call.title, 60)}: open one by the title that a search lists.`,
        )
      return { state: { ...withRead(state, [article]), said: textOf(content) }, isValid: true }
    }
    default:
      return { state: { ...state, answer: call.text, said: 'The question is answered.' }, isValid: true }
  }
}

function listed(hits: readonly number[], { corpus }: QuestionResources): string {
  const lines = hits.map((hit, at) => {
    const { title = '', sentences = [] } = corpus.articles[hit] ?? {}
    return `${at + 1}. ${title}: ${sentences[0] ?? ''}`
  })
  return lines.length === 0 ? 'No article has these words.' : lines.join('\n')
}

/** Articles that a search returns whole. */
function passagesFor(state: QuestionState, query: string, resources: QuestionResources) {
  const hits = found(resources.corpus, query, resources.settings.hits)
  const passages = hits.map((hit) => {
    const { title = '', sentences = [] } = resources.corpus.articles[hit] ?? {}
    return passageOf(title, sentences.join(' '))
  })
  return { passages, after: withRead({ ...state, hits }, hits) }
}

/** A response by Search-R1's rules. */
function respond(state: QuestionState, text: string, resources: QuestionResources): Done {
  const response = readResponse(text)
  if (response.kind === null) return refused(state, INVALID_RESPONSE)
  if (response.kind === 'answer') return { state: { ...state, answer: response.content, said: '' }, isValid: true }
  const { passages, after } = passagesFor(state, response.content, resources)
  return { state: { ...after, said: followUp(response, passages) }, isValid: true, query: response.content }
}

/** An output on a prompt of verl-agent. */
function respondToPrompt(state: QuestionState, text: string, resources: QuestionResources): Done {
  const { action, isValid } = projectOutput(text)
  const [, kind, content = ''] = /^<(search|answer)>([\s\S]*)<\/\1>$/.exec(action) ?? []
  if (kind === 'answer')
    return { state: turned({ ...state, answer: content, said: '' }, action, '', resources), isValid }
  if (kind !== 'search') return { state: turned({ ...state, said: '' }, '', '', resources), isValid: false }
  const { passages, after } = passagesFor(state, content, resources)
  const said = informationText(passages)
  return { state: turned({ ...after, said }, action, said, resources), isValid, query: content }
}

function turned(
  state: QuestionState,
  action: string,
  observation: string,
  { settings }: QuestionResources,
): QuestionState {
  const { historyLength } = settings
  const history = historyLength === 0 ? NOTHING : [...state.history, { action, observation }].slice(-historyLength)
  return { ...state, turns: state.turns + 1, history }
}

import { questionPrompt } from '../search-r1/response.ts'
import { buildPrompt } from '../verl/prompt.ts'
import { type QuestionResources, questionOf } from './resources.ts'
import type { QuestionState } from './state.ts'

/** What an agent sees: the question with what the last action answered, or what its protocol says. */
export function observationOf(state: QuestionState, resources: QuestionResources): string {
  const { text } = questionOf(resources, state)
  switch (resources.settings.protocol) {
    case 'search-r1':
      return state.said ?? questionPrompt(text)
    case 'verl-agent':
      return buildPrompt(text, state.history, state.turns)
    default:
      return `Question: ${text}\n\n${state.said ?? HOW}`
  }
}

const HOW = 'Search the articles, open those that help, and answer with a name or a few words.'

/** verl-agent's anchor: the question, then what the last action answered. */
export const answerAnchor = (state: QuestionState, resources: QuestionResources): string =>
  state.said ?? questionOf(resources, state).text

/** What the agent knows: the question and the articles it has read, in any order. */
export const knowledgeAnchor = (state: QuestionState, resources: QuestionResources): string => {
  const titles = state.read.map((article) => resources.corpus.articles[article]?.title ?? '').sort()
  return JSON.stringify([questionOf(resources, state).text, titles, state.answer])
}

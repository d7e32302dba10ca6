import type { Json } from '../../core/data/types.ts'
import { defineEnvironment, type Grades } from '../../core/episode/environment.ts'
import { DEFAULT_OPTIONS, questionSettings, RANGES } from './options.ts'
import { bestOverlap, exactMatch } from './scores/answer.ts'
import { ACTION_SCHEMA, readAction, TOOLS } from './session/action.ts'
import { expertAction } from './session/expert.ts'
import { openResources, type QuestionResources, questionOf } from './session/resources.ts'
import { type QuestionState, startState } from './session/state.ts'
import { takeAction } from './session/step.ts'
import { answerAnchor, knowledgeAnchor, observationOf } from './session/views.ts'

/**
 * Questions that need facts from several articles, found by search: of an invented world, so that no model knows them, or
 * of a folder of one's own. Protocols are calls of tools, Search-R1's tags (Jin et al., 2025) and verl-agent's prompts.
 */
export default defineEnvironment({
  id: 'search-qa@1',
  summary: 'answer questions that need facts from several articles, by search: an invented world or your own corpus',
  maxSteps: 12,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: { parse: readAction, jsonSchema: ACTION_SCHEMA },
  resources: ({ options }) => openResources(questionSettings(options)),
  digest: ({ corpus }) => corpus.digest,
  limit: ({ resources }) => resources.settings.steps,
  tasks: ({ resources }) => tasksOf(resources),
  reset({ task, resources }): QuestionState {
    const { split, question } = placeOf(resources, task.private)
    return startState(split, question)
  },
  step: (state, action, { resources }) => takeAction(state, action, resources),
  invalid: (state, said) => ({ ...state, said }),
  observe: { text: (state, { resources }) => observationOf(state, resources) },
  anchors: {
    answer: (state, { resources }) => answerAnchor(state, resources),
    knowledge: (state, { resources }) => knowledgeAnchor(state, resources),
  },
  examples: [
    { name: 'search', arguments: { query: 'a river' } },
    { name: 'open', arguments: { title: 'a title' } },
  ],
  tools: {
    list: () => TOOLS,
    action: (name, args) => ({ name, arguments: args }),
    result: ({ said }) => said ?? '',
    instructions: (state, { resources }) => observationOf(state, resources),
  },
  grades: (state, { resources }) => gradesOf(state, resources),
  groundTruth: (task, { resources }): Json => truthOf(resources, placeOf(resources, task.private)),
  expert: (state, { resources, rng, noise }) => expertAction(state, resources, rng, noise),
})

/** Positions of a question: its split, and where it is in it. */
interface Place {
  readonly split: number
  readonly question: number
}

function tasksOf({ corpus }: QuestionResources) {
  return Object.fromEntries(
    Object.entries(corpus.questions).map(([name, questions], split) => [
      name,
      questions.map(({ id, text }, question) => ({ id, public: { question: text }, private: { split, question } })),
    ]),
  )
}

/** Its split by name; empty for any other task. */
const placeOf = ({ corpus }: QuestionResources, { split, question }: Place) => ({
  split: Object.keys(corpus.questions)[split] ?? '',
  question,
})

/** `found` and `progress`: shares of the articles that lead to the answer, and of them and the answer. */
function gradesOf(state: QuestionState, resources: QuestionResources): Grades {
  const { answers, chain } = questionOf(resources, state)
  const seen = chain.filter((article) => state.read.includes(article)).length
  const em = state.answer === null ? null : Number(exactMatch(state.answer, answers))
  return {
    progress: (seen + (em ?? 0)) / (chain.length + 1),
    found: chain.length === 0 ? null : seen / chain.length,
    em,
    f1: state.answer === null ? null : bestOverlap(state.answer, answers),
  }
}

/** Answers, articles, and the calls that find them. */
function truthOf(resources: QuestionResources, task: { readonly split: string; readonly question: number }): Json {
  const { answers, chain } = questionOf(resources, task)
  const titles = chain.map((article) => resources.corpus.articles[article]?.title ?? '')
  const calls = titles.flatMap((title) => [
    { name: 'search', arguments: { query: title } },
    { name: 'open', arguments: { title } },
  ])
  return { answers, articles: titles, calls: [...calls, { name: 'answer', arguments: { text: answers[0] } }] }
}

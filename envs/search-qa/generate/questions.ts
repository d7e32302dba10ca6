import { GymError } from '../../../core/data/errors.ts'
import { hashOf } from '../../../core/data/hash.ts'
import { deriveKey, keyOfSeed, Rng, type Seed } from '../../../core/data/rng.ts'
import type { Article, Question, QuestionSet } from '../corpus/corpus.ts'
import { drawGraph, type Entity, type Kind, relationsOf } from './graph.ts'

export interface GeneratorOptions {
  /** Articles. */
  readonly articles: number
  /** Facts that a question needs, each from an article of its own. */
  readonly hops: number
  /** Questions of the split train; validation and test have a quarter of it each. */
  readonly tasks: number
  readonly seed: Seed
}

/** Draws without a new question before there are said to be no more. */
const MOST_DRAWS = 4000

/**
 * An invented world as articles, and questions on chains of its facts. No fact is in two articles, and no question in
 * two splits.
 * @throws GymError CONFIG_INVALID where the articles have fewer questions than asked for
 */
export function generateQuestions({ articles, hops, tasks, seed }: GeneratorOptions): QuestionSet {
  const key = keyOfSeed(seed)
  const entities = drawGraph(new Rng(deriveKey(key, 0, 0), 0), articles)
  const rng = new Rng(deriveKey(key, 1, 0), 0)
  const heldOut = Math.ceil(tasks / 4)
  const wanted: Readonly<Record<string, number>> = { train: tasks, validation: heldOut, test: heldOut }
  const questions: Record<string, Question[]> = { train: [], validation: [], test: [] }
  const known = new Set<string>()
  for (let missed = 0; Object.keys(wanted).some((split) => isShort(questions, wanted, split)); ) {
    const question = drawQuestion(rng, entities, hops)
    const split = question === null ? '' : splitOf(question.text)
    if (question === null || known.has(question.text) || !isShort(questions, wanted, split)) {
      if (++missed > MOST_DRAWS)
        throw new GymError(
          'CONFIG_INVALID',
          `${articles} articles have too few questions of ${hops} hops: ask for more articles or fewer tasks`,
        )
      continue
    }
    missed = 0
    known.add(question.text)
    const list = questions[split] ?? []
    list.push({ ...question, id: `${split}-${list.length}` })
  }
  return { articles: entities.map((entity) => articleOf(rng, entity, entities)), questions }
}

const isShort = (
  questions: Readonly<Record<string, readonly Question[]>>,
  wanted: Readonly<Record<string, number>>,
  split: string,
): boolean => (questions[split]?.length ?? 0) < (wanted[split] ?? 0)

/** The words of a question say which split it may be in. */
function splitOf(text: string): string {
  const share = Number.parseInt(hashOf(text).slice(0, 8), 16) / 2 ** 32
  return share < 0.6 ? 'train' : share < 0.8 ? 'validation' : 'test'
}

/** A walk along facts that meets no entity twice; null where it does. */
function drawQuestion(rng: Rng, entities: readonly Entity[], hops: number): Question | null {
  const walk = [rng.int(0, entities.length - 1)]
  let phrase = entities[walk[0] ?? 0]?.name ?? ''
  for (let hop = 0; hop < hops; hop++) {
    const entity = entities[walk.at(-1) ?? 0]
    const relations = entity === undefined ? [] : relationsOf(entity.kind)
    const choice = rng.int(0, relations.length - 1)
    phrase = `the ${relations[choice]?.name} of ${phrase}`
    const next = entity?.values[choice] ?? -1
    if (walk.includes(next)) return null
    walk.push(next)
  }
  const answer = entities[walk.at(-1) ?? 0]
  if (answer === undefined) return null
  return { id: '', text: `${asksFor(answer.kind)} ${phrase}?`, answers: [answer.name], chain: walk.slice(0, -1) }
}

const asksFor = (kind: Kind): string => (kind === 'person' ? 'Who is' : 'What is')

const FILLERS = [
  'Older sources on {x} contradict each other.',
  'Little else about {x} is recorded before {n}.',
  'A catalogue of {n} has a drawing of {x}.',
  'Many spellings of {x} were in use until {n}.',
]

/** What it is, then its facts in random order between sentences that say nothing. */
function articleOf(rng: Rng, { name, kind, values }: Entity, entities: readonly Entity[]): Article {
  const facts = relationsOf(kind).map(({ sentence }, at) =>
    sentence.replace('{x}', name).replace('{y}', entities[values[at] ?? 0]?.name ?? ''),
  )
  const fillers = rng
    .shuffle(FILLERS)
    .slice(0, 2)
    .map((text) => text.replace('{x}', name).replace('{n}', `${rng.int(1700, 1990)}`))
  return { title: name, sentences: [`${name} is a ${kind}.`, ...rng.shuffle([...facts, ...fillers])] }
}

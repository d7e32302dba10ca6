import { type Corpus, openCorpus, type Question } from '../corpus/corpus.ts'
import { readQuestions } from '../corpus/files.ts'
import { generateQuestions } from '../generate/questions.ts'
import type { QuestionSettings } from '../options.ts'
import type { QuestionState } from './state.ts'

export interface QuestionResources {
  readonly settings: QuestionSettings
  readonly corpus: Corpus
}

/** @throws GymError CONFIG_INVALID */
export const openResources = (settings: QuestionSettings): QuestionResources => ({
  settings,
  corpus: openCorpus(settings.folder === null ? generateQuestions(settings) : readQuestions(settings.folder)),
})

const NO_QUESTION: Question = { id: '', text: '', answers: [''], chain: [] }

/** The question of a state. A task that is not among them, as checks make, asks nothing. */
export const questionOf = (
  { corpus }: QuestionResources,
  { split, question }: Pick<QuestionState, 'split' | 'question'>,
): Question => corpus.questions[split]?.[question] ?? NO_QUESTION

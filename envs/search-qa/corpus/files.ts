import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { RecordReader, recordsOfFile } from '../../../sandbox/tasks/records.ts'
import type { Article, Question, QuestionSet } from './corpus.ts'

/** A question as a file has it, with its articles. */
interface Row {
  readonly id: string
  readonly text: string
  readonly answers: readonly [string, ...string[]]
  readonly articles: readonly Article[]
  /** Titles and texts of the articles that lead to the answer. */
  readonly gold: readonly Article[]
}

/**
 * Questions and articles of a folder: every `.json` and `.jsonl` file in it, also compressed with gzip. A record has the
 * fields of HotpotQA (`context`, `supporting_facts`), of MuSiQue (`paragraphs`), or is an article of Search-R1's corpora
 * (`contents`: the title in quotes, a new line, the text). The name of a file says the split of its questions: `dev` or
 * `validation`, `test`, else train.
 * @throws GymError CONFIG_INVALID with the file and the record
 */
export function readQuestions(folder: string): QuestionSet {
  const articles = new ArticleList()
  const questions: Record<string, Question[]> = {}
  for (const file of filesOf(folder))
    for (const [at, record] of recordsOfFile(join(folder, file)).entries()) {
      const row = readRecord(`${join(folder, file)}, record ${at}`, record)
      if ('title' in row) articles.add(row)
      else addRow(row, articles, listFor(questions, splitOf(file)))
    }
  expectQuestions(folder, questions)
  return { articles: articles.all, questions }
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.jsonl?(\.gz)?$/.test(file) && statSync(join(folder, file)).isFile())
      .sort()
  } catch (thrown) {
    throw invalid(folder, `the folder cannot be read: ${messageOf(thrown)}`)
  }
}

const splitOf = (file: string): string =>
  /(^|[_.-])test/i.test(file) ? 'test' : /(^|[_.-])(dev|valid)/i.test(file) ? 'validation' : 'train'

function listFor(questions: Record<string, Question[]>, split: string): Question[] {
  const known = questions[split] ?? []
  questions[split] = known
  return known
}

/** Articles without doubles. */
class ArticleList {
  readonly all: Article[] = []
  readonly #positions = new Map<string, number>()

  /** @returns its position */
  add(article: Article): number {
    const key = JSON.stringify(article)
    const known = this.#positions.get(key)
    if (known !== undefined) return known
    this.#positions.set(key, this.all.length)
    return this.all.push(article) - 1
  }
}

function addRow({ id, text, answers, articles: own, gold }: Row, articles: ArticleList, questions: Question[]): void {
  for (const article of own) articles.add(article)
  questions.push({ id, text, answers, chain: gold.map((article) => articles.add(article)) })
}

function readRecord(where: string, record: JsonObject): Row | Article {
  if ('contents' in record) return articleOf(where, record)
  if ('paragraphs' in record) return musiqueRow(where, record)
  if ('context' in record) return hotpotRow(where, record)
  throw invalid(where, 'is neither of HotpotQA (context), of MuSiQue (paragraphs) nor an article (contents)')
}

function articleOf(where: string, record: JsonObject): Article {
  const [title = '', ...lines] = new RecordReader(where, record).text('contents').split('\n')
  return { title: title.replace(/^"(.*)"$/, '$1'), sentences: [lines.join('\n')] }
}

/** Paragraphs in the order of the question's parts, where it has them. */
function musiqueRow(where: string, record: JsonObject): Row {
  const reader = new RecordReader(where, record)
  const paragraphs = reader.objects('paragraphs').map((paragraph) => new RecordReader(where, paragraph))
  const articles = paragraphs.map((each) => ({ title: each.text('title'), sentences: [each.text('paragraph_text')] }))
  const order = reader.objects('question_decomposition').map((part) => part.paragraph_support_idx)
  const supporting = reader.objects('paragraphs').flatMap(({ idx, is_supporting }, at) => {
    const article = articles[at]
    return is_supporting === true && article ? [{ article, place: order.indexOf(idx ?? null) }] : []
  })
  return {
    id: reader.id('id'),
    text: reader.text('question'),
    answers: [reader.text('answer'), ...reader.texts('answer_aliases')],
    articles,
    gold: supporting.toSorted((one, other) => one.place - other.place).map(({ article }) => article),
  }
}

function hotpotRow(where: string, record: JsonObject): Row {
  const reader = new RecordReader(where, record)
  const articles = listOf(record.context).map((pair) => hotpotArticle(where, pair))
  const titles = listOf(record.supporting_facts).map((fact) => (Array.isArray(fact) ? fact[0] : null))
  const gold = articles.filter(({ title }) => titles.includes(title))
  return {
    id: reader.id('_id'),
    text: reader.text('question'),
    answers: [reader.text('answer')],
    articles,
    gold: gold.toSorted((one, other) => titles.indexOf(one.title) - titles.indexOf(other.title)),
  }
}

function hotpotArticle(where: string, pair: Json): Article {
  const [title, sentences]: readonly Json[] = Array.isArray(pair) ? pair : []
  const isTexts = Array.isArray(sentences) && sentences.every((each): each is string => typeof each === 'string')
  if (typeof title !== 'string' || !isTexts) throw invalid(where, 'context is a list of [title, [sentences]]')
  return { title, sentences: sentences.map((sentence) => sentence.trim()) }
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

function expectQuestions(folder: string, questions: Readonly<Record<string, readonly Question[]>>): void {
  const all = Object.values(questions).flat()
  if (all.length === 0) throw invalid(folder, 'no file has a question')
  const ids = new Set<string>()
  for (const { id } of all) {
    if (ids.has(id)) throw invalid(folder, `id ${JSON.stringify(id)} appears twice`)
    ids.add(id)
  }
}

const invalid = (where: string, what: string): GymError =>
  new GymError('CONFIG_INVALID', `questions, ${where}: ${what}`)

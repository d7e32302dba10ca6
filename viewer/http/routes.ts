import { GymError } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { agreements, type CreditRequest } from '../../rewards/credit/index.ts'
import type { Role } from '../../server/roles.ts'
import type {
  ColumnsAnswer,
  CreditAnswer,
  CurveLine,
  CurvesAnswer,
  FindAnswer,
  GroupAnswer,
  PairsAnswer,
  ReadingAnswer,
  RunLine,
  RunsAnswer,
  Strip,
  TrajectoryAnswer,
} from '../answers.ts'
import { columnsOf } from '../data/columns.ts'
import {
  closedGroupCredit,
  creditStrip,
  estimatorLine,
  OFFERED,
  REWARD,
  type RunCredit,
  rewardStrip,
  TRUTH,
  truthRows,
  truthStrip,
  whyOf,
} from '../data/credit.ts'
import { curveOf } from '../data/curve.ts'
import { groupOf } from '../data/group.ts'
import { episodeIn, type OpenEpisode, type OpenRun } from '../data/open-run.ts'
import type { RunShelf, ShelvedRun } from '../data/shelf.ts'
import { lineOf, summaryOf } from '../data/summary.ts'
import { trainingCurve } from '../data/trainings.ts'
import { trajectoryOf } from '../data/trajectory.ts'
import { kept } from '../kept/kept.ts'
import type { KeptAnswers } from '../kept/kept-answers.ts'
import { fieldsOf } from '../search/fields.ts'
import { found } from '../search/find.ts'
import { namesIn } from '../search/match.ts'
import { parseSearch } from '../search/parse.ts'

/** What routes are answered from. */
export interface Library {
  readonly shelf: RunShelf
  readonly credit: RunCredit
  /** Answers of large runs, kept for the next time. @default nothing is kept */
  readonly kept?: KeptAnswers
  /** Whether the server of the pages also shows episodes while they are played. */
  readonly isLive: boolean
}

/** A request below `/-/api/`. */
export interface ApiRequest {
  /** Decoded, without `-` and `api`. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly role: Role
}

interface RunRequest extends ApiRequest {
  readonly library: Library
  readonly shelved: ShelvedRun
}

/**
 * The answer to a request, to be written as JSON.
 * @throws GymError FRAME_UNKNOWN, EPISODE_UNKNOWN; SIGNAL_MISSING; ESTIMATOR_UNKNOWN, CONFIG_INVALID; RECORD_FOREIGN,
 *   RECORD_CORRUPT, RECORD_FAILED
 */
export async function answerTo(library: Library, request: ApiRequest): Promise<unknown> {
  const [first, id, ...rest] = request.segments
  if (first === 'curves' && id === undefined) return curvesAnswer(library)
  if (first !== 'runs') throw noRoute(request)
  if (id === undefined) return runsAnswer(library)
  const shelved = library.shelf.find(id)
  const route = ROUTES.find(([shape]) => fits(shape, rest))?.[1]
  if (!route) throw noRoute(request)
  return route({ ...request, library, shelved }, rest)
}

async function runsAnswer(library: Library): Promise<RunsAnswer> {
  const { shelf, isLive } = library
  const runs: RunLine[] = []
  for (const shelved of shelf.list())
    runs.push(await kept({ library, shelved }, 'line', async () => lineOf(shelved, await shelf.open(shelved))))
  return { isLive, runs }
}

async function curvesAnswer(library: Library): Promise<CurvesAnswer> {
  const { shelf } = library
  const curves: CurveLine[] = []
  for (const shelved of shelf.list())
    curves.push(await kept({ library, shelved }, 'curve', async () => curveOf(shelved, await shelf.open(shelved))))
  return { curves: [...curves, ...shelf.trainings().map(trainingCurve)] }
}

type Answer = (request: RunRequest, rest: readonly string[]) => unknown

/** Routes of a run by the shape of what follows its name; `*` is any segment. */
const ROUTES: readonly (readonly [readonly string[], Answer])[] = [
  [[], (request) => kept(request, 'summary', async () => summaryOf(request.shelved, await opened(request), OFFERED))],
  [['reading'], ({ library, shelved }): ReadingAnswer => ({ episodes: library.shelf.progressOf(shelved) })],
  [['columns'], columnsAnswer],
  [['credit'], (request) => keptByDefault(request, 'credit', () => creditAnswer(request, null))],
  [['find'], findAnswer],
  [['pairs'], (request) => keptByDefault(request, 'pairs', () => pairsAnswer(request))],
  [['t', '*'], trajectoryAnswer],
  [['t', '*', 'credit'], async (request, [, id = '']) => creditAnswer(request, episodeIn(await opened(request), id))],
  [['t', '*', '*', 'why'], whyAnswer],
  [['g', '*'], groupAnswer],
  [
    ['g', '*', 'credit'],
    async (request, [, id = '']) => closedGroupCredit(await opened(request), id, await requestsOf(request)),
  ],
]

const opened = ({ library, shelved }: Pick<RunRequest, 'library' | 'shelved'>): Promise<OpenRun> =>
  library.shelf.open(shelved)

/** An answer about a run as a whole that no name of a user and no role changes. */
function keptByDefault<T>(request: RunRequest, name: string, make: () => Promise<T>): Promise<T> {
  return request.query.size === 0 ? kept(request, name, make) : make()
}

async function trajectoryAnswer(request: RunRequest, [, id = '']: readonly string[]): Promise<TrajectoryAnswer> {
  const open = await opened(request)
  return trajectoryOf(open, episodeIn(open, id), { evidence: request.role !== 'observer' })
}

/** Columns by the lenses that pages offer are kept. */
async function columnsAnswer(request: RunRequest): Promise<ColumnsAnswer> {
  const lens = request.query.get('lens')
  const make = async (): Promise<ColumnsAnswer> => columnsOf(await opened(request), await stripOf(request))
  const isOffered = lens === null || [...OFFERED, TRUTH, REWARD].includes(lens)
  return isOffered ? kept(request, `columns ${lens ?? ''}`, make) : make()
}

const fits = (shape: readonly string[], segments: readonly string[]): boolean =>
  shape.length === segments.length && shape.every((part, at) => part === '*' || part === segments[at])

async function stripOf(runRequest: RunRequest): Promise<Strip> {
  const { query, library } = runRequest
  const open = await opened(runRequest)
  const lens = query.get('lens') ?? (open.values && !open.values.isStale ? TRUTH : OFFERED[0])
  if (lens === TRUTH) return truthStrip(open)
  if (lens === REWARD) return rewardStrip(open)
  const [request] = await library.credit.requests([lens ?? ''])
  if (!request) throw new GymError('FRAME_INVALID', 'name one lens')
  return creditStrip(open, library.credit.of(open, request))
}

/** Estimators of `estimator=a,b`, with the options of `options={"gamma":0.9}`; those that are offered by default. */
function requestsOf({ library, query }: RunRequest) {
  const names = query.get('estimator')?.split(',') ?? OFFERED
  return library.credit.requests(names, optionsOf(query.get('options')))
}

function optionsOf(text: string | null): JsonObject {
  if (text === null) return {}
  try {
    const options = parseJson(text)
    if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options as JsonObject
  } catch {}
  throw new GymError('FRAME_INVALID', 'options should be a JSON object of the options of the estimator')
}

async function creditAnswer(request: RunRequest, episode: OpenEpisode | null): Promise<CreditAnswer> {
  const { library } = request
  const open = await opened(request)
  const requests = await requestsOf(request)
  return { estimators: requests.map((each) => estimatorLine(open, library.credit.of(open, each), episode)) }
}

/** Found rows that one answer has at most. */
const MOST_ROWS = 1000

async function findAnswer(request: RunRequest): Promise<FindAnswer> {
  const { library, query } = request
  const open = await opened(request)
  const search = parseSearch(query.get('q') ?? '')
  const names = new Set([...search.terms.flatMap(namesIn), ...search.sort.map(({ field }) => field)])
  const asked = library.credit.names().filter((name) => names.has(name))
  const credits = (await library.credit.requests(asked)).map((each) => library.credit.of(open, each))
  const from = wholeOf(query.get('from') ?? '0')
  const limit = Math.min(MOST_ROWS, wholeOf(query.get('limit') ?? '100'))
  return found(open, search, fieldsOf(open, credits), { from, limit })
}

function wholeOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new GymError('FRAME_INVALID', 'from and limit are whole numbers')
}

async function groupAnswer(request: RunRequest, [, id = '']: readonly string[]): Promise<GroupAnswer> {
  const { library, query } = request
  const open = await opened(request)
  const credits = (await requestsAt(request, query.get('anchor'))).map((each) => library.credit.of(open, each))
  return groupOf(open, id, query.get('anchor'), credits)
}

/** Estimators that compare by anchors compare by those that the page shows, unless options are given. */
async function requestsAt(request: RunRequest, anchor: string | null): Promise<readonly CreditRequest[]> {
  const requests = await requestsOf(request)
  if (anchor === null || request.query.has('options')) return requests
  return requests.map((each) => ('anchor' in each.estimator.defaults ? { ...each, options: { anchor } } : each))
}

async function pairsAnswer(request: RunRequest): Promise<PairsAnswer> {
  const { library } = request
  const open = await opened(request)
  const credits = (await requestsOf(request)).map((each) => library.credit.of(open, each))
  const truth = truthRows(open)
  return { pairs: agreements([...(truth ? [truth] : []), ...credits]) }
}

async function whyAnswer(request: RunRequest, [, id = '', index = '']: readonly string[]): Promise<unknown> {
  const open = await opened(request)
  const episode = episodeIn(open, id)
  if (!/^\d{1,9}$/.test(index)) throw noRoute(request)
  const [only, ...others] = await requestsOf(request)
  if (!only || others.length > 0) throw new GymError('FRAME_INVALID', 'name one estimator: why?estimator=gigpo')
  return whyOf(open, episode, Number(index), only)
}

const noRoute = ({ segments }: ApiRequest): GymError =>
  new GymError(
    'FRAME_UNKNOWN',
    `the viewer has no address /-/api/${segments.join('/').slice(0, 200)}: see docs/viewer.md`,
  )

import { GymError } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { agreements } from '../../rewards/credit/index.ts'
import type { Role } from '../../server/roles.ts'
import type { CreditAnswer, FindAnswer, GroupAnswer, PairsAnswer, RunsAnswer, Strip } from '../answers.ts'
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
import { groupOf } from '../data/group.ts'
import { episodeIn, type OpenEpisode, type OpenRun } from '../data/open-run.ts'
import type { RunShelf, ShelvedRun } from '../data/shelf.ts'
import { lineOf, summaryOf } from '../data/summary.ts'
import { trajectoryOf } from '../data/trajectory.ts'
import { fieldsOf } from '../search/fields.ts'
import { found } from '../search/find.ts'
import { namesIn } from '../search/match.ts'
import { parseSearch } from '../search/parse.ts'

/** What routes are answered from. */
export interface Library {
  readonly shelf: RunShelf
  readonly credit: RunCredit
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
  readonly open: OpenRun
}

/**
 * The answer to a request, to be written as JSON.
 * @throws GymError FRAME_UNKNOWN, EPISODE_UNKNOWN; SIGNAL_MISSING; ESTIMATOR_UNKNOWN, CONFIG_INVALID; RECORD_FOREIGN,
 *   RECORD_CORRUPT, RECORD_FAILED
 */
export async function answerTo(library: Library, request: ApiRequest): Promise<unknown> {
  const [first, id, ...rest] = request.segments
  if (first !== 'runs') throw noRoute(request)
  if (id === undefined) return runsAnswer(library)
  const shelved = library.shelf.find(id)
  const open = library.shelf.open(shelved)
  const route = ROUTES.find(([shape]) => fits(shape, rest))?.[1]
  if (!route) throw noRoute(request)
  return route({ ...request, library, shelved, open }, rest)
}

const runsAnswer = ({ shelf, isLive }: Library): RunsAnswer => ({
  isLive,
  runs: shelf.list().map((shelved) => lineOf(shelved, shelf.open(shelved))),
})

type Answer = (request: RunRequest, rest: readonly string[]) => unknown

/** Routes of a run by the shape of what follows its name; `*` is any segment. */
const ROUTES: readonly (readonly [readonly string[], Answer])[] = [
  [[], ({ shelved, open }) => summaryOf(shelved, open, OFFERED)],
  [['columns'], async (request) => columnsOf(request.open, await stripOf(request))],
  [['credit'], (request) => creditAnswer(request, null)],
  [['find'], findAnswer],
  [['pairs'], pairsAnswer],
  [
    ['t', '*'],
    ({ open, role }, [, id = '']) => trajectoryOf(open, episodeIn(open, id), { evidence: role !== 'observer' }),
  ],
  [['t', '*', 'credit'], (request, [, id = '']) => creditAnswer(request, episodeIn(request.open, id))],
  [['t', '*', '*', 'why'], whyAnswer],
  [['g', '*'], groupAnswer],
  [
    ['g', '*', 'credit'],
    async (request, [, id = '']) => closedGroupCredit(request.open, id, await requestsOf(request)),
  ],
]

const fits = (shape: readonly string[], segments: readonly string[]): boolean =>
  shape.length === segments.length && shape.every((part, at) => part === '*' || part === segments[at])

async function stripOf({ open, query, library }: RunRequest): Promise<Strip> {
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
  const { open, library } = request
  const requests = await requestsOf(request)
  return { estimators: requests.map((each) => estimatorLine(open, library.credit.of(open, each), episode)) }
}

/** Found rows that one answer has at most. */
const MOST_ROWS = 1000

async function findAnswer({ open, library, query }: RunRequest): Promise<FindAnswer> {
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
  const { open, library, query } = request
  const credits = (await requestsOf(request)).map((each) => library.credit.of(open, each))
  return groupOf(open, id, query.get('anchor'), credits)
}

async function pairsAnswer(request: RunRequest): Promise<PairsAnswer> {
  const { open, library } = request
  const credits = (await requestsOf(request)).map((each) => library.credit.of(open, each))
  const truth = truthRows(open)
  return { pairs: agreements([...(truth ? [truth] : []), ...credits]) }
}

async function whyAnswer(request: RunRequest, [, id = '', index = '']: readonly string[]): Promise<unknown> {
  const episode = episodeIn(request.open, id)
  if (!/^\d{1,9}$/.test(index)) throw noRoute(request)
  const [only, ...others] = await requestsOf(request)
  if (!only || others.length > 0) throw new GymError('FRAME_INVALID', 'name one estimator: why?estimator=gigpo')
  return whyOf(request.open, episode, Number(index), only)
}

const noRoute = ({ segments }: ApiRequest): GymError =>
  new GymError(
    'FRAME_UNKNOWN',
    `the viewer has no address /-/api/${segments.join('/').slice(0, 200)}: see docs/viewer.md`,
  )

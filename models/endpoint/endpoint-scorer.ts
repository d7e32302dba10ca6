import { createHash } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import { cut, shown } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { EndpointHttp } from '../chat/http.ts'
import { parsedOf, tokenCountsOf } from '../chat/reply.ts'
import { Refused, TryAgain } from '../chat/retry.ts'
import { type Endpoint, endpointOf } from '../chat/settings.ts'
import { costOf, type Prices, type Usage } from '../chat/usage.ts'
import { type TokenAction, tokenReader } from '../networks/token-network.ts'
import type { ItemModel, Scored, ScorerLimits } from '../scoring/batch-scorer.ts'
import { type Scorer, scorerFrom } from '../scoring/scorer.ts'
import { UnusableAnswer } from './answers.ts'
import { FORMS, type FormName } from './forms.ts'
import type { LogProbForm } from './log-prob-form.ts'

/** Endpoint that scores actions, and how it is asked. */
export interface EndpointScorerSettings {
  /** How messages call it; they may reach people who must not know its address. @default 'the scoring endpoint' */
  readonly name?: string
  /** `http://127.0.0.1:8000/v1` for `vllm` and `echo`; `http://127.0.0.1:8080` for `llama.cpp`. */
  readonly baseUrl: string
  readonly model: string
  /** Kind of server. @default 'vllm' */
  readonly form?: FormName
  /** `env:NAME` of the environment variable that holds the key. A key itself is refused. @default '' for none */
  readonly apiKey?: string
  /** Milliseconds for one request. @default 60000 */
  readonly timeoutMs?: number
  /** @default 3 */
  readonly retries?: number
  /** Name of the weights behind the endpoint. Without it nothing is kept in the cache: they may change. */
  readonly version?: string
  /** Tokens: ids run from 0 to this, exclusive. @default what the endpoint takes */
  readonly vocabulary?: number
  /** Most tokens of a sequence. @default what the endpoint takes */
  readonly maxLength?: number
}

/** Scorer behind an endpoint, with what it has used. */
export interface EndpointScorer extends Scorer<TokenAction> {
  usage(): Usage
  /** Cost so far in the currency of the prices. */
  cost(prices: Prices): number
}

/** Requests on their way at a time. */
const IN_FLIGHT = 8
/** Status codes that concern one request, and not the endpoint. */
const OF_REQUEST = new Set([400, 413, 422])

/**
 * Opens an endpoint as a scorer: the log-probability of each token of an action, given ids and checked one by one. An
 * answer that does not fit its action, or a request that the endpoint does not take, is a problem of that action alone;
 * an endpoint that fails is MODEL_FAILED for all. Its version is a digest of address, model, form and `version`.
 * @throws GymError CONFIG_INVALID
 */
export function openEndpointScorer(
  settings: EndpointScorerSettings,
  limits: Partial<ScorerLimits> = {},
  variables?: Readonly<Record<string, string | undefined>>,
): EndpointScorer {
  const form = formOf(settings.form ?? 'vllm')
  const endpoint = endpointOf(withDefaults(settings), variables, form.path)
  const http = new EndpointHttp(endpoint)
  const scorer = scorerFrom(
    itemModelOf(endpoint, http, form, settings),
    versionOf(endpoint, settings),
    { inFlight: IN_FLIGHT, ...(settings.version === undefined && { cacheSize: 0 }), ...limits, tokenBudget: 1 },
    async () => {},
  )
  return { ...scorer, usage: () => http.meter.usage, cost: (prices) => costOf(http.meter.usage, prices) }
}

const withDefaults = ({ baseUrl, model, ...settings }: EndpointScorerSettings) => ({
  name: settings.name ?? 'the scoring endpoint',
  baseUrl,
  model,
  apiKey: settings.apiKey ?? '',
  timeoutMs: settings.timeoutMs ?? 60_000,
  retries: settings.retries ?? 3,
})

function formOf(name: FormName): LogProbForm {
  if (Object.hasOwn(FORMS, name)) return FORMS[name]
  throw new GymError('CONFIG_INVALID', `form is ${Object.keys(FORMS).join(', ')}, not ${shown(name)}`)
}

/** Digest of where the scores come from, without repeating it: 16 hex digits. */
function versionOf({ url, model }: Endpoint, { form = 'vllm', version = '' }: EndpointScorerSettings): string {
  return createHash('sha256')
    .update(JSON.stringify([url.href, model, form, version]))
    .digest('hex')
    .slice(0, 16)
}

function itemModelOf(
  { model }: Endpoint,
  http: EndpointHttp,
  form: LogProbForm,
  { vocabulary = Number.MAX_SAFE_INTEGER, maxLength = Number.MAX_SAFE_INTEGER }: EndpointScorerSettings,
): ItemModel<TokenAction> {
  const { problemOf, keyOf, widthOf } = tokenReader({ vocabulary, maxLength })
  const read = (text: string): JsonObject => readAnswer(text, http)
  return {
    problemOf,
    keyOf,
    lengthOf: widthOf,
    run: (actions, signal) =>
      Promise.all(
        actions.map(async (action): Promise<Scored> => {
          try {
            return { logProbs: await form.logProbs(action, (body) => http.post({ model, ...body }, read, signal)) }
          } catch (thrown) {
            return { problem: http.redact(problemIn(thrown)) }
          }
        }),
      ),
  }
}

function readAnswer(text: string, { meter, redact }: EndpointHttp): JsonObject {
  const answer = parsedOf(text)
  if (answer === null) throw new TryAgain(`answered with something that is not a JSON object: ${cut(redact(text), 80)}`)
  meter.count({ tokens: tokenCountsOf(answer.usage) })
  return answer
}

/** Reason why one action has no score. @throws what concerns all actions */
function problemIn(thrown: unknown): string {
  if (thrown instanceof UnusableAnswer) return thrown.message
  if (thrown instanceof GymError && thrown.cause instanceof Refused && OF_REQUEST.has(thrown.cause.status))
    return thrown.message
  throw thrown
}

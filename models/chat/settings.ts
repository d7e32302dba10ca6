import { GymError } from '../../core/data/errors.ts'

/** Where a language model answers, and how patiently it is asked. */
export interface EndpointSettings {
  /** How messages call it; they may reach people who must not know its address. */
  readonly name: string
  /** Address of an OpenAI-compatible API, without `/chat/completions`: `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string
  readonly model: string
  /** `env:NAME` of the environment variable that holds the key; empty for none. A key itself is refused. */
  readonly apiKey: string
  /** Milliseconds for one request, from 1. */
  readonly timeoutMs: number
  /** Times that a request is asked again after 408, 409, 429, 5xx, a lost connection or an invalid answer. */
  readonly retries: number
}

/** Checked settings, with the key. */
export interface Endpoint extends Omit<EndpointSettings, 'apiKey' | 'baseUrl'> {
  readonly url: URL
  readonly key: string | null
}

/**
 * Settings that can be used. No message repeats a key.
 * @param path what is asked, below `baseUrl`
 * @throws GymError CONFIG_INVALID
 */
export function endpointOf(
  settings: EndpointSettings,
  variables: Readonly<Record<string, string | undefined>> = process.env,
  path = '/chat/completions',
): Endpoint {
  const { name, baseUrl, model, apiKey, timeoutMs, retries } = settings
  if (model === '') throw invalid(name, 'needs the name of a model: model=NAME')
  if (!(timeoutMs >= 1)) throw invalid(name, `timeoutMs is a number of milliseconds from 1, not ${timeoutMs}`)
  if (!(Number.isInteger(retries) && retries >= 0 && retries <= 100))
    throw invalid(name, `retries must be a whole number from 0 to 100, not ${retries}`)
  return { name, model, timeoutMs, retries, url: urlOf(name, baseUrl, path), key: keyOf(name, apiKey, variables) }
}

function urlOf(name: string, baseUrl: string, path: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid(
      name,
      'baseUrl is the http or https address of an OpenAI-compatible API, such as http://127.0.0.1:8000/v1',
    )
  if (url.username !== '' || url.password !== '')
    throw invalid(name, 'baseUrl holds a user or password, which records would keep: give a key as apiKey=env:NAME')
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  url.hash = ''
  return url
}

function keyOf(name: string, source: string, variables: Readonly<Record<string, string | undefined>>): string | null {
  if (source === '') return null
  const [, variable] = /^env:([A-Za-z_]\w*)$/.exec(source) ?? []
  if (variable === undefined)
    throw invalid(name, 'apiKey is env:NAME, the name of an environment variable: a key itself would be recorded')
  const key = variables[variable]?.trim()
  if (!key) throw invalid(name, `the environment variable ${variable} that apiKey names is not set`)
  if (!/^[\x21-\x7e]+$/.test(key))
    throw invalid(name, `the environment variable ${variable} holds no key: it has spaces`)
  return key
}

const invalid = (name: string, message: string): GymError => new GymError('CONFIG_INVALID', `${name}: ${message}`)

import { isJsonObject, parseJson } from '../../core/data/json.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { OpenEnvServer } from './servers.ts'
import type { SessionLimits } from './session.ts'

/** Characters of a schema: agents are shown all of it. */
const MOST = 100_000

/** The JSON Schema of an action, from `/schema` of a server; null where it has none, or is not there. */
export async function actionSchemaOf(server: OpenEnvServer, { startMs }: SessionLimits): Promise<JsonObject | null> {
  const { url, token } = server
  try {
    const answer = await fetch(new URL(`${url.pathname.replace(/\/+$/, '')}/schema`, url), {
      redirect: 'error',
      signal: AbortSignal.timeout(startMs),
      ...(token !== null && { headers: { authorization: `Bearer ${token}` } }),
    })
    const text = answer.ok ? await textWithin(answer) : null
    const schemas = text === null ? null : parseJson(text)
    const action = isJsonObject(schemas) ? schemas.action : null
    return isJsonObject(action) ? action : null
  } catch {
    return null
  }
}

/** Null where it is longer than an agent could be shown. */
async function textWithin({ body }: Response): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST) return null
  }
  return text
}

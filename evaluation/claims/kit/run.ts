import { type ClaimResult, type ClaimSettings, claims } from './claim.ts'

export interface ClaimsSettings extends ClaimSettings {
  /** Names; all where absent. */
  readonly only?: readonly string[]
  /** Called before each claim, and after the last. */
  readonly onProgress?: (done: number, total: number, now: string) => void
}

/**
 * Tests claims one after another, in order of their names.
 * @throws GymError CONFIG_INVALID for an unknown claim; as the worlds and estimators that claims load.
 */
export async function runClaims({ only, onProgress, ...settings }: ClaimsSettings): Promise<readonly ClaimResult[]> {
  const catalog = claims(settings.catalogs)
  const chosen = await Promise.all((only ?? catalog.names()).map((name) => catalog.load(name)))
  const results: ClaimResult[] = []
  for (const [done, claim] of chosen.entries()) {
    onProgress?.(done, chosen.length, claim.name)
    await yieldToEventLoop()
    results.push(await claim.run(settings))
  }
  onProgress?.(chosen.length, chosen.length, 'done')
  return results
}

/** Lets a progress bar be drawn. */
const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

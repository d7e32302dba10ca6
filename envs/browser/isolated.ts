import type { CDPSession } from 'playwright-core'

const WORLD_MS = 2000

/**
 * Evaluates an expression on a page in a world of its own: it sees the same elements, and nothing that scripts of the page have
 * changed, such as the methods of lists.
 * @throws Error with what the expression threw, or where it took too long
 */
export async function inIsolation(session: CDPSession, expression: string, awaitPromise = false): Promise<unknown> {
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName: 'stepgym',
  })
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    contextId,
    returnByValue: true,
    awaitPromise,
    timeout: WORLD_MS,
  })
  if (exceptionDetails === undefined) return result.value
  throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
}

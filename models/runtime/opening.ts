/** Notes a part that was opened, and how it is closed where a later one cannot be opened. @returns the part */
export type Keep = <Part>(part: Part, close: (part: Part) => Promise<unknown>) => Part

/**
 * Opens something of several parts, all or none: where one cannot be opened, those before it are closed, the last first.
 * @throws what `open` throws
 */
export async function openParts<T>(open: (keep: Keep) => Promise<T>): Promise<T> {
  const closings: (() => Promise<unknown>)[] = []
  try {
    return await open((part, close) => {
      closings.push(() => close(part))
      return part
    })
  } catch (thrown) {
    for (const close of closings.toReversed()) await close().catch(() => {})
    throw thrown
  }
}

type Close = () => unknown

const closers: Close[] = []

/** Closes something at the end of the test that opened it: what was opened last is closed first. */
export function closeAfterTest(close: Close): void {
  closers.push(close)
}

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

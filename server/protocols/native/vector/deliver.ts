import { isPromise, type MaybePromise } from '../../../../core/data/maybe-promise.ts'
import type { WriteFields } from '../fields.ts'
import type { Row } from './columns.ts'
import type { Frames } from './frames.ts'

/** The reply once every slot is ready, at once where none is late. @returns Its last frame. */
export function deliverWhole(rows: readonly MaybePromise<Row>[], frames: Frames): MaybePromise<WriteFields> {
  const write = (ready: readonly Row[]): WriteFields => {
    for (const row of ready) frames.add(row)
    return frames.last()
  }
  const ready = rows.filter((row): row is Row => !isPromise(row))
  return ready.length === rows.length ? write(ready) : Promise.all(rows).then(write)
}

/**
 * What is ready is sent before what is late; slots that get ready in one turn of the event loop share a frame.
 * @returns Its last frame.
 */
export function deliverReady(rows: readonly MaybePromise<Row>[], frames: Frames): MaybePromise<WriteFields> {
  const late: Promise<Row>[] = []
  for (const row of rows) {
    if (isPromise(row)) late.push(row)
    else frames.add(row)
  }
  if (late.length === 0) return frames.last()
  frames.send()
  return asTheyCome(late, frames)
}

async function asTheyCome(late: readonly Promise<Row>[], frames: Frames): Promise<WriteFields> {
  let sending: NodeJS.Immediate | null = null
  const send = (): void => {
    sending = null
    frames.send()
  }
  const come = (row: Row): void => {
    frames.add(row)
    sending ??= setImmediate(send)
  }
  await Promise.all(late.map((row) => row.then(come)))
  if (sending) clearImmediate(sending)
  return frames.last()
}

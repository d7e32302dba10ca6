// Frames to and from the process that started this one: `../../frames.ts` has the same.
import { readSync, writeSync } from 'node:fs'

export const FRAME = { run: 1, message: 2, ready: 4, result: 5, snapshot: 7 }
const HEADER = 9
const [IN, OUT] = [3, 4]

/** Waits for the next frame; ends the process where there is none. */
export function readFrame() {
  const header = readExactly(HEADER)
  const payload = readExactly(header.readUInt32LE(1))
  if (header.readUInt8(0) === FRAME.message) return { message: withLength(payload) }
  let at = 4 + payload.readUInt32LE(0)
  const head = JSON.parse(payload.toString('utf8', 4, at))
  const take = (length) => {
    at += length
    return payload.subarray(at - length, at)
  }
  return { head, take }
}

function readExactly(length) {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const read = readSome(bytes, at)
    if (read === 0) process.exit(0)
    at += read
  }
  return bytes
}

/** Sleeps between tries where the pipe does not wait by itself. */
function readSome(bytes, at) {
  for (;;) {
    try {
      return readSync(IN, bytes, at, bytes.length - at, null)
    } catch (error) {
      if (error.code === 'EOF') return 0
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

const withLength = (message) => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(message.length)
  return Buffer.concat([length, message])
}

export function sendFrame(type, parts) {
  const header = Buffer.alloc(HEADER)
  header.writeUInt8(type, 0)
  header.writeUInt32LE(
    parts.reduce((sum, { length }) => sum + length, 0),
    1,
  )
  for (const part of [header, ...parts]) writeWhole(part)
}

function writeWhole(bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(OUT, bytes, at)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
    }
  }
}

/** JSON after its length, and parts after it. */
export function sendParts(type, head, parts) {
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  sendFrame(type, [length, text, ...parts])
}

import { writeSync } from 'node:fs'
import { writeSafetensors } from '../../../models/weights/safetensors.ts'

/** Process of the crash test: writes one checkpoint after the other to a file, all of one value each, until it is killed. */
const [, , path = ''] = process.argv

for (let value = 1; ; value++) {
  const weights = { phi: { shape: [250_000], data: new Float32Array(250_000).fill(value) } }
  writeSafetensors(path, { weights, metadata: { value: `${value}` } })
  writeSync(1, `${value}\n`)
}

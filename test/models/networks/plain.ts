import { type DecoderConfig, NORM_EPSILON, ROTARY_BASE } from '../../../models/networks/decoder.ts'

type Vector = readonly number[]
interface PlainWeight {
  readonly data: ArrayLike<number>
}

/** Log-probabilities of the tokens after the first under a decoder, token by token in float64. */
export function plainDecoder(
  config: DecoderConfig,
  weights: Readonly<Record<string, PlainWeight>>,
  tokens: readonly number[],
): readonly number[] {
  const of = (name: string): ArrayLike<number> => weights[name]?.data ?? []
  const { width, vocabulary } = config
  const rowOf = (token: number): Vector =>
    Array.from({ length: width }, (_, i) => Number(of('embedding')[token * width + i]))
  let stream = tokens.map(rowOf)
  for (let layer = 0; layer < config.layers; layer++) {
    const block = (name: string): ArrayLike<number> => of(`block${layer}.${name}`)
    const mixed = attend(
      config,
      block,
      stream.map((x) => normal(x, block('norm1'))),
    )
    stream = stream.map((x, at) => plus(x, mixed[at] ?? []))
    stream = stream.map((x) => plus(x, feedForward(config, block, normal(x, block('norm2')))))
  }
  return tokens.slice(1).map((target, at) => {
    const x = normal(stream[at] ?? [], of('norm'))
    const logits = Array.from({ length: vocabulary }, (_, token) => dot(x, rowOf(token)))
    const most = Math.max(...logits)
    return Number(logits[target]) - most - Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0))
  })
}

const plus = (a: Vector, b: Vector): Vector => a.map((value, i) => value + Number(b[i]))
const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * Number(b[i]), 0)

function normal(x: Vector, weight: ArrayLike<number>): Vector {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + NORM_EPSILON)
  return x.map((value, i) => value * scale * Number(weight[i]))
}

const times = (x: Vector, weight: ArrayLike<number>, columns: number): Vector =>
  Array.from({ length: columns }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * Number(weight[i * columns + j]), 0),
  )

function attend(
  { width, heads }: DecoderConfig,
  block: (name: string) => ArrayLike<number>,
  rows: readonly Vector[],
): readonly Vector[] {
  const size = width / heads
  const [queries, keys] = ['query', 'key'].map((name) =>
    rows.map((x, at) => rotate(times(x, block(name), width), at, size)),
  )
  const values = rows.map((x) => times(x, block('value'), width))
  return rows.map((_, at) => {
    const mixed = Array.from({ length: heads }, (_, head) => {
      const part = (x: Vector | undefined): Vector => (x ?? []).slice(head * size, (head + 1) * size)
      const scores = (keys ?? [])
        .slice(0, at + 1)
        .map((key) => Math.exp(dot(part(queries?.[at]), part(key)) / Math.sqrt(size)))
      const total = scores.reduce((sum, score) => sum + score, 0)
      return part(values[0]).map((_, i) =>
        scores.reduce((sum, score, u) => sum + (score / total) * Number(part(values[u])[i]), 0),
      )
    })
    return times(mixed.flat(), block('output'), width)
  })
}

function rotate(x: Vector, position: number, size: number): Vector {
  const half = size / 2
  return x.map((value, i) => {
    const place = i % size
    const angle = position / ROTARY_BASE ** ((place % half) / half)
    const partner = Number(x[place < half ? i + half : i - half])
    return value * Math.cos(angle) + (place < half ? -1 : 1) * partner * Math.sin(angle)
  })
}

function feedForward({ width, hidden }: DecoderConfig, block: (name: string) => ArrayLike<number>, x: Vector): Vector {
  const up = times(x, block('up'), hidden)
  const gated = times(x, block('gate'), hidden).map((g, i) => (g / (1 + Math.exp(-g))) * Number(up[i]))
  return times(gated, block('down'), width)
}

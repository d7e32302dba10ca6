import type { GraphEdge, GraphNode, PlaceGraph } from './place-graph.ts'

/** A node where it is drawn. */
export interface PlacedNode extends GraphNode {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/** An edge as it is drawn. */
export interface PlacedEdge extends GraphEdge {
  /** Path data of an SVG. */
  readonly d: string
  /** Leads to a place that is not further from the start. */
  readonly isBack: boolean
  readonly width: number
}

/** A drawn graph. */
export interface Layout {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly width: number
  readonly height: number
}

const [LAYER, TOP, STAGGER] = [78, 34, 13] as const
/** More nodes than this in a layer stand in two lines. */
const MOST_IN_LINE = 9
const SWEEPS = 6

/**
 * Layers by distance from the start, endings in the last; within a layer in the order that crosses the fewest lines, by
 * means of the neighbours.
 */
export function layoutOf(graph: PlaceGraph, width: number): Layout {
  const layers = ordered(layersOf(graph), graph.edges, width)
  const nodes = layers.flatMap((layer, depth) => layer.map((node, at) => placed(node, at, layer.length, depth, width)))
  const byKey = new Map(nodes.map((node) => [node.key, node]))
  return {
    nodes,
    edges: graph.edges.flatMap((edge) => drawn(edge, byKey)),
    width,
    height: TOP + LAYER * Math.max(0, layers.length - 1) + TOP,
  }
}

function layersOf({ nodes, edges, starts }: PlaceGraph): readonly (readonly GraphNode[])[] {
  const depths = depthsFrom(starts, edges)
  const last = Math.max(0, ...[...depths].filter(([key]) => isPlace(nodes, key)).map(([, depth]) => depth)) + 1
  const layers: GraphNode[][] = Array.from({ length: last + 1 }, () => [])
  for (const node of nodes) layers[node.kind === 'ending' ? last : (depths.get(node.key) ?? 0)]?.push(node)
  return layers
}

const isPlace = (nodes: readonly GraphNode[], key: number): boolean =>
  nodes.some((node) => node.key === key && node.kind !== 'ending')

/** Steps from the nearest start. */
function depthsFrom(starts: readonly number[], edges: readonly GraphEdge[]): ReadonlyMap<number, number> {
  const depths = new Map(starts.map((key) => [key, 0]))
  const queue = [...starts]
  for (let at = 0; at < queue.length; at++) {
    const key = queue[at] ?? 0
    for (const { from, to } of edges)
      if (from === key && !depths.has(to)) {
        depths.set(to, (depths.get(key) ?? 0) + 1)
        queue.push(to)
      }
  }
  return depths
}

type Layers = readonly (readonly GraphNode[])[]

function ordered(layers: Layers, edges: readonly GraphEdge[], width: number): Layers {
  const neighbours = neighboursOf(edges)
  let now = layers
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const downwards = sweep % 2 === 0
    const next = [...now]
    const order = downwards ? [...next.keys()] : [...next.keys()].reverse()
    for (const depth of order) next[depth] = byNeighbours(next, depth, neighbours, width)
    now = next
  }
  return now
}

function neighboursOf(edges: readonly GraphEdge[]): ReadonlyMap<number, readonly GraphEdge[]> {
  const found = new Map<number, GraphEdge[]>()
  for (const edge of edges) for (const key of [edge.from, edge.to]) found.set(key, [...(found.get(key) ?? []), edge])
  return found
}

/** A layer by the mean place of the neighbours of its nodes in other layers; those without keep theirs. */
function byNeighbours(
  layers: Layers,
  depth: number,
  neighbours: ReadonlyMap<number, readonly GraphEdge[]>,
  width: number,
): readonly GraphNode[] {
  const places = layers.flatMap((layer) => layer.map(({ key }, at) => [key, xOf(at, layer.length, width)] as const))
  const xs = new Map(places)
  const own = new Set(layers[depth]?.map(({ key }) => key))
  const centre = ({ key }: GraphNode): number => {
    const around = (neighbours.get(key) ?? [])
      .map(({ from, to, count }) => ({ other: from === key ? to : from, count }))
      .filter(({ other }) => !own.has(other))
    const weight = around.reduce((sum, { count }) => sum + count, 0)
    if (weight === 0) return xs.get(key) ?? 0
    return around.reduce((sum, { other, count }) => sum + count * (xs.get(other) ?? 0), 0) / weight
  }
  return (layers[depth] ?? []).toSorted((one, other) => centre(one) - centre(other))
}

const xOf = (at: number, count: number, width: number): number => ((at + 0.5) * width) / count

function placed(node: GraphNode, at: number, count: number, depth: number, width: number): PlacedNode {
  const stagger = count > MOST_IN_LINE ? (at % 2 === 0 ? -STAGGER : STAGGER) : 0
  const room = (width / count) * (count > MOST_IN_LINE ? 1 : 0.5)
  const radius = Math.min(4.5 + 3 * Math.sqrt(node.visits), Math.max(7, room - 1), 22)
  return { ...node, x: xOf(at, count, width), y: TOP + LAYER * depth + stagger, radius }
}

function drawn(edge: GraphEdge, nodes: ReadonlyMap<number, PlacedNode>): readonly PlacedEdge[] {
  const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)]
  if (!from || !to) return []
  const isBack = to.y <= from.y + STAGGER
  return [{ ...edge, isBack, width: Math.min(7, 1 + Math.sqrt(edge.count)), d: pathOf(from, to, isBack) }]
}

function pathOf(from: PlacedNode, to: PlacedNode, isBack: boolean): string {
  const n = (value: number): string => value.toFixed(1)
  const start = `M${n(from.x)} ${n(from.y)}`
  if (from.key === to.key) return loopOf(from)
  const middle = (from.y + to.y) / 2
  if (!isBack) return `${start}C${n(from.x)} ${n(middle)} ${n(to.x)} ${n(middle)} ${n(to.x)} ${n(to.y)}`
  const bend = from.x <= to.x ? -46 : 46
  return `${start}Q${n((from.x + to.x) / 2 + bend)} ${n(middle)} ${n(to.x)} ${n(to.y)}`
}

/** A step that stays where it was. */
function loopOf({ x, y, radius }: PlacedNode): string {
  const [right, reach] = [x + radius * 0.6, radius + 12]
  const [top, low] = [y - radius * 0.7, y + radius * 0.7]
  return `M${right} ${top}C${x + reach + 6} ${top - 8} ${x + reach + 6} ${low + 8} ${right} ${low}`
}

import { fixed, signed, visible } from './format.ts'
import { layoutOf, type PlacedEdge, type PlacedNode } from './graph-layout.ts'
import { type GroupView, valueRange } from './group-view.ts'
import { placeGraph } from './place-graph.ts'
import { toneOf, valueTone } from './tone.ts'

const WIDTH = 420

interface GroupGraphProps extends GroupView {
  /** Address with another place selected. */
  readonly linkOf: (place: number) => string
}

/** Where the members of a group went: places from the start downwards, and how episodes ended. */
export function GroupGraph(props: GroupGraphProps) {
  const { answer, lens, place, linkOf } = props
  const { nodes, edges, height } = layoutOf(placeGraph(answer, lens.numbers), WIDTH)
  const range = valueRange(answer)
  const names = new Map(nodes.map((node) => [node.key, nameOf(node)]))
  return (
    <section class="panel">
      <div class="ph">
        <h2>Where they went</h2>
        <div class="r">size: visits · shade: value</div>
      </div>
      <div class="graph">
        <svg viewBox={`0 0 ${WIDTH} ${height}`} width="100%">
          <title>Places of the group; the table has the same</title>
          {edges.map((edge) => (
            <Edge key={`${edge.from} ${edge.to}`} edge={edge} rms={lens.rms} names={names} place={place} />
          ))}
          {nodes.map((node) => (
            <Node
              key={node.key}
              node={node}
              tone={valueTone(node.value, range)}
              isChosen={node.key === place}
              link={linkOf(node.key)}
            />
          ))}
        </svg>
      </div>
      <p class="note">
        Numbers are those of the table. Dotted lines lead back; a dotted ring marks a place that stands for several
        states; squares are endings.
      </p>
    </section>
  )
}

const nameOf = ({ key, kind, label }: PlacedNode): string =>
  kind === 'place' ? `${key + 1} ${visible(label)}` : visible(label)

interface EdgeProps {
  readonly edge: PlacedEdge
  readonly rms: number | null
  readonly names: ReadonlyMap<number, string>
  readonly place: number
}

function Edge({ edge, rms, names, place }: EdgeProps) {
  const tone = edge.number === null ? 'none' : toneOf(edge.number, rms)
  const isNear = edge.from === place || edge.to === place
  return (
    <path
      d={edge.d}
      class={`edge e-${tone} ${edge.isBack ? 'back' : ''} ${isNear ? 'near' : ''}`}
      stroke-width={edge.width}
    >
      <title>{`${names.get(edge.from)} → ${names.get(edge.to)}: ${edge.count} times, ${signed(edge.number)}`}</title>
    </path>
  )
}

interface NodeProps {
  readonly node: PlacedNode
  readonly tone: string | null
  readonly isChosen: boolean
  readonly link: string
}

function Node({ node, tone, isChosen, link }: NodeProps) {
  const { x, y, radius, kind, key, visits, states, value } = node
  const place = `${nameOf(node)}: ${visits} ${kind === 'ending' ? 'episodes' : 'visits'}, value ${fixed(value)}`
  const shade = `node ${tone ?? 'v-none'} ${isChosen ? 'chosen' : ''}`
  if (kind === 'ending')
    return (
      <g>
        <rect x={x - 8} y={y - 8} width="16" height="16" rx="3" class={shade} />
        <text x={x} y={y + 22} text-anchor="middle" class="under">
          {fixed(value)} ×{visits}
        </text>
        <title>{place}</title>
      </g>
    )
  const drawn = (
    <>
      {(states ?? 1) > 1 && <circle cx={x} cy={y} r={radius + 3.5} class="merged" />}
      <circle cx={x} cy={y} r={radius} class={shade} />
      <text x={x} y={y + 3.5} text-anchor="middle" class={`number ${tone ?? 'v-none'}`}>
        {kind === 'place' ? key + 1 : '…'}
      </text>
      <title>{place}</title>
    </>
  )
  // The table beside it is the way of keyboards and readers of screens.
  return kind === 'place' ? (
    <a href={link} tabIndex={-1} aria-label={place}>
      {drawn}
    </a>
  ) : (
    <g>{drawn}</g>
  )
}

import type { Reading } from '../answers.ts'
import { fixed } from './format.ts'

interface MonitorsProps {
  readonly title: string
  readonly readings: readonly Reading[]
}

/** What the monitors of training read: what is wrong and what to do, then every figure that is known. */
export function MonitorsPanel({ title, readings }: MonitorsProps) {
  const known = readings.filter(({ value }) => value !== null)
  const sentences = readings.flatMap(({ sentence }) => sentence ?? [])
  if (known.length === 0) return null
  return (
    <section class="panel monitors">
      <div class="ph">
        <h2>{title}</h2>
        <div class="r">{sentences.length === 0 ? 'nothing beyond its threshold' : `${sentences.length} beyond`}</div>
      </div>
      {sentences.map((sentence) => (
        <p class="note" key={sentence}>
          <span class="tag w">!</span> {sentence}
        </p>
      ))}
      <table class="tb">
        <tbody>
          {known.map((reading) => (
            <MonitorRow key={`${reading.monitor} ${reading.signal}`} reading={reading} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function MonitorRow({
  reading: { monitor, signal, summary, value, threshold, beyond, sentence },
}: {
  readonly reading: Reading
}) {
  return (
    <tr title={summary}>
      <td>{signal === null ? monitor : `${monitor}: ${signal}`}</td>
      <td class="r">{sentence === null ? fixed(value, 3) : <b>{fixed(value, 3)}</b>}</td>
      <td class="r faint">
        {beyond} {threshold}
      </td>
    </tr>
  )
}

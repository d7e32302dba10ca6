import type { LiveEpisode } from '../answers.ts'
import { actionText, fixed, signed, visible } from './format.ts'
import { Failed } from './frame.tsx'
import type { Live } from './live.ts'

/** Episodes that are drawn. */
const MOST_ROWS = 40

/** Episodes while they are played: those that run first, then those that ended last. */
export function LivePanel({ live: { episodes, missed, failure } }: { readonly live: Live }) {
  const all = [...episodes.values()].toReversed()
  const running = all.filter(({ ending }) => ending === null)
  const shown = [...running, ...all.filter(({ ending }) => ending !== null)].slice(0, MOST_ROWS)
  return (
    <section class="panel wide">
      <div class="ph">
        <h2>Now</h2>
        <div class="r">
          {running.length} running{missed > 0 && ` · ${missed} events too fast to show`}
        </div>
      </div>
      {failure && <Failed failure={failure} />}
      {shown.length === 0 && !failure && <p class="state">no episode has been played since the server started</p>}
      {shown.length > 0 && (
        <div class="across">
          <table class="tb live">
            <thead>
              <tr>
                <th>episode</th>
                <th>rewards, step by step</th>
                <th>last action</th>
                <th class="r">steps</th>
                <th class="r">return</th>
                <th>state</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((episode) => (
                <LiveRow key={episode.id} episode={episode} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function LiveRow({ episode }: { readonly episode: LiveEpisode }) {
  const { id, environment, group, task, steps, stepCount, ending } = episode
  const last = steps.at(-1)
  return (
    <tr>
      <td>
        <b>{visible(id)}</b>{' '}
        <span class="faint">
          {environment} · {visible(task)}
          {group !== null && ` · group ${visible(group)}`}
        </span>
      </td>
      <td>
        <Rewards episode={episode} />
      </td>
      <td class="mono act">
        {last && (
          <bdi>
            {actionText(last.action)}
            {!last.isActionValid && <span class="tag w">invalid</span>}
          </bdi>
        )}
      </td>
      <td class="r">{stepCount}</td>
      <td class="r">{fixed(episode.return)}</td>
      <td>
        <span class={ending === null ? 'tag on' : 'tag'}>{ending ?? 'running'}</span>
      </td>
    </tr>
  )
}

const [WIDTH, MIDDLE, REACH] = [120, 12, 10] as const

/** Rewards of the latest steps as bars; a dot is 0, a gap is a reward that is not known. */
function Rewards({ episode: { steps } }: { readonly episode: LiveEpisode }) {
  const pitch = Math.min(6, WIDTH / Math.max(1, steps.length))
  const largest = Math.max(1e-9, ...steps.map(({ reward }) => Math.abs(reward ?? 0)))
  return (
    <svg class="s" width={WIDTH} height={2 * MIDDLE} role="img" aria-label={`rewards of ${steps.length} steps`}>
      {steps.map(({ index, reward }, at) => {
        if (reward === null) return null
        const x = (at + 0.5) * pitch
        if (reward === 0) return <path key={index} class="u" d={`M${x} ${MIDDLE - 1}v2`} />
        const height = (REACH * Math.abs(reward)) / largest
        return (
          <path
            key={index}
            class={reward > 0 ? 'ps' : 'ns'}
            d={`M${x} ${MIDDLE}v${reward > 0 ? -height : height}`}
            stroke-width={Math.max(1, pitch - 1.5)}
          >
            <title>{`step ${index}: ${signed(reward)}`}</title>
          </path>
        )
      })}
    </svg>
  )
}

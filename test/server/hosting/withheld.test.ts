import { expect, it } from 'vitest'
import { readRun } from '../../../records/reader.ts'
import { dice } from '../../support/core-worlds.ts'
import { NativeClient, pause, until } from '../../support/server/native-client.ts'
import { recording } from '../../support/server/recording.ts'

it('a step is not answered where a listener fails to take it, and others are', async () => {
  const { server, folder, url } = await recording(dice)
  const failures: string[] = []
  const listening = { failed: ({ doing }: { readonly doing: string }) => void failures.push(doing) }
  server.host.listen(listening)
  const remove = server.host.listen({ stepTaken: () => Promise.reject(new Error('no feed')) })
  const [withheld, other] = [new NativeClient(url), new NativeClient(url)]
  const { episode } = await withheld.ask({ type: 'reset' })
  let isAnswered = false
  const asked = withheld.ask({ type: 'step', episode, action: '1' })
  const answered = (): void => {
    isAnswered = true
  }
  // Its socket is closed at the end, without a reply.
  asked.then(answered, () => {})
  await until(() => failures.length > 0)
  remove()
  const another = await other.ask({ type: 'reset' })
  await other.ask({ type: 'step', episode: another.episode, action: '1' })
  await pause(20)
  expect([isAnswered, failures]).toEqual([false, ['notifying a listener of a step']])
  expect([...readRun(folder).trajectories()].map(({ trajectory }) => trajectory.steps.length)).toEqual([1, 1])
})

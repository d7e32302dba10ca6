import type { Agent, Ending, Group, Json, JsonObject, MaybePromise, Step, World } from 'stepgym'
import {
  type Branch,
  type BranchSettings,
  type BranchSource,
  Budget,
  bestOfAll,
  gradeValue,
  growTree,
  type Intervention,
  intervention,
  LocalBranches,
  type Mode,
  Player,
  type PlayerSettings,
  type PrefixOptions,
  playOutValue,
  type RecordedPath,
  ReplayedBranches,
  type RerankOptions,
  rerank,
  returnValue,
  type SAMPLING_MODES,
  type SampleSettings,
  sampleGroup,
  samplePrefix,
  samplingMode,
  signalValue,
  type TreeOptions,
  VALUE_SIGNAL,
  type ValueFunction,
} from 'stepgym/sampling'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/sampling`. The compiler checks this file; it is never run. */

declare const agent: Agent
declare const branch: Branch
declare const player: Player
const mode = samplingMode('prefix', { k: 4 })

expectTypeOf(sampleGroup).toEqualTypeOf<
  (source: BranchSource, mode: Mode, settings: SampleSettings) => Promise<Group>
>()
expectTypeOf(mode).toEqualTypeOf<Mode>()
expectTypeOf(samplingMode).parameters.toEqualTypeOf<[name: string, chosen: JsonObject]>()
expectTypeOf<keyof typeof SAMPLING_MODES>().toEqualTypeOf<string>()
expectTypeOf(intervention).parameter(0).toEqualTypeOf<Intervention>()
expectTypeOf(intervention).returns.toEqualTypeOf<Mode>()
expectTypeOf<Intervention['action']>().toEqualTypeOf<Json>()

expectTypeOf(LocalBranches).instance.toExtend<BranchSource>()
expectTypeOf<ConstructorParameters<typeof LocalBranches>[0]>().toEqualTypeOf<World>()
expectTypeOf(ReplayedBranches).instance.toExtend<BranchSource>()
expectTypeOf(ReplayedBranches).constructorParameters.toEqualTypeOf<
  [world: World, source: RecordedPath, at: number, settings: BranchSettings]
>()
expectTypeOf<BranchSource['start']>().toEqualTypeOf<(count: number) => Promise<readonly Branch[]>>()
expectTypeOf(branch.ending).toEqualTypeOf<Ending | null>()
expectTypeOf(branch.path).toEqualTypeOf<readonly Step[]>()
expectTypeOf(branch.fork(2, 'fresh')).toEqualTypeOf<Promise<readonly Branch[]>>()
// @ts-expect-error: forks draw fresh or common random numbers
void branch.fork(2, 'other')

expectTypeOf(new Player({ agent, budget: new Budget(null) })).toEqualTypeOf<Player>()
expectTypeOf<PlayerSettings['budget']>().toEqualTypeOf<Budget>()
expectTypeOf(player.advance([branch])).toEqualTypeOf<Promise<readonly Branch[]>>()
expectTypeOf(Budget).constructorParameters.toEqualTypeOf<[limit: number | null]>()
expectTypeOf<SampleSettings['budget']>().toEqualTypeOf<number | null | undefined>()

expectTypeOf(samplePrefix).parameter(2).toEqualTypeOf<PrefixOptions>()
expectTypeOf<PrefixOptions['commit']>().toEqualTypeOf<'policy' | 'greedy' | 'best'>()
expectTypeOf(rerank).parameter(2).toEqualTypeOf<RerankOptions>()
expectTypeOf(growTree).parameter(2).toEqualTypeOf<TreeOptions>()
expectTypeOf(growTree).returns.toEqualTypeOf<Promise<readonly Branch[]>>()
expectTypeOf(bestOfAll([branch], player, returnValue)).toEqualTypeOf<Promise<Branch | undefined>>()

expectTypeOf<ValueFunction['value']>().returns.toEqualTypeOf<MaybePromise<number | null>>()
expectTypeOf(returnValue).toEqualTypeOf<ValueFunction>()
expectTypeOf(gradeValue).toEqualTypeOf<(grade: string) => ValueFunction>()
expectTypeOf(playOutValue).toEqualTypeOf<(count: number) => ValueFunction>()
expectTypeOf(signalValue(VALUE_SIGNAL)).toEqualTypeOf<ValueFunction>()

import type { Agent, Ending, Group, Json, JsonObject, MaybePromise, Step, World } from 'stepgym'
import {
  type BeamOptions,
  type BestFirstOptions,
  type Branch,
  type BranchSettings,
  type BranchSource,
  Budget,
  bestInTurn,
  bestOfAll,
  type CandidateOptions,
  gradeValue,
  growTree,
  type Intervention,
  intervention,
  LocalBranches,
  type MctsOptions,
  type Mode,
  type NamedValues,
  Player,
  type PlayerSettings,
  type PrefixOptions,
  playOutValue,
  type RecordedPath,
  type RejectionOptions,
  ReplayedBranches,
  type RerankOptions,
  rejectEarly,
  rerank,
  returnValue,
  type SAMPLING_MODES,
  type SampleSettings,
  type SEARCH_SIGNALS,
  type SearchOptions,
  sampleGroup,
  samplePrefix,
  samplingMode,
  searchBestFirst,
  searchByBeam,
  searchByMcts,
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
expectTypeOf(samplingMode).parameters.toEqualTypeOf<
  [name: string, chosen: JsonObject, named?: NamedValues | undefined]
>()
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

expectTypeOf(bestInTurn(branch, player, returnValue)).toEqualTypeOf<Promise<Branch | undefined>>()
expectTypeOf(rejectEarly).parameter(2).toEqualTypeOf<RejectionOptions>()
expectTypeOf(searchByMcts).parameter(2).toEqualTypeOf<MctsOptions>()
expectTypeOf<MctsOptions['rule']>().toEqualTypeOf<'uct' | 'puct'>()
expectTypeOf(searchBestFirst).parameter(2).toEqualTypeOf<BestFirstOptions>()
expectTypeOf(searchByBeam).parameter(2).toEqualTypeOf<BeamOptions>()
expectTypeOf<BeamOptions>().toExtend<SearchOptions>()
expectTypeOf<BeamOptions>().toExtend<CandidateOptions>()
expectTypeOf<(typeof SEARCH_SIGNALS)['visits']>().toEqualTypeOf<'search-visits'>()
// @ts-expect-error: a finished episode is worth its return or a value
expectTypeOf<SearchOptions['final']>().toEqualTypeOf<'best'>()

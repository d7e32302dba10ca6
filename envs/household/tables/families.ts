export const ROOMS = ['Kitchen', 'LivingRoom', 'Bedroom', 'Bathroom'] as const
export type Room = (typeof ROOMS)[number]

/** ALFWorld's families of tasks, in the order of their numbers, which begin at 1. */
export const FAMILY_NAMES = [
  'pick_and_place_simple',
  'look_at_obj_in_light',
  'pick_clean_then_place_in_recep',
  'pick_heat_then_place_in_recep',
  'pick_cool_then_place_in_recep',
  'pick_two_obj_and_place',
] as const
export type FamilyName = (typeof FAMILY_NAMES)[number]

/** What is done to an object before it is put away, and where. */
export type Treatment = 'heat' | 'cool' | 'clean'

export interface Family {
  /** Rooms that have such tasks. */
  readonly rooms: readonly Room[]
  /** The two ways a task is said; `{obj}`, `{recep}` and `{toggle}` are types in lower case. */
  readonly texts: readonly [string, string]
  readonly treatment: Treatment | null
}

export const FAMILIES: Readonly<Record<FamilyName, Family>> = {
  pick_and_place_simple: {
    rooms: ROOMS,
    texts: ['put a {obj} in {recep}', 'put some {obj} on {recep}'],
    treatment: null,
  },
  look_at_obj_in_light: {
    rooms: ['LivingRoom', 'Bedroom'],
    texts: ['look at {obj} under the {toggle}', 'examine the {obj} with the {toggle}'],
    treatment: null,
  },
  pick_clean_then_place_in_recep: {
    rooms: ['Kitchen', 'Bathroom'],
    texts: ['put a clean {obj} in {recep}', 'clean some {obj} and put it in {recep}'],
    treatment: 'clean',
  },
  pick_heat_then_place_in_recep: {
    rooms: ['Kitchen'],
    texts: ['put a hot {obj} in {recep}', 'heat some {obj} and put it in {recep}'],
    treatment: 'heat',
  },
  pick_cool_then_place_in_recep: {
    rooms: ['Kitchen'],
    texts: ['put a cool {obj} in {recep}', 'cool some {obj} and put it in {recep}'],
    treatment: 'cool',
  },
  pick_two_obj_and_place: {
    rooms: ROOMS,
    texts: ['put two {obj} in {recep}', 'find two {obj} and put them in {recep}'],
    treatment: null,
  },
}

/** Type of receptacle that each treatment needs. */
export const TREATED_IN: Readonly<Record<Treatment, string>> = { heat: 'Microwave', cool: 'Fridge', clean: 'SinkBasin' }

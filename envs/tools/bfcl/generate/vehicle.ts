import type { Rng } from '../../../../core/data/rng.ts'
import { DISTANCES, ZIP_CODES } from '../apis/vehicle-data.ts'
import { str } from '../python/text.ts'
import { dict, type Py } from '../python/value.ts'
import { call, fieldOf, type Request, type Situation, type Topic } from './request.ts'

const DOORS = ['driver', 'passenger', 'rear_left', 'rear_right'] as const
const PLACES = [
  '12 Elm Avenue, Rivermist',
  '7 River Road, Stonebrook',
  '301 Hill Lane, Oakendale',
  '88 Mill Road, Maplecrest',
  '5 Harbor Way, Willowbend',
] as const

function scenario(rng: Rng): { readonly [name: string]: Py } {
  const status = (): string => rng.choice(['locked', 'unlocked'])
  return {
    fuelLevel: rng.int(3, 25) + 0.5,
    batteryVoltage: rng.int(110, 138) / 10,
    engineState: 'stopped',
    doorStatus: dict({ driver: 'unlocked', passenger: status(), rear_left: status(), rear_right: status() }),
    acTemperature: rng.int(16, 26),
    fanSpeed: BigInt(rng.int(10, 90)),
    headLightStatus: 'off',
    parkingBrakeStatus: 'released',
    brakePedalStatus: 'released',
    frontLeftTirePressure: rng.int(26, 36),
    frontRightTirePressure: rng.int(26, 36),
    rearLeftTirePressure: rng.int(26, 36),
    rearRightTirePressure: rng.int(26, 36),
    random_seed: BigInt(rng.int(1, 1_000_000)),
  }
}

const statusOf = ({ look }: Situation, option: string): unknown => look('displayCarStatus', { option })

function fill(situation: Situation): Request | null {
  const level = Number(fieldOf(statusOf(situation, 'fuel'), 'fuelLevel'))
  if (level > 40) return null
  const amount = situation.rng.int(2, 9) + 0.5
  return {
    says: `Fill ${amount} gallons of fuel into the tank.`,
    calls: [call('fillFuelTank', { fuelAmount: amount })],
    vague: { says: 'Fill some fuel into the tank.', detail: `${amount} gallons.` },
  }
}

function start(situation: Situation): Request | null {
  if (fieldOf(statusOf(situation, 'engine'), 'engineState') === 'running') return null
  const doors = Object.entries(fieldOf(statusOf(situation, 'doors'), 'doorStatus') ?? {})
  const open = doors.flatMap(([door, status]) => (status === 'unlocked' ? [door] : []))
  const lock = open.length > 0 ? [call('lockDoors', { unlock: false, door: open })] : []
  return {
    says: 'Start the engine, with all doors locked and the brake pedal pressed all the way down.',
    calls: [...lock, call('pressBrakePedal', { pedalPosition: 1 }), call('startEngine', { ignitionMode: 'START' })],
  }
}

function doors({ rng }: Situation): Request {
  const [unlock, door] = [rng.chance(0.5), rng.choice(DOORS)]
  return {
    says: `${unlock ? 'Unlock' : 'Lock'} only the door ${door}.`,
    calls: [call('lockDoors', { unlock, door: [door] })],
    vague: { says: `${unlock ? 'Unlock' : 'Lock'} a door.`, detail: `The door ${door}.` },
  }
}

function climate({ rng }: Situation): Request {
  const temperature = rng.int(17, 27) + 0.5
  const [fanSpeed, mode] = [BigInt(rng.int(10, 95)), rng.choice(['cool', 'heat', 'defrost'])]
  return {
    says: `Set the climate control to ${temperature} degrees celsius, fan speed ${fanSpeed}, mode ${mode}.`,
    calls: [call('adjustClimateControl', { temperature, unit: 'celsius', fanSpeed, mode })],
    vague: {
      says: `Set the climate control to the mode ${mode} with fan speed ${fanSpeed}.`,
      detail: `${temperature} degrees celsius.`,
    },
  }
}

function lights({ rng }: Situation): Request {
  const mode = rng.choice(['on', 'off'])
  return { says: `Turn the headlights ${mode}.`, calls: [call('setHeadlights', { mode })] }
}

function brake({ rng }: Situation): Request {
  const mode = rng.choice(['engage', 'release'])
  return {
    says: `${mode === 'engage' ? 'Engage' : 'Release'} the parking brake.`,
    calls: [call('activateParkingBrake', { mode })],
  }
}

function navigate({ rng }: Situation): Request {
  const destination = rng.choice(PLACES)
  return {
    says: `Navigate to exactly this address: ${destination}`,
    calls: [call('set_navigation', { destination })],
    vague: { says: 'Navigate to the place I am going to.', detail: `Exactly this address: ${destination}` },
  }
}

const CITY_OF = new Map([...ZIP_CODES.entries()].map(([city, zip]) => [str(zip), str(city)]))
const NAMED = DISTANCES.filter(([a, b]) => CITY_OF.has(a) && CITY_OF.has(b))

function distance({ rng }: Situation): Request {
  const [a, b] = rng.choice(NAMED)
  const [from, to] = [CITY_OF.get(a) ?? '', CITY_OF.get(b) ?? '']
  return {
    says: `How far is it from ${from} to ${to}?`,
    calls: [
      call('get_zipcode_based_on_city', { city: from }),
      call('get_zipcode_based_on_city', { city: to }),
      call('estimate_distance', { cityA: a, cityB: b }),
    ],
    vague: { says: `How far is it from ${from} to where I want to go?`, detail: `I want to go to ${to}.` },
  }
}

function tires(): Request {
  return { says: 'Check the pressure of the tires.', calls: [call('check_tire_pressure')] }
}

function enoughFuel({ rng }: Situation): Request {
  const miles = rng.int(40, 900)
  return {
    says: `Is there enough fuel for ${miles} miles?`,
    calls: [call('estimate_drive_feasibility_by_mileage', { distance: miles })],
    vague: { says: 'Is there enough fuel for my trip?', detail: `It is ${miles} miles.` },
  }
}

function gallons({ rng }: Situation): Request {
  const liter = rng.int(5, 90) + 0.5
  return { says: `How many gallons are ${liter} litres?`, calls: [call('liter_to_gallon', { liter })] }
}

/** A car. */
export const VEHICLE: Topic = {
  api: 'VehicleControlAPI',
  scenario,
  kinds: [fill, start, doors, climate, lights, brake, navigate, distance, tires, enoughFuel, gallons],
}

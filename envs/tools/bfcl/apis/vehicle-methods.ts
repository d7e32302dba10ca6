import { type Attributes, asDict, error, type Instance, randomFrom, withDefaults } from '../api.ts'
import type { Filler } from '../long-context/index.ts'
import { add, divide, floatRemainder, multiply, subtract } from '../python/arithmetic.ts'
import { assign, compare, equals, fail, item, iterate, join, toFloat, truthy } from '../python/operations.ts'
import { dict, type Py, PyDict, typeName } from '../python/value.ts'
import { DISTANCES } from './vehicle-data.ts'

const VEHICLE_SEED = 141053n
const [MAX_FUEL, MIN_FUEL] = [50n, 0]
export const MILES_PER_GALLON = 20

export function startEngine(self: Instance, mode: Py): PyDict {
  if (mode === 'STOP') self.set('engine_state', 'stopped')
  const problem = ignitionProblem(self)
  if (problem !== null) return error(problem)
  if (mode !== 'START') return error('Invalid ignition mode.')
  self.set('engine_state', 'running')
  return dict({
    engineState: 'running',
    fuelLevel: self.get('fuelLevel'),
    batteryVoltage: self.get('batteryVoltage'),
  })
}

function ignitionProblem(self: Instance): string | null {
  if (compare(self.get('remainingUnlockedDoors'), '>', 0n)) {
    const doors = [...asDict(self.get('doorStatus')).entries()].filter(([, status]) => equals(status, 'unlocked'))
    const names = join(
      ', ',
      doors.map(([door]) => door),
    )
    return `All doors must be locked before starting the engine. Here are the unlocked doors: ${names}`
  }
  if (!equals(self.get('brakePedalStatus'), 'pressed'))
    return 'Brake pedal needs to be pressed when starting the engine.'
  if (!equals(self.get('_brakePedalForce'), 1000n)) return 'Must press the brake fully before starting the engine.'
  return compare(self.get('fuelLevel'), '<', MIN_FUEL) ? 'Fuel tank is empty.' : null
}

export function fill(self: Instance, amount: Py): PyDict {
  if (compare(amount, '<', 0n)) return error('Fuel amount cannot be negative.')
  const level = add(self.get('fuelLevel'), amount)
  if (compare(level, '>', MAX_FUEL)) return error('Cannot fill gas above the tank capacity.')
  if (compare(level, '<', MIN_FUEL)) return error('Fuel tank is empty. Min fuel level is 0 gallons.')
  self.set('fuelLevel', level)
  return dict({ fuelLevel: level })
}

export function lockDoors(self: Instance, unlock: Py, doors: Py): PyDict {
  const isUnlocking = truthy(unlock)
  const status = isUnlocking ? 'unlocked' : 'locked'
  for (const door of iterate(doors)) {
    if (equals(item(self.get('doorStatus'), door), status)) continue
    assign(self.edit('doorStatus'), door, status)
    const left = self.get('remainingUnlockedDoors')
    self.set('remainingUnlockedDoors', isUnlocking ? add(left, 1n, '+=') : subtract(left, 1n, '-='))
  }
  return dict({ lockStatus: status, remainingUnlockedDoors: self.get('remainingUnlockedDoors') })
}

export function climate(self: Instance, temperature: Py, unit: Py, fanSpeed: Py, mode: Py): PyDict {
  if (!isWithin(fanSpeed, 100n)) return error('Fan speed must be between 0 and 100.')
  self.set('acTemperature', temperature)
  if (unit === 'fahrenheit') self.set('acTemperature', divide(multiply(subtract(temperature, 32n), 5n), 9n))
  self.set('fanSpeed', fanSpeed)
  self.set('acMode', mode)
  return dict({ currentACTemperature: temperature, climateMode: mode, humidityLevel: self.get('humidityLevel') })
}

/** `0 <= value <= most` */
const isWithin = (value: Py, most: bigint): boolean => compare(0n, '<=', value) && compare(value, '<=', most)

export function outsideTemperature(self: Instance): PyDict {
  const temperature = self.draw((random) => random.uniform(-10, 40))
  const weather = self.filler?.weather.entries() ?? []
  return new PyDict([...weather, ['outsideTemperature', temperature]])
}

const HEADLIGHTS: readonly Py[] = ['on', 'off', 'auto']

export function headlights(self: Instance, mode: Py): PyDict {
  if (!HEADLIGHTS.includes(mode)) return error('Invalid headlight mode.')
  const status = mode === 'on' ? 'on' : 'off'
  self.set('headLightStatus', status)
  return dict({ headlightStatus: status })
}

/** Names that a status has in an answer, with the attribute of each. */
const STATUS: ReadonlyMap<Py, Readonly<Record<string, string>>> = new Map<Py, Readonly<Record<string, string>>>([
  ['fuel', { fuelLevel: 'fuelLevel' }],
  ['battery', { batteryVoltage: 'batteryVoltage' }],
  ['doors', { doorStatus: 'doorStatus' }],
  [
    'climate',
    {
      currentACTemperature: 'acTemperature',
      fanSpeed: 'fanSpeed',
      climateMode: 'acMode',
      humidityLevel: 'humidityLevel',
    },
  ],
  ['headlights', { headlightStatus: 'headLightStatus' }],
  [
    'parkingBrake',
    {
      parkingBrakeStatus: 'parkingBrakeStatus',
      parkingBrakeForce: '_parkingBrakeForce',
      slopeAngle: '_slopeAngle',
    },
  ],
  ['brakePedal', { brakePedalStatus: 'brakePedalStatus', brakePedalForce: '_brakePedalForce' }],
  ['engine', { engineState: 'engine_state' }],
])

export function carStatus(self: Instance, option: Py): PyDict {
  const status = new PyDict(self.filler ? [['metadata', self.filler.carStatus]] : [])
  const shown = STATUS.get(option)
  for (const [name, attribute] of Object.entries(shown ?? {})) status.set(name, self.get(attribute))
  if (!shown) status.set('error', 'Invalid option')
  return status
}

export function parkingBrake(self: Instance, mode: Py): PyDict {
  if (mode !== 'engage' && mode !== 'release') return error('Invalid mode')
  const [status, force] = mode === 'engage' ? ['engaged', 500] : ['released', 0]
  self.set('parkingBrakeStatus', status ?? null)
  self.set('_parkingBrakeForce', force ?? 0)
  self.set('_slopeAngle', 10)
  return dict({
    parkingBrakeInstruction: self.filler?.parkingBrake,
    parkingBrakeStatus: status,
    _parkingBrakeForce: force,
    _slopeAngle: 10,
  })
}

export function pressBrake(self: Instance, position: Py): PyDict {
  if (!isWithin(position, 1n)) return error('Pedal position must be between 0 and 1.')
  if (equals(position, 0n)) return releaseBrake(self)
  const force = multiply(position, 1000n)
  self.set('brakePedalStatus', 'pressed')
  self.set('_brakePedalForce', force)
  return dict({ brakePedalStatus: 'pressed', brakePedalForce: toFloat(force) })
}

export function releaseBrake(self: Instance): PyDict {
  self.set('brakePedalStatus', 'released')
  self.set('_brakePedalForce', 0)
  return dict({ brakePedalStatus: 'released', brakePedalForce: 0 })
}

export function cruise(self: Instance, givenSpeed: Py, activate: Py, givenDistance: Py): PyDict {
  const distance = toFloat(givenDistance)
  const speed = toFloat(givenSpeed)
  if (equals(self.get('engine_state'), 'stopped'))
    return error('Start the engine before activating the cruise control.')
  self.set('distanceToNextVehicle', distance)
  const isActive = truthy(activate)
  if (isActive && (speed < 0 || speed > 120 || floatRemainder(speed, 5) !== 0)) return error('Invalid speed')
  const status = isActive ? 'active' : 'inactive'
  self.set('cruiseStatus', status)
  return dict({ cruiseStatus: status, currentSpeed: speed, distanceToNextVehicle: distance })
}

export function distance(self: Instance, from: Py, to: Py): PyDict {
  const found = DISTANCES.find(([a, b]) => (from === a && to === b) || (from === b && to === a))
  const answer = found ? dict({ distance: found[2] }) : error('distance not found in database.')
  if (self.filler) answer.set('intermediaryCities', self.filler.cities)
  return answer
}

export function navigate(self: Instance, destination: Py): PyDict {
  self.set('destination', destination)
  if (typeof destination !== 'string') return fail(`can only concatenate str (not "${typeName(destination)}") to str`)
  return dict({ status: `Navigating to ${destination}` })
}

const TIRES = ['frontLeftTirePressure', 'frontRightTirePressure', 'rearLeftTirePressure', 'rearRightTirePressure']

export function tirePressure(self: Instance): PyDict {
  const pressures = TIRES.map((tire) => [tire, self.get(tire)] as const)
  const [first = 0n, ...others] = pressures.map(([, pressure]) => pressure)
  const mean = divide(
    others.reduce((total, each) => add(total, each), first),
    4n,
  )
  return new PyDict([
    ...pressures,
    ['healthy_tire_pressure', compare(30n, '<=', mean) && compare(mean, '<=', 35n)],
    ['car_info', self.filler?.carStatus ?? dict({})],
  ])
}

/** Attributes by the name that a scenario has for them, where it is another. */
const SCENARIO_NAMES: Readonly<Record<string, string>> = {
  engine_state: 'engineState',
  _parkingBrakeForce: 'parkingBrakeForce',
  _slopeAngle: 'slopeAngle',
  _brakePedalForce: 'brakePedalForce',
}

const DOORS = ['driver', 'passenger', 'rear_left', 'rear_right']

const defaults = (): Attributes => ({
  fuelLevel: 0,
  batteryVoltage: 12.6,
  engine_state: 'stopped',
  remainingUnlockedDoors: 4n,
  doorStatus: new PyDict(DOORS.map((door) => [door, 'unlocked'])),
  acTemperature: 25,
  fanSpeed: 50n,
  acMode: 'auto',
  humidityLevel: 50,
  headLightStatus: 'off',
  parkingBrakeStatus: 'released',
  _parkingBrakeForce: 0,
  _slopeAngle: 0,
  brakePedalStatus: 'released',
  _brakePedalForce: 0,
  distanceToNextVehicle: 50,
  cruiseStatus: 'inactive',
  destination: 'None',
  frontLeftTirePressure: 32,
  frontRightTirePressure: 32,
  rearLeftTirePressure: 30,
  rearRightTirePressure: 30,
})

export function load(scenario: PyDict, filler: Filler | null): Attributes {
  const renamed = Object.keys(defaults()).flatMap((name) => {
    const value = scenario.get(SCENARIO_NAMES[name] ?? name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const attributes = withDefaults(new PyDict(renamed), defaults())
  const locked = asDict(attributes.doorStatus ?? null)
    .values()
    .filter((status) => equals(status, 'locked')).length
  return {
    ...attributes,
    remainingUnlockedDoors: BigInt(DOORS.length - locked),
    long_context: filler !== null,
    _random: randomFrom(scenario, VEHICLE_SEED),
  }
}

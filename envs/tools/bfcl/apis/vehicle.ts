import { integer, listOf, number, type ParameterSchema, text } from '../../engine/parameters.ts'
import { type Api, method, optional } from '../api.ts'
import { multiply } from '../python/arithmetic.ts'
import { compare } from '../python/operations.ts'
import { dict, type Py } from '../python/value.ts'
import { ZIP_CODES } from './vehicle-data.ts'
import {
  carStatus,
  climate,
  cruise,
  distance,
  fill,
  headlights,
  load,
  lockDoors,
  MILES_PER_GALLON,
  navigate,
  outsideTemperature,
  parkingBrake,
  pressBrake,
  releaseBrake,
  startEngine,
  tirePressure,
} from './vehicle-methods.ts'

const flag = (description: string): ParameterSchema => ({ type: 'boolean', description })
const mode = (description: string) => ({ mode: text(description) })

/** The controls of a car. */
export const VehicleControlAPI: Api = {
  name: 'VehicleControlAPI',
  description: 'The controls of a car: engine, doors, brakes, climate, lights and navigation.',
  load,
  methods: [
    method('startEngine', 'Starts or stops the engine.', { ignitionMode: text('`START` or `STOP`.') }, startEngine),
    method(
      'fillFuelTank',
      'Fills fuel into the tank, which holds 50 gallons.',
      { fuelAmount: number('Gallons.') },
      fill,
    ),
    method(
      'lockDoors',
      'Locks or unlocks doors.',
      {
        unlock: flag('Whether to unlock them.'),
        door: listOf(text('`driver`, `passenger`, `rear_left` or `rear_right`.'), 'The doors.'),
      },
      lockDoors,
    ),
    method(
      'adjustClimateControl',
      'Sets the climate control.',
      {
        temperature: number('The temperature.'),
        unit: optional(text('`celsius` or `fahrenheit`.'), () => 'celsius'),
        fanSpeed: optional(integer('Fan speed, from 0 to 100.'), () => 50n),
        mode: optional(text('`auto`, `cool`, `heat` or `defrost`.'), () => 'auto'),
      },
      climate,
    ),
    method('get_outside_temperature_from_google', 'Temperature outside.', {}, outsideTemperature),
    method('get_outside_temperature_from_weather_com', 'Temperature outside, from another source.', {}, () =>
      dict({ error: 404n }),
    ),
    method('setHeadlights', 'Sets the headlights.', mode('`on`, `off` or `auto`.'), headlights),
    method(
      'displayCarStatus',
      'Status of a part of the car.',
      {
        option: text('`fuel`, `battery`, `doors`, `climate`, `headlights`, `parkingBrake`, `brakePedal` or `engine`.'),
      },
      carStatus,
    ),
    method(
      'activateParkingBrake',
      'Engages or releases the parking brake.',
      mode('`engage` or `release`.'),
      parkingBrake,
    ),
    method(
      'pressBrakePedal',
      'Presses the brake pedal, and keeps it pressed.',
      { pedalPosition: number('From 0 to 1, all the way.') },
      pressBrake,
    ),
    method('releaseBrakePedal', 'Releases the brake pedal.', {}, releaseBrake),
    method(
      'setCruiseControl',
      'Sets the cruise control.',
      {
        speed: number('A multiple of 5, from 0 to 120.'),
        activate: flag('Whether to switch it on.'),
        distanceToNextVehicle: number('Distance to the next vehicle, in metres.'),
      },
      cruise,
    ),
    method('get_current_speed', 'Speed of the car.', {}, (self) =>
      dict({ currentSpeed: self.draw((random) => random.uniform(0, 120)) }),
    ),
    method(
      'display_log',
      'Shows messages.',
      { messages: listOf(text('A message.'), 'The messages.') },
      (_, messages: Py) => dict({ log: messages }),
    ),
    method(
      'estimate_drive_feasibility_by_mileage',
      'Whether the fuel is enough for a distance.',
      { distance: number('Miles.') },
      (self, miles: Py) => dict({ canDrive: !compare(multiply(self.get('fuelLevel'), MILES_PER_GALLON), '<', miles) }),
    ),
    method('liter_to_gallon', 'Converts litres to gallons.', { liter: number('Litres.') }, (_, liter: Py) =>
      dict({ gallon: multiply(liter, 0.264172) }),
    ),
    method('gallon_to_liter', 'Converts gallons to litres.', { gallon: number('Gallons.') }, (_, gallon: Py) =>
      dict({ liter: multiply(gallon, 3.78541) }),
    ),
    method(
      'estimate_distance',
      'Miles between two cities.',
      { cityA: text('Zip code of the first city.'), cityB: text('Zip code of the second city.') },
      distance,
    ),
    method('get_zipcode_based_on_city', 'Zip code of a city.', { city: text('Name of the city.') }, (_, city: Py) =>
      dict({ zipcode: (typeof city === 'string' ? ZIP_CODES.get(city) : undefined) ?? '00000' }),
    ),
    method('set_navigation', 'Navigates to a place.', { destination: text('Street, city and state.') }, navigate),
    method('check_tire_pressure', 'Pressure of all tires.', {}, tirePressure),
    method('find_nearest_tire_shop', 'Address of the nearest tire shop.', {}, () =>
      dict({ shopLocation: '456 Oakwood Avenue, Rivermist, 83214' }),
    ),
  ],
}

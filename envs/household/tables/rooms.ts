import type { Room } from './families.ts'

/** Least and greatest number. */
export type Count = readonly [least: number, greatest: number]

/** How generated rooms are furnished: our own choice, within what the types of ALFRED allow. */
export interface Furnishing {
  /** Receptacles by type. */
  readonly receptacles: Readonly<Record<string, Count>>
  /** Types of objects that may lie about. */
  readonly objects: readonly string[]
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

export const FURNISHINGS: Readonly<Record<Room, Furnishing>> = {
  Kitchen: {
    receptacles: {
      Cabinet: [2, 9],
      CoffeeMachine: [1, 1],
      CounterTop: [1, 3],
      DiningTable: [0, 1],
      Drawer: [1, 6],
      Fridge: [1, 1],
      GarbageCan: [1, 1],
      Microwave: [1, 1],
      Shelf: [0, 3],
      SideTable: [0, 1],
      SinkBasin: [1, 1],
      StoveBurner: [1, 4],
      Toaster: [1, 1],
    },
    objects: words(`
      Apple Bowl Bread ButterKnife Cup DishSponge Egg Fork Glassbottle Kettle Knife Ladle Lettuce Mug Pan PepperShaker
      Plate Pot Potato SaltShaker SoapBottle Spatula Spoon Tomato Vase WineBottle
    `),
  },
  LivingRoom: {
    receptacles: {
      ArmChair: [1, 2],
      CoffeeTable: [1, 2],
      Desk: [0, 1],
      DiningTable: [0, 1],
      Drawer: [1, 6],
      Dresser: [0, 1],
      GarbageCan: [1, 1],
      Ottoman: [0, 1],
      Safe: [0, 1],
      Shelf: [1, 4],
      SideTable: [1, 2],
      Sofa: [1, 1],
      TVStand: [0, 1],
    },
    objects: words(`
      Book Box CellPhone CreditCard KeyChain Laptop Newspaper Pen Pencil Pillow RemoteControl Statue TissueBox Vase
      Watch WateringCan
    `),
  },
  Bedroom: {
    receptacles: {
      ArmChair: [0, 1],
      Bed: [1, 1],
      Desk: [1, 2],
      Drawer: [2, 8],
      Dresser: [0, 1],
      GarbageCan: [1, 1],
      LaundryHamper: [0, 1],
      Safe: [0, 1],
      Shelf: [1, 4],
      SideTable: [1, 2],
    },
    objects: words(`
      AlarmClock BaseballBat BasketBall Book Bowl Box CD CellPhone Cloth CreditCard KeyChain Laptop Mug Pen Pencil
      Pillow TennisRacket Vase Watch
    `),
  },
  Bathroom: {
    receptacles: {
      BathtubBasin: [1, 1],
      Cabinet: [1, 5],
      Cart: [0, 1],
      CounterTop: [1, 1],
      Drawer: [0, 4],
      GarbageCan: [1, 1],
      HandTowelHolder: [1, 2],
      Shelf: [0, 2],
      SinkBasin: [1, 2],
      Toilet: [1, 1],
      ToiletPaperHanger: [1, 1],
      TowelHolder: [1, 1],
    },
    objects: words(`
      Candle Cloth DishSponge HandTowel PaperTowel Plunger SoapBar SoapBottle SprayBottle TissueBox ToiletPaper
      ToiletPaperRoll Towel
    `),
  },
}

/** Lamps, and what they stand on. Where they stand is not a matter of what can be put there. */
export const LAMP_STANDS: Readonly<Record<string, readonly string[]>> = {
  DeskLamp: ['Desk', 'SideTable', 'Dresser', 'Shelf'],
  FloorLamp: ['SideTable', 'CoffeeTable', 'Dresser', 'TVStand'],
}

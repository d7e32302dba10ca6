const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * Types of receptacles and what each can hold, as in ALFRED's houses (`gen/constants.py` of ALFWorld, MIT). Sliced food
 * is a type of its own there; games keep the type of the whole.
 */
export const CAN_HOLD: Readonly<Record<string, readonly string[]>> = {
  ArmChair: words(`
    BasketBall Book Box CellPhone Cloth CreditCard KeyChain Laptop Newspaper Pillow RemoteControl
  `),
  BathtubBasin: words('Cloth DishSponge HandTowel SoapBar'),
  Bed: words('BaseballBat BasketBall Book CellPhone Laptop Newspaper Pillow TennisRacket'),
  Cabinet: words(`
    Book Bowl Box CD Candle Cloth Cup DishSponge Glassbottle HandTowel Kettle Ladle Mug Newspaper Pan PepperShaker
    Plate Plunger Pot SaltShaker SoapBar SoapBottle SprayBottle TissueBox ToiletPaper ToiletPaperRoll Vase
    WateringCan WineBottle
  `),
  Cart: words(`
    Candle Cloth DishSponge HandTowel Mug PaperTowel Plunger SoapBar SoapBottle SprayBottle Statue TissueBox
    ToiletPaper ToiletPaperRoll Vase
  `),
  CoffeeMachine: words('Mug'),
  CoffeeTable: words(`
    AlarmClock Apple AppleSliced BaseballBat BasketBall Book Bowl Box Bread BreadSliced ButterKnife CD Candle
    CellPhone Cloth CreditCard Cup DishSponge Egg Fork Glassbottle HandTowel Kettle KeyChain Knife Ladle Laptop
    Lettuce LettuceSliced Mug Newspaper Pan PaperTowel Pen Pencil PepperShaker Plate Pot Potato PotatoSliced
    RemoteControl SaltShaker SoapBar SoapBottle Spatula Spoon SprayBottle Statue TennisRacket TissueBox
    ToiletPaper ToiletPaperRoll Tomato TomatoSliced Vase Watch WateringCan WineBottle
  `),
  CounterTop: words(`
    AlarmClock Apple AppleSliced BaseballBat BasketBall Book Bowl Box Bread BreadSliced ButterKnife CD Candle
    CellPhone Cloth CreditCard Cup DishSponge Egg Fork Glassbottle HandTowel Kettle KeyChain Knife Ladle Laptop
    Lettuce LettuceSliced Mug Newspaper Pan PaperTowel Pen Pencil PepperShaker Plate Pot Potato PotatoSliced
    RemoteControl SaltShaker SoapBar SoapBottle Spatula Spoon SprayBottle Statue TennisRacket TissueBox
    ToiletPaper ToiletPaperRoll Tomato TomatoSliced Vase Watch WateringCan WineBottle
  `),
  Desk: words(`
    AlarmClock BasketBall Book Bowl Box CD Candle CellPhone Cloth CreditCard Cup Glassbottle KeyChain Laptop Mug
    Newspaper Pen Pencil Plate RemoteControl SoapBottle SprayBottle Statue TennisRacket TissueBox ToiletPaper
    ToiletPaperRoll Vase Watch WateringCan WineBottle
  `),
  DiningTable: words(`
    AlarmClock Apple AppleSliced BaseballBat BasketBall Book Bowl Box Bread BreadSliced ButterKnife CD Candle
    CellPhone Cloth CreditCard Cup DishSponge Egg Fork Glassbottle HandTowel Kettle KeyChain Knife Ladle Laptop
    Lettuce LettuceSliced Mug Newspaper Pan PaperTowel Pen Pencil PepperShaker Plate Pot Potato PotatoSliced
    RemoteControl SaltShaker SoapBar SoapBottle Spatula Spoon SprayBottle Statue TennisRacket TissueBox
    ToiletPaper ToiletPaperRoll Tomato TomatoSliced Vase Watch WateringCan WineBottle
  `),
  Drawer: words(`
    Book ButterKnife CD Candle CellPhone Cloth CreditCard DishSponge Fork HandTowel KeyChain Knife Ladle Newspaper
    Pen Pencil PepperShaker RemoteControl SaltShaker SoapBar SoapBottle Spatula Spoon SprayBottle TissueBox
    ToiletPaper ToiletPaperRoll Watch WateringCan
  `),
  Dresser: words(`
    AlarmClock BasketBall Book Bowl Box CD Candle CellPhone Cloth CreditCard Cup Glassbottle KeyChain Laptop Mug
    Newspaper Pen Pencil Plate RemoteControl SprayBottle Statue TennisRacket TissueBox ToiletPaper ToiletPaperRoll
    Vase Watch WateringCan WineBottle
  `),
  Fridge: words(`
    Apple AppleSliced Bowl Bread BreadSliced Cup Egg Glassbottle Lettuce LettuceSliced Mug Pan Plate Pot Potato
    PotatoSliced Tomato TomatoSliced WineBottle
  `),
  GarbageCan: words(`
    Apple AppleSliced Bread BreadSliced CD Cloth DishSponge Egg HandTowel Lettuce LettuceSliced Newspaper
    PaperTowel Pen Pencil Potato PotatoSliced SoapBar SoapBottle SprayBottle TissueBox ToiletPaper ToiletPaperRoll
    Tomato TomatoSliced WineBottle
  `),
  HandTowelHolder: words('HandTowel'),
  LaundryHamper: words('Cloth'),
  Microwave: words(`
    Apple AppleSliced Bowl Bread BreadSliced Cup Egg Glassbottle Mug Plate Potato PotatoSliced Tomato TomatoSliced
  `),
  Ottoman: words(`
    BasketBall Book Box CellPhone Cloth CreditCard KeyChain Laptop Newspaper Pillow RemoteControl
  `),
  PaintingHanger: [],
  Safe: words('CD CellPhone CreditCard KeyChain Statue Vase Watch'),
  Shelf: words(`
    AlarmClock Book Bowl Box CD Candle CellPhone Cloth CreditCard Cup DishSponge Glassbottle HandTowel Kettle
    KeyChain Mug Newspaper PaperTowel Pen Pencil PepperShaker Plate Pot RemoteControl SaltShaker SoapBar
    SoapBottle SprayBottle Statue TissueBox ToiletPaper ToiletPaperRoll Vase Watch WateringCan WineBottle
  `),
  SideTable: words(`
    AlarmClock Apple AppleSliced BaseballBat BasketBall Book Bowl Box Bread BreadSliced ButterKnife CD Candle
    CellPhone Cloth CreditCard Cup DishSponge Egg Fork Glassbottle HandTowel Kettle KeyChain Knife Ladle Laptop
    Lettuce LettuceSliced Mug Newspaper Pan PaperTowel Pen Pencil PepperShaker Plate Pot Potato PotatoSliced
    RemoteControl SaltShaker SoapBar SoapBottle Spatula Spoon SprayBottle Statue TennisRacket TissueBox
    ToiletPaper ToiletPaperRoll Tomato TomatoSliced Vase Watch WateringCan WineBottle
  `),
  SinkBasin: words(`
    Apple AppleSliced Bowl ButterKnife Cloth Cup DishSponge Egg Fork Glassbottle HandTowel Kettle Knife Ladle
    Lettuce LettuceSliced Mug Pan Plate Pot Potato PotatoSliced SoapBar Spatula Spoon Tomato TomatoSliced
  `),
  Sofa: words('BasketBall Book Box CellPhone Cloth CreditCard KeyChain Laptop Newspaper Pillow RemoteControl'),
  StoveBurner: words('Kettle Pan Pot'),
  TVStand: words('TissueBox'),
  Toaster: words('BreadSliced'),
  Toilet: words(`
    Candle Cloth DishSponge HandTowel Newspaper PaperTowel SoapBar SoapBottle SprayBottle TissueBox ToiletPaper
    ToiletPaperRoll
  `),
  ToiletPaperHanger: words('ToiletPaper ToiletPaperRoll'),
  TowelHolder: words('Towel'),
}

/** Types of objects that houses have, also those that cannot be moved. */
export const OBJECT_TYPES = words(`
  AlarmClock Apple BaseballBat BasketBall Bathtub Blinds Book Boots Bowl Box Bread ButterKnife CD Candle CellPhone
  Chair Cloth CreditCard Cup Curtains DeskLamp DishSponge Egg FloorLamp Footstool Fork Glassbottle HandTowel
  HousePlant Kettle KeyChain Knife Ladle Laptop LaundryHamperLid Lettuce LightSwitch Mirror Mug Newspaper Painting
  Pan PaperTowel PaperTowelRoll Pen Pencil PepperShaker Pillow Plate Plunger Poster Pot Potato RemoteControl
  SaltShaker ScrubBrush ShowerDoor ShowerGlass Sink SoapBar SoapBottle Spatula Spoon SprayBottle Statue StoveKnob
  TeddyBear Television TennisRacket TissueBox ToiletPaper ToiletPaperRoll Tomato Towel Vase Watch WateringCan
  Window WineBottle
`)

/** Objects that are receptacles too. Nothing is ever in one. */
export const RECEPTACLE_OBJECTS = words('Bowl Box Cup Mug Pan Plate Pot')
export const OPENABLE = words('Box Cabinet Drawer Fridge Microwave Safe')
export const HEATABLE = words(
  'Apple AppleSliced Bread BreadSliced Cup Egg Mug Plate Potato PotatoSliced Tomato TomatoSliced',
)
export const COOLABLE = words(`
  Apple AppleSliced Bowl Bread BreadSliced Cup Egg Lettuce LettuceSliced Mug Pan Plate Pot Potato PotatoSliced
  Tomato TomatoSliced WineBottle
`)
export const CLEANABLE = words(`
  Apple AppleSliced Bowl ButterKnife Cloth Cup DishSponge Egg Fork Kettle Knife Ladle Lettuce LettuceSliced Mug
  Pan Plate Pot Potato PotatoSliced SoapBar Spatula Spoon Tomato TomatoSliced
`)
export const TOGGLEABLE = words('DeskLamp FloorLamp')
export const SLICEABLE = words('Apple Bread Egg Lettuce Potato Tomato')

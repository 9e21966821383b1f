/** All measures, in the order in which their options are listed and applied. A new one is a file here and a line below. */
import type { Measure, MeasureContext, MeasureOption } from '../measure.ts'
import { battery } from './battery.ts'
import { curtailment } from './curtailment.ts'
import { dynamicRating } from './dynamic-rating.ts'
import { efficiency } from './efficiency.ts'
import { flexibleConnection } from './flexible-connection.ts'
import { heat } from './heat.ts'
import { largerCable } from './larger-cable.ts'
import { newSubstation } from './new-substation.ts'
import { openPoint } from './open-point.ts'
import { parallelCable } from './parallel-cable.ts'
import { photovoltaics } from './photovoltaics.ts'
import { seasonalRating } from './seasonal-rating.ts'
import { smartCharging } from './smart-charging.ts'
import { tariff } from './tariff.ts'
import { transformer } from './transformer.ts'

export const MEASURES: readonly Measure[] = [
  parallelCable, largerCable, transformer, newSubstation, openPoint, seasonalRating, dynamicRating,
  curtailment, flexibleConnection, smartCharging, tariff, heat, battery, photovoltaics, efficiency,
]

/** Everything that can be done against what is constrained, in an order that is the same for the same context. */
export const proposedOptions = (context: MeasureContext): readonly MeasureOption[] => MEASURES.flatMap((measure) => measure.propose(context))

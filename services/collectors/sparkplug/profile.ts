import { Type } from 'typebox'

/** What a profile of Sparkplug B says: the name of the metric that feeds a channel. */
export const sparkplugProfile = {
  device: {},
  channel: { metric: Type.String({ minLength: 1 }) },
}

export type CheckState = 'well' | 'warning' | 'fault'

/** One thing that was looked at. */
export interface Check {
  readonly subject: string
  readonly state: CheckState
  /** What was found, in words. */
  readonly found: string
  /** What to do; of warnings and faults. */
  readonly remedy?: string
}

export const well = (subject: string, found: string): Check => ({ subject, state: 'well', found })
export const warning = (subject: string, found: string, remedy: string): Check => ({ subject, state: 'warning', found, remedy })
export const fault = (subject: string, found: string, remedy: string): Check => ({ subject, state: 'fault', found, remedy })

/** A check that could not be made is a fault of its own: it must not end the others. */
export async function checked(subject: string, look: () => Promise<readonly Check[]> | readonly Check[]): Promise<readonly Check[]> {
  try {
    return await look()
  } catch (error) {
    return [fault(subject, error instanceof Error ? error.message : String(error), 'Mend what the message says.')]
  }
}

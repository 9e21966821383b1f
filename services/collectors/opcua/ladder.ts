/** How often each step of recovery was taken since the source was first connected, for the operator. */
export interface Ladder {
  /** Before the first connection there is nothing to recover. */
  begun: boolean
  reactivated: number
  transferred: number
  rebuiltSession: number
  rebuiltClient: number
  republished: number
}

export const newLadder = (): Ladder => ({ begun: false, reactivated: 0, transferred: 0, rebuiltSession: 0, rebuiltClient: 0, republished: 0 })

/** e.g. `reactivated 2, rebuilt-session 1`; undefined if nothing ever had to be mended. */
export function ladderText({ reactivated, transferred, rebuiltSession, rebuiltClient, republished }: Ladder): string | undefined {
  const steps = Object.entries({ reactivated, transferred, 'rebuilt-session': rebuiltSession, 'rebuilt-client': rebuiltClient, 'messages republished': republished })
  const taken = steps.filter(([, count]) => count > 0).map(([step, count]) => `${step} ${count}`)
  return taken.length === 0 ? undefined : taken.join(', ')
}

/** The only way to know what time it is. Time-outs that wait for machines use real time and never this. */
export interface Clock {
  /** UTC epoch milliseconds of the (possibly shifted and accelerated) time of the service. */
  now(): number
  /** How many seconds of the service's time pass in one real second. */
  readonly speed: number
  /** Real milliseconds until the service's time reaches `at`; 0 if it has passed. */
  realMsUntil(at: number): number
}

/** Calls back if the newest source time has not moved for `limitMs` of real time. */
export function watchFreshness(limitMs: number, freshness: { readonly newestAt: number }, onSilent: () => void): { start(): void, stop(): void } {
  let timer: NodeJS.Timeout | undefined
  return {
    start() {
      let seenAt = freshness.newestAt
      timer = setInterval(() => {
        if (freshness.newestAt === seenAt) onSilent()
        seenAt = freshness.newestAt
      }, limitMs)
    },
    stop: () => clearInterval(timer),
  }
}

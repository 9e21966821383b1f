import fp from 'fastify-plugin'

/** Answers under way get so long; a peer that reads no further must not hold up the stop. */
const ANSWERS_MS = 4_000
const LOOK_EVERY_MS = 50

/** A stop takes no new connection, lets what is under way be answered, and ends connections as they fall idle. */
export const closeGentlyPlugin = fp(async (app) => {
  let idle: NodeJS.Timeout | undefined
  let hard: NodeJS.Timeout | undefined
  app.addHook('preClose', async () => {
    idle = setInterval(() => app.server.closeIdleConnections(), LOOK_EVERY_MS)
    hard = setTimeout(() => app.server.closeAllConnections(), ANSWERS_MS)
  })
  app.addHook('onClose', async () => {
    clearInterval(idle)
    clearTimeout(hard)
  })
})

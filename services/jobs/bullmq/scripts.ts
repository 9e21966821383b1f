import type { Redis } from 'ioredis'

/**
 * What BullMQ cannot promise by itself, each in one script, which Redis runs whole or not at all and writes to its
 * append-only file as one. Keys of a job's kind are built inside: all lie under one hash tag. Numbers travel as text,
 * because Lua would round or spell them its own way.
 */

/** Every key of ours and of BullMQ begins with it. */
export const PREFIX = '{penfeld}'
const own = (name: string) => `${PREFIX}:jobs:${name}`
/** Hash: subject (kind, scope, period) -> highest revision asked for. */
const NEWEST = own('newest')
/** Hash: subject -> id of the job that waits for it and that nobody has begun. */
const WAITING = own('waiting')
/** Sorted set: subjects in the order in which they were asked for; bounds `newest`. */
const ORDER = own('order')
/** Hash: job id -> job, asked for and not yet handed to BullMQ. */
const OUTBOX = own('outbox')
const CURSORS = own('cursors')
const SCHEDULES = own('schedules')
/** Hash: `number` of the last job, last `token`, and how often each asker has asked. */
const COUNTERS = own('counters')
/** Hash: kind -> how the last job of it ended. */
const LAST = own('last')

/**
 * ask(asker, acknowledged, now, keep, moves, jobs): takes jobs and positions together, or answers -1 where Redis has
 * forgotten what this asker asked before. `acknowledged` -1: tells again what may be known; positions only go forward.
 */
const ASK = `
local newest, waiting, order, outbox, cursors, schedules, counters = unpack(KEYS)
local asker, acknowledged, now, keep = 'asks ' .. ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local again = acknowledged < 0
if not again and tonumber(redis.call('HGET', counters, asker) or '0') < acknowledged then return -1 end
for _, job in ipairs(cjson.decode(ARGV[6])) do
  local kind, scope, period, revision, subject, place = unpack(job)
  local known = redis.call('HGET', newest, subject)
  if not known or tonumber(known) < tonumber(revision) then
    redis.call('HSET', newest, subject, revision)
    local id = redis.call('HGET', waiting, subject)
    if not id or (redis.call('HEXISTS', outbox, id) == 0 and redis.call('EXISTS', place .. id) == 0) then
      local number = redis.call('HINCRBY', counters, 'number', 1)
      id = subject .. '|' .. revision .. '|' .. number
      redis.call('HSET', waiting, subject, id)
      redis.call('HSET', outbox, id, cjson.encode({ kind = kind, scope = scope, period = period, revision = revision, subject = subject, number = tostring(number), createdAt = now }))
      redis.call('ZADD', order, number, subject)
    end
  end
end
for _, move in ipairs(cjson.decode(ARGV[5])) do
  local key = move[1] == 'cursor' and cursors or schedules
  local before = redis.call('HGET', key, move[2])
  if not again or not before or tonumber(string.match(before, '^[^ ]+')) < tonumber(string.match(move[3], '^[^ ]+')) then
    redis.call('HSET', key, move[2], move[3])
  end
end
local excess = redis.call('ZCARD', order) - keep
if excess > 0 then
  for _, subject in ipairs(redis.call('ZRANGE', order, 0, math.min(excess, 1000) - 1)) do
    redis.call('ZREM', order, subject)
    if redis.call('HEXISTS', waiting, subject) == 1 then redis.call('ZADD', order, redis.call('HGET', counters, 'number'), subject)
    else redis.call('HDEL', newest, subject) end
  end
end
return redis.call('HINCRBY', counters, asker, 1)`

/** reconcile(asker, acknowledged): brings the count of an asker to what it knows, after everything was told again. */
const RECONCILE = `
local asker = 'asks ' .. ARGV[1]
local count = math.max(tonumber(redis.call('HGET', KEYS[1], asker) or '0'), tonumber(ARGV[2])) + 1
redis.call('HSET', KEYS[1], asker, count)
return count`

/** position(asker, acknowledged, field): a cursor or a schedule; -1 where Redis has forgotten what this asker asked. */
const POSITION = `
if tonumber(redis.call('HGET', KEYS[2], 'asks ' .. ARGV[1]) or '0') < tonumber(ARGV[2]) then return -1 end
return redis.call('HGET', KEYS[1], ARGV[3]) or ''`

/**
 * look(place...): is there something to hand over, and which kinds have work, oldest period first. Running jobs whose
 * lock is gone are marked as stalled, which is the first half of BullMQ's own check; it takes them back by the second.
 */
const LOOK = `
local kinds, stalled = {}, {}
for index, place in ipairs(ARGV) do
  for _, id in ipairs(redis.call('LRANGE', place .. 'active', 0, -1)) do
    if redis.call('EXISTS', place .. id .. ':lock') == 0 then
      redis.call('SADD', place .. 'stalled', id)
      stalled[index] = true
    end
  end
  if stalled[index] then redis.call('DEL', place .. 'stalled-check') end
  local score = '+inf'
  if stalled[index] or redis.call('LLEN', place .. 'wait') > 0 then score = '-inf'
  else
    local first = redis.call('ZRANGE', place .. 'prioritized', 0, 0, 'WITHSCORES')
    if first[2] then score = first[2]
    elseif redis.call('ZCARD', place .. 'delayed') == 0 then score = '' end
  end
  kinds[index] = { score, stalled[index] and 1 or 0 }
end
return { redis.call('HLEN', KEYS[1]), kinds }`

/**
 * begin(place, id, lock, floor, now): gives the holder of the lock a token above every one before, and the newest
 * revision asked for while nobody had begun. Above the time of Redis in microseconds too, so that it grows even where
 * Redis lost its memory. Nothing if the lock is not held any more or the job is gone.
 */
const BEGIN = `
local newest, waiting, counters = unpack(KEYS)
local place, id, lock, floor, now = unpack(ARGV)
local job = place .. id
if redis.call('GET', job .. ':lock') ~= lock then return nil end
local data = redis.call('HGET', job, 'data')
if not data then
  redis.call('LREM', place .. 'active', 1, id)
  redis.call('DEL', job, job .. ':lock')
  return nil
end
local time = redis.call('TIME')
local token = math.max(tonumber(redis.call('HGET', counters, 'token') or '0') + 1, tonumber(floor) + 1, tonumber(time[1]) * 1000000 + tonumber(time[2]))
token = string.format('%.0f', token)
redis.call('HSET', counters, 'token', token)
local asked = cjson.decode(data)
local revision = redis.call('HGET', job, 'pfRevision') or asked.revision
if redis.call('HGET', waiting, asked.subject) == id then
  revision = redis.call('HGET', newest, asked.subject) or revision
  redis.call('HDEL', waiting, asked.subject)
end
redis.call('HSET', job, 'pfRevision', revision, 'pfStartedAt', now, 'progress', '0')
redis.call('HDEL', job, 'pfEndedAt', 'pfError')
return { token, revision }`

/** ended(place, id, kind, subject, endedAt, durationMs, error): notes for the operator, and that a job that is to be tried again waits again. */
const ENDED = `
local newest, waiting, last = unpack(KEYS)
local place, id, kind, subject, endedAt, durationMs, failure = unpack(ARGV)
local job = place .. id
redis.call('HSET', last, kind, cjson.encode({ endedAt = endedAt, durationMs = durationMs, failure = failure }))
if redis.call('EXISTS', job) == 0 then return 0 end
redis.call('HSET', job, 'pfEndedAt', endedAt, 'pfError', failure)
local again = redis.call('ZSCORE', place .. 'delayed', id) or redis.call('ZSCORE', place .. 'prioritized', id)
if again and redis.call('HGET', newest, subject) == redis.call('HGET', job, 'pfRevision') then redis.call('HSETNX', waiting, subject, id) end
return 1`

/** skip(place, kind, scope, period, revision, subject, now, realNow, reason): a job that has failed from the start, in the shape BullMQ keeps. */
const SKIP = `
local newest, counters, last = unpack(KEYS)
local place, kind, scope, period, revision, subject, now, realNow, reason = unpack(ARGV)
local id = subject .. '|' .. revision .. '|skipped'
if redis.call('EXISTS', place .. id) == 1 then return 0 end
local known = redis.call('HGET', newest, subject)
if not known or tonumber(known) < tonumber(revision) then redis.call('HSET', newest, subject, revision) end
local number = tostring(redis.call('HINCRBY', counters, 'number', 1))
local data = cjson.encode({ kind = kind, scope = scope, period = period, revision = revision, subject = subject, number = number, createdAt = now })
redis.call('HSET', place .. id, 'name', kind, 'data', data, 'opts', '{}', 'timestamp', realNow, 'delay', '0', 'priority', '0',
  'failedReason', reason, 'finishedOn', realNow, 'ats', '0', 'atm', '0', 'pfRevision', revision, 'pfEndedAt', now, 'pfError', reason)
redis.call('ZADD', place .. 'failed', realNow, id)
redis.call('HSET', last, kind, cjson.encode({ endedAt = now, durationMs = '', failure = reason }))
return 1`

const SCRIPTS = {
  penfeldSkip: { keys: [NEWEST, COUNTERS, LAST], lua: SKIP },
  penfeldAsk: { keys: [NEWEST, WAITING, ORDER, OUTBOX, CURSORS, SCHEDULES, COUNTERS], lua: ASK },
  penfeldReconcile: { keys: [COUNTERS], lua: RECONCILE },
  penfeldCursor: { keys: [CURSORS, COUNTERS], lua: POSITION },
  penfeldSchedule: { keys: [SCHEDULES, COUNTERS], lua: POSITION },
  penfeldLook: { keys: [OUTBOX], lua: LOOK },
  penfeldBegin: { keys: [NEWEST, WAITING, COUNTERS], lua: BEGIN },
  penfeldEnded: { keys: [NEWEST, WAITING, LAST], lua: ENDED },
} as const
export type ScriptName = keyof typeof SCRIPTS

export const KEYS = { outbox: OUTBOX, schedules: SCHEDULES, last: LAST } as const

/** Makes the scripts known to a connection; ioredis sends one again where Redis has forgotten it. */
export function defineScripts(redis: Redis): (name: ScriptName, ...args: readonly (string | number)[]) => Promise<unknown> {
  for (const [name, { keys, lua }] of Object.entries(SCRIPTS)) redis.defineCommand(name, { numberOfKeys: keys.length, lua })
  const commands = redis as unknown as Record<ScriptName, (...args: readonly (string | number)[]) => Promise<unknown>>
  return (name, ...args) => commands[name](...SCRIPTS[name].keys, ...args)
}

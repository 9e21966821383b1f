import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ERROR_CODES, type ErrorCodeName } from '#models/errors/codes.ts'
import { PenfeldError } from '#models/errors/penfeld-error.ts'
import type { Logger } from '#services/telemetry/logger.ts'
import { scrub } from '#services/telemetry/secrets.ts'
import type { Problem } from '../contract/common.ts'

/** Every error leaves as `application/problem+json` made from the registry; what nobody foresaw says nothing but its id. */
export const problemPlugin = fp<{ log: Logger }>(async (app, { log }) => {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error, request)
    if (problem.status >= 500) log.error({ error: error.message, stack: error.stack, requestId: request.id, route: request.routeOptions.url }, 'request failed')
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler((request, reply) => sendProblem(reply, notFound(request)))
})

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  // As a string: response schemas are for answers, and hooks must not find an object to serialise.
  return reply.code(problem.status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify({ ...problem, detail: scrub(problem.detail) }))
}

export const notFound = (request: FastifyRequest): Problem => make(request, 'PF_NOT_FOUND', 'Nothing is known under this address.')

export const badAddress = (request: FastifyRequest): Problem => make(request, 'PF_REQUEST_INVALID', 'The address cannot be read.', 'url')

function problemOf(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof PenfeldError) return make(request, error.code, ERROR_CODES[error.code].status >= 500 ? ERROR_CODES[error.code].meaning : detailOf(error), error.where)
  if (error.validation !== undefined) {
    const [first] = error.validation
    const named = first?.params['missingProperty'] ?? first?.params['additionalProperty']
    const field = [error.validationContext, first?.instancePath.slice(1), named].filter((part) => part !== undefined && part !== '').join('.')
    return make(request, 'PF_REQUEST_INVALID', `${field}: ${first?.message ?? 'not valid'}.`, field)
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return { ...make(request, 'PF_REQUEST_INVALID', error.message), status: error.statusCode }
  }
  return make(request, 'PF_INTERNAL', 'The request could not be answered.')
}

/** The message of a PenfeldError carries code and remedy for the log; the problem has them in fields of their own. */
function detailOf(error: PenfeldError): string {
  const remedy = ` ${ERROR_CODES[error.code].remedy}`
  const text = error.message.endsWith(remedy) ? error.message.slice(0, -remedy.length) : error.message
  return text.replace(/^PF_[A-Z_]+( \[.*?\])?: /, '')
}

function make(request: FastifyRequest, code: ErrorCodeName, detail: string, field?: string): Problem {
  const { meaning, remedy, status } = ERROR_CODES[code]
  return { type: `/docs/errors.md#${code.toLowerCase()}`, title: meaning, status, code, detail, remedy, ...(field === undefined ? {} : { field }), requestId: String(request.id) }
}

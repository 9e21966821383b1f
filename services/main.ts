#!/usr/bin/env node
/** The `penfeld` command as a process: its arguments, its output and its exit code. */
import { commandLine } from './commands/command-line.ts'
import { guardOutput } from './telemetry/guarded-output.ts'

guardOutput()
process.exitCode = await commandLine(
  process.argv.slice(2),
  (line) => void process.stdout.write(`${line}\n`),
  (line) => void process.stderr.write(`${line}\n`),
)

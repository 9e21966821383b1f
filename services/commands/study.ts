import { readEnvironment, type Environment } from '#services/config/environment.ts'
import { studyParts, type StudyParts } from '#services/reinforcement/not-built-in.ts'
import { openStudyReader } from '#services/studies/study-store.ts'
import { listStudies, rerunStudy, showStudy, verifyStudy } from './kept-studies.ts'
import { WrongArguments } from './wrong-arguments.ts'

export type StudyCommandParts = Pick<StudyParts, 'runStudy' | 'studyDocuments'>

const COMMANDS = { list: listStudies, show: showStudy, verify: verifyStudy, rerun: rerunStudy } as const

/** `penfeld study WORD ...`: the first word says what; what is kept is read here and written by the service alone. */
export const studyCommand = (parts: StudyCommandParts, environmentOf: () => Environment = readEnvironment) => async (args: string[], write: (line: string) => void): Promise<number> => {
  const [word, ...rest] = args
  if (word === undefined || !Object.hasOwn(COMMANDS, word)) throw new WrongArguments(`Say what: list, show, verify or rerun${word === undefined ? '' : `, not "${word}"`}.`)
  const environment = environmentOf()
  const kept = openStudyReader(environment.dataFolder)
  try {
    return await COMMANDS[word as keyof typeof COMMANDS](rest, write, { ...parts, environment, kept })
  } finally {
    kept.close()
  }
}

export const study = studyCommand(studyParts())
